// SPDX-License-Identifier: Apache-2.0
// Elementwise operators whose form in ONNX is not that of the IR.
#include <algorithm>
#include <cmath>
#include <limits>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// Cast and CastLike.  A float becomes an integer of less than a byte by way of
// s32, of which ONNX keeps the low bits.
absl::StatusOr<Value*> ConvertedTo(OnnxNode& node, Value* x, DType to) {
  const bool saturate = node.Int("saturate", 1) != 0;
  const std::string round_mode = node.String("round_mode", "up");
  if (IsFloat(x->type().dtype) && IsInteger(to) && InfoOf(to).bits < 8) {
    TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kS32));
  }
  if (x->type().elem() == ElemType{to, nullptr}) return x;
  std::vector<NamedAttr> attrs = {{"to", to}};
  if (IsFloat(to) && InfoOf(to).bits == 8) {
    attrs.emplace_back("saturate", saturate);
    attrs.emplace_back("round_mode", round_mode.c_str());
  }
  return node.Emit("cast", {x}, std::move(attrs));
}

// A limit of Clip; null: none.
struct Limit {
  Value* value = nullptr;
  std::shared_ptr<const Tensor> constant = nullptr;
};

absl::StatusOr<Limit> ReadLimit(OnnxNode& node, size_t i) {
  Limit limit;
  if (!node.HasInput(i)) return limit;
  TINYC_ASSIGN_OR_RETURN(const TensorType type, node.InputType(i));
  if (type.num_elements() != 1) return Invalid("a limit is not a scalar");
  TINYC_ASSIGN_OR_RETURN(limit.constant, node.InputIfConstant(i));
  TINYC_ASSIGN_OR_RETURN(limit.value, node.Input(i));
  TINYC_ASSIGN_OR_RETURN(limit.value, ReshapeTo(node, limit.value, {}));
  return limit;
}

}  // namespace

absl::Status ImportCast(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const std::optional<DType> to =
      DTypeFromOnnx(static_cast<int>(node.Int("to", 0)));
  if (!to) {
    return Unimplemented("a cast to element type ", node.Int("to", 0),
                         " is not supported");
  }
  return node.SetOutput(0, ConvertedTo(node, x, *to));
}

absl::Status ImportCastLike(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * like, node.Input(1));
  return node.SetOutput(0, ConvertedTo(node, x, like->type().dtype));
}

// Clip is min(max(x, lo), hi), also when lo > hi.  Constant limits of a type
// that an f32 can hold become those of clip.
absl::Status ImportClip(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const DType dtype = x->type().dtype;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (node.version() < 11) {
    // Here the default is the greatest finite number.
    const float max = node.Float("max", std::numeric_limits<float>::max());
    const float min =
        std::min(node.Float("min", std::numeric_limits<float>::lowest()), max);
    return node.SetOutput(0,
                          node.Emit("clip", {x}, {{"min", min}, {"max", max}}));
  }
  TINYC_ASSIGN_OR_RETURN(const Limit lo, ReadLimit(node, 1));
  TINYC_ASSIGN_OR_RETURN(const Limit hi, ReadLimit(node, 2));
  if (lo.value == nullptr && hi.value == nullptr) return node.SetOutput(0, x);
  const bool constant = (lo.value == nullptr || lo.constant != nullptr) &&
                        (hi.value == nullptr || hi.constant != nullptr);
  if (constant && IsFloat(dtype) && dtype != DType::kF64) {
    const float max = hi.value == nullptr
                          ? kInfinity
                          : static_cast<float>(hi.constant->At(0));
    const float min = lo.value == nullptr
                          ? -kInfinity
                          : static_cast<float>(lo.constant->At(0));
    if (std::isnan(min) || std::isnan(max)) {
      return Invalid("a limit is not a number");
    }
    return node.SetOutput(
        0, node.Emit("clip", {x}, {{"min", std::min(min, max)}, {"max", max}}));
  }
  Value* y = x;
  if (lo.value != nullptr) {
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("max", {y, lo.value}));
  }
  if (hi.value != nullptr) {
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("min", {y, hi.value}));
  }
  return node.SetOutput(0, y);
}

absl::Status ImportBitCast(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const std::optional<DType> to =
      DTypeFromOnnx(static_cast<int>(node.Int("to", 0)));
  if (!to || *to == DType::kBool) {  // not every byte is a bool
    return Unimplemented("a bit cast to element type ", node.Int("to", 0),
                         " is not supported");
  }
  return node.SetOutput(0,
                        node.Emit("reinterpret", {x}, {}, ElemType{*to, {}}));
}

absl::Status ImportBitShift(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * by, node.Input(1));
  const std::string direction = node.String("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return Invalid("direction is \"", direction, "\"");
  }
  return node.SetOutput(
      0,
      node.Emit(direction == "LEFT" ? "shift_left" : "shift_right", {x, by}));
}

absl::Status ImportIsInf(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const bool negative = node.Int("detect_negative", 1) != 0;
  const bool positive = node.Int("detect_positive", 1) != 0;
  if (negative && positive) {
    return node.SetOutput(0, node.Emit("is_inf", {x}));
  }
  // Without either, nothing is found: no number is a NaN.
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return node.SetOutput(
      0, WithScalar(node, "equal", x,
                    positive   ? kInfinity
                    : negative ? -kInfinity
                               : std::numeric_limits<float>::quiet_NaN()));
}

absl::Status ImportMod(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * b, node.Input(1));
  const int64_t fmod = node.Int("fmod", 0);
  if (fmod != 0 && fmod != 1) return Invalid("fmod is ", fmod);
  return node.SetOutput(0, node.Emit(fmod == 1 ? "fmod" : "mod", {a, b}));
}

// a > b is b < a.
absl::Status ImportGreater(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * a, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * b, node.Input(1));
  return node.SetOutput(
      0,
      node.Emit(node.type() == "Greater" ? "less" : "less_or_equal", {b, a}));
}

// Max, Mean, Min, Sum: of one or more operands.
absl::Status ImportVariadic(OnnxNode& node) {
  const absl::string_view op = node.type() == "Max"   ? "max"
                               : node.type() == "Min" ? "min"
                                                      : "add";
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Input(0));
  for (size_t i = 1; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(i));
    TINYC_ASSIGN_OR_RETURN(y, node.Emit(op, {y, x}));
  }
  if (node.type() == "Mean" && node.num_inputs() > 1) {
    const double count = static_cast<double>(node.num_inputs());
    TINYC_ASSIGN_OR_RETURN(
        y, node.Emit("div", {y, node.Scalar(y->type().dtype, count)}));
  }
  return node.SetOutput(0, y);
}

// The result has the type of the base.  Integers to the power of integers are
// computed in 64 bits, of which the result keeps the low ones; to that of
// floats, in f64.
absl::Status ImportPow(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * base, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * exponent, node.Input(1));
  const DType result = base->type().dtype;
  const DType other = exponent->type().dtype;
  DType dtype = result;
  if (!IsFloat(result) && other != result) {
    dtype = IsFloat(other)      ? DType::kF64
            : IsUnsigned(other) ? DType::kU64
                                : DType::kS64;
  }
  TINYC_ASSIGN_OR_RETURN(base, CastTo(node, base, dtype));
  TINYC_ASSIGN_OR_RETURN(exponent, CastTo(node, exponent, dtype));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("pow", {base, exponent}));
  return node.SetOutput(0, CastTo(node, y, result));
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/softmax.h"

#include <algorithm>
#include <cmath>

#include "absl/functional/function_ref.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "softmax/softmax.h"

static auto BlockFields(const tc_softmax_shape*) {
  using T = tc_softmax_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_softmax_shape",
      std::tuple{BlockMember{"outer", &T::outer}, BlockMember{"n", &T::n},
                 BlockMember{"inner", &T::inner}}};
}

static auto BlockFields(const tc_softmax_quant*) {
  using T = tc_softmax_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_softmax_quant",
      std::tuple{BlockMember{"recip", &T::recip},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"lo", &T::lo}, BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

// Entries of a table of exponentials.
constexpr int64_t kEntries = 256;
// Elements along the axis whose sum 64 bits hold.
constexpr int64_t kMost16 = 65536;

// round(exp(-scale * steps) * 2^bits)
int64_t ExpOf(float scale, int64_t steps, int bits) {
  return static_cast<int64_t>(std::nearbyint(
      std::ldexp(std::exp(-double{scale} * static_cast<double>(steps)), bits)));
}

// The exponentials of 0 to 255 steps below the greatest of n elements, whose
// sum is at most 2^31.  For 16 bits two such tables, the first one for 256
// steps at a time; the exponential is the product.
Tensor Exponentials(const TensorType& x, int64_t n) {
  const float scale = x.quant->scale[0];
  if (InfoOf(x.dtype).bits == 16) {
    Tensor table(TensorType(DType::kU32, {2 * kEntries}));
    for (int64_t i = 0; i < kEntries; ++i) {
      table.SetInt(i, ExpOf(scale, i * kEntries, 31));
      table.SetInt(kEntries + i, ExpOf(scale, i, 31));
    }
    return table;
  }
  int bits = 31;
  while (bits > 0 && (int64_t{1} << (31 - bits)) < n) --bits;
  Tensor table(TensorType(DType::kU32, {kEntries}));
  for (int64_t i = 0; i < kEntries; ++i) {
    table.SetInt(i, ExpOf(scale, i, std::min(bits, 20)));
  }
  return table;
}

uint64_t ExpIn(const Tensor& table, int64_t steps) {
  const auto at = [&](int64_t i) {
    return static_cast<uint64_t>(table.IntAt(i));
  };
  if (table.size() == kEntries) return at(steps);
  const uint64_t product =
      at(steps / kEntries) * at(kEntries + steps % kEntries);
  return (product + (uint64_t{1} << 30)) >> 31;
}

double Reciprocal(const TensorType& y) {
  return std::nearbyint(65536.0 / double{y.quant->scale[0]});
}

// Calls visit with the offsets of the elements along the axis, for every
// position of the other axes.
void ForEachLine(const Shape& shape, size_t axis,
                 absl::FunctionRef<void(absl::Span<const int64_t>)> visit) {
  const AxisView view = ViewAround(shape, axis);
  std::vector<int64_t> line(static_cast<size_t>(view.n));
  for (int64_t o = 0; o < view.outer; ++o) {
    for (int64_t i = 0; i < view.inner; ++i) {
      for (int64_t k = 0; k < view.n; ++k) {
        line[static_cast<size_t>(k)] = (o * view.n + k) * view.inner + i;
      }
      visit(line);
    }
  }
}

double Greatest(const Tensor& x, absl::Span<const int64_t> line) {
  double greatest = x.At(line[0]);
  for (const int64_t at : line) greatest = std::max(greatest, x.At(at));
  return greatest;
}

double SumOfExp(const Tensor& x, absl::Span<const int64_t> line, double zero) {
  double sum = 0;
  for (const int64_t at : line) sum += std::exp(x.At(at) - zero);
  return sum;
}

void QuantizedLine(const Tensor& x, const Tensor& exponentials,
                   absl::Span<const int64_t> line, Tensor& y) {
  int64_t greatest = x.IntAt(line[0]);
  for (const int64_t at : line) greatest = std::max(greatest, x.IntAt(at));
  const auto exp_at = [&](int64_t at) {
    return ExpIn(exponentials, greatest - x.IntAt(at));
  };
  const auto recip = static_cast<uint64_t>(Reciprocal(y.type()));
  uint64_t sum = 0;
  for (const int64_t at : line) sum += exp_at(at);
  for (const int64_t at : line) {
    const uint64_t steps = (exp_at(at) * recip + (sum << 15)) / (sum << 16);
    y.SetInt(at, static_cast<int64_t>(steps) + y.type().quant->zero_point[0]);
  }
}

absl::StatusOr<KernelCall> LowerAlong(absl::string_view stem, int64_t axis,
                                      const TensorType& x) {
  TINYC_ASSIGN_OR_RETURN(const size_t d, NormalizedAxis(axis, x.rank()));
  const AxisView view = ViewAround(x.shape, d);
  KernelCall call;
  if (x.dtype == DType::kF64) {
    call.family = FamilyName(stem, x.dtype);
  } else {
    TINYC_ASSIGN_OR_RETURN(call.family, ArithmeticFamily(stem, x));
  }
  call.shape = Block::Of(
      tc_softmax_shape{Int32(view.outer), Int32(view.n), Int32(view.inner)});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return call;
}

}  // namespace

void RegisterSoftmax(OpRegistry& registry) {
  registry.Add(std::make_unique<Softmax>());
  registry.Add(std::make_unique<LogSoftmax>());
}

absl::StatusOr<std::vector<TensorType>> Softmax::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(  // softmax_c1
      const size_t d, NormalizedAxis(axis, x.rank()));
  if (!x.quantized() && !IsFloat(x.dtype)) {  // softmax_c2
    return Invalid("softmax takes no ", InfoOf(x.dtype).text);
  }
  TINYC_ASSIGN_OR_RETURN(  // softmax_c3
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, x.elem())));
  const TensorType y(elem, x.shape);
  if (x.quantized() && InfoOf(x.dtype).bits == 16 &&
      x.shape[d] > kMost16) {  // softmax_c4
    return Unimplemented("softmax of quantized ", InfoOf(x.dtype).text,
                         " has no integer form for ", x.shape[d],
                         " elements, more than ", kMost16);
  }
  if (y.quantized() && Reciprocal(y) >= 4294967296.0) {  // softmax_c5
    return Unimplemented("the result of softmax has the scale ",
                         y.quant->scale[0], ", at least 2^-16 is needed");
  }
  return std::vector{y};
}

absl::Status Softmax::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  TINYC_ASSIGN_OR_RETURN(const size_t d, NormalizedAxis(axis, x.type().rank()));
  const Tensor exponentials =
      y.type().quantized() ? Exponentials(x.type(), x.shape()[d]) : Tensor();
  ForEachLine(x.shape(), d, [&](absl::Span<const int64_t> line) {
    if (line.empty()) return;
    if (y.type().quantized()) return QuantizedLine(x, exponentials, line, y);
    const double greatest = Greatest(x, line);
    const double sum = SumOfExp(x, line, greatest);
    for (const int64_t at : line) {
      y.Set(at, std::exp(x.At(at) - greatest) / sum);
    }
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Softmax::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(KernelCall call, LowerAlong("softmax", axis, x));
  if (x.quantized()) {
    if (y.dtype != x.dtype) {
      return Unimplemented("softmax from ", InfoOf(x.dtype).text, " to ",
                           InfoOf(y.dtype).text, " has no C kernel");
    }
    TINYC_ASSIGN_OR_RETURN(const size_t d, NormalizedAxis(axis, x.rank()));
    call.quant = Block::Of(tc_softmax_quant{
        static_cast<uint32_t>(Reciprocal(y)), y.quant->zero_point[0],
        Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
    call.args.insert(call.args.begin() + 1,
                     KernelArg::Constant("exp", Exponentials(x, x.shape[d])));
  }
  return std::vector{std::move(call)};
}

absl::StatusOr<std::vector<TensorType>> LogSoftmax::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_RETURN_IF_ERROR(
      NormalizedAxis(axis, x.rank()).status());  // log_softmax_c1
  if (x.quantized() || !IsFloat(x.dtype)) {      // log_softmax_c2
    return Invalid("log_softmax takes plain floats");
  }
  return std::vector{x};
}

absl::Status LogSoftmax::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t d, NormalizedAxis(axis, x.type().rank()));
  ForEachLine(x.shape(), d, [&](absl::Span<const int64_t> line) {
    if (line.empty()) return;
    const double greatest = Greatest(x, line);
    const double log_sum = std::log(SumOfExp(x, line, greatest));
    for (const int64_t at : line) {
      args.out[0]->Set(at, x.At(at) - greatest - log_sum);
    }
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> LogSoftmax::Lower(
    const Node& node) const {
  TINYC_ASSIGN_OR_RETURN(
      KernelCall call, LowerAlong("log_softmax", axis, node.input(0)->type()));
  return std::vector{std::move(call)};
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/unary.h"

#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/table.h"

namespace tinyc {
namespace {

using Kernels = UnaryRow::Kernels;

constexpr UnaryRow kRows[] = {
    {"abs", Kernels::kF32AndSigned, [](double a) { return std::fabs(a); },
     [](uint64_t a, bool negative) { return negative ? 0 - a : a; }},
    {"acos", Kernels::kF32, [](double a) { return std::acos(a); }, nullptr},
    {"acosh", Kernels::kF32, [](double a) { return std::acosh(a); }, nullptr},
    {"asin", Kernels::kF32, [](double a) { return std::asin(a); }, nullptr},
    {"asinh", Kernels::kF32, [](double a) { return std::asinh(a); }, nullptr},
    {"atan", Kernels::kF32, [](double a) { return std::atan(a); }, nullptr},
    {"atanh", Kernels::kF32, [](double a) { return std::atanh(a); }, nullptr},
    {"ceil", Kernels::kF32, [](double a) { return std::ceil(a); }, nullptr},
    {"cos", Kernels::kF32, [](double a) { return std::cos(a); }, nullptr},
    {"cosh", Kernels::kF32, [](double a) { return std::cosh(a); }, nullptr},
    {"erf", Kernels::kF32, [](double a) { return std::erf(a); }, nullptr},
    {"exp", Kernels::kF32, [](double a) { return std::exp(a); }, nullptr},
    {"floor", Kernels::kF32, [](double a) { return std::floor(a); }, nullptr},
    {"log", Kernels::kF32, [](double a) { return std::log(a); }, nullptr},
    {"neg", Kernels::kF32AndSigned, [](double a) { return -a; },
     [](uint64_t a, bool) { return 0 - a; }},
    {"not", Kernels::kBits, nullptr, [](uint64_t a, bool) { return ~a; }},
    {"reciprocal", Kernels::kF32, [](double a) { return 1 / a; }, nullptr},
    {"relu", Kernels::kF32, [](double a) { return a < 0 ? 0 : a; },
     [](uint64_t a, bool negative) { return negative ? 0 : a; }},
    {"round", Kernels::kF32, [](double a) { return std::nearbyint(a); },
     nullptr},
    {"sigmoid", Kernels::kF32, [](double a) { return 1 / (1 + std::exp(-a)); },
     nullptr},
    {"sign", Kernels::kF32, [](double a) { return a > 0   ? 1
                                                  : a < 0 ? -1
                                                          : a; },
     [](uint64_t a, bool negative) {
       return negative ? ~uint64_t{0} : uint64_t{a != 0};
     }},
    {"sin", Kernels::kF32, [](double a) { return std::sin(a); }, nullptr},
    {"sinh", Kernels::kF32, [](double a) { return std::sinh(a); }, nullptr},
    {"softplus", Kernels::kF32,
     [](double a) {
       return std::log1p(std::exp(-std::fabs(a))) + (a < 0 ? 0 : a);
     },
     nullptr},
    {"sqrt", Kernels::kF32, [](double a) { return std::sqrt(a); }, nullptr},
    {"tan", Kernels::kF32, [](double a) { return std::tan(a); }, nullptr},
    {"tanh", Kernels::kF32, [](double a) { return std::tanh(a); }, nullptr},
};

}  // namespace

void RegisterUnary(OpRegistry& registry) {
  for (const UnaryRow& row : kRows) {
    registry.Add(std::make_unique<Unary>(&row));
  }
}

Unary::Unary() : row_(&kRows[0]) {}

absl::StatusOr<std::vector<TensorType>> Unary::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const bool taken = IsFloat(x.dtype) || x.quantized() ? row_->real != nullptr
                     : IsInteger(x.dtype)              ? row_->whole != nullptr
                                          : row_->kernels == Kernels::kBits;
  if (!taken) {  // unary_c1
    return Invalid(name(), " takes no ", x.quantized() ? "quantized " : "",
                   InfoOf(x.dtype).text);
  }
  TINYC_ASSIGN_OR_RETURN(  // unary_c2
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, x.elem())));
  return std::vector{TensorType(elem, x.shape)};
}

absl::Status Unary::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const bool whole = !x.type().quantized() && !IsFloat(x.dtype());
  for (int64_t i = 0; i < x.size(); ++i) {
    if (whole) {
      const int64_t a = x.IntAt(i);
      const bool negative = a < 0 && !IsUnsigned(x.dtype());
      const uint64_t bits = row_->whole(static_cast<uint64_t>(a), negative);
      y.SetInt(i, y.dtype() == DType::kBool ? static_cast<int64_t>(bits & 1)
                                            : Wrapped(y.dtype(), bits));
    } else {
      y.SetReal(i, row_->real(x.Real(i)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Unary::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  if (x.quantized()) return LowerTable(x, y, row_->real);
  const bool is_signed = InfoOf(x.dtype).kind == DTypeKind::kSigned;
  if (x.dtype != DType::kF32 && row_->kernels != Kernels::kBits &&
      !(is_signed && row_->kernels == Kernels::kF32AndSigned)) {
    return Unimplemented(name(), " has no C kernel for ", InfoOf(x.dtype).text);
  }
  KernelCall call;
  call.family = FamilyName(name(), is_signed && row_->kernels == Kernels::kBits
                                       ? UnsignedOf(x.dtype)
                                       : x.dtype);
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

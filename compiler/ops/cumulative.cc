// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/cumulative.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexed.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "cumulative/cumulative.h"

static auto BlockFields(const tc_cumulative_shape*) {
  using T = tc_cumulative_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_cumulative_shape",
      std::tuple{BlockMember{"rank", &T::rank}, BlockMember{"dims", &T::dims},
                 BlockMember{"exclusive", &T::exclusive},
                 BlockMember{"reverse", &T::reverse}}};
}

namespace tinyc {

void RegisterCumulative(OpRegistry& registry) {
  registry.Add(std::make_unique<CumSum>());
  registry.Add(std::make_unique<CumProd>());
}

absl::StatusOr<std::vector<TensorType>> Cumulative::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.quantized() || (!IsFloat(x.dtype) && !IsInteger(x.dtype)) ||
      InfoOf(x.dtype).bits < 8) {  // cumulative_c1
    return Invalid(name(), " takes no ", ToString(TensorType(x.elem(), {})));
  }
  const TensorType& axis = *args.in[1];
  if (axis.dtype != DType::kS64 || axis.quantized() ||
      axis.num_elements() != 1) {  // cumulative_c2
    return Invalid("the axis is ", ToString(axis), ", not one s64");
  }
  if (x.rank() == 0) return Invalid("a scalar has no axis");  // cumulative_c3
  return std::vector{x};
}

absl::Status Cumulative::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const int64_t axis = ResolvedIndex(args.in[1]->IntAt(0), x.type().rank());
  const AxisView view = ViewAround(x.shape(), static_cast<size_t>(axis));
  const bool sums = name() == CumSum::kName;
  for (int64_t line = 0; line < view.outer * view.inner; ++line) {
    const int64_t first =
        line / view.inner * view.n * view.inner + line % view.inner;
    double real = sums ? 0 : 1;
    uint64_t integer = sums ? 0 : 1;
    for (int64_t k = 0; k < view.n; ++k) {
      const int64_t at = first + (reverse ? view.n - 1 - k : k) * view.inner;
      const auto store = [&] {
        if (IsFloat(x.dtype())) {
          y.Set(at, real);
        } else {
          y.SetInt(at, Wrapped(y.dtype(), integer));
        }
      };
      if (exclusive) store();
      if (IsFloat(x.dtype())) {
        real = sums ? real + x.At(at) : real * x.At(at);
      } else {
        const uint64_t v = static_cast<uint64_t>(x.IntAt(at));
        integer = sums ? integer + v : integer * v;
      }
      if (!exclusive) store();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Cumulative::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  if (InfoOf(x.dtype).bits < 32) {
    return Unimplemented(name(), " has no C kernel for ", InfoOf(x.dtype).text);
  }
  TINYC_RETURN_IF_ERROR(CheckRank(x.shape.size()));
  tc_cumulative_shape shape = {};
  shape.rank = x.rank();
  for (size_t d = 0; d < x.shape.size(); ++d) shape.dims[d] = Int32(x.shape[d]);
  shape.exclusive = exclusive ? 1 : 0;
  shape.reverse = reverse ? 1 : 0;
  KernelCall call;
  call.family = FamilyName(name(), x.dtype);
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lookup.h"

#include <memory>
#include <utility>

#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

constexpr int64_t kEntries = 256;

}  // namespace

void RegisterLookup(OpRegistry& registry) {
  registry.Add(std::make_unique<Lookup>());
}

absl::StatusOr<std::vector<TensorType>> Lookup::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& table = *args.in[1];
  if (x.dtype != DType::kS8 && x.dtype != DType::kU8) {  // lookup_c1
    return Invalid("x has s8 or u8, not ", InfoOf(x.dtype).text);
  }
  if (table.dtype != x.dtype || table.shape != Shape{kEntries} ||
      (table.quantized() && !table.quant->per_tensor())) {  // lookup_c2
    return Invalid("the table is ", ToString(table), ", not ",
                   InfoOf(x.dtype).text, "[", kEntries, "] with one scale");
  }
  return std::vector{TensorType(table.elem(), x.shape)};
}

absl::Status Lookup::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& table = *args.in[1];
  for (int64_t i = 0; i < x.size(); ++i) {
    args.out[0]->SetInt(i, table.IntAt(x.IntAt(i) - MinOf(x.dtype())));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Lookup::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  if (node.input(1)->constant() == nullptr) {
    return Unimplemented("a table that is not constant has no C kernel");
  }
  const Tensor& table = *node.input(1)->constant();
  KernelCall call;
  call.family = FamilyName("lut", x.dtype);
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  call.args = {KernelArg::Input(0),
               KernelArg::Constant(
                   "table", table.WithType(TensorType(x.dtype, table.shape()))),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

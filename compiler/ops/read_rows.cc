// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/read_rows.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/strided_copy.h"

namespace tinyc {

void RegisterReadRows(OpRegistry& registry) {
  registry.Add(std::make_unique<ReadRows>());
}

absl::StatusOr<std::vector<TensorType>> ReadRows::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.rank() < 3 || x.shape[0] != 1) {  // read_rows_c1
    return Invalid("the operand has no rows: it is not of batch 1 and rank 3");
  }
  if (InfoOf(x.dtype).bits < 8) {  // read_rows_c2
    return Invalid("elements below a byte are in no row alone");
  }
  if (!planar) return std::vector{x};
  if (x.rank() != 4) {  // read_rows_c3
    return Invalid("the operand has rank ", x.rank(), ", planes have rank 4");
  }
  if (x.quantized() && !x.quant->per_tensor()) {  // read_rows_c4
    return Invalid("the operand has several scales");
  }
  return std::vector{
      TensorType(x.elem(), {1, x.shape[2], x.shape[3], x.shape[1]})};
}

absl::Status ReadRows::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  for (int64_t i = 0; i < y.size(); ++i) {
    int64_t from = i;
    if (planar) {
      const int64_t channels = y.shape()[3];
      from = i % channels * (y.size() / channels) + i / channels;
    }
    CopyElement(x, from, y, i);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> ReadRows::Lower(
    const Node& node) const {
  const TensorType& y = node.output()->type();
  const int64_t row = y.num_elements() / y.shape[1];
  // Row by row, so that the call is not taken for one run of bytes, which the
  // result could share with the operand.
  StridedCopy copy{{y.shape[1], row}, {row, 1}, {row, 1}};
  if (planar) {
    const int64_t width = y.shape[2];
    const int64_t channels = y.shape[3];
    copy = {{y.shape[1], width, channels},
            {width, 1, y.shape[1] * width},
            {row, channels, 1}};
  }
  TINYC_ASSIGN_OR_RETURN(KernelCall call, CopyCall(copy, y.dtype));
  return std::vector{std::move(call)};
}

const Node* ReaderOf(const Value& input) {
  if (input.producer() != nullptr || input.constant() != nullptr) {
    return nullptr;
  }
  const Value* value = &input;
  while (value->has_single_use()) {
    const Node* user = value->uses()[0].node;
    if (user == nullptr) return nullptr;
    if (user->As<ReadRows>() != nullptr) return user;
    if (user->As<Reshape>() == nullptr) return nullptr;
    value = user->output();
  }
  return nullptr;
}

}  // namespace tinyc

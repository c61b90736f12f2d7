// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reverse_sequence.h"

#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"
#include "reverse_sequence/reverse_sequence.h"

static auto BlockFields(const tc_reverse_sequence_shape*) {
  using T = tc_reverse_sequence_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_reverse_sequence_shape",
      std::tuple{BlockMember{"batch", &T::batch}, BlockMember{"time", &T::time},
                 BlockMember{"batch_stride", &T::batch_stride},
                 BlockMember{"time_stride", &T::time_stride},
                 BlockMember{"row", &T::row}}};
}

namespace tinyc {

void RegisterReverseSequence(OpRegistry& registry) {
  registry.Add(std::make_unique<ReverseSequence>());
}

absl::StatusOr<std::vector<TensorType>> ReverseSequence::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& lengths = *args.in[1];
  if (x.rank() < 2 || batch_axis + time_axis != 1 ||
      batch_axis * time_axis != 0) {  // reverse_sequence_c1
    return Invalid("the axes ", batch_axis, " and ", time_axis,
                   " are not 0 and 1 of ", ToString(x.shape));
  }
  const int64_t batch = x.shape[static_cast<size_t>(batch_axis)];
  if (lengths.dtype != DType::kS64 || lengths.quantized() ||
      lengths.shape != Shape({batch})) {  // reverse_sequence_c2
    return Invalid("the lengths are ", ToString(lengths), ", not s64[", batch,
                   "]");
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));  // reverse_sequence_c3
  return std::vector{x};
}

absl::Status ReverseSequence::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Shape strides = RowMajorStrides(x.shape());
  const size_t time = static_cast<size_t>(time_axis);
  int64_t at = 0;
  ForEachIndex(x.shape(), [&](absl::Span<const int64_t> p) {
    const int64_t length = std::min(
        args.in[1]->IntAt(p[static_cast<size_t>(batch_axis)]), x.shape()[time]);
    const int64_t t = p[time] < length ? length - 1 - p[time] : p[time];
    CopyElement(x, at + (t - p[time]) * strides[time], *args.out[0], at);
    ++at;
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> ReverseSequence::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const Shape strides = RowMajorStrides(x.shape);
  const size_t batch = static_cast<size_t>(batch_axis);
  const size_t time = static_cast<size_t>(time_axis);
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("reverse_sequence", x.dtype));
  call.shape = Block::Of(tc_reverse_sequence_shape{
      Int32(x.shape[batch]), Int32(x.shape[time]), Int32(strides[batch]),
      Int32(strides[time]), Int32(strides[1])});
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

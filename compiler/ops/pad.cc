// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pad.h"

#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"
#include "copy/copy.h"

static auto BlockFields(const tc_pad_shape*) {
  using T = tc_pad_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{"tc_pad_shape",
                              std::tuple{BlockMember{"rank", &T::rank},
                                         BlockMember{"in_dims", &T::in_dims},
                                         BlockMember{"out_dims", &T::out_dims},
                                         BlockMember{"before", &T::before},
                                         BlockMember{"mode", &T::mode}}};
}

namespace tinyc {
namespace {

// Where position i of a dimension of n elements, before or after it too, takes
// its element; -1: from the constant.
int64_t Source(PadMode mode, int64_t i, int64_t n) {
  switch (mode) {
    case PadMode::kConstant:
      return i < 0 || i >= n ? -1 : i;
    case PadMode::kEdge:
      return std::clamp<int64_t>(i, 0, n - 1);
    case PadMode::kWrap:
      while (i < 0) i += n;
      return i % n;
    case PadMode::kReflect:
      if (n == 1) return 0;
      while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
      return i;
  }
  return -1;
}

Tensor PadElement(const TensorType& x, double value) {
  Tensor element(TensorType(x.elem(), {1}));
  element.SetReal(0, value);
  return element;
}

absl::StatusOr<std::vector<KernelCall>> LowerContinued(const Pad& pad,
                                                       const TensorType& x,
                                                       const TensorType& y) {
  TINYC_RETURN_IF_ERROR(CheckRank(x.shape.size()));
  tc_pad_shape shape = {};
  shape.rank = std::max(x.rank(), 1);
  shape.in_dims[0] = shape.out_dims[0] = 1;  // of a scalar
  for (size_t d = 0; d < x.shape.size(); ++d) {
    shape.in_dims[d] = Int32(x.shape[d]);
    shape.out_dims[d] = Int32(y.shape[d]);
    shape.before[d] = Int32(pad.pads[d]);
  }
  shape.mode = pad.mode == PadMode::kEdge      ? 0
               : pad.mode == PadMode::kReflect ? 1
                                               : 2;
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("pad", x.dtype));
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace

void RegisterPad(OpRegistry& registry) {
  registry.Add(std::make_unique<Pad>());
}

absl::StatusOr<std::vector<TensorType>> Pad::InferTypes(
    const InferArgs& args) const {
  TensorType y = *args.in[0];
  const size_t rank = y.shape.size();
  if (pads.size() != 2 * rank) {  // pad_c1
    return Invalid("pads has ", pads.size(), " entries, not ", 2 * rank);
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(y));  // pad_c2
  for (size_t d = 0; d < rank; ++d) {
    const int64_t n = y.shape[d];
    y.shape[d] += pads[d] + pads[rank + d];
    if (y.shape[d] < 0) {  // pad_c3
      return Invalid("pads remove more than the ", n, " elements of dimension ",
                     d);
    }
    if (mode != PadMode::kConstant && n == 0 && y.shape[d] > 0) {  // pad_c4
      return Invalid("dimension ", d, " has no elements to continue");
    }
  }
  return std::vector{y};
}

absl::Status Pad::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const Tensor element = PadElement(x.type(), value);
  const Shape strides = RowMajorStrides(x.shape());
  int64_t at = 0;
  ForEachIndex(y.shape(), [&](absl::Span<const int64_t> index) {
    int64_t offset = 0;
    bool inside = true;
    for (size_t d = 0; d < index.size(); ++d) {
      const int64_t i = Source(mode, index[d] - pads[d], x.shape()[d]);
      inside = inside && i >= 0;
      offset += i * strides[d];
    }
    CopyElement(inside ? x : element, inside ? offset : 0, y, at++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Pad::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  if (y.num_elements() == 0) return std::vector<KernelCall>();
  if (mode != PadMode::kConstant) return LowerContinued(*this, x, y);
  const Shape in_strides = RowMajorStrides(x.shape);
  const Shape out_strides = RowMajorStrides(y.shape);
  StridedCopy copy{x.shape, in_strides, out_strides};
  for (size_t d = 0; d < x.shape.size(); ++d) {
    const int64_t first = std::max<int64_t>(0, -pads[d]);  // in x
    const int64_t end =
        std::min(x.shape[d], x.shape[d] + pads[x.shape.size() + d]);
    copy.dims[d] = std::max<int64_t>(0, end - first);
    copy.in_offset += first * in_strides[d];
    copy.out_offset += (first + pads[d]) * out_strides[d];
  }
  TINYC_ASSIGN_OR_RETURN(std::vector<KernelCall> calls,
                         LowerCopy(copy, y.dtype));
  if (NumElements(copy.dims) < y.num_elements()) {
    TINYC_ASSIGN_OR_RETURN(KernelCall fill, LowerFill(PadElement(x, value), y));
    calls.insert(calls.begin(), std::move(fill));
  }
  return calls;
}

}  // namespace tinyc

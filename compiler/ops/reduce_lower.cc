// SPDX-License-Identifier: Apache-2.0
// Reduce onto the reduce kernels.
#include "compiler/ir/graph.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/strided_copy.h"
#include "reduce/reduce.h"

static auto BlockFields(const tc_reduce_shape*) {
  using T = tc_reduce_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_reduce_shape", std::tuple{BlockMember{"out_rank", &T::out_rank},
                                    BlockMember{"out_dims", &T::out_dims},
                                    BlockMember{"out_stride", &T::out_stride},
                                    BlockMember{"red_rank", &T::red_rank},
                                    BlockMember{"red_dims", &T::red_dims},
                                    BlockMember{"red_stride", &T::red_stride}}};
}

static auto BlockFields(const tc_reduce_quant*) {
  using T = tc_reduce_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_reduce_quant",
      std::tuple{BlockMember{"in_zero", &T::in_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"mult", &T::mult}, BlockMember{"shift", &T::shift},
                 BlockMember{"lo", &T::lo}, BlockMember{"hi", &T::hi}}};
}

namespace tinyc {

absl::StatusOr<std::vector<KernelCall>> Reduce::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  if (y.num_elements() == 0) return std::vector<KernelCall>();
  const int64_t n = x.num_elements() / y.num_elements();
  TINYC_ASSIGN_OR_RETURN(const std::vector<bool> folded,
                         AxisMask(axes, x.rank()));
  const Shape strides = RowMajorStrides(x.shape);
  StridedCopy kept;
  StridedCopy gone;
  for (size_t d = 0; d < folded.size(); ++d) {
    StridedCopy& side = folded[d] ? gone : kept;
    side.dims.push_back(x.shape[d]);
    side.in_strides.push_back(strides[d]);
  }
  kept.out_strides = kept.in_strides;
  gone.out_strides = gone.in_strides;
  kept = Merged(kept);
  gone = Merged(gone);
  if (n == 0) gone = {{0}, {0}, {0}};
  TINYC_RETURN_IF_ERROR(CheckRank(kept.dims.size()));
  TINYC_RETURN_IF_ERROR(CheckRank(gone.dims.size()));
  tc_reduce_shape shape = {};
  shape.out_rank = static_cast<int32_t>(kept.dims.size());
  for (size_t d = 0; d < kept.dims.size(); ++d) {
    shape.out_dims[d] = Int32(kept.dims[d]);
    shape.out_stride[d] = Int32(kept.in_strides[d]);
  }
  shape.red_rank = static_cast<int32_t>(gone.dims.size());
  for (size_t d = 0; d < gone.dims.size(); ++d) {
    shape.red_dims[d] = Int32(gone.dims[d]);
    shape.red_stride[d] = Int32(gone.in_strides[d]);
  }
  KernelCall call;
  call.family = FamilyName(name(), x.dtype);
  call.shape = Block::Of(shape);
  if (x.quantized() && !Selects()) {
    if (y.dtype != x.dtype) {
      return Unimplemented(name(), " from ", InfoOf(x.dtype).text, " to ",
                           InfoOf(y.dtype).text, " has no C kernel");
    }
    TINYC_ASSIGN_OR_RETURN(
        const FixedScale scale,
        RenderScale({Ratio(x, y, n)}, y.dtype, n * CenteredBound(x.dtype)));
    call.quant = Block::Of(tc_reduce_quant{
        x.quant->zero_point[0], y.quant->zero_point[0], scale.mult[0],
        scale.shift, Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
    // A sum is the mean kernel with another multiplier.
    call.family = FamilyName("reduce_mean", x.dtype);
  }
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

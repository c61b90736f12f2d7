// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/strided_copy.h"

#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "copy/copy.h"

static auto BlockFields(const tc_copy_shape*) {
  using T = tc_copy_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_copy_shape",
      std::tuple{BlockMember{"rank", &T::rank}, BlockMember{"dims", &T::dims},
                 BlockMember{"in_stride", &T::in_stride},
                 BlockMember{"out_stride", &T::out_stride},
                 BlockMember{"in_offset", &T::in_offset},
                 BlockMember{"out_offset", &T::out_offset}}};
}

static auto BlockFields(const tc_fill_shape*) {
  return tinyc::BlockFieldsOf{
      "tc_fill_shape", std::tuple{tinyc::BlockMember{"n", &tc_fill_shape::n}}};
}

namespace tinyc {

StridedCopy Merged(const StridedCopy& copy) {
  StridedCopy merged = copy;
  MergeDims(merged.dims, {&merged.in_strides, &merged.out_strides});
  return merged;
}

absl::StatusOr<std::string> BytesFamily(absl::string_view stem, DType dtype) {
  const int bits = InfoOf(dtype).bits;
  if (bits < 8) {
    return Unimplemented("moving elements of type ", InfoOf(dtype).text,
                         " has no C kernel");
  }
  return absl::StrCat(stem, "_b", bits / 8);
}

absl::StatusOr<KernelCall> CopyCall(const StridedCopy& copy, DType dtype,
                                    int input) {
  const size_t rank = copy.dims.size();
  TINYC_RETURN_IF_ERROR(CheckRank(rank));
  tc_copy_shape shape = {};
  shape.rank = static_cast<int32_t>(rank);
  for (size_t d = 0; d < rank; ++d) {
    shape.dims[d] = Int32(copy.dims[d]);
    shape.in_stride[d] = Int32(copy.in_strides[d]);
    shape.out_stride[d] = Int32(copy.out_strides[d]);
  }
  shape.in_offset = Int32(copy.in_offset);
  shape.out_offset = Int32(copy.out_offset);
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("copy", dtype));
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(input), KernelArg::Output(0)};
  return call;
}

absl::StatusOr<std::vector<KernelCall>> LowerCopy(const StridedCopy& copy,
                                                  DType dtype, int input) {
  if (NumElements(copy.dims) == 0) return std::vector<KernelCall>();
  TINYC_ASSIGN_OR_RETURN(KernelCall call, CopyCall(Merged(copy), dtype, input));
  return std::vector{std::move(call)};
}

absl::StatusOr<KernelCall> LowerFill(const Tensor& element,
                                     const TensorType& y) {
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("fill", y.dtype));
  call.shape = Block::Of(tc_fill_shape{Int32(y.num_elements())});
  call.args = {KernelArg::Constant("value", element), KernelArg::Output(0)};
  return call;
}

}  // namespace tinyc

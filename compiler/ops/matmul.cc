// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/matmul.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"
#include "matmul/matmul.h"

static auto BlockFields(const tc_matmul_shape*) {
  using T = tc_matmul_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_matmul_shape",
      std::tuple{BlockMember{"rank", &T::rank}, BlockMember{"batch", &T::batch},
                 BlockMember{"a_stride", &T::a_stride},
                 BlockMember{"b_stride", &T::b_stride},
                 BlockMember{"rows", &T::rows}, BlockMember{"inner", &T::inner},
                 BlockMember{"cols", &T::cols}}};
}

static auto BlockFields(const tc_matmul_quant*) {
  using T = tc_matmul_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_matmul_quant",
      std::tuple{BlockMember{"a_zero", &T::a_zero},
                 BlockMember{"b_zero", &T::b_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"mult", &T::mult}, BlockMember{"shift", &T::shift},
                 BlockMember{"lo", &T::lo}, BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

double RatioOf(const TensorType& a, const TensorType& b, const TensorType& y) {
  return double{a.quant->scale[0]} * double{b.quant->scale[0]} /
         double{y.quant->scale[0]};
}

}  // namespace

void RegisterMatmul(OpRegistry& registry) {
  registry.Add(std::make_unique<Matmul>());
}

absl::StatusOr<Matmul::Sizes> Matmul::SizesOf(const Shape& a, const Shape& b) {
  if (a.empty() || b.empty()) {  // matmul_c1
    return Invalid("matmul takes no scalars");
  }
  Sizes sizes;
  Shape a_batch;
  Shape b_batch;
  if (a.size() > 1) {
    sizes.rows = a[a.size() - 2];
    a_batch.assign(a.begin(), a.end() - 2);
  }
  if (b.size() > 1) {
    sizes.cols = b.back();
    b_batch.assign(b.begin(), b.end() - 2);
  }
  sizes.inner = a.back();
  const int64_t b_inner = b.size() > 1 ? b[b.size() - 2] : b[0];
  if (sizes.inner != b_inner) {  // matmul_c2
    return Invalid("the shapes ", ToString(a), " and ", ToString(b),
                   " share no inner dimension: ", sizes.inner, " and ",
                   b_inner);
  }
  TINYC_ASSIGN_OR_RETURN(sizes.batch,
                         BroadcastShapes(a_batch, b_batch));  // matmul_c3
  sizes.a_strides = BroadcastStrides(a_batch, sizes.batch);
  sizes.b_strides = BroadcastStrides(b_batch, sizes.batch);
  for (int64_t& stride : sizes.a_strides) stride *= sizes.rows * sizes.inner;
  for (int64_t& stride : sizes.b_strides) stride *= sizes.inner * sizes.cols;
  return sizes;
}

absl::StatusOr<std::vector<TensorType>> Matmul::InferTypes(
    const InferArgs& args) const {
  const TensorType& a = *args.in[0];
  const TensorType& b = *args.in[1];
  TINYC_ASSIGN_OR_RETURN(const Sizes sizes, SizesOf(a.shape, b.shape));
  if (a.dtype == DType::kBool) {  // matmul_c4
    return Invalid("matmul takes no bool");
  }
  TINYC_ASSIGN_OR_RETURN(  // matmul_c5
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, a.elem())));
  Shape shape = sizes.batch;
  if (a.rank() > 1) shape.push_back(sizes.rows);
  if (b.rank() > 1) shape.push_back(sizes.cols);
  return std::vector{TensorType(elem, std::move(shape))};
}

absl::Status Matmul::Evaluate(const EvalArgs& args) const {
  const Tensor& a = *args.in[0];
  const Tensor& b = *args.in[1];
  Tensor& y = *args.out[0];
  TINYC_ASSIGN_OR_RETURN(const Sizes sizes, SizesOf(a.shape(), b.shape()));
  FixedScale scale;
  int64_t a_zero = 0;
  int64_t b_zero = 0;
  if (y.type().quantized()) {
    TINYC_ASSIGN_OR_RETURN(
        scale,
        RenderScale({RatioOf(a.type(), b.type(), y.type())}, y.dtype(), 0));
    a_zero = a.type().quant->zero_point[0];
    b_zero = b.type().quant->zero_point[0];
  }
  int64_t at = 0;
  ForEachIndex(sizes.batch, [&](absl::Span<const int64_t> index) {
    const int64_t a_start = OffsetOf(index, sizes.a_strides);
    const int64_t b_start = OffsetOf(index, sizes.b_strides);
    for (int64_t r = 0; r < sizes.rows; ++r) {
      for (int64_t c = 0; c < sizes.cols; ++c) {
        double real = 0;
        uint64_t whole = 0;  // modulo 2^64
        for (int64_t k = 0; k < sizes.inner; ++k) {
          const int64_t i = a_start + r * sizes.inner + k;
          const int64_t j = b_start + k * sizes.cols + c;
          if (IsFloat(y.dtype())) {
            real += a.At(i) * b.At(j);
          } else {
            whole += static_cast<uint64_t>(a.IntAt(i) - a_zero) *
                     static_cast<uint64_t>(b.IntAt(j) - b_zero);
          }
        }
        if (IsFloat(y.dtype())) {
          y.Set(at++, real);
        } else if (!y.type().quantized()) {
          y.SetInt(at++, Wrapped(y.dtype(), whole));
        } else {
          const int64_t acc = static_cast<int64_t>(whole);
          y.SetInt(at++, int64_t{Rescale(acc, scale, 0)} +
                             y.type().quant->zero_point[0]);
        }
      }
    }
  });
  return absl::OkStatus();
}

int64_t Matmul::Macs(const Node& node) const {
  return node.output()->type().num_elements() *
         node.input(0)->type().shape.back();
}

absl::StatusOr<std::vector<KernelCall>> Matmul::Lower(const Node& node) const {
  const TensorType& a = node.input(0)->type();
  const TensorType& b = node.input(1)->type();
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(const Sizes sizes, SizesOf(a.shape, b.shape));
  StridedCopy batch = Merged({sizes.batch, sizes.a_strides, sizes.b_strides});
  tc_matmul_shape shape = {};
  shape.rows = Int32(sizes.rows);
  shape.inner = Int32(sizes.inner);
  shape.cols = Int32(sizes.cols);
  if (batch.dims.size() == 1 && batch.out_strides[0] == 0 &&
      batch.in_strides[0] == sizes.rows * sizes.inner) {
    // One matrix b for all: the batches of a are more rows.
    shape.rows = Int32(sizes.rows * batch.dims[0]);
    batch.dims[0] = 1;
  }
  if (NumElements(batch.dims) == 1) batch.dims.clear();
  TINYC_RETURN_IF_ERROR(CheckRank(batch.dims.size()));
  shape.rank = static_cast<int32_t>(batch.dims.size());
  for (size_t d = 0; d < batch.dims.size(); ++d) {
    shape.batch[d] = Int32(batch.dims[d]);
    shape.a_stride[d] = Int32(batch.in_strides[d]);
    shape.b_stride[d] = Int32(batch.out_strides[d]);
  }
  KernelCall call;
  if (y.quantized()) {
    TINYC_ASSIGN_OR_RETURN(call.family, ArithmeticFamily("matmul", y));
  } else {
    call.family = FamilyName("matmul", y.dtype);
  }
  call.shape = Block::Of(shape);
  if (y.quantized()) {
    if (a.dtype != y.dtype || b.dtype != y.dtype) {
      return Unimplemented("matmul of different types has no C kernel");
    }
    const int64_t bound = CenteredBound(y.dtype);
    TINYC_ASSIGN_OR_RETURN(
        const FixedScale scale,
        RenderScale({RatioOf(a, b, y)}, y.dtype, sizes.inner * bound * bound));
    call.quant = Block::Of(
        tc_matmul_quant{a.quant->zero_point[0], b.quant->zero_point[0],
                        y.quant->zero_point[0], scale.mult[0], scale.shift,
                        Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
  }
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

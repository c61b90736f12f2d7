// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/normalize.h"

#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"
#include "normalize/normalize.h"

static auto BlockFields(const tc_normalize_shape*) {
  using T = tc_normalize_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_normalize_shape",
      std::tuple{BlockMember{"out_rank", &T::out_rank},
                 BlockMember{"out_dims", &T::out_dims},
                 BlockMember{"out_stride", &T::out_stride},
                 BlockMember{"out_scale", &T::out_scale},
                 BlockMember{"red_rank", &T::red_rank},
                 BlockMember{"red_dims", &T::red_dims},
                 BlockMember{"red_stride", &T::red_stride},
                 BlockMember{"red_scale", &T::red_scale},
                 BlockMember{"centered", &T::centered},
                 BlockMember{"epsilon", &T::epsilon}}};
}

namespace tinyc {
namespace {

// The dimensions of x that are normalized, or those that are not: their sizes
// and their strides in x and in scale.
StridedCopy Side(const Shape& x, const Shape& scale_strides,
                 const std::vector<bool>& mask, bool normalized) {
  const Shape strides = RowMajorStrides(x);
  StridedCopy side;
  for (size_t d = 0; d < x.size(); ++d) {
    if (mask[d] != normalized) continue;
    side.dims.push_back(x[d]);
    side.in_strides.push_back(strides[d]);
    side.out_strides.push_back(scale_strides[d]);
  }
  return side;
}

}  // namespace

void RegisterNormalize(OpRegistry& registry) {
  registry.Add(std::make_unique<Normalize>());
}

absl::StatusOr<Shape> Normalize::ScaleStrides(const Shape& x) const {
  const int rank = static_cast<int>(x.size());
  Shape strides(x.size(), 0);
  int64_t stride = 1;
  std::vector<bool> seen(x.size());
  for (size_t i = scale_axes.size(); i-- > 0;) {
    TINYC_ASSIGN_OR_RETURN(const size_t d, NormalizedAxis(scale_axes[i], rank));
    if (seen[d]) return Invalid("axis ", scale_axes[i], " is named twice");
    seen[d] = true;
    strides[d] = stride;
    stride *= x[d];
  }
  return strides;
}

absl::StatusOr<std::vector<TensorType>> Normalize::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.quantized() || !IsFloat(x.dtype)) {  // normalize_c1
    return Invalid("normalize takes plain floats");
  }
  TINYC_RETURN_IF_ERROR(AxisMask(axes, x.rank()).status());  // normalize_c2
  TINYC_RETURN_IF_ERROR(ScaleStrides(x.shape).status());     // normalize_c3
  if (args.in[1] == nullptr && args.in[2] == nullptr &&
      !scale_axes.empty()) {  // normalize_c4
    return Invalid("there is nothing along scale_axes");
  }
  Shape expected;
  for (const int64_t axis : scale_axes) {
    expected.push_back(x.shape[*NormalizedAxis(axis, x.rank())]);
  }
  for (size_t i = 1; i < 3; ++i) {
    if (args.in[i] == nullptr) continue;
    if (!(*args.in[i] == TensorType(x.dtype, expected))) {  // normalize_c5
      return Invalid("operand ", i, " has the type ", ToString(*args.in[i]),
                     ", not ", ToString(TensorType(x.dtype, expected)));
    }
  }
  return std::vector{x};
}

absl::Status Normalize::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor* scale = args.in[1];
  const Tensor* bias = args.in[2];
  TINYC_ASSIGN_OR_RETURN(const std::vector<bool> mask,
                         AxisMask(axes, x.type().rank()));
  TINYC_ASSIGN_OR_RETURN(const Shape scale_strides, ScaleStrides(x.shape()));
  const StridedCopy kept = Side(x.shape(), scale_strides, mask, false);
  const StridedCopy gone = Side(x.shape(), scale_strides, mask, true);
  const double n = static_cast<double>(NumElements(gone.dims));
  ForEachIndex(kept.dims, [&](absl::Span<const int64_t> outer) {
    const int64_t start = OffsetOf(outer, kept.in_strides);
    const int64_t scale_start = OffsetOf(outer, kept.out_strides);
    double sum = 0;
    double squares = 0;
    const auto for_each = [&](auto&& visit) {
      ForEachIndex(gone.dims, [&](absl::Span<const int64_t> inner) {
        visit(start + OffsetOf(inner, gone.in_strides),
              scale_start + OffsetOf(inner, gone.out_strides));
      });
    };
    for_each([&](int64_t at, int64_t) { sum += x.At(at); });
    const double mean = centered ? sum / n : 0;
    for_each([&](int64_t at, int64_t) {
      squares += (x.At(at) - mean) * (x.At(at) - mean);
    });
    const double deviation = std::sqrt(squares / n + double{epsilon});
    for_each([&](int64_t at, int64_t k) {
      double v = (x.At(at) - mean) / deviation;
      if (scale != nullptr) v *= scale->At(k);
      if (bias != nullptr) v += bias->At(k);
      args.out[0]->Set(at, v);
    });
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Normalize::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  if (x.num_elements() == 0) return std::vector<KernelCall>();
  TINYC_ASSIGN_OR_RETURN(const std::vector<bool> mask,
                         AxisMask(axes, x.rank()));
  TINYC_ASSIGN_OR_RETURN(const Shape scale_strides, ScaleStrides(x.shape));
  const StridedCopy kept = Merged(Side(x.shape, scale_strides, mask, false));
  const StridedCopy gone = Merged(Side(x.shape, scale_strides, mask, true));
  TINYC_RETURN_IF_ERROR(CheckRank(kept.dims.size()));
  TINYC_RETURN_IF_ERROR(CheckRank(gone.dims.size()));
  tc_normalize_shape shape = {};
  shape.out_rank = static_cast<int32_t>(kept.dims.size());
  for (size_t d = 0; d < kept.dims.size(); ++d) {
    shape.out_dims[d] = Int32(kept.dims[d]);
    shape.out_stride[d] = Int32(kept.in_strides[d]);
    shape.out_scale[d] = Int32(kept.out_strides[d]);
  }
  shape.red_rank = static_cast<int32_t>(gone.dims.size());
  for (size_t d = 0; d < gone.dims.size(); ++d) {
    shape.red_dims[d] = Int32(gone.dims[d]);
    shape.red_stride[d] = Int32(gone.in_strides[d]);
    shape.red_scale[d] = Int32(gone.out_strides[d]);
  }
  shape.centered = centered ? 1 : 0;
  shape.epsilon = epsilon;
  KernelCall call;
  call.family = FamilyName("normalize", x.dtype);
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0)};
  for (int i = 1; i < 3; ++i) {
    call.args.push_back(node.input(static_cast<size_t>(i)) == nullptr
                            ? KernelArg::Null()
                            : KernelArg::Input(i));
  }
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc

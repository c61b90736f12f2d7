// SPDX-License-Identifier: Apache-2.0
// ResizeNearest and ResizeWeighted onto the resize kernels.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "compiler/ir/graph.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/resize.h"
#include "resize/resize.h"

static auto BlockFields(const tc_resize_nearest_shape*) {
  using T = tc_resize_nearest_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_resize_nearest_shape",
      std::tuple{BlockMember{"outer", &T::outer}, BlockMember{"in_h", &T::in_h},
                 BlockMember{"in_w", &T::in_w}, BlockMember{"out_h", &T::out_h},
                 BlockMember{"out_w", &T::out_w},
                 BlockMember{"inner", &T::inner}}};
}

static auto BlockFields(const tc_resize_weighted_shape*) {
  using T = tc_resize_weighted_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_resize_weighted_shape",
      std::tuple{BlockMember{"outer", &T::outer}, BlockMember{"in_h", &T::in_h},
                 BlockMember{"in_w", &T::in_w}, BlockMember{"out_h", &T::out_h},
                 BlockMember{"out_w", &T::out_w},
                 BlockMember{"inner", &T::inner},
                 BlockMember{"row_taps", &T::row_taps},
                 BlockMember{"column_taps", &T::column_taps}}};
}

static auto BlockFields(const tc_resize_outside*) {
  return tinyc::BlockFieldsOf{
      "tc_resize_outside",
      std::tuple{tinyc::BlockMember{"value", &tc_resize_outside::value}}};
}

static auto BlockFields(const tc_resize_quant*) {
  using T = tc_resize_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_resize_quant",
      std::tuple{BlockMember{"in_zero", &T::in_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"mult", &T::mult}, BlockMember{"shift", &T::shift},
                 BlockMember{"lo", &T::lo}, BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

// A node's x and y as [outer][h][w][inner].
template <typename ShapeBlock>
ShapeBlock PlaneView(const Node& node, int64_t axis, bool plane) {
  const Shape& x = node.input(0)->type().shape;
  const Shape& y = node.output()->type().shape;
  const size_t a = static_cast<size_t>(axis);
  const AxisView view = ViewAround(y, a);
  ShapeBlock s = {};
  s.outer = Int32(view.outer);
  s.in_h = Int32(x[a]);
  s.in_w = plane ? Int32(x[a + 1]) : 1;
  s.out_h = Int32(y[a]);
  s.out_w = plane ? Int32(y[a + 1]) : 1;
  s.inner = s.out_w == 0 ? 0 : Int32(view.inner / s.out_w);
  return s;
}

// One dimension that is not there has one element, which stays.
KernelArg Table(const char* name, const std::vector<int64_t>& table) {
  const int64_t n = static_cast<int64_t>(table.size());
  Tensor tensor(TensorType(DType::kS32, {std::max<int64_t>(n, 1)}));
  for (int64_t i = 0; i < n; ++i) {
    tensor.SetInt(i, table[static_cast<size_t>(i)]);
  }
  return KernelArg::Constant(name, std::move(tensor));
}

// As numbers of `dtype`; integers are steps of 2^-10.
Tensor WeightTensor(std::vector<float> weights, DType dtype) {
  if (weights.empty()) weights = {1};
  Tensor tensor(TensorType(dtype, {static_cast<int64_t>(weights.size())}));
  for (size_t i = 0; i < weights.size(); ++i) {
    const double w = static_cast<double>(weights[i]);
    const int64_t at = static_cast<int64_t>(i);
    if (IsFloat(dtype)) {
      tensor.Set(at, w);
    } else {
      tensor.SetInt(at, std::llround(w * 1024));
    }
  }
  return tensor;
}

bool FitsS16(const std::vector<float>& weights) {
  return std::all_of(weights.begin(), weights.end(),
                     [](float w) { return std::fabs(w) < 31; });
}

// The greatest sum of the magnitudes of `taps` neighbours.
int64_t GreatestSum(const Tensor& weights, int64_t taps) {
  int64_t greatest = 0;
  for (int64_t i = 0; i < weights.size(); i += taps) {
    int64_t sum = 0;
    for (int64_t k = i; k < i + taps; ++k) sum += std::abs(weights.IntAt(k));
    greatest = std::max(greatest, sum);
  }
  return greatest;
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> ResizeNearest::Lower(
    const Node& node) const {
  const DType dtype = node.output()->type().dtype;
  if (InfoOf(dtype).bits < 8) {
    return Unimplemented("moving elements of type ", InfoOf(dtype).text,
                         " has no C kernel");
  }
  auto s = PlaneView<tc_resize_nearest_shape>(node, axis, !columns.empty());
  s.inner = Int32(int64_t{s.inner} * InfoOf(dtype).bits / 8);
  KernelCall call;
  call.family = "resize_nearest";
  call.shape = Block::Of(s);
  call.args = {KernelArg::Input(0), Table("rows", rows),
               Table("columns", columns), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

absl::StatusOr<std::vector<KernelCall>> ResizeWeighted::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  auto s = PlaneView<tc_resize_weighted_shape>(node, axis, !columns.empty());
  const bool quantized = y.quantized();
  const DType dtype = quantized ? DType::kS16 : y.dtype;
  Tensor row = WeightTensor(row_weights, dtype);
  Tensor column = WeightTensor(column_weights, dtype);
  s.row_taps = s.out_h == 0 ? 1 : Int32(row.size() / s.out_h);
  s.column_taps = s.out_w == 0 ? 1 : Int32(column.size() / s.out_w);
  KernelCall call;
  call.family = FamilyName("resize_weighted", y.dtype);
  call.shape = Block::Of(s);
  if (quantized) {
    const auto is_outside = [](int64_t first) { return first < 0; };
    if (x.dtype != DType::kS8 || y.dtype != DType::kS8 ||
        std::any_of(rows.begin(), rows.end(), is_outside) ||
        std::any_of(columns.begin(), columns.end(), is_outside) ||
        !FitsS16(row_weights) || !FitsS16(column_weights)) {
      return Unimplemented("this interpolation has no kernel for integers");
    }
    const int64_t bound = GreatestSum(row, s.row_taps) *
                          GreatestSum(column, s.column_taps) *
                          CenteredBound(x.dtype);
    const double ratio = static_cast<double>(x.quant->scale[0]) /
                         static_cast<double>(y.quant->scale[0]);
    TINYC_ASSIGN_OR_RETURN(const FixedScale scale,
                           RenderScale({ratio / (1 << 20)}, y.dtype, bound));
    call.quant = Block::Of(tc_resize_quant{
        x.quant->zero_point[0], y.quant->zero_point[0], scale.mult[0],
        scale.shift, Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
  } else {
    call.quant = Block::Of(tc_resize_outside{outside});
  }
  call.scratch_bytes =
      int64_t{s.in_w} * s.inner * (y.dtype == DType::kF64 ? 8 : 4);
  call.args = {KernelArg::Input(0),
               Table("rows", rows),
               KernelArg::Constant("row_weights", std::move(row)),
               Table("columns", columns),
               KernelArg::Constant("column_weights", std::move(column)),
               KernelArg::Scratch(),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/resize.h"

#include <algorithm>
#include <cmath>

#include "compiler/ops/elements.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

using Indices = std::vector<int64_t>;

// The shape after a resize, for tables of first indices, each of which stands
// for `row_taps` or `column_taps` elements from `least` on.
absl::StatusOr<Shape> ResizedShape(const Shape& x, int64_t axis,
                                   const Indices& rows, size_t row_taps,
                                   const Indices& columns, size_t column_taps,
                                   int64_t least) {
  const int64_t last = axis + (columns.empty() ? 0 : 1);
  if (axis < 0 || last >= static_cast<int64_t>(x.size())) {  // resize_c1
    return Invalid("there is no dimension ", last);
  }
  Shape shape = x;
  for (const bool is_row : {true, false}) {
    const Indices& table = is_row ? rows : columns;
    const size_t d = static_cast<size_t>(is_row ? axis : axis + 1);
    if (!is_row && table.empty()) break;
    const size_t taps = is_row ? row_taps : column_taps;
    const int64_t most = x[d] - static_cast<int64_t>(taps);
    for (const int64_t first : table) {
      if (first < least || first > most) {  // resize_c2
        return Invalid("a table of dimension ", d, " has the entry ", first);
      }
    }
    shape[d] = static_cast<int64_t>(table.size());
  }
  return shape;
}

// Of each output; 0 when the weights do not come out even.
size_t Taps(const Indices& table, const std::vector<float>& weights) {
  if (table.empty()) return 1;
  return weights.size() % table.size() == 0 ? weights.size() / table.size() : 0;
}

// Calls visit(offset of an element in y, row, column, offset in x of element
// (0, 0) of its plane, from one row to the next, from one column to the next).
template <typename Visit>
void ForEachResized(const Tensor& x, const Tensor& y, int64_t axis, bool plane,
                    Visit&& visit) {
  const size_t a = static_cast<size_t>(axis);
  const AxisView view = ViewAround(x.shape(), a);
  const int64_t in_w = plane ? x.shape()[a + 1] : 1;
  const int64_t out_w = plane ? y.shape()[a + 1] : 1;
  const int64_t out_h = y.shape()[a];
  const int64_t inner = in_w == 0 ? 0 : view.inner / in_w;
  for (int64_t at = 0; at < y.size(); ++at) {
    const int64_t e = at % inner;
    const int64_t j = at / inner % out_w;
    const int64_t i = at / inner / out_w % out_h;
    const int64_t n = at / inner / out_w / out_h;
    visit(at, static_cast<size_t>(i), static_cast<size_t>(j),
          n * view.n * view.inner + e, view.inner, inner);
  }
}

// In steps of 2^-10.
int64_t FixedWeight(float weight) {
  return std::llround(static_cast<double>(weight) * 1024);
}

}  // namespace

void RegisterResize(OpRegistry& registry) {
  registry.Add(std::make_unique<ResizeNearest>());
  registry.Add(std::make_unique<ResizeWeighted>());
}

absl::StatusOr<std::vector<TensorType>> ResizeNearest::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(Shape shape,
                         ResizedShape(x.shape, axis, rows, 1, columns, 1, 0));
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));  // resize_c3
  return std::vector{TensorType(x.elem(), std::move(shape))};
}

absl::Status ResizeNearest::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  ForEachResized(x, y, axis, !columns.empty(),
                 [&](int64_t at, size_t i, size_t j, int64_t from,
                     int64_t row_step, int64_t step) {
                   const int64_t column = columns.empty() ? 0 : columns[j];
                   CopyElement(x, from + rows[i] * row_step + column * step, y,
                               at);
                 });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorType>> ResizeWeighted::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const size_t row_taps = Taps(rows, row_weights);
  const size_t column_taps = Taps(columns, column_weights);
  if (row_taps == 0 || column_taps == 0) {  // resize_c4
    return Invalid("the weights are not as many for every output");
  }
  TINYC_ASSIGN_OR_RETURN(
      Shape shape,
      ResizedShape(x.shape, axis, rows, row_taps, columns, column_taps, -1));
  if (!x.quantized() && !IsFloat(x.dtype)) {  // resize_c5
    return Invalid("interpolation takes no ", InfoOf(x.dtype).text);
  }
  TINYC_ASSIGN_OR_RETURN(  // resize_c6
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, x.elem())));
  return std::vector{TensorType(elem, std::move(shape))};
}

absl::Status ResizeWeighted::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const bool quantized = y.type().quantized();
  FixedScale scale;
  if (quantized) {
    const double ratio = static_cast<double>(x.type().quant->scale[0]) /
                         static_cast<double>(y.type().quant->scale[0]);
    TINYC_ASSIGN_OR_RETURN(scale,
                           RenderScale({ratio / (1 << 20)}, y.dtype(), 0));
  }
  const size_t row_taps = Taps(rows, row_weights);
  const size_t column_taps = Taps(columns, column_weights);
  ForEachResized(
      x, y, axis, !columns.empty(),
      [&](int64_t at, size_t i, size_t j, int64_t from, int64_t row_step,
          int64_t step) {
        const int64_t column = columns.empty() ? 0 : columns[j];
        if (rows[i] < 0 || column < 0) return y.Set(at, double{outside});
        double sum = 0;
        int64_t fixed = 0;
        for (size_t k = 0; k < row_taps; ++k) {
          for (size_t l = 0; l < column_taps; ++l) {
            const float a = row_weights[i * row_taps + k];
            const float b =
                columns.empty() ? 1 : column_weights[j * column_taps + l];
            const int64_t element =
                from + (rows[i] + static_cast<int64_t>(k)) * row_step +
                (column + static_cast<int64_t>(l)) * step;
            if (quantized) {
              fixed += FixedWeight(a) * FixedWeight(b) *
                       (x.IntAt(element) - x.type().quant->zero_point[0]);
            } else {
              sum += double{a} * double{b} * x.At(element);
            }
          }
        }
        if (!quantized) return y.Set(at, sum);
        const int64_t v =
            int64_t{Rescale(fixed, scale, 0)} + y.type().quant->zero_point[0];
        y.SetInt(at, std::clamp(v, int64_t{MinOf(y.dtype())},
                                int64_t{MaxOf(y.dtype())}));
      });
  return absl::OkStatus();
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// resize_nearest, resize_weighted => Resize where ONNX has a way to map
// coordinates that gives their tables, else Gather or products with the tables
// as matrices
#include "compiler/ops/resize.h"

#include <algorithm>

#include "frontends/onnx/export/exporters.h"
#include "frontends/onnx/importers/resize_taps.h"

namespace tinyc {
namespace {

// The table of one dimension.
struct Table {
  int64_t axis = 0;
  const std::vector<int64_t>& first;
  const std::vector<float>& weights;  // empty: nearest
};

// The ways that exporters write, the common ones first.
std::vector<ResizeMode> KnownModes(bool nearest) {
  std::vector<ResizeMode> modes;
  for (const char* coordinates :
       {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}) {
    if (nearest) {
      for (const char* rule :
           {"round_prefer_floor", "floor", "ceil", "round_prefer_ceil"}) {
        modes.push_back(
            {.mode = "nearest", .coordinates = coordinates, .nearest = rule});
      }
      continue;
    }
    modes.push_back({.mode = "linear", .coordinates = coordinates});
    for (const double a : {-0.75, -0.5}) {
      modes.push_back(
          {.mode = "cubic", .coordinates = coordinates, .cubic_a = a});
    }
  }
  const size_t plain = modes.size();
  for (size_t i = 0; i < plain && !nearest; ++i) {
    modes.push_back(modes[i]);
    modes.back().antialias = true;
  }
  return modes;
}

bool Gives(const ResizeMode& mode, const Table& table, int64_t in) {
  const int64_t out = static_cast<int64_t>(table.first.size());
  const absl::StatusOr<ResizeTaps> taps = TapsOf(
      mode, {.in = in,
             .out = out,
             .scale = static_cast<double>(out) / static_cast<double>(in)});
  return taps.ok() && taps->first == table.first &&
         (table.weights.empty() || taps->weights == table.weights);
}

std::vector<OnnxAttr> AttrsOf(const ResizeMode& mode) {
  std::vector<OnnxAttr> attrs = {
      {"mode", mode.mode},
      {"coordinate_transformation_mode", mode.coordinates}};
  if (mode.mode == "nearest") attrs.push_back({"nearest_mode", mode.nearest});
  if (mode.mode == "cubic") {
    attrs.push_back({"cubic_coeff_a", static_cast<float>(mode.cubic_a)});
  }
  if (mode.antialias) attrs.push_back({"antialias", int64_t{1}});
  return attrs;
}

// Writes a Resize whose coordinates give all of `tables`; false when there is
// none.
bool ResizeResult(ExportNode& node, const std::vector<Table>& tables) {
  const Shape& x = node.InputType(0).shape;
  const Shape& y = node.ResultType().shape;
  for (const ResizeMode& mode : KnownModes(tables[0].weights.empty())) {
    bool gives = true;
    for (const Table& table : tables) {
      gives &= Gives(mode, table, x[static_cast<size_t>(table.axis)]);
    }
    if (!gives) continue;
    node.Result(
        "Resize",
        {node.Input(0), "", "", node.Ints({y.begin(), y.end()}, "sizes")},
        AttrsOf(mode));
    return true;
  }
  return false;
}

// The table as a matrix [out, in], or [in, out].
Tensor Matrix(const Table& table, DType dtype, int64_t in, bool transposed) {
  const int64_t out = static_cast<int64_t>(table.first.size());
  const int64_t taps = static_cast<int64_t>(table.weights.size()) / out;
  Tensor matrix(
      TensorType(dtype, transposed ? Shape{in, out} : Shape{out, in}));
  for (int64_t i = 0; i < out; ++i) {
    for (int64_t k = 0; k < taps; ++k) {
      const int64_t j = table.first[static_cast<size_t>(i)] + k;
      matrix.Set(transposed ? j * out + i : i * in + j,
                 static_cast<double>(
                     table.weights[static_cast<size_t>(i * taps + k)]));
    }
  }
  return matrix;
}

}  // namespace

void ExportResizeNearest(ExportNode& node) {
  const ResizeNearest& op = node.As<ResizeNearest>();
  const std::vector<float> none;
  std::vector<Table> tables = {{op.axis, op.rows, none}};
  if (!op.columns.empty()) tables.push_back({op.axis + 1, op.columns, none});
  if (ResizeResult(node, tables)) return;
  std::string x = node.Input(0);
  if (tables.size() == 2) {
    x = node.Add("Gather", {x, node.Ints(op.rows, "rows")},
                 {{"axis", op.axis}});
  }
  node.Result("Gather", {x, node.Ints(tables.back().first, "indices")},
              {{"axis", tables.back().axis}});
}

void ExportResizeWeighted(ExportNode& node) {
  const ResizeWeighted& op = node.As<ResizeWeighted>();
  const Shape& shape = node.InputType(0).shape;
  std::vector<Table> tables = {{op.axis, op.rows, op.row_weights}};
  if (!op.columns.empty()) {
    tables.push_back({op.axis + 1, op.columns, op.column_weights});
  }
  if (ResizeResult(node, tables)) return;
  const int64_t rank = static_cast<int64_t>(shape.size());
  for (const Table& table : tables) {
    const bool outside = std::any_of(table.first.begin(), table.first.end(),
                                     [](int64_t i) { return i < 0; });
    if (outside || table.axis < rank - 2) {
      return node.Refuse(Unimplemented(
          "tinyc does not write as ONNX how it maps coordinates"));
    }
  }
  std::string x = node.Input(0);
  for (size_t i = 0; i < tables.size(); ++i) {
    const bool last = tables[i].axis == rank - 1;
    const std::string matrix =
        node.Constant(Matrix(tables[i], node.RealType(),
                             shape[static_cast<size_t>(tables[i].axis)], last),
                      "weights");
    const std::vector<std::string> factors =
        last ? std::vector{x, matrix} : std::vector{matrix, x};
    if (i + 1 == tables.size()) return node.Result("MatMul", factors);
    x = node.Add("MatMul", factors);
  }
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/rows.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "compiler/lowering/call_forms.h"
#include "compiler/ops/read_rows.h"
#include "tc_kernel.h"

namespace tinyc {

RowRange RowReach::Needed(int64_t place) const {
  const int64_t begin = place / repeat * stride - pad;
  return {std::max<int64_t>(begin, 0), std::min(begin + extent, size)};
}

RowRange RowReach::Needed(const RowRange& places) const {
  return {Needed(places.first).first, Needed(places.last - 1).last};
}

bool RowCall::has_left_pad() const {
  return std::any_of(strip_fields.begin(), strip_fields.end(),
                     [](const RowField& field) {
                       return field.kind == RowField::Kind::kLeftPad;
                     });
}

bool GoesByRows(const Module& module, const Node& node) {
  const std::vector<LoweredCall>& calls = module.lowering->calls.at(&node);
  return calls.size() == 1 && calls[0].kernel != nullptr &&
         (calls[0].kernel->order & TC_BY_ROWS) != 0 &&
         node.outputs().size() == 1;
}

namespace {

// Where the shape block of a family with windows has the facts about rows.
struct WindowFields {
  absl::string_view type;  // of the block
  struct Dimension {
    absl::string_view in, out, kernel, stride, pad, dilation;
    size_t index;  // where these are arrays
  };
  Dimension rows;
  Dimension columns;
};

constexpr WindowFields::Dimension kHeight = {
    "in_h", "out_h", "kernel_h", "stride_h", "pad_top", "dilation_h", 0};
constexpr WindowFields::Dimension kWidth = {
    "in_w", "out_w", "kernel_w", "stride_w", "pad_left", "dilation_w", 0};
constexpr WindowFields kWindows[] = {
    {"tc_conv2d_shape", kHeight, kWidth},
    {"tc_depthwise2d_shape", kHeight, kWidth},
    {"tc_pool_shape",
     {"in", "out", "kernel", "stride", "pad", "dilation", 1},
     {"in", "out", "kernel", "stride", "pad", "dilation", 2}},
};

RowReach ReachOf(const Block& shape, const WindowFields::Dimension& d) {
  const auto of = [&](absl::string_view name) {
    return int64_t{shape.Int(name, d.index)};
  };
  return {.size = of(d.in),
          .stride = of(d.stride),
          .pad = of(d.pad),
          .extent = (of(d.kernel) - 1) * of(d.dilation) + 1};
}

// Whether every place of a result has something to read.
bool AlwaysReads(const RowReach& reach, int64_t places) {
  for (int64_t i = 0; i < places; ++i) {
    if (reach.Needed(i).size() <= 0) return false;
  }
  return true;
}

// A pool whose windows know no more of their position than the rows they have.
bool PoolsByWindow(const KernelCall& call) {
  if (!absl::StartsWith(call.family, "max_pool") &&
      !absl::StartsWith(call.family, "avg_pool") &&
      !absl::StartsWith(call.family, "lp_pool")) {
    return false;
  }
  return call.shape.Int("out", 0) == 1 &&
         (call.shape.Int("uniform") != 0 ||
          call.shape.Int("count_include_pad") == 0);
}

// The place of the argument that is the node's input or output `index`; the
// number of arguments when there is none or it does not begin with the value.
size_t ArgOf(const KernelCall& call, KernelArg::Kind kind, int index) {
  for (size_t i = 0; i < call.args.size(); ++i) {
    const KernelArg& arg = call.args[i];
    if (arg.kind == kind && arg.index == index) {
      return arg.offset == 0 ? i : call.args.size();
    }
  }
  return call.args.size();
}

// Adds node.input(index), which has one row per row of the result, and one
// column per column.
bool AddPlainOperand(const Node& node, const KernelCall& call, int index,
                     RowCall* rows) {
  const Value* value = node.input(static_cast<size_t>(index));
  const size_t arg = ArgOf(call, KernelArg::Kind::kInput, index);
  if (value == nullptr || arg == call.args.size() ||
      value->type().bytes() % (rows->rows * rows->columns) != 0) {
    return false;
  }
  rows->operands.push_back({.value = value,
                            .arg = arg,
                            .rows = {.size = rows->rows},
                            .columns = {.size = rows->columns},
                            .row_bytes = value->type().bytes() / rows->rows});
  return true;
}

bool AddWindow(const Node& node, const KernelCall& call, RowCall* rows,
               Block* shape) {
  const auto fields = std::find_if(
      std::begin(kWindows), std::end(kWindows),
      [&](const WindowFields& w) { return w.type == call.shape.type(); });
  if (fields == std::end(kWindows) || call.shape.Int("batch") != 1) {
    return false;
  }
  if (fields->type == "tc_pool_shape" && !PoolsByWindow(call)) return false;
  const Value* x = node.input(0);
  const size_t arg = ArgOf(call, KernelArg::Kind::kInput, 0);
  if (arg == call.args.size()) return false;
  const RowOperand operand{
      .value = x,
      .arg = arg,
      .rows = ReachOf(call.shape, fields->rows),
      .columns = ReachOf(call.shape, fields->columns),
      .row_bytes = x->type().bytes() / ReachOf(call.shape, fields->rows).size};
  const WindowFields::Dimension& h = fields->rows;
  const WindowFields::Dimension& w = fields->columns;
  rows->rows = call.shape.Int(h.out, h.index);
  rows->columns = call.shape.Int(w.out, w.index);
  if (!AlwaysReads(operand.rows, rows->rows) ||
      !AlwaysReads(operand.columns, rows->columns)) {
    return false;
  }
  rows->operands = {operand};
  shape->SetInt(h.out, h.index, 1);
  shape->SetInt(h.in, h.index, static_cast<int32_t>(operand.rows.extent));
  shape->SetInt(h.pad, h.index, 0);
  rows->fields = {{RowField::Kind::kRows, h.in, h.index},
                  {RowField::Kind::kPad, h.pad, h.index}};
  rows->strip_fields = {{RowField::Kind::kInColumns, w.in, w.index},
                        {RowField::Kind::kLeftPad, w.pad, w.index},
                        {RowField::Kind::kOutColumns, w.out, w.index}};
  return true;
}

// The rows of a result with n elements that are all alike, n being the field
// `name`, of which a row has its share.
bool SetElementRows(const Node& node, const KernelCall& call,
                    absl::string_view name, RowCall* rows,
                    Block* shape_of_row) {
  const Shape& shape = node.output()->type().shape;
  if (shape.size() < 3 || shape[0] != 1) return false;
  rows->rows = shape[1];
  rows->columns = shape.size() == 4 ? shape[2] : 1;
  const int64_t n = call.shape.Int(name);
  if (n != node.output()->type().num_elements() || n == 0) return false;
  const int64_t share = n / rows->rows;
  shape_of_row->SetInt(name, 0, static_cast<int32_t>(share));
  rows->strip_fields = {
      {RowField::Kind::kOutColumns, name, 0, share / rows->columns}};
  return true;
}

// An operator on the elements of all its operands alike.
bool AddElements(const Node& node, const KernelCall& call,
                 absl::string_view name, int operands, RowCall* rows,
                 Block* shape) {
  if (!SetElementRows(node, call, name, rows, shape)) return false;
  for (int i = 0; i < operands; ++i) {
    if (!AddPlainOperand(node, call, i, rows)) return false;
  }
  return true;
}

// Several of them in one loop; an operand may be one element for all.
bool AddMap(const Node& node, const KernelCall& call, RowCall* rows,
            Block* shape) {
  if (call.shape.Int("rows") != 1 ||
      !SetElementRows(node, call, "n", rows, shape)) {
    return false;
  }
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    if (call.shape.Int("step", i) == 0) continue;
    if (!AddPlainOperand(node, call, static_cast<int>(i), rows)) return false;
  }
  return !rows->operands.empty();
}

// An average of which every row of the operand is a part.
bool AddParts(const Node& node, const KernelCall& call, RowCall* rows,
              Block* shape) {
  const Shape& x = node.input(0)->type().shape;
  if (x.size() != 4 || x[0] != 1 || call.shape.Int("pixels") != x[1] * x[2]) {
    return false;
  }
  rows->rows = x[1];
  rows->columns = x[2];
  rows->folds = true;
  // In another order floats would have another sum.
  rows->in_order = IsFloat(node.output()->type().dtype);
  shape->SetInt("pixels", 0, static_cast<int32_t>(x[2]));
  rows->fields = {{RowField::Kind::kFirst, "first", 0},
                  {RowField::Kind::kLast, "last", 0}};
  rows->strip_fields = {{RowField::Kind::kOutColumns, "pixels", 0}};
  return AddPlainOperand(node, call, 0, rows);
}

// How often each place is repeated when that is all that the table says, which
// has a place of the operand for each of the result; else 0.
int64_t RepeatsOf(const Tensor& table, int64_t from, int64_t to) {
  const int64_t repeats = from == 0 ? 0 : to / from;
  if (repeats * from != to) return 0;
  for (int64_t i = 0; i < to; ++i) {
    if (table.IntAt(i) != i / repeats) return 0;
  }
  return repeats;
}

// An image that grows by repeating its pixels.
bool AddRepeats(const Node& node, const KernelCall& call, RowCall* rows,
                Block* shape) {
  const Block& s = call.shape;
  const int32_t in_h = s.Int("in_h");
  const int32_t in_w = s.Int("in_w");
  const Value* x = node.input(0);
  const size_t arg = ArgOf(call, KernelArg::Kind::kInput, 0);
  if (s.Int("outer") != 1 || arg == call.args.size() || in_h == 0) return false;
  rows->rows = s.Int("out_h");
  rows->columns = s.Int("out_w");
  const int64_t down = RepeatsOf(*call.args[1].constant, in_h, rows->rows);
  const int64_t across = RepeatsOf(*call.args[2].constant, in_w, rows->columns);
  if (down == 0 || across == 0) return false;
  rows->operands.push_back({.value = x,
                            .arg = arg,
                            .rows = {.size = in_h, .repeat = down},
                            .columns = {.size = in_w, .repeat = across},
                            .row_bytes = x->type().bytes() / in_h});
  // The first entry of the table of rows is 0.
  shape->SetInt("in_h", 0, 1);
  shape->SetInt("out_h", 0, 1);
  return true;
}

// Operands of which each pixel of the result has one after the other.
bool AddConcat(const Node& node, const KernelCall& call, RowCall* rows,
               Block* shape) {
  const Shape& y = node.output()->type().shape;
  const int64_t pixels = call.shape.Int("pixels");
  if (y.size() < 3 || y[0] != 1 || pixels % y[1] != 0) return false;
  rows->rows = y[1];
  rows->columns = pixels / y[1];
  shape->SetInt("pixels", 0, static_cast<int32_t>(rows->columns));
  rows->strip_fields = {{RowField::Kind::kOutColumns, "pixels", 0}};
  return std::all_of(call.args.begin(), call.args.end(),
                     [&](const KernelArg& arg) {
                       return arg.kind != KernelArg::Kind::kInput ||
                              AddPlainOperand(node, call, arg.index, rows);
                     });
}

// An input of the model, in the order in which the caller has it.
bool AddRead(const Node& node, const KernelCall& call, RowCall* rows,
             Block* shape) {
  if (node.As<ReadRows>() == nullptr) return false;
  const TensorType& y = node.output()->type();
  rows->rows = y.shape[1];
  rows->columns = y.rank() == 4 ? y.shape[2] : 1;
  rows->in_order = true;
  shape->SetInt("dims", 0, 1);
  // Of planes, the row of the first one; the others are further on.
  rows->operands.push_back(
      {.value = node.input(0),
       .arg = ArgOf(call, KernelArg::Kind::kInput, 0),
       .rows = {.size = rows->rows},
       .columns = {.size = rows->columns},
       .row_bytes = int64_t{call.shape.Int("in_stride", 0)} *
                    (InfoOf(y.dtype).bits / 8)});
  return true;
}

bool AddOperands(const Node& node, const KernelCall& call, RowCall* rows,
                 Block* shape) {
  const absl::string_view type = call.shape.type();
  if (type == "tc_unary_shape") {
    return AddElements(node, call, "n", 1, rows, shape);
  }
  if (type == "tc_quantize_shape") {
    return call.shape.Int("outer") == 1 && call.shape.Int("channels") == 1 &&
           call.shape.Int("block") == 0 &&
           AddElements(node, call, "inner", 1, rows, shape);
  }
  if (type == "tc_binary_shape") {
    return call.shape.Int("rank") == 1 && call.shape.Int("a_stride") == 1 &&
           call.shape.Int("b_stride") == 1 &&
           AddElements(node, call, "dims", 2, rows, shape);
  }
  if (type == "tc_map_shape") return AddMap(node, call, rows, shape);
  if (type == "tc_avg_pool_part_shape") {
    return AddParts(node, call, rows, shape);
  }
  if (type == "tc_resize_nearest_shape") {
    return AddRepeats(node, call, rows, shape);
  }
  if (type == "tc_concat_shape") return AddConcat(node, call, rows, shape);
  if (type == "tc_copy_shape") return AddRead(node, call, rows, shape);
  return AddWindow(node, call, rows, shape);
}

// Whether the rows of an operand, which has a place, lie one after the other.
bool HasRows(const Module& module, const RowCall& rows,
             const RowOperand& operand) {
  const TensorType& type = operand.value->type();
  // A constant needs no place, and elements below a byte no row.
  return ConstantBytes(module, *operand.value) == nullptr &&
         InfoOf(type.dtype).bits >= 8 &&
         (rows.result->producer()->As<ReadRows>() != nullptr ||
          type.bytes() == operand.rows.size * operand.row_bytes);
}

}  // namespace

std::optional<RowCall> RowsOf(const Module& module, const Node& node) {
  const std::vector<LoweredCall>& calls = module.lowering->calls.at(&node);
  if (calls.size() != 1) return std::nullopt;
  return RowsOf(module, node, calls[0]);
}

std::optional<RowCall> RowsOf(const Module& module, const Node& node,
                              const LoweredCall& lowered) {
  if (lowered.kernel == nullptr || node.outputs().size() != 1 ||
      !node.regions().empty() || IsInPlaceForm(lowered.call)) {
    return std::nullopt;
  }
  const KernelCall& call = lowered.call;
  RowCall rows;
  rows.lowered = &lowered;
  rows.result = node.output();
  rows.result_arg = ArgOf(call, KernelArg::Kind::kOutput, 0);
  Block shape = call.shape;
  if (rows.result_arg == call.args.size() || call.shape.empty() ||
      !AddOperands(node, call, &rows, &shape)) {
    return std::nullopt;
  }
  const int64_t bytes = node.output()->type().bytes();
  const int64_t parts = rows.folds ? 1 : rows.rows;
  if (bytes == 0 || bytes % parts != 0) return std::nullopt;
  rows.row_bytes = bytes / parts;
  rows.shape = std::make_shared<const Block>(std::move(shape));
  for (const RowOperand& operand : rows.operands) {
    if (!HasRows(module, rows, operand)) return std::nullopt;
  }
  if (InfoOf(node.output()->type().dtype).bits < 8) return std::nullopt;
  // What else is read, is read for every row: weights and tables.
  for (size_t i = 0; i < call.args.size(); ++i) {
    const KernelArg& arg = call.args[i];
    if (arg.kind != KernelArg::Kind::kInput) continue;
    const bool by_rows = std::any_of(
        rows.operands.begin(), rows.operands.end(),
        [&](const RowOperand& operand) { return operand.arg == i; });
    const Value* value = node.input(static_cast<size_t>(arg.index));
    if (!by_rows && ConstantBytes(module, *value) == nullptr) {
      return std::nullopt;
    }
  }
  return rows;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Layers row by row: which rows of its operands a kernel call needs to compute
// one row of its result, and the call that computes just that row.
//
//   conv2d(in_h=32, pad_top=1, out_h=32), 3 rows high, row 5  =>
//   conv2d(in_h=3, pad_top=0, out_h=1) of the rows 4, 5, 6
//
// Some columns of a row likewise, which is what strips are made of.
//
// A row of a value of shape [1, H, ...] is one of its H parts.
#ifndef TINYC_COMPILER_LOWERING_ROWS_H_
#define TINYC_COMPILER_LOWERING_ROWS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"

namespace tinyc {

// Rows, or columns, [first, last) of a value.
struct RowRange {
  int64_t first = 0;
  int64_t last = 0;
  int64_t size() const { return last - first; }
  bool operator==(const RowRange&) const = default;
};

// How the places of an operand along a dimension belong to those of a result:
// place i needs those of i * stride - pad, ..., i * stride - pad + extent - 1
// that exist; with `repeat` places in a row that need the same, of i / repeat.
struct RowReach {
  int64_t size = 1;  // of the operand
  int64_t stride = 1;
  int64_t pad = 0;
  int64_t extent = 1;
  int64_t repeat = 1;  // else the others but `size` are as they are here

  RowRange Needed(int64_t place) const;
  // What a not empty range of places needs.
  RowRange Needed(const RowRange& places) const;
};

// An operand that is read by rows.
struct RowOperand {
  const Value* value = nullptr;
  size_t arg = 0;  // of the call
  RowReach rows;
  RowReach columns;  // of size 1: a row is read as a whole
  int64_t row_bytes = 0;

  int64_t column_bytes() const { return row_bytes / columns.size; }
};

// A field of the shape block that differs from call to call.
struct RowField {
  // kRows: the number of rows of the operand that are there.  kPad: how many
  // rows the window begins before the first of them.  kFirst, kLast: whether
  // it is the first or the last call.  For strips besides: kInColumns,
  // kLeftPad: the same for columns; kOutColumns: the columns of the result, or,
  // of what folds, those of the operand, times `scale`.
  enum class Kind {
    kRows,
    kPad,
    kFirst,
    kLast,
    kInColumns,
    kLeftPad,
    kOutColumns
  };
  Kind kind = Kind::kRows;
  absl::string_view name;
  size_t index = 0;  // of an array
  int64_t scale = 1;
};

struct RowCall {
  const LoweredCall* lowered = nullptr;
  const Value* result = nullptr;
  size_t result_arg = 0;
  int64_t rows = 0;     // of the result
  int64_t columns = 1;  // into which a row can be cut
  int64_t row_bytes = 0;
  // The result is a single row, which is there after all `rows` calls, one for
  // each row of the operand, which has `columns`; the scratch bytes last from
  // the first call to the last.
  bool folds = false;
  // The rows are computed once each, from the first to the last: the caller
  // hands them in, or floats are added.
  bool in_order = false;
  std::vector<RowOperand> operands;
  // The shape of the call that computes one row; of the fields below, the
  // values for a row whose window lies inside of the operand.
  std::shared_ptr<const Block> shape;
  std::vector<RowField> fields;
  // That differ from strip to strip; empty: rows are not cut.
  std::vector<RowField> strip_fields;

  int64_t column_bytes() const { return row_bytes / columns; }
  // Whether the call knows how far its columns reach out to the left, so that
  // it takes an operand from the first column that is there.
  bool has_left_pad() const;
};

// Whether the node has one result and one call, whose kernel promises
// TC_BY_ROWS.
bool GoesByRows(const Module& module, const Node& node);

// How the node runs row by row; nothing when it cannot: it has several calls or
// results, an operand is needed as a whole, or it is of a family that this
// function does not know.
std::optional<RowCall> RowsOf(const Module& module, const Node& node);
// The same if `lowered` were its only call.
std::optional<RowCall> RowsOf(const Module& module, const Node& node,
                              const LoweredCall& lowered);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_ROWS_H_

// SPDX-License-Identifier: Apache-2.0
// The repetition of a graph.
#ifndef TINYC_COMPILER_OPS_LOOP_H_
#define TINYC_COMPILER_OPS_LOOP_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// Runs its region once per iteration i = 0, 1, ...:
//
//   operands  trips?, go?, carried..., scanned..., captures...
//   region    (i, carried..., slices..., captures...)
//             -> (go?, carried..., pieces...)
//   results   carried..., collected...
//
// A carried value begins as the operand and is after each iteration what the
// region made of it.  Of a scanned operand [n, ...] iteration i sees the slice
// [i, ...]; piece [...] of iteration i becomes slice [i, ...] of a collected
// result [trips, ...].  `trips` (s64, one element) limits the number of
// iterations; `go` (bool, one element) says whether there is a first one, and
// the region's `go` whether there is another.  When anything is scanned or
// collected, there must be exactly `trips` iterations at run time.
//
// ONNX Loop (https://onnx.ai/onnx/operators/onnx__Loop.html) and Scan
// (https://onnx.ai/onnx/operators/onnx__Scan.html).
struct Loop final : OpBase<Loop> {
  static constexpr absl::string_view kName = "loop";
  static constexpr Operand kOperands[] = {{"trips", Operand::Mode::kOptional},
                                          {"go", Operand::Mode::kOptional},
                                          {"values", Operand::Mode::kAny}};
  int64_t trips = -1;   // the number of iterations or a limit; -1: none
  int64_t carried = 0;  // number of carried values
  int64_t scanned = 0;  // number of scanned operands
  bool asks = false;    // the region has the result `go`
  // Of the scanned operands, then of the collected results: 1 for one whose
  // slices are taken from the last to the first.  Empty: all forward.
  std::vector<int64_t> backward;
  static constexpr auto kAttrs =
      std::tuple{Attr{"trips", &Loop::trips}, Attr{"carried", &Loop::carried},
                 Attr{"scanned", &Loop::scanned}, Attr{"asks", &Loop::asks},
                 Attr{"backward", &Loop::backward}};

  // Where things begin among the operands; the input of the region is one less.
  size_t first_carried() const { return 2; }
  size_t first_scanned() const {
    return first_carried() + static_cast<size_t>(carried);
  }
  size_t first_capture() const {
    return first_scanned() + static_cast<size_t>(scanned);
  }
  // Result r of the node is this result of the region.
  size_t region_result(size_t r) const { return r + (asks ? 1 : 0); }
  // Whether the number of iterations is part of a type.
  bool exact(const Graph& region) const;
  // Which slice of a scanned operand, or of a collected result counted behind
  // them, iteration i uses.
  int64_t SliceAt(size_t i_operand, int64_t i) const {
    return i_operand < backward.size() && backward[i_operand] != 0
               ? trips - 1 - i
               : i;
  }

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  int64_t Macs(const Node& node) const override;
};

// The limit on the number of iterations that the operand `trips` and the
// attribute give, or an error when the operand is not what the types say.
absl::StatusOr<int64_t> LoopLimit(const Loop& loop, const Graph& region,
                                  const int64_t* trips);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_LOOP_H_

// SPDX-License-Identifier: Apache-2.0
// What a compiled model costs: memory, weights, code and work, layer by layer.
//
// The JSON has (bytes and counts are numbers, absent things null):
//   model, target, version
//   arena_bytes, arena_lower_bound, arena_optimal
//   memories[]  parts of an arena in several memories: name, bytes, and the
//               arena_offset at which the part begins
//   copied_constants[]  memories with copies of constants: name, bytes, and
//               constants, how many there are
//   io  in_arena: whether inputs and outputs lie in the arena;
//       arena_bytes_with, arena_bytes_without: the arena with them and without,
//       for this order of layers; only where it was asked for
//   weight_bytes         constants of the emitted C, each counted once
//   code_bytes_estimate  see CodeBytesEstimate
//   stack_bytes_estimate  see StackBytesEstimate
//   macs, extra_macs     of the layers, and what strips add to them
//   streams[]  layers that take turns row by row: first_layer, last_layer,
//              upwards, strips, seam_layer (whose columns at the seams are
//              kept, null: none's), extra_macs
//   tradeoffs[]  what else the arena could be, estimated: arena_bytes,
//              extra_macs, layers_in_streams; only where it was asked for
//   peak_step, peak_bytes  the step with most live bytes, and these bytes
//   peak_tensors[]       what lives then: name, bytes
//   inputs[], outputs[]  name, dtype, shape, bytes, scale, zero_point; of an
//              input that is handed in row by row also its rows, and rows_kept:
//              how many of them are there at a time
//   layers[]   one per node in execution order:
//     name         the ONNX nodes it came from
//     op, kernel   kernels joined by " + "; "" for a node that costs nothing,
//                  or whose rows the caller hands in
//     output       name of its (first) output
//     macs, weight_bytes
//     weights      of a layer whose 8-bit weights could be compressed:
//                  report_weights.h
//     arena_offset, bytes, live_from, live_to   of that output, or of the
//                  window that is kept of it; the offset is null when the
//                  output lies in a buffer of the caller
//     scratch_offset, scratch_bytes
//     regions[]    of a node with regions: the layers of each, with offsets in
//                  the same arena and steps of their own; macs of the node are
//                  those of all iterations of a loop that is known, else of one
//     instructions_estimate and more: report_time.h
//   tensors[]  everything in the arena, scratch included: name, layer (null: an
//              input of the model), arena_offset, bytes, live_from, live_to
//   fit           of a model with limits of memory: fit.h
//   pruning       of a model that was pruned here: pruning.h
//   quantization  of a model that was quantized here: quality.h
//   notes[]
// A step is the index of a layer; live_to is the last step that needs the
// tensor.
#ifndef TINYC_TOOLS_DRIVER_REPORT_H_
#define TINYC_TOOLS_DRIVER_REPORT_H_

#include <string>

#include "compiler/ir/module.h"
#include "nlohmann/json.hpp"

namespace tinyc {

// The report of a planned module.
nlohmann::ordered_json ReportJson(const Module& module,
                                  bool share_code = false);

// The report's `io`, which takes another plan.
nlohmann::ordered_json IoJson(const Module& module);

// The report's `tradeoffs`, which take a search.
nlohmann::ordered_json TradeoffsJson(const Module& module);

// What a report calls a layer: the ONNX nodes it came from.
std::string LayerName(const Node& node);
// What a user knows `value` by: its name in the model, or for a value that
// tinyc made (its name is a number) the ONNX nodes that it comes from.
std::string ValueName(const Value& value);

// The same data as one page that needs no other file.
std::string ReportHtml(const nlohmann::ordered_json& report);

// Its totals and largest parts, as lines for a terminal.
std::string ReportText(const nlohmann::ordered_json& report);

// How an input, an element of `inputs`, is handed in, for behind its size; ""
// for a buffer.
std::string RowsText(const nlohmann::ordered_json& input);

// The size of the emitted functions as Thumb-2 code at -Os: for each distinct
// pair of kernel and shape, which is one function, the mean of its family,
// twice that for those that `share_code` makes functions for several shapes,
// and some bytes for each call.  Tables are weights and do not count.  On the
// models it was measured on it is mostly within a third of what gcc makes, and
// never more than twice that.
int64_t CodeBytesEstimate(const Module& module, bool share_code = false);

// Bytes of the constants of the emitted C, each counted once.
int64_t WeightBytes(const Module& module);

// The stack of a run as Thumb-2 code at -Os, without functions of libraries:
// <prefix>_run and the most that any function of a called family took where it
// was measured.  Emitted C calls two levels deep and has frames of fixed sizes;
// these are the compiler's choice, so that this is no bound.
int64_t StackBytesEstimate(const Module& module, bool share_code = false);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_REPORT_H_

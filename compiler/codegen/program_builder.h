// SPDX-License-Identifier: Apache-2.0
// Builds a CProgram: names for everything, and the steps of <prefix>_run.
#ifndef TINYC_COMPILER_CODEGEN_PROGRAM_BUILDER_H_
#define TINYC_COMPILER_CODEGEN_PROGRAM_BUILDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/codegen/checked_layers.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/pointer.h"
#include "compiler/codegen/program.h"
#include "compiler/lowering/copied_constants.h"
#include "compiler/lowering/dead_bytes.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/ops/loop.h"

namespace tinyc {

class ProgramBuilder {
 public:
  ProgramBuilder(const Module& module, const EmitOptions& options)
      : module_(module), options_(options) {}

  absl::StatusOr<CProgram> Build();

 private:
  // A module that is being printed: the model, or a body inside of it.
  struct Frame {
    const Module& module;
    int64_t arena = 0;  // offset of its arena in the model's
    std::vector<CPointer> inputs;
    std::vector<CPointer> outputs;
  };

  void NameBoundary();
  void NameParts();
  // The name of an array with this content; one for equal ones.
  std::string ArrayOf(std::shared_ptr<const Tensor> tensor,
                      const std::string& wanted);
  std::string QuantOf(const Block& block, const std::string& wanted);

  // Where `value` of the frame's module is.
  absl::StatusOr<CPointer> PointerTo(const Frame& frame,
                                     const Value& value) const;
  CPointer ScratchOf(const Frame& frame, const Node& node,
                     int64_t offset) const;
  // The byte of the arena at `offset`.
  CPointer InArena(int64_t offset) const;
  // `pointer` as an expression; `wanted` names the array of a constant.
  std::string Text(const CPointer& pointer, absl::string_view type,
                   const std::string& wanted);

  absl::Status AddNodes(const Frame& frame);

  // --- program_calls.cc: calls of kernels -----------------------------------

  // The body of a call of this shape, with some fields as parameters.
  CBody& BodyFor(const Node& node, const LoweredCall& lowered,
                 const Block& shape, const std::vector<RowField>& row_fields);
  // The body of a call of one of these shapes.
  CBody& BodyForShapes(const Node& node, const LoweredCall& lowered,
                       absl::Span<const Block> shapes);
  CBody& NameBody(const Node& node, const LoweredCall& lowered, CBody body);
  absl::Status AddCall(const Frame& frame, const Node& node,
                       const LoweredCall& lowered);
  // The arguments of a body for the call but for its quantization, as texts.
  absl::StatusOr<std::vector<std::string>> ArgsOf(const Frame& frame,
                                                  const Node& node,
                                                  const LoweredCall& lowered);
  // The step that calls `body`, with what comes before the pointers.
  CStep CallOf(const Node& node, const KernelCall& call, CBody& body);

  // --- program_stream.cc: layers that take turns ----------------------------

  // A stream, and what its C calls its things.
  struct StreamText {
    const Stream* stream = nullptr;
    const RowSchedule* schedule = nullptr;
    std::string row;
    std::string made;                  // rows of each layer; "": of one layer
    std::vector<std::string> windows;  // per layer; "": its result is whole
    std::string strip;                 // "": there are no strips
    std::string columns;  // of the strip: per layer the first and their number

    std::string seam;  // the columns that the strip has from the one before
    std::string left;  // where the strip before has left them

    std::string FirstColumn(size_t layer) const;
    std::string Columns(size_t layer) const;
    // Of those the ones that the layer computes.
    std::string FirstComputed(size_t layer) const;
    std::string Computed(size_t layer) const;
  };
  absl::Status AddStream(const Frame& frame, const Stream& stream);
  // The loop over the rows of several layers.
  absl::Status AddLayers(const Frame& frame, StreamText text);
  absl::Status AddWindows(const Frame& frame, StreamText& text);
  // The call for one row of layer `n`.
  absl::Status AddRow(const Frame& frame, const StreamText& text, size_t n);
  // Where that row is written: in a window, or in the result that begins at
  // `whole`.
  std::string RowOfResult(const StreamText& text, size_t n,
                          absl::string_view type,
                          const std::string& whole) const;
  // The input of the model that `node` reads row by row; null: none.
  CTensor* InputReadBy(const Frame& frame, const Node& node);
  // The same for a row that the caller hands in.
  absl::Status AddReadRow(const Frame& frame, const StreamText& text, size_t n,
                          CTensor& input);

  // --- program_poison.cc: steps that overwrite dead bytes -------------------

  // The arena is the caller's before the first node and after the last one.
  void AddUnpoisonAll();
  // The bytes of the frame's arena that are dead between the node at index
  // `step` and the next one.
  void PoisonAfter(const Frame& frame, const DeadBytes& dead, int step);
  // What `node` writes; of its result only a window of so many bytes, if any.
  void UnpoisonResults(const Frame& frame, const Node& node,
                       int64_t window_bytes = -1);
  void AddMark(const std::string& function, int64_t begin, int64_t end);

  // --- program_selftest.cc: steps for the self-test -------------------------

  // Which of the layers that it compares `node` is, from 1; 0: none.
  size_t LayerNumber(const Frame& frame, const Node& node) const;
  // The results of `node` that are whole, and a row of the stream's layer `n`.
  absl::Status ShowResults(const Frame& frame, const Node& node);
  void ShowRow(const Frame& frame, const StreamText& text, size_t n);

  // --- program_control.cc: what is more than a call -------------------------

  absl::Status AddIf(const Frame& frame, const Node& node);
  absl::Status AddLoop(const Frame& frame, const Node& node, const Loop& loop);
  // A body of `node`, whose arena begins at byte `arena` of its scratch.
  absl::Status AddBody(const Frame& frame, const Node& node,
                       const Graph& region, int64_t arena,
                       std::vector<CPointer> inputs,
                       std::vector<CPointer> outputs);
  absl::StatusOr<std::vector<CPointer>> PointersTo(
      const Frame& frame, absl::Span<Value* const> values);
  // Where `whole`, of slices of type `slice`, has its slice `index`, as a
  // pointer declared for it.
  CPointer AddSlice(const CPointer& whole, const TensorType& slice,
                    const std::string& index, const std::string& wanted);
  // A name for a variable, which hides nothing that the file has.
  std::string LocalName(absl::string_view wanted);
  void AddLine(CStep::Kind kind, std::string text);
  void AddCopy(const Node& node, const CPointer& to, const CPointer& from,
               int64_t bytes);

  const Module& module_;
  const EmitOptions& options_;
  CProgram program_;
  CheckedLayers checked_;                // none without the self-test
  std::vector<CopiedConstants> copied_;  // of program_.copies
  CNames file_names_;
  CNames params_;  // and the variables in <prefix>_run
  CNames macro_names_;
  std::map<std::pair<absl::string_view, absl::string_view>, std::string>
      arrays_;  // by C type and bytes
  std::map<std::string, int> bodies_of_;
  std::vector<std::string> body_nulls_;  // per body, '0' for a null argument
  SharedShapes shared_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_PROGRAM_BUILDER_H_

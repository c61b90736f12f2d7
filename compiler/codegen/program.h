// SPDX-License-Identifier: Apache-2.0
// What is printed for a module: its data, its functions and its calls, with
// their names in C, but no text yet.
#ifndef TINYC_COMPILER_CODEGEN_PROGRAM_H_
#define TINYC_COMPILER_CODEGEN_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/shared_shapes.h"
#include "compiler/ir/module.h"
#include "compiler/lowering/rows.h"

namespace tinyc {

// An input or output of the model.
struct CTensor {
  const Value* value = nullptr;
  std::string name;  // of the parameter: "audio"
  std::string size;  // of the macro with its length: "KWS_AUDIO_SIZE"
  // Of a model whose inputs and outputs lie in the arena: where, the macro
  // that says so, and the function that returns a pointer to it.
  int64_t offset = 0;
  std::string offset_macro;  // "KWS_AUDIO_OFFSET"
  std::string accessor;      // "kws_audio"
  // Of an input that is handed in row by row: the node that reads it, the
  // parameters for the function that does and for what it gets, the type of
  // that function, and one of it that has a whole buffer.
  const Node* read_by = nullptr;
  std::string reader;       // "read_audio"
  std::string user;         // "audio_user"
  std::string reader_type;  // "kws_audio_reader"
  std::string row_of;       // "kws_audio_row"
  std::string rows_macro;   // "KWS_AUDIO_ROWS"
  std::string row_size;     // "KWS_AUDIO_ROW_SIZE"
  std::string row_body;     // that makes a row of planes; "": there are none

  int64_t rows() const;
  int64_t row_elements() const;
};

// The arena's part in a memory.
struct CPart {
  ArenaPart part;
  std::string name;      // of the array: "kws_dtcm"
  std::string variable;  // in <prefix>_run, a pointer to its first byte: "dtcm"
  std::string macro;     // what is declared beside it: "KWS_DTCM"
};

// The constants that are copied into a memory.
struct CCopies {
  std::string memory;  // "dtcm"
  std::string macro;   // what is declared beside each: "KWS_DTCM_WEIGHTS"
  int64_t bytes = 0;   // at most, with what keeps each aligned
};

struct CArray {
  std::string name;  // "conv_1_weight"
  std::shared_ptr<const Tensor> tensor;
  std::string macro = "";  // of the memory into which it is copied; "": none
};

struct CStruct {
  std::string name;  // "conv_1_quant"
  Block block;
};

// One kernel for one shape or a few; everything else is a parameter.
struct CBody {
  std::string name;  // "conv2d_s8_1"
  const Kernel* kernel = nullptr;
  Block shape;
  // Of a body for several shapes, of which `shape` is one: what it is told.
  std::vector<ShapeParam> shape_params;
  // Of a body for one row of a result: the fields of the shape that are
  // parameters as well.
  std::vector<RowField> row_fields;
  std::string quant_type;                // empty: the kernel takes none
  std::vector<std::string> param_types;  // "const int8_t *", per parameter
  std::vector<std::string> param_names;
  std::vector<std::string> args;   // of the kernel, from its third on
  std::string summary;             // for a comment: operator and shapes
  std::vector<std::string> users;  // names of ONNX nodes, quoted
};

// The parameter that gives a field of the shape.
std::string RowParam(const RowField& field);

// One step of the run function.
struct CStep {
  // kLine: a statement; kBegin, kElse, kEnd: the lines around a block.
  enum class Kind { kCall, kLine, kBegin, kElse, kEnd };
  Kind kind = Kind::kCall;
  std::string origin;  // names of ONNX nodes, quoted; may be empty
  std::string text;    // the callee, or the line
  std::vector<std::string> args;
};

struct CProgram {
  std::string prefix;  // "kws"
  std::string macros;  // "KWS"
  std::string stem;    // of the files
  bool caller_arena = false;
  std::string shared_arena;  // the array that all models use; "": none
  bool io_in_arena = false;
  std::string selftest;  // "kws_selftest"; "": there is none
  std::string dead;      // function that poisons bytes; "": nobody does
  std::string live;      // and the one that makes them usable
  int64_t arena_align = 8;
  std::vector<CPart> parts;  // none: the arena is one array
  std::vector<CCopies> copies;
  std::vector<CTensor> inputs;
  std::vector<CTensor> outputs;
  std::vector<CArray> arrays;
  std::vector<CStruct> quants;
  std::vector<CBody> bodies;
  std::vector<CStep> steps;
  std::vector<const Kernel*> kernels;  // each once, in the order of first use
  std::vector<std::string> headers;    // of the runtime, that the steps need
};

absl::StatusOr<CProgram> BuildProgram(const Module& module,
                                      const EmitOptions& options);

// Parts of the emitted files.
std::string ModelHeader(const Module& module, const CProgram& program);
std::string ModelData(const CProgram& program);
std::string ModelDescription(const Module& module, const CProgram& program);
std::string RunBody(const Module& module, const CProgram& program);
// Whether an input is handed in row by row.
bool ReadsRows(const CProgram& program);
// The functions that say where inputs and outputs lie in the arena.
std::string Accessors(const Module& module, const CProgram& program);
// The array of EmitSharedArena, and the alignment of a module's arena.
std::string SharedArenaName(absl::string_view stem);
int64_t ArenaAlign(const Module& module);
// The functions that poison bytes of the arena.
std::string PoisonFunctions(const CProgram& program);
// The parameters of <prefix>_selftest and of <prefix>_selftest_layer.
std::vector<std::string> SelfTestParams(const CProgram& program);
std::vector<std::string> SelfTestHookParams();
// The macro that shows a layer's result to the self-test.
std::string SelfTestHook(const CProgram& program);
// The checks of `arena`, a parameter of functions that are passed the arena.
std::vector<std::string> ArenaChecks(const Module& module,
                                     const CProgram& program,
                                     absl::string_view arena);
// The parameters of <prefix>_run; `arena` names the first one of a model whose
// caller has the arena.
std::vector<std::string> RunParams(const CProgram& program,
                                   absl::string_view arena);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_PROGRAM_H_

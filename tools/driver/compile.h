// SPDX-License-Identifier: Apache-2.0
// The compiler as a function: a model file => C, or ONNX.
#ifndef TINYC_TOOLS_DRIVER_COMPILE_H_
#define TINYC_TOOLS_DRIVER_COMPILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/ir/module.h"
#include "frontends/onnx/import.h"
#include "passes/pass_manager.h"
#include "passes/pruning/pipeline.h"
#include "passes/quantization/pipeline.h"

namespace tinyc {

// How 8-bit weights are stored: kFast and kSmall are the goals of
// passes/compress_weights.cc.
enum class WeightStorage { kFast, kSmall, kDense };
template <>
struct EnumNames<WeightStorage> {
  static constexpr absl::string_view kNames[] = {"fast", "small", "dense"};
};

// What the model may take, in bytes; nothing: all that it needs.
struct MemoryLimits {
  std::optional<int64_t> ram = {};
  std::optional<int64_t> flash = {};  // weights and code
};

struct CompileOptions {
  ImportOptions import = {};
  const Target* target = nullptr;  // null: generic
  // Passes and presets.  When they end at [graph], "backend" follows.
  std::string passes = "default";
  // The options of the pass prune, which makes weights of a model zero,
  // or of prune-channels (passes/pruning/pipeline.h); in place of `passes`.
  std::optional<PassOptions> prune = {};
  // Makes a float model, perhaps pruned, an integer one, in place of `passes`.
  std::optional<QuantizeOptions> quantize = {};
  // Without the pass slim, wherever it would run.
  bool no_slim = false;
  // Of items compress-weights that do not say it themselves.
  WeightStorage weights = WeightStorage::kFast;
  bool io_in_arena = false;  // Module::io_in_arena
  // The inputs that are handed in row by row; "": every one that has rows.
  std::vector<std::string> row_inputs = {};
  // Said of the model when it is compiled (fit.h).  Layers take turns row by
  // row when the arena is larger than limits.ram.
  MemoryLimits limits = {};
  bool least_ram = false;  // as if limits.ram were 0, without the error
  // The memories of the arena (passes/memory/memories.h); "": one.
  std::string memories = "";
  // The multiply-accumulates that this may add, as a share of the model's.
  double extra_macs = 0;
  PassManagerOptions manager = {};
};

// One model at points on its way.
struct CompiledModel {
  Module imported;  // at [graph], before any pass
  // At [graph]: what the last pass that changes the graph left.  It says what
  // the model means; the reference runs it.
  Module graph;
  // Of a model that was pruned: the float graph before and after it.
  std::optional<Module> dense = {};
  std::optional<Module> pruned = {};
  // Of a model that was quantized: the float graph that was, merged, pruned if
  // asked for, and with its channels equalized.
  std::optional<Module> real = {};
  Module planned;      // at [planned]
  bool lossy = false;  // some pass on the way changes results on purpose
};

// Compiles the model in `path`, an .onnx file, or a .tir file at [graph].  An
// error has one line per problem, each to be read after the name of the file.
absl::StatusOr<CompiledModel> CompileModel(const std::string& path,
                                           const CompileOptions& options);

// Bytes that layers may take if that makes them faster
// (passes/arrange_weights.cc).
struct Spending {
  int64_t flash = 0;    // of weights, more than now, of all layers together
  int64_t scratch = 0;  // of each layer
};

// `model` planned anew with these.
absl::StatusOr<Module> PlanWith(const Spending& spending,
                                const CompiledModel& model,
                                const CompileOptions& options);

// The model in `path`, read as CompileModel does, after options.passes, which
// end at [graph].
absl::StatusOr<Module> CompileGraph(const std::string& path,
                                    const CompileOptions& options);

// The model in `path` as an ONNX file is to hold it, at [graph]: after
// options.prune and options.quantize, or after options.passes where they are
// not "default", or with what can be merged merged and needless channels left
// out.
absl::StatusOr<Module> CompileForOnnx(const std::string& path,
                                      const CompileOptions& options);

// The passes that the options stand for; they lead from [graph] to [planned].
absl::StatusOr<Pipeline> CompilePipeline(const CompileOptions& options);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_COMPILE_H_

// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/model_options.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/targets/registry.h"
#include "passes/memory/memories.h"
#include "passes/quantization/loss.h"
#include "passes/quantization/range_estimator.h"
#include "tools/driver/fit.h"

namespace tinyc {
namespace {

void PrintLine(const std::string& line) {
  std::fputs(absl::StrCat(line, "\n").c_str(), stderr);
}

// A dimension, or -1.
int64_t ParseDim(absl::string_view text) {
  int64_t dim;
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   absl::ascii_isdigit);
  return digits && absl::SimpleAtoi(text, &dim) ? dim : -1;
}

// Splits at the last `=`: names of tensors may hold one.
absl::Status SplitAssignment(absl::string_view option, absl::string_view text,
                             std::string* name, absl::string_view* value) {
  const size_t equals = text.rfind('=');
  if (equals == text.npos || equals == 0) {
    return Invalid(option, " takes NAME=VALUE, not \"", text, "\"");
  }
  *name = std::string(text.substr(0, equals));
  *value = text.substr(equals + 1);
  return absl::OkStatus();
}

absl::StatusOr<const Target*> ReadTarget(const std::string& name) {
  const Target* target = FindTarget(name);
  if (target != nullptr) return target;
  std::vector<absl::string_view> names;
  for (const Target& t : AllTargets()) names.push_back(t.name);
  return Invalid("there is no target ", name, DidYouMean(name, names));
}

// "a, b or c"
std::string Alternatives(absl::Span<const absl::string_view> names) {
  const absl::string_view last = names.back();
  names.remove_suffix(1);
  return absl::StrCat(absl::StrJoin(names, ", "), " or ", last);
}

// Stores what the option on pruning asks for.
absl::Status ReadPrune(const ModelOptions& options, CompileOptions* read) {
  if (options.prune.empty()) return absl::OkStatus();
  if (options.passes != ModelOptions().passes) {
    return Invalid(
        "--prune and --passes exclude each other; the pass is prune");
  }
  if (options.calibration.empty()) {
    return Invalid(
        "--prune needs --calibration=FILE.npz, samples of the model's inputs");
  }
  absl::StatusOr<PassOptions> prune =
      ParsePruneText(options.prune, options.calibration);
  if (!prune.ok()) return Prefixed("--prune: ", prune.status());
  read->prune = *std::move(prune);
  return absl::OkStatus();
}

// Stores what the options on quantization ask for.
absl::Status ReadQuantize(const ModelOptions& options, CompileOptions* read) {
  if (options.quantize.empty()) {
    if (!options.calibration.empty() && options.prune.empty()) {
      return Invalid("--calibration goes with --quantize or --prune");
    }
    for (const auto& [name, value] :
         {std::pair("--calibration-range", &options.range),
          std::pair("--max-loss", &options.max_loss),
          std::pair("--io", &options.io)}) {
      if (!value->empty()) return Invalid(name, " goes with --quantize");
    }
    return absl::OkStatus();
  }
  if (options.passes != ModelOptions().passes) {
    return Invalid(
        "--quantize and --passes exclude each other; the passes are "
        "equalize, calibrate, choose-formats, quantize, tune-ranges, "
        "fit-weights and quantize-io");
  }
  QuantizeOptions quantize;
  if (!ParseAttr(options.quantize, &quantize.type)) {
    return Invalid("--quantize is ",
                   Alternatives(EnumNames<QuantizeOptions::Type>::kNames),
                   ", not \"", options.quantize, "\"");
  }
  if (!options.io.empty() && !ParseAttr(options.io, &quantize.io)) {
    return Invalid("--io is keep, int8 or int16, not \"", options.io, "\"");
  }
  if (options.calibration.empty()) {
    return Invalid(
        "--quantize needs --calibration=FILE.npz, samples of the "
        "model's inputs");
  }
  quantize.calibration = options.calibration;
  if (!options.range.empty()) {
    const absl::Status range = ParseRangeEstimator(options.range).status();
    if (!range.ok()) return Prefixed("--calibration-range: ", range);
    quantize.range = options.range;
  }
  if (!options.max_loss.empty()) {
    if (quantize.type != QuantizeOptions::Type::kAuto) {
      return Invalid("--max-loss goes with --quantize=auto");
    }
    const absl::Status limit = ParseLossLimit(options.max_loss).status();
    if (!limit.ok()) return Prefixed("--max-loss: ", limit);
    quantize.max_loss = options.max_loss;
  }
  read->quantize = std::move(quantize);
  return absl::OkStatus();
}

// Stores what an option says that limits a memory.
absl::Status ReadLimit(absl::string_view option, const std::string& text,
                       std::optional<int64_t>* limit) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<int64_t> bytes = ParseBytes(text);
  if (!bytes.ok()) {
    return Prefixed(absl::StrCat(option, " is "), bytes.status());
  }
  *limit = *bytes;
  return absl::OkStatus();
}

absl::Status ReadRowInputs(const ModelOptions& options, CompileOptions* read) {
  for (const std::string& text : options.input) {
    absl::string_view name = text;
    if (!absl::ConsumePrefix(&name, "rows") ||
        (!name.empty() && (!absl::ConsumePrefix(&name, ":") || name.empty()))) {
      return Invalid("--input is rows or rows:NAME, not \"", text, "\"");
    }
    read->row_inputs.emplace_back(name);
  }
  return absl::OkStatus();
}

absl::Status ReadExtraMacs(const ModelOptions& options, CompileOptions* read) {
  const std::string& text = options.max_macs_increase;
  if (text.empty()) return absl::OkStatus();
  const std::optional<double> share = ParsePercent(text);
  if (!share) {
    return Invalid("--max-macs-increase is a share like 5%, not \"", text,
                   "\"");
  }
  if (options.ram.empty()) {
    return Invalid("--max-macs-increase says what --ram may cost");
  }
  read->extra_macs = *share;
  return absl::OkStatus();
}

absl::Status ReadMemories(const ModelOptions& options, CompileOptions* read) {
  if (options.memory.empty()) return absl::OkStatus();
  const absl::Status memories = ParseMemories(options.memory).status();
  if (!memories.ok()) return Prefixed("--memory: ", memories);
  if (!options.ram.empty()) {
    return Invalid("--memory and --ram exclude each other");
  }
  if (options.io_in_arena) {
    return Invalid("--memory and --io-in-arena exclude each other");
  }
  read->memories = options.memory;
  return absl::OkStatus();
}

}  // namespace

std::vector<Option> ModelOptionRows(ModelOptions* options) {
  return {
      {"target", "NAME", "core to compile for (default: generic)",
       &options->target},
      {"dim", "NAME=N",
       "size of a symbolic dimension; may be repeated. A batch\n"
       "dimension and nameless ones are 1 without it",
       &options->dims},
      {"shape", "INPUT=2x3x4",
       "whole shape of an input; may be repeated. INPUT= alone is\n"
       "a scalar",
       &options->shapes},
      {"passes", "PIPELINE",
       "passes and presets to run instead of `default`, in order:\n"
       "a,b{key=value;switch},c",
       &options->passes},
      {"no-slim", "",
       "keep the channels that no result depends on; they are left\n"
       "out otherwise, and the results are the same to the bit",
       &options->no_slim},
      {"prune", "80%|2:4|macs=50%",
       "make so many of the model's weights zero, or all but 2\n"
       "of each 4 neighbours; or take channels until this share of\n"
       "its multiply-accumulates (or weights=, time=, ram=) is left.\n"
       "Options of the pass prune, or prune-channels, may follow:\n"
       "80%,block=1x4,allocation=lamp",
       &options->prune},
      {"quantize", "int8|int16x8|w4a8|auto",
       "make a float model compute in integers: activations of 8 or\n"
       "16 bits and 8-bit weights; w4a8: 8 bits and 4-bit weights;\n"
       "auto: for each layer the cheapest that --max-loss allows",
       &options->quantize},
      {"max-loss", "30dB|1%",
       "with --quantize=auto: the least signal to noise at the\n"
       "outputs, or the greatest share of samples with another\n"
       "winner (default: 30dB)",
       &options->max_loss},
      {"calibration", "FILE|DIR",
       "samples for --quantize and --prune: an .npz file of arrays\n"
       "named after the inputs, or a folder of .npz or .npy files",
       &options->calibration},
      {"calibration-range", "minmax|percentile:99.99|mse",
       "the range of a value on the samples: all of it, without the\n"
       "outermost numbers, or the one with the least squared error\n"
       "of the value (default: minmax)",
       &options->range},
      {"io", "keep|int8|int16",
       "what --quantize makes of the model's inputs and outputs\n"
       "(default: keep)",
       &options->io},
      {"weights", "fast|small|dense",
       "how 8-bit weights are stored: without zeros, or as indices\n"
       "of few values, where that is smaller and about as fast or\n"
       "faster; where it is smaller; or as they are (default: fast)",
       &options->weights},
      {"io-in-arena", "",
       "inputs and outputs lie in the arena, where their bytes serve\n"
       "other values too, instead of in buffers of the caller",
       &options->io_in_arena},
      {"input", "rows[:NAME]",
       "the input of that name, or every one that has rows, is\n"
       "handed in row by row by a function of the caller's, so that\n"
       "nobody holds all of it; may be repeated",
       &options->input},
  };
}

absl::Status ParseShape(absl::string_view text, Shape* shape) {
  shape->clear();
  if (text.empty()) return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(text, 'x')) {
    shape->push_back(ParseDim(part));
    if (shape->back() < 0) {
      return Invalid("\"", text, "\" is no shape; one is written 2x3x4");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CompileOptions> ReadModelOptions(const ModelOptions& options) {
  CompileOptions read;
  TINYC_ASSIGN_OR_RETURN(read.target, ReadTarget(options.target));
  read.passes = options.passes;
  read.no_slim = options.no_slim;
  TINYC_RETURN_IF_ERROR(ReadPrune(options, &read));
  TINYC_RETURN_IF_ERROR(ReadQuantize(options, &read));
  if (!ParseAttr(options.weights, &read.weights)) {
    return Invalid("--weights is ",
                   Alternatives(EnumNames<WeightStorage>::kNames), ", not \"",
                   options.weights, "\"");
  }
  read.io_in_arena = options.io_in_arena;
  TINYC_RETURN_IF_ERROR(ReadRowInputs(options, &read));
  TINYC_RETURN_IF_ERROR(CompilePipeline(read).status());
  std::string name;
  absl::string_view value;
  for (const std::string& text : options.dims) {
    TINYC_RETURN_IF_ERROR(SplitAssignment("--dim", text, &name, &value));
    const int64_t dim = ParseDim(value);
    if (dim < 0) {
      return Invalid("--dim ", name, " is a whole number, not \"", value, "\"");
    }
    if (!read.import.dims.emplace(name, dim).second) {
      return Invalid("--dim ", name, " is given twice");
    }
  }
  for (const std::string& text : options.shapes) {
    TINYC_RETURN_IF_ERROR(SplitAssignment("--shape", text, &name, &value));
    const auto [entry, added] = read.import.shapes.try_emplace(name);
    const absl::Status status = ParseShape(value, &entry->second);
    if (!status.ok()) return Prefixed("--shape: ", status);
    if (!added) {
      return Invalid("--shape ", name, " is given twice");
    }
  }
  read.least_ram = options.ram == "min";
  if (!read.least_ram) {
    TINYC_RETURN_IF_ERROR(ReadLimit("--ram", options.ram, &read.limits.ram));
  }
  TINYC_RETURN_IF_ERROR(ReadExtraMacs(options, &read));
  TINYC_RETURN_IF_ERROR(ReadMemories(options, &read));
  TINYC_RETURN_IF_ERROR(
      ReadLimit("--flash", options.flash, &read.limits.flash));
  return read;
}

absl::Status WithFile(absl::string_view file, const absl::Status& status) {
  std::vector<std::string> lines =
      absl::StrSplit(status.message(), '\n', absl::SkipEmpty());
  for (std::string& line : lines) {
    // Sentences that begin with the name, as a subject or with a line number.
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, absl::StrCat(file, ":"))) continue;
    absl::ConsumePrefix(&rest, absl::StrCat(file, " "));
    line = absl::StrCat(file, ": ", rest);
  }
  return absl::Status(status.code(), absl::StrJoin(lines, "\n"));
}

void PrintErrors(const absl::Status& status) {
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    PrintLine(absl::StrCat("error: ", line));
  }
}

void PrintNotes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    PrintLine(absl::StartsWith(note, "warning: ") ? note : "note: " + note);
  }
}

int RunProgram(int (*main)(int argc, const char* const* argv), int argc,
               const char* const* argv) {
  // A file that grows beyond a limit is then an error of the write.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return main(argc, argv);
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {  // a container beyond all memory
  }
  PrintLine("error: there is not enough memory for this model");
  return kExitFault;
}

}  // namespace tinyc

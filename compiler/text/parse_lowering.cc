// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/parse_lowering.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/lowering/call_forms.h"
#include "compiler/lowering/compressed_weights.h"
#include "compiler/lowering/map_kernel.h"
#include "compiler/lowering/pack_calls.h"
#include "compiler/ops/map.h"
#include "compiler/targets/registry.h"

namespace tinyc {
namespace {

constexpr int64_t kMostStrips = 1000;

// A kernel as the text names it; null for `_`.
struct WrittenKernel {
  Token token;
  const Kernel* kernel = nullptr;
};

// The kernel of that name that `node` may run; null when there is none.
const Kernel* KernelOf(const Node& node, absl::string_view symbol) {
  if (node.As<Map>() == nullptr) return FindKernel(symbol);
  const absl::StatusOr<const Kernel*> composed = MapKernel(node);
  return composed.ok() && (*composed)->symbol == symbol ? *composed : nullptr;
}

absl::StatusOr<std::vector<WrittenKernel>> ParseSymbols(Lexer& lexer,
                                                        const Node& node) {
  std::vector<WrittenKernel> written;
  do {
    const Token token = lexer.peek();
    const Kernel* kernel = nullptr;
    if (!lexer.Accept("_")) {
      TINYC_ASSIGN_OR_RETURN(const std::string symbol, lexer.Word("a kernel"));
      kernel = KernelOf(node, symbol);
      if (kernel == nullptr) {
        return lexer.ErrorAt(token, "there is no kernel ", symbol);
      }
    }
    written.push_back({token, kernel});
  } while (lexer.Accept(","));
  return written;
}

bool Fits(const WrittenKernel& written, const KernelCall& call) {
  return written.kernel == nullptr || written.kernel->family == call.family;
}

// Gives `call` the weights that one of the kernels reads, where none of them
// takes it as it is.
void Compress(const std::vector<WrittenKernel>& written, KernelCall* call) {
  for (const WrittenKernel& kernel : written) {
    if (Fits(kernel, *call)) return;
  }
  for (const WrittenKernel& kernel : written) {
    const std::optional<WeightFormat> format =
        WeightFormatOf(kernel.kernel->family);
    if (!format) continue;
    std::optional<KernelCall> compressed = WithWeights(*call, *format);
    if (!compressed || !Fits(kernel, *compressed)) continue;
    *call = *std::move(compressed);
    return;
  }
}

// Gives `call` the form that one of the kernels runs, where none of them takes
// it as it is, in so much scratch.
void TakeForm(const std::vector<WrittenKernel>& written, const Target& target,
              int64_t scratch_bytes, KernelCall* call) {
  for (const WrittenKernel& kernel : written) {
    if (Fits(kernel, *call)) return;
  }
  for (const LoweredCall& form :
       FormsOf({*call, nullptr}, target, scratch_bytes)) {
    if (Fits(written[0], form.call)) *call = form.call;
  }
}

// Gives each call its kernel.  Copies that pack an operand stand before the
// call that they serve and are passed over.
absl::StatusOr<std::vector<LoweredCall>> Assign(
    const Lexer& lexer, const std::vector<WrittenKernel>& written,
    const Target& target, int64_t scratch_bytes,
    std::vector<KernelCall> calls) {
  std::vector<LoweredCall> lowered;
  size_t next = 0;
  for (KernelCall& call : calls) {
    Compress(written, &call);
    TakeForm(written, target, scratch_bytes, &call);
    while (next < written.size() && !Fits(written[next], call)) ++next;
    if (next == written.size()) {
      return lexer.ErrorAt(written[0].token, "the node needs a kernel of ",
                           call.family);
    }
    lowered.push_back({std::move(call), written[next++].kernel});
  }
  return lowered;
}

// The most scratch that a form may have: `within(n)`.
absl::StatusOr<int64_t> ParseWithin(Lexer& lexer) {
  if (!lexer.Accept("within")) return std::numeric_limits<int64_t>::max();
  TINYC_RETURN_IF_ERROR(lexer.Expect("("));
  TINYC_ASSIGN_OR_RETURN(const int64_t bytes, lexer.Int("bytes of scratch"));
  TINYC_RETURN_IF_ERROR(lexer.Expect(")"));
  return bytes;
}

absl::StatusOr<Place> ParsePlace(Lexer& lexer) {
  Place place;
  if (!lexer.Accept("arena")) {
    place.kind = lexer.At("input") ? Place::Kind::kModelInput
                                   : Place::Kind::kModelOutput;
    if (!lexer.Accept("input") && !lexer.Accept("output")) {
      return lexer.Error("expected arena, input or output");
    }
    TINYC_RETURN_IF_ERROR(lexer.Expect("("));
    TINYC_ASSIGN_OR_RETURN(const int64_t index, lexer.Int("an index"));
    place.index = static_cast<int>(index);
    TINYC_RETURN_IF_ERROR(lexer.Expect(")"));
  }
  TINYC_RETURN_IF_ERROR(lexer.Expect("+"));
  TINYC_ASSIGN_OR_RETURN(place.offset, lexer.Int("an offset"));
  if (lexer.Accept("rows")) {
    TINYC_RETURN_IF_ERROR(lexer.Expect("("));
    TINYC_ASSIGN_OR_RETURN(place.rows, lexer.Int("a number of rows"));
    TINYC_RETURN_IF_ERROR(lexer.Expect(")"));
  }
  return place;
}

}  // namespace

absl::Status ParseArena(Lexer& lexer, MemoryPlan* plan) {
  TINYC_RETURN_IF_ERROR(lexer.Expect("arena"));
  TINYC_RETURN_IF_ERROR(lexer.Expect("("));
  TINYC_ASSIGN_OR_RETURN(plan->arena_bytes, lexer.Int("the arena's bytes"));
  TINYC_RETURN_IF_ERROR(lexer.Expect(","));
  TINYC_RETURN_IF_ERROR(lexer.Expect("bound"));
  TINYC_RETURN_IF_ERROR(lexer.Expect("="));
  TINYC_ASSIGN_OR_RETURN(plan->lower_bound, lexer.Int("the bound"));
  while (lexer.Accept(",")) {
    if (lexer.Accept("optimal")) {
      plan->optimal = true;
      continue;
    }
    ArenaPart part;
    TINYC_ASSIGN_OR_RETURN(part.name, lexer.Word("a memory"));
    TINYC_RETURN_IF_ERROR(lexer.Expect("="));
    if (lexer.Accept("const")) {
      ConstantMemory memory{.name = part.name};
      TINYC_RETURN_IF_ERROR(lexer.Expect("+"));
      TINYC_ASSIGN_OR_RETURN(memory.bytes, lexer.Int("the constants' bytes"));
      plan->constant_memories.push_back(std::move(memory));
      continue;
    }
    TINYC_ASSIGN_OR_RETURN(part.begin, lexer.Int("the part's begin"));
    TINYC_RETURN_IF_ERROR(lexer.Expect("+"));
    TINYC_ASSIGN_OR_RETURN(part.bytes, lexer.Int("the part's bytes"));
    plan->parts.push_back(std::move(part));
  }
  return lexer.Expect(")");
}

absl::Status ParseKernels(Lexer& lexer, const Node& node, Module* module) {
  if (module->lowering) module->lowering->calls[&node];
  const Token using_token = lexer.peek();
  if (!lexer.Accept("using")) return absl::OkStatus();
  if (!module->lowering || module->target == nullptr) {
    return lexer.ErrorAt(using_token,
                         "only a [lowered] module with a target has kernels");
  }
  TINYC_ASSIGN_OR_RETURN(const std::vector<WrittenKernel> written,
                         ParseSymbols(lexer, node));
  TINYC_ASSIGN_OR_RETURN(const int64_t scratch_bytes, ParseWithin(lexer));
  absl::StatusOr<std::vector<KernelCall>> derived = node.op().Lower(node);
  if (!derived.ok()) return lexer.Wrap(using_token, derived.status());
  TINYC_ASSIGN_OR_RETURN(std::vector<LoweredCall> calls,
                         Assign(lexer, written, *module->target, scratch_bytes,
                                *std::move(derived)));
  if (!lexer.Accept("unpacked")) {
    TINYC_RETURN_IF_ERROR(
        lexer.Wrap(using_token, PackCalls(node, *module->target, calls)));
  }
  if (calls.size() != written.size()) {
    return lexer.ErrorAt(using_token, "the number of kernels is ", calls.size(),
                         ", not ", written.size());
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    if (!Fits(written[i], calls[i].call)) {
      return lexer.ErrorAt(written[i].token, "the node needs a kernel of ",
                           calls[i].call.family, " here");
    }
    calls[i].kernel = written[i].kernel;
  }
  module->lowering->calls[&node] = std::move(calls);
  return absl::OkStatus();
}

absl::Status ParsePlaces(Lexer& lexer, absl::Span<Value* const> values,
                         Module* module) {
  if (!lexer.At("at")) return absl::OkStatus();
  if (!module->plan) return lexer.Error("only a [planned] module has places");
  lexer.Next();
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) TINYC_RETURN_IF_ERROR(lexer.Expect(","));
    if (lexer.Accept("_")) continue;
    TINYC_ASSIGN_OR_RETURN(module->plan->values[values[i]], ParsePlace(lexer));
  }
  return absl::OkStatus();
}

absl::Status ParseScratch(Lexer& lexer, const Node& node, Module* module) {
  if (!lexer.At("scratch")) return absl::OkStatus();
  if (!module->plan) return lexer.Error("only a [planned] module has places");
  lexer.Next();
  TINYC_RETURN_IF_ERROR(lexer.Expect("arena"));
  TINYC_RETURN_IF_ERROR(lexer.Expect("+"));
  TINYC_ASSIGN_OR_RETURN(module->plan->scratch[&node], lexer.Int("an offset"));
  return absl::OkStatus();
}

absl::Status ParseStream(Lexer& lexer, const Node& node, Module* module) {
  const Token stream_token = lexer.peek();
  if (!lexer.Accept("stream")) return absl::OkStatus();
  if (!module->plan) {
    return lexer.ErrorAt(stream_token, "only a [planned] module has streams");
  }
  std::vector<Stream>& streams = module->plan->streams;
  TINYC_RETURN_IF_ERROR(lexer.Expect("("));
  TINYC_ASSIGN_OR_RETURN(const int64_t index, lexer.Int("an index"));
  const int64_t count = static_cast<int64_t>(streams.size());
  if (index < 0 || index > count || (count > 0 && index < count - 1)) {
    return lexer.ErrorAt(stream_token, "stream ", index, " is out of order");
  }
  if (index == count) streams.emplace_back();
  Stream& stream = streams.back();
  stream.nodes.push_back(&node);
  while (lexer.Accept(",")) {
    if (lexer.Accept("up")) {
      stream.upwards = true;
      continue;
    }
    if (lexer.Accept("seam")) {
      TINYC_RETURN_IF_ERROR(lexer.Expect("="));
      TINYC_ASSIGN_OR_RETURN(const int64_t seam, lexer.Int("a node"));
      if (seam < 0) return lexer.ErrorAt(stream_token, "a seam at ", seam);
      stream.seam = static_cast<size_t>(seam);
      continue;
    }
    TINYC_RETURN_IF_ERROR(lexer.Expect("strips"));
    TINYC_RETURN_IF_ERROR(lexer.Expect("="));
    TINYC_ASSIGN_OR_RETURN(const int64_t strips, lexer.Int("their number"));
    if (strips < 1 || strips > kMostStrips) {
      return lexer.ErrorAt(stream_token, strips, " strips");
    }
    stream.strips = static_cast<int>(strips);
  }
  return lexer.Expect(")");
}

}  // namespace tinyc

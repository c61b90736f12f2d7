// SPDX-License-Identifier: Apache-2.0
// libFuzzer's target: any bytes as a model, through the importer, all passes
// and the emission of C.  tools/fuzz.sh builds and runs it.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/codegen/codegen.h"
#include "compiler/targets/registry.h"
#include "frontends/onnx/import.h"
#include "passes/pass_manager.h"
#include "tests/fuzz/mutate.h"
#include "tools/driver/compile.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace tinyc {
namespace {

// tinyc is as slow as the model is big.  Bigger models are for other tests.
constexpr int64_t kMaxElements = 1 << 16;

bool IsSmall(const Graph& graph) {
  int64_t elements = 0;
  const auto add = [&](absl::Span<Value* const> values) {
    for (const Value* value : values) {
      if (value->type().num_elements() > kMaxElements) return false;
      elements += value->type().num_elements();
    }
    return true;
  };
  if (!add(graph.inputs())) return false;
  for (const auto& node : graph.nodes()) {
    if (!add(node->outputs())) return false;
    if (node->op().Macs(*node) > 16 * kMaxElements) return false;
  }
  return elements <= 16 * kMaxElements;
}

absl::Status Compile(absl::string_view bytes) {
  static const Pipeline* const pipeline = [] {
    auto parsed = CompilePipeline(CompileOptions());
    TINYC_CHECK(parsed.ok());
    return new Pipeline(*std::move(parsed));
  }();
  TINYC_ASSIGN_OR_RETURN(Module module, ImportOnnx(bytes, "", {}));
  if (!IsSmall(*module.graph)) return absl::OkStatus();
  module.target = FindTarget("generic");
  const absl::Status status =
      RunPipeline(module, *pipeline, {.replay_dir = ""});
  // A pass that breaks a graph is a bug; so is an error that says nothing.
  TINYC_CHECK(!absl::IsInternal(status));
  TINYC_CHECK(status.ok() || !status.message().empty());
  TINYC_RETURN_IF_ERROR(status);
  EmitOptions options;
  options.stem = "model";
  options.prefix = "model";
  return EmitC(module, options).status();
}

}  // namespace
}  // namespace tinyc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    (void)tinyc::Compile(
        absl::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const std::bad_alloc&) {  // main says so and ends
  }
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max_size, unsigned int seed) {
  std::mt19937 random(seed);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (uint32_t changes = 1 + random() % 3; changes > 0; --changes) {
    bytes = tinyc::MutateMessage(bytes, &random);
  }
  if (bytes.empty() || bytes.size() > max_size || random() % 16 == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

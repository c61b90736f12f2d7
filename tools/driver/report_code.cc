// SPDX-License-Identifier: Apache-2.0
// The code of a model by what functions of its kernels took where they were
// measured.
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/codegen/shared_shapes.h"
#include "tools/driver/report.h"

namespace tinyc {
namespace {

// The size of one function of a kernel family: the mean over the functions of
// 22 models, 7 to 50 functions each, by arm-none-eabi-gcc 12.2 for Cortex-M4
// at -Os.  A single one may have half or twice that.
int64_t BodyBytes(absl::string_view family) {
  constexpr struct {
    absl::string_view stem;
    int64_t bytes;
  } kSizes[] = {
      {"conv2d_s8_paired", 390},  {"dense_s8_paired", 150},
      {"conv2d_s8_winograd", 20},  // a call of the one for all layers
      {"conv2d_s8_by16", 390},    {"conv2d_s8_twin", 360},
      {"dense_s8_by16", 150},     {"conv2d_", 610},
      {"depthwise2d_", 600},      {"dense_", 310},
      {"matmul_", 310},  // none measured; a loop like that of dense
      {"max_pool_", 140},         {"avg_pool_", 100},
      {"softmax_", 140},          {"log_softmax_", 140},
      {"reduce_", 130},
  };
  for (const auto& row : kSizes) {
    if (absl::StartsWith(family, row.stem)) return row.bytes;
  }
  return 80;  // element by element
}

// That of the functions in assembly which the bodies of a family call, and
// where they are from.
struct SharedCode {
  absl::string_view header;
  int64_t bytes = 0;
};

SharedCode SharedCodeOf(absl::string_view family) {
  if (absl::EndsWith(family, "_s8_paired")) return {"tc_paired.h", 1230};
  if (family == "conv2d_s8_winograd") return {"tc_winograd.h", 2220};
  if (family == "conv2d_s8_winograd_bytes") {
    return {"tc_winograd_bytes.h", 2560};
  }
  if (absl::EndsWith(family, "_s8_by16")) return {"tc_by16.h", 310};
  if (family == "conv2d_s8_twin") return {"tc_twin.h", 400};
  if (family == "depthwise2d_s8_in_place_twin") {
    return {"depthwise2d_twin.h", 330};
  }
  return {};
}

using Bodies = std::set<std::pair<std::string, std::string>>;

// The calls of `module` and those of its regions; `bodies`: the functions that
// are counted already.
int64_t CallBytes(const Module& module, const SharedShapes& shared,
                  Bodies* bodies) {
  // Loading the arguments and the call.
  constexpr int64_t kCallBytes = 24;
  // The test of a condition, or counting and copying in a loop.
  constexpr int64_t kRegionBytes = 40;
  // The loop over the rows of a stream, and a row of a layer.
  constexpr int64_t kStreamBytes = 60;
  constexpr int64_t kRowBytes = 60;
  int64_t bytes = 0;
  for (const Stream& stream : module.plan->streams) {
    bytes +=
        kStreamBytes + kRowBytes * static_cast<int64_t>(stream.nodes.size());
  }
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      bytes += kRegionBytes +
               CallBytes(*module.bodies.at(region.get()), shared, bodies);
    }
    const auto calls = module.lowering->calls.find(node.get());
    if (calls == module.lowering->calls.end()) continue;
    for (const LoweredCall& lowered : calls->second) {
      if (lowered.kernel == nullptr) continue;
      bytes += kCallBytes;
      const absl::Span<const Block> shapes = shared.Of(lowered);
      const Block& shape = shapes.empty() ? lowered.call.shape : shapes[0];
      std::string text;
      for (const BlockField& field : shape.fields()) {
        absl::StrAppend(&text, absl::StrJoin(field.values, ","), ";");
      }
      if (bodies->emplace(lowered.kernel->symbol, text).second) {
        bytes += BodyBytes(lowered.kernel->family) * (shapes.empty() ? 1 : 2);
      }
      const SharedCode code = SharedCodeOf(lowered.kernel->family);
      if (bodies->emplace(code.header, "").second) bytes += code.bytes;
    }
  }
  return bytes;
}

}  // namespace

int64_t CodeBytesEstimate(const Module& module, bool share_code) {
  // `run` without its calls, and the function behind tc_model.
  constexpr int64_t kFixedBytes = 300;
  Bodies bodies;
  const SharedShapes shared =
      share_code ? SharedShapes(module) : SharedShapes();
  return kFixedBytes + CallBytes(module, shared, &bodies);
}

}  // namespace tinyc

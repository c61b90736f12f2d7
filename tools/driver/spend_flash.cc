// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/spend_flash.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/driver/report.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

constexpr absl::string_view kFewerProducts = "conv2d_s8_winograd";

struct Flash {
  int64_t weights = 0;
  int64_t code = 0;  // by estimate

  int64_t total() const { return weights + code; }
};

Flash FlashOf(const Module& module, bool share_code) {
  return {WeightBytes(module), CodeBytesEstimate(module, share_code)};
}

int64_t FasterLayers(const Module& module) {
  int64_t layers = 0;
  for (const auto& node : module.graph->nodes()) {
    const auto& calls = module.lowering->calls.at(node.get());
    layers += std::count_if(calls.begin(), calls.end(),
                            [](const LoweredCall& lowered) {
                              return lowered.call.family == kFewerProducts;
                            });
  }
  return layers;
}

// Rows come two at a time: a layer that takes turns would throw one away.
bool TakesTurns(const Module& module) {
  return std::any_of(
      module.plan->streams.begin(), module.plan->streams.end(),
      [&](const Stream& stream) {
        return std::any_of(
            stream.nodes.begin(), stream.nodes.end(), [&](const Node* node) {
              return module.lowering->calls.at(node)[0].call.family ==
                     kFewerProducts;
            });
      });
}

}  // namespace

void SpendFlash(const CompileOptions& options, bool share_code,
                CompiledModel* model) {
  if (!options.limits.flash) return;
  const Flash before = FlashOf(model->planned, share_code);
  int64_t left = *options.limits.flash - before.total();
  // The code of the faster layers is known once there are some.
  for (int tries = 0; tries < 2 && left > 0; ++tries) {
    absl::StatusOr<Module> faster = PlanWithFlash(*model, options, left);
    if (!faster.ok() || FasterLayers(*faster) == 0) return;
    const Flash after = FlashOf(*faster, share_code);
    left -= std::max<int64_t>(after.total() - *options.limits.flash, 0);
    if (after.total() > *options.limits.flash) continue;
    const int64_t arena = faster->plan->arena_bytes;
    if (TakesTurns(*faster) ||
        (options.limits.ram && arena > *options.limits.ram)) {
      return;
    }
    faster->notes.push_back(absl::StrCat(
        "--flash has room for convolutions with less than half the products, ",
        FasterLayers(*faster), " here: weights ", NumberText(before.weights),
        " => ", NumberText(after.weights), " bytes, arena ",
        NumberText(model->planned.plan->arena_bytes), " => ",
        NumberText(arena)));
    model->planned = *std::move(faster);
    return;
  }
}

}  // namespace tinyc

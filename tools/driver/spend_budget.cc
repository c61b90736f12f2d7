// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/spend_budget.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/driver/report.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

// Less scratch than this helps no layer.
constexpr int64_t kLeastScratch = 4096;

int64_t FlashBytes(const Module& module, bool share_code) {
  return WeightBytes(module) + CodeBytesEstimate(module, share_code);
}

// With weights that are transformed already, and while the model runs.
bool HasFewerProducts(const LoweredCall& lowered) {
  return absl::StartsWith(lowered.call.family, "conv2d_s8_winograd");
}

int64_t FasterLayers(const Module& module) {
  int64_t layers = 0;
  for (const auto& node : module.graph->nodes()) {
    const auto& calls = module.lowering->calls.at(node.get());
    layers += std::count_if(calls.begin(), calls.end(), HasFewerProducts);
  }
  return layers;
}

// Rows come two at a time or more: a layer that takes turns would throw some
// away.
bool TakesTurns(const Module& module) {
  return std::any_of(
      module.plan->streams.begin(), module.plan->streams.end(),
      [&](const Stream& stream) {
        return std::any_of(
            stream.nodes.begin(), stream.nodes.end(), [&](const Node* node) {
              return HasFewerProducts(module.lowering->calls.at(node)[0]);
            });
      });
}

// Whether the limits have room for `faster`.
bool Fits(const Module& faster, const MemoryLimits& limits, bool share_code) {
  return !TakesTurns(faster) &&
         (!limits.ram || faster.plan->arena_bytes <= *limits.ram) &&
         (!limits.flash || FlashBytes(faster, share_code) <= *limits.flash);
}

void Take(Module faster, absl::string_view limit, CompiledModel* model) {
  const Module& before = model->planned;
  faster.notes.push_back(absl::StrCat(
      limit, " has room for convolutions with less than half the products, ",
      FasterLayers(faster), " here: weights ", NumberText(WeightBytes(before)),
      " => ", NumberText(WeightBytes(faster)), " bytes, arena ",
      NumberText(before.plan->arena_bytes), " => ",
      NumberText(faster.plan->arena_bytes)));
  model->planned = std::move(faster);
}

// Returns what was spent.
Spending SpendFlash(const CompileOptions& options, bool share_code,
                    CompiledModel* model) {
  if (!options.limits.flash) return {};
  int64_t left = *options.limits.flash - FlashBytes(model->planned, share_code);
  // The code of the faster layers is known once there are some.
  for (int tries = 0; tries < 2 && left > 0; ++tries) {
    const Spending spending = {.flash = left};
    absl::StatusOr<Module> faster = PlanWith(spending, *model, options);
    if (!faster.ok() || FasterLayers(*faster) == 0) return {};
    const int64_t over =
        FlashBytes(*faster, share_code) - *options.limits.flash;
    left -= std::max<int64_t>(over, 0);
    if (over > 0) continue;
    if (!Fits(*faster, options.limits, share_code)) return {};
    Take(*std::move(faster), "--flash", model);
    return spending;
  }
  return {};
}

// Tries less and less scratch for a layer.
void SpendRam(const CompileOptions& options, bool share_code, Spending spending,
              CompiledModel* model) {
  if (!options.limits.ram) return;
  for (spending.scratch = *options.limits.ram;
       spending.scratch >= kLeastScratch;
       spending.scratch -= spending.scratch / 4) {
    absl::StatusOr<Module> faster = PlanWith(spending, *model, options);
    if (!faster.ok() || FasterLayers(*faster) == FasterLayers(model->planned)) {
      return;
    }
    if (!Fits(*faster, options.limits, share_code)) continue;
    Take(*std::move(faster), "--ram", model);
    return;
  }
}

}  // namespace

void SpendBudget(const CompileOptions& options, bool share_code,
                 CompiledModel* model) {
  const Spending spent = SpendFlash(options, share_code, model);
  SpendRam(options, share_code, spent, model);
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Stores 8-bit weights in fewer bytes where that pays: without their zeros, or
// as indices of few values.
//
//   %y = dense(%x, %w) using tc_dense_s8
//   =>  %y = dense(%x, %w) using tc_dense_s8_skip
//
// The numbers stay the same to the bit.  What pays is for the option `goal` to
// say:
//   fast   (default) less flash at about the same time or less, by the
//          kernels' estimated cycles; of several forms that of the least
//          bytes * time
//   small  the least flash, whatever the time; that too decides between forms
//          of about one size
// The option `<node output>=<symbol>` gives a node the kernel of that name,
// whether it pays or not.
#include <algorithm>
#include <string>
#include <vector>

#include "compiler/lowering/compressed_weights.h"
#include "compiler/targets/registry.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

enum class Goal { kFast, kSmall };

// A kernel of its own may stand beside the ones that the model has anyway; it
// is to be paid for.
constexpr int64_t kLeastSaving = 256;
// Estimates are not closer than that.
constexpr double kSameTime = 1.15;
// Forms are of one size when they differ by less than one part of so many.
constexpr int64_t kMuchTheSame = 32;

// The form of `dense` that pays most; null when it is best as it is.
const WeightForm* Best(const std::vector<WeightForm>& forms,
                       const LoweredCall& dense, Goal goal) {
  if (forms.empty()) return nullptr;
  std::vector<const WeightForm*> candidates;
  int64_t least = WeightBytes(dense.call);
  for (const WeightForm& form : forms) {
    if (WeightBytes(dense.call) - form.bytes < kLeastSaving) continue;
    if (goal == Goal::kFast && form.slowdown > kSameTime) continue;
    candidates.push_back(&form);
    least = std::min(least, form.bytes);
  }
  if (goal == Goal::kSmall) {
    std::erase_if(candidates, [&](const WeightForm* form) {
      return form->bytes > least + least / kMuchTheSame;
    });
  }
  const auto best =
      std::min_element(candidates.begin(), candidates.end(),
                       [](const WeightForm* a, const WeightForm* b) {
                         return static_cast<double>(a->bytes) * a->slowdown <
                                static_cast<double>(b->bytes) * b->slowdown;
                       });
  return best == candidates.end() ? nullptr : *best;
}

// Gives that of `calls` whose weights `kernel` can read this kernel.
absl::Status Force(const Kernel& kernel, const Target& target,
                   std::vector<LoweredCall>& calls) {
  for (LoweredCall& lowered : calls) {
    if (lowered.kernel == &kernel) return absl::OkStatus();
    for (WeightForm& form : WeightForms(lowered, target)) {
      if (form.lowered.kernel != &kernel) continue;
      lowered = std::move(form.lowered);
      return absl::OkStatus();
    }
  }
  return Invalid(kernel.symbol, " cannot read the weights of this node");
}

absl::Status Compress(Goal goal, const std::string& symbol,
                      const Target& target, std::vector<LoweredCall>& calls) {
  if (!symbol.empty()) {
    const Kernel* kernel = FindKernel(symbol);
    if (kernel == nullptr) return Invalid("there is no kernel ", symbol);
    return Force(*kernel, target, calls);
  }
  for (LoweredCall& lowered : calls) {
    const std::vector<WeightForm> forms = WeightForms(lowered, target);
    const WeightForm* best = Best(forms, lowered, goal);
    if (best != nullptr) lowered = LoweredCall(best->lowered);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CompressWeights(Module& module, const PassOptions& options) {
  std::map<std::string, std::string> wanted = options.values();
  const std::string text = options.Get("goal", "fast");
  wanted.erase("goal");
  if (text != "fast" && text != "small") {
    return Invalid("goal is fast or small, not \"", text, "\"");
  }
  const Goal goal = text == "small" ? Goal::kSmall : Goal::kFast;
  const PassOptions inner(std::map<std::string, std::string>{{"goal", text}});
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return CompressWeights(body, inner); }));
  for (const auto& node : module.graph->nodes()) {
    std::string symbol;
    if (!node->outputs().empty()) {
      if (auto found = wanted.extract(node->output()->name())) {
        symbol = found.mapped();
      }
    }
    TINYC_RETURN_IF_ERROR(WithLoc(Compress(goal, symbol, *module.target,
                                           module.lowering->calls[node.get()]),
                                  *node));
  }
  if (!wanted.empty()) {
    return Invalid("there is no node %", wanted.begin()->first, " to run with ",
                   wanted.begin()->second);
  }
  return absl::OkStatus();
}

}  // namespace tinyc

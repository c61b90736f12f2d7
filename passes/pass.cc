// SPDX-License-Identifier: Apache-2.0
#include "passes/pass.h"

#include <algorithm>
#include <vector>

#include "compiler/base/nearest.h"

namespace tinyc {

std::string PassOptions::Get(absl::string_view key,
                             absl::string_view otherwise) const {
  const auto found = values_.find(std::string(key));
  return found == values_.end() ? std::string(otherwise) : found->second;
}

bool PassOptions::Has(absl::string_view key) const {
  return values_.contains(std::string(key));
}

absl::Status PassOptions::CheckKnown(
    absl::Span<const absl::string_view> known) const {
  for (const auto& [key, value] : values_) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return Invalid("there is no option ", key, DidYouMean(key, known));
    }
  }
  return absl::OkStatus();
}

absl::Span<const Pass> AllPasses() {
  static const auto* const kPasses = new std::vector<Pass>{
#define TINYC_PASS(name, function, from, to, numbers, summary) \
  {name, &function, Stage::from, Stage::to, Numbers::numbers, summary},
#include "passes/passes.def"
#undef TINYC_PASS
  };
  return *kPasses;
}

const Pass* FindPass(absl::string_view name) {
  for (const Pass& pass : AllPasses()) {
    if (pass.name == name) return &pass;
  }
  return nullptr;
}

absl::Status ForEachBody(const Module& module,
                         absl::FunctionRef<absl::Status(Module& body)> pass) {
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      TINYC_RETURN_IF_ERROR(
          WithLoc(pass(*module.bodies.at(region.get())), *node));
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc

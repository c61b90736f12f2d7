// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/registry.h"

namespace tinyc {

const OpRegistry& OpRegistry::Get() {
  static const OpRegistry* const registry = [] {
    auto* all = new OpRegistry;
#define TINYC_OPS(stem) Register##stem(*all);
#include "compiler/ops/ops.def"
#undef TINYC_OPS
    return all;
  }();
  return *registry;
}

std::unique_ptr<Op> OpRegistry::Make(absl::string_view name) const {
  const auto found = ops_.find(std::string(name));
  return found == ops_.end() ? nullptr : found->second->Clone();
}

void OpRegistry::Add(std::unique_ptr<const Op> prototype) {
  const std::string name(prototype->name());
  TINYC_CHECK(ops_.emplace(name, std::move(prototype)).second);
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Operators by name.  THE list is ops.def: one line per file of operators.
#ifndef TINYC_COMPILER_OPS_REGISTRY_H_
#define TINYC_COMPILER_OPS_REGISTRY_H_

#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/ir/op.h"

namespace tinyc {

class OpRegistry {
 public:
  // All operators of ops.def.
  static const OpRegistry& Get();

  // A fresh operator with default attributes; null when there is none.
  std::unique_ptr<Op> Make(absl::string_view name) const;
  const std::map<std::string, std::unique_ptr<const Op>>& ops() const {
    return ops_;
  }

  // For the Register functions of operator files.
  void Add(std::unique_ptr<const Op> prototype);

 private:
  std::map<std::string, std::unique_ptr<const Op>> ops_;
};

#define TINYC_OPS(stem) void Register##stem(OpRegistry& registry);
#include "compiler/ops/ops.def"
#undef TINYC_OPS

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_REGISTRY_H_

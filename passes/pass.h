// SPDX-License-Identifier: Apache-2.0
// A pass is a function from Module to Status.  THE list is passes.def; its row
// declares the function, names the pass and states what it needs and keeps.
#ifndef TINYC_PASSES_PASS_H_
#define TINYC_PASSES_PASS_H_

#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// The `{key=value;...}` of one item of a pipeline.
class PassOptions {
 public:
  PassOptions() = default;
  explicit PassOptions(std::map<std::string, std::string> values)
      : values_(std::move(values)) {}

  // The value of `key`, or `otherwise`; a flag without a value reads "true".
  std::string Get(absl::string_view key, absl::string_view otherwise) const;
  bool Has(absl::string_view key) const;
  const std::map<std::string, std::string>& values() const { return values_; }
  // InvalidArgument naming the first key that is not in `known`.
  absl::Status CheckKnown(absl::Span<const absl::string_view> known) const;

 private:
  std::map<std::string, std::string> values_;
};

// What a pass does to the numbers.
//   kExact     the same bits for every input
//   kRounding  floats may be reassociated, within the operators' tolerances
//   kLossy     results change; runs only when asked for
enum class Numbers { kExact, kRounding, kLossy };

struct Pass {
  absl::string_view name;  // "fold-pad"
  absl::Status (*run)(Module& module, const PassOptions& options);
  Stage from;  // the stage the module must be at
  Stage to;    // the stage it is at afterwards
  Numbers numbers;
  absl::string_view summary;  // one line for --list-passes
};

// Runs `pass` on the bodies of `module`, in the order of their nodes; they are
// done before the module itself.
absl::Status ForEachBody(const Module& module,
                         absl::FunctionRef<absl::Status(Module& body)> pass);

// All passes in the order of passes.def.
absl::Span<const Pass> AllPasses();
const Pass* FindPass(absl::string_view name);

#define TINYC_PASS(name, function, from, to, numbers, summary) \
  absl::Status function(Module& module, const PassOptions& options);
#include "passes/passes.def"
#undef TINYC_PASS

}  // namespace tinyc

#endif  // TINYC_PASSES_PASS_H_

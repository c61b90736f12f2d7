// SPDX-License-Identifier: Apache-2.0
// A program's test of itself: <stem>_selftest.c runs the model on one input and
// compares the result of every layer with the reference's.
#ifndef TINYC_COMPILER_CODEGEN_SELFTEST_H_
#define TINYC_COMPILER_CODEGEN_SELFTEST_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/ir/module.h"

namespace tinyc {

// One run of the reference over the planned graph.
struct ReferenceRun {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  absl::flat_hash_map<const Value*, Tensor> values;  // of nodes
};

// <stem>_selftest.c, to go with what EmitC gives for the same options, which
// ask for the self-test.  The layers that it compares are those of
// LayersToCheck; Unimplemented when there is none.
absl::StatusOr<OutputFile> EmitSelfTest(const Module& module,
                                        const EmitOptions& options,
                                        const ReferenceRun& run);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_SELFTEST_H_

// SPDX-License-Identifier: Apache-2.0
// What `observed` nodes tell.
#ifndef TINYC_PASSES_QUANTIZATION_OBSERVATIONS_H_
#define TINYC_PASSES_QUANTIZATION_OBSERVATIONS_H_

#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/observed.h"
#include "passes/quantization/scales.h"

namespace tinyc {

// What values lay between on samples.
using Ranges = absl::flat_hash_map<const Value*, Range>;
// How values and weights are to be stored, where that was said.
using Storages = absl::flat_hash_map<const Value*, Storage>;

struct Observations {
  Ranges ranges;  // of values that are computed
  Storages storages;
};

// Takes the `observed` nodes away.
Observations TakeObserved(Graph& graph);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_OBSERVATIONS_H_

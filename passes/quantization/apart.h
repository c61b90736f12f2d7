// SPDX-License-Identifier: Apache-2.0
// Runs of a graph whose values stay where they are, to be looked at and changed
// between nodes.
#ifndef TINYC_PASSES_QUANTIZATION_APART_H_
#define TINYC_PASSES_QUANTIZATION_APART_H_

#include <memory>

#include "compiler/base/status.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/ir/module.h"
#include "passes/quantization/calibration.h"

namespace tinyc {

// `graph` with the kernels of this machine, every value with bytes of its own.
absl::StatusOr<Module> PlanApartForHost(std::unique_ptr<Graph> graph);

// A run of such a module with the inputs in place.
KernelsRun StartApart(const Module& module, const Sample& sample);

// Runs one node of it.
absl::Status RunApart(const Module& module, KernelsRun& run, const Node& node);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_APART_H_

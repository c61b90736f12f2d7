// SPDX-License-Identifier: Apache-2.0
// Kernels of maps: one C loop, composed of the expressions of the elementwise
// rows that the steps would run alone.
//
//   map(%x) {steps="sigmoid 0; mul 0 1"}  =>
//
//   TC_KERNEL void tc_map_sigmoid_mul_1b87c1a7(const tc_map_shape *s,
//                                              const float *x0, float *y) {
//     ...
//         const float v0 = s->step[0] != 0 ? x0[i] : first0;
//         const float v1 = (float)(1 / (1 + expf(-v0)));
//         y[i] = (float)(v0 * v1);
//
// Equal maps have the same kernel, whose name tells by a hash of its text what
// its steps are.
#ifndef TINYC_COMPILER_LOWERING_MAP_KERNEL_H_
#define TINYC_COMPILER_LOWERING_MAP_KERNEL_H_

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/kernel.h"

namespace tinyc {

// Whether the node may be a step of a map, or is a map: one plain result, and
// one kernel, which computes element by element.
bool CanMap(const Node& node);

// The kernel of a node that is a Map, which lives as long as the program.  Its
// `run` is null: RunMap runs it.
absl::StatusOr<const Kernel*> MapKernel(const Node& node);

// Runs a kernel of MapKernel in process, step by step on all elements by the
// rows of the steps.  `args` as of the C function.
void RunMap(const Kernel& kernel, const Block& shape, void* const* args);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_MAP_KERNEL_H_

// SPDX-License-Identifier: Apache-2.0
// The ways to run a compiled model.
#ifndef TINYC_TOOLS_DRIVER_ENGINE_H_
#define TINYC_TOOLS_DRIVER_ENGINE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "tools/driver/compile.h"

namespace tinyc {

//   reference  the interpreter on the graph: what the model means
//   kernels    the kernels, built for this machine, on the planned module
//   emitted    the C, built with the host's compiler
enum class Engine { kReference, kKernels, kEmitted };
template <>
struct EnumNames<Engine> {
  static constexpr absl::string_view kNames[] = {"reference", "kernels",
                                                 "emitted"};
};

// The outputs, [sample][output], of inputs, [sample][input].  With `poison`,
// which is not for kReference, bytes of the arena that hold nothing that is
// needed are overwritten between the nodes; emitted C is then built with
// sanitizers, which refuse to touch them.
absl::StatusOr<std::vector<std::vector<Tensor>>> RunEngine(
    Engine engine, const CompiledModel& model,
    absl::Span<const std::vector<Tensor>> samples, bool poison = false);

// Every value that the nodes of a model make of one sample, in the order of
// the nodes.  Not for kEmitted, whose values come and go.
absl::Status ObserveEngine(
    Engine engine, const CompiledModel& model, absl::Span<const Tensor> sample,
    absl::FunctionRef<void(const Value&, const Tensor&)> observe);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_ENGINE_H_

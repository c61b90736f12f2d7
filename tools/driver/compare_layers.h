// SPDX-License-Identifier: Apache-2.0
// How far each layer of a model is from another framework's, given the same
// operands: errors of the layers before do not add up.
#ifndef TINYC_TOOLS_DRIVER_COMPARE_LAYERS_H_
#define TINYC_TOOLS_DRIVER_COMPARE_LAYERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/data/npz.h"
#include "compiler/ir/graph.h"
#include "tools/driver/compare.h"

namespace tinyc {

// The passes after which layers are compared: those that merge and quantize,
// and none that gives a value another shape than it has in the ONNX file.
inline constexpr absl::string_view kLayerPasses = "clean,fuse,integers";

// One result of a node, over all samples.
struct LayerComparison {
  const Node* node = nullptr;
  const Value* value = nullptr;
  Comparison comparison;

  // True when the values are integers, and differences therefore steps.
  bool integer() const { return !IsFloat(value->type().dtype); }
};

struct LayersComparison {
  std::vector<LayerComparison> layers;  // in execution order
  int64_t absent = 0;  // results that the other framework's values lack

  // The largest difference of an integer or of a float; 0 when there is none.
  double MaxDifference(bool integer) const;
};

// Runs every node by Op::Evaluate on the values of its operands and compares
// each result with the value of its name.  `values` holds every input of the
// graph, and values between, in a form that compiler/data/samples.h reads. What
// make-signed stores as s8 or s16 may be the ONNX file's u8 or u16 there.  An
// operand that `values` lacks is computed from those before it: the layer is
// then all that lies between.
absl::StatusOr<LayersComparison> CompareLayers(
    const Graph& graph, absl::Span<const NamedTensor> values);

// A row per layer; the last line is the largest difference.
std::string LayersTable(const LayersComparison& comparison);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_COMPARE_LAYERS_H_

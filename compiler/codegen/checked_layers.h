// SPDX-License-Identifier: Apache-2.0
// Which layers a self-test compares with the reference, by what, and in which
// order the bytes of their results come to be.
#ifndef TINYC_COMPILER_CODEGEN_CHECKED_LAYERS_H_
#define TINYC_COMPILER_CODEGEN_CHECKED_LAYERS_H_

#include <cstdint>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "compiler/lowering/dead_bytes.h"

namespace tinyc {

// kBits: every machine makes the same bytes of the model's inputs.  kSum:
// floats that rounding and the C library's functions may change a little.
// kNone: neither, integers made of such floats, or floats that C does not have.
enum class CheckKind { kBits, kSum, kNone };

struct CheckedLayer {
  const Node* node = nullptr;
  CheckKind kind = CheckKind::kBits;
  // Its results that are compared, one behind the other; for kSum of one type,
  // float or double.
  std::vector<const Value*> results;
  // Of a result of which only a window of rows is ever in memory: the bytes of
  // each row, or of its part in a strip, in the order of the run.  Else empty:
  // the results are whole when the layer, or the stream that it is in, is done.
  std::vector<ByteRange> rows;
};

struct CheckedLayers {
  std::vector<CheckedLayer> layers;  // in the order of the graph; none is kNone
  std::vector<const Node*> unchecked;  // layers that cannot be compared
  std::vector<CheckKind> outputs;      // per output of the model
};

// Of a planned module.  A layer is a node that has kernels to run; one with
// regions is a layer as a whole.
absl::StatusOr<CheckedLayers> LayersToCheck(const Module& module);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_CHECKED_LAYERS_H_

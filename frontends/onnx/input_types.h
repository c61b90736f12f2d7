// SPDX-License-Identifier: Apache-2.0
// Declared types of a model's inputs and outputs => concrete ones: symbolic
// dimensions get their sizes here.
#ifndef TINYC_FRONTENDS_ONNX_INPUT_TYPES_H_
#define TINYC_FRONTENDS_ONNX_INPUT_TYPES_H_

#include <map>
#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "compiler/ir/type.h"
#include "frontends/onnx/import.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

struct InputTypes {
  std::vector<TensorType> types;        // of the inputs, in order
  std::map<std::string, int64_t> dims;  // every symbolic dimension bound
  bool overridden = false;              // a declared size was replaced
  std::vector<std::string> notes;       // choices made for the user
};

// Sizes come from options.shapes, then options.dims; a first dimension that is
// still open and one without a name are 1, with a note.  One sentence names
// all dimensions that have no size, or all names in `options` that the model
// does not have.
absl::StatusOr<InputTypes> BindInputTypes(
    const std::vector<const onnx::ValueInfoProto*>& inputs,
    const ImportOptions& options);

// Whether `type` is what the model declares of its output, as far as it does.
absl::Status CheckOutputType(const onnx::ValueInfoProto& declared,
                             const TensorType& type, const InputTypes& inputs);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_INPUT_TYPES_H_

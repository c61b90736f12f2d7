// SPDX-License-Identifier: Apache-2.0
// An ONNX model => Module at stage kGraph.
//
// What the importer does not understand it refuses: an operator, an attribute,
// an operand or an output that nothing consumes is an error.
#ifndef TINYC_FRONTENDS_ONNX_IMPORT_H_
#define TINYC_FRONTENDS_ONNX_IMPORT_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

struct ImportOptions {
  std::map<std::string, int64_t> dims;  // sizes of symbolic dimensions
  std::map<std::string, Shape> shapes;  // whole shapes of inputs, by name
};

// The model in the file `path`; the module takes the file's stem as its name.
// Choices made for the user are in Module::notes.
//
// An error's message has one line per problem, in the order of the nodes:
//   node 12 "layer1/conv" (Conv): weight has 3 input channels, input has 16
// Its code is Unimplemented when the model is right and tinyc lacks something,
// and InvalidArgument when any problem is the model's or the request's.
absl::StatusOr<Module> ImportOnnxFile(const std::string& path,
                                      const ImportOptions& options);

// The same from the bytes of the file.  External data is read from the folder
// `model_dir` and nowhere else; it is refused when `model_dir` is empty.
absl::StatusOr<Module> ImportOnnx(absl::string_view bytes,
                                  const std::string& model_dir,
                                  const ImportOptions& options);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORT_H_

// SPDX-License-Identifier: Apache-2.0
// What becomes of each of ONNX's operators.
#ifndef TINYC_FRONTENDS_ONNX_OPERATOR_LIST_H_
#define TINYC_FRONTENDS_ONNX_OPERATOR_LIST_H_

#include <string>
#include <vector>

namespace tinyc {

struct OnnxOperator {
  // How a node becomes IR.
  enum class Way {
    kNone,        // it is refused
    kRegular,     // it is an operator of the IR, operand by operand
    kImporter,    // a function imports it
    kDefinition,  // by what ONNX defines it to be, if all of that is imported
  };

  std::string domain;  // "" is ONNX's own
  std::string type;
  std::vector<int> versions;  // of its schema, those that are imported
  Way way = Way::kNone;
  std::string op;  // kRegular: of the IR
};

// Every operator that has a schema or an importer, by domain and type.
std::vector<OnnxOperator> OnnxOperators();

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_OPERATOR_LIST_H_

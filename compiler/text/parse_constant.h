// SPDX-License-Identifier: Apache-2.0
// Constants of the textual IR; a part of parse.cc.
#ifndef TINYC_COMPILER_TEXT_PARSE_CONSTANT_H_
#define TINYC_COMPILER_TEXT_PARSE_CONSTANT_H_

#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "compiler/base/status.h"
#include "compiler/ir/tensor.h"
#include "compiler/text/lexer.h"
#include "compiler/text/parse.h"

namespace tinyc {

// Reads `numbers : type`, what follows `const`.
class ConstantParser {
 public:
  // Both outlive the parser.
  ConstantParser(Lexer& lexer, const ParseOptions& options)
      : lexer_(lexer), options_(options) {}
  absl::StatusOr<Tensor> Parse();

 private:
  // The numbers stand before their type: each form reads its text and returns
  // what makes the tensor once the type is known.
  using Maker = std::function<absl::StatusOr<Tensor>(const TensorType&)>;
  absl::StatusOr<Maker> Numbers();
  absl::StatusOr<Maker> List();
  absl::StatusOr<Maker> Fill();
  absl::StatusOr<Maker> Hex();
  absl::StatusOr<Maker> Blob();
  absl::StatusOr<Maker> Rand();

  // Stores the number `token` as element `i`.
  absl::Status Store(Tensor* tensor, int64_t i, const Token& token) const;
  absl::StatusOr<Tensor> ReadBlob(const Token& at, const std::string& file,
                                  int64_t offset, const TensorType& type);

  Lexer& lexer_;
  const ParseOptions& options_;
  absl::flat_hash_map<std::string, std::string> blobs_;  // contents by name
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_PARSE_CONSTANT_H_

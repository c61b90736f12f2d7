// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/parse_constant.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "compiler/text/constant_text.h"
#include "compiler/text/parse_type.h"

namespace tinyc {

absl::Status ConstantParser::Store(Tensor* tensor, int64_t i,
                                   const Token& token) const {
  if (SetElementText(tensor, i, token.text)) return absl::OkStatus();
  return lexer_.ErrorAt(token, "\"", token.text, "\" is not a number of type ",
                        InfoOf(tensor->dtype()).text);
}

absl::StatusOr<ConstantParser::Maker> ConstantParser::List() {
  const Token first = lexer_.Next();
  std::vector<Token> numbers;
  while (!lexer_.Accept("]")) {
    if (!numbers.empty()) TINYC_RETURN_IF_ERROR(lexer_.Expect(","));
    numbers.push_back(lexer_.Next());
  }
  return
      [this, first, numbers](const TensorType& type) -> absl::StatusOr<Tensor> {
        Tensor tensor(type);
        if (tensor.size() != static_cast<int64_t>(numbers.size())) {
          return lexer_.ErrorAt(first, "the constant has ", tensor.size(),
                                " elements, the list ", numbers.size());
        }
        for (size_t i = 0; i < numbers.size(); ++i) {
          TINYC_RETURN_IF_ERROR(
              Store(&tensor, static_cast<int64_t>(i), numbers[i]));
        }
        return tensor;
      };
}

absl::StatusOr<ConstantParser::Maker> ConstantParser::Fill() {
  lexer_.Next();
  TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
  const Token number = lexer_.Next();
  TINYC_RETURN_IF_ERROR(lexer_.Expect(")"));
  return [this, number](const TensorType& type) -> absl::StatusOr<Tensor> {
    Tensor tensor(type);
    for (int64_t i = 0; i < tensor.size(); ++i) {
      TINYC_RETURN_IF_ERROR(Store(&tensor, i, number));
    }
    return tensor;
  };
}

absl::StatusOr<ConstantParser::Maker> ConstantParser::Hex() {
  const Token first = lexer_.Next();
  TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
  TINYC_ASSIGN_OR_RETURN(const std::string digits,
                         lexer_.String("hexadecimal digits in quotes"));
  TINYC_RETURN_IF_ERROR(lexer_.Expect(")"));
  const std::string bytes = absl::HexStringToBytes(digits);
  if (absl::BytesToHexString(bytes) != digits) {
    return lexer_.ErrorAt(first, "hex() takes pairs of the digits 0-9 and a-f");
  }
  return [this, first,
          bytes](const TensorType& type) -> absl::StatusOr<Tensor> {
    Tensor tensor(type);
    if (bytes.size() != tensor.bytes().size()) {
      return lexer_.ErrorAt(first, "the constant has ", tensor.bytes().size(),
                            " bytes, hex() ", bytes.size());
    }
    std::copy(bytes.begin(), bytes.end(), tensor.bytes().begin());
    return tensor;
  };
}

absl::StatusOr<Tensor> ConstantParser::ReadBlob(const Token& at,
                                                const std::string& file,
                                                int64_t offset,
                                                const TensorType& type) {
  if (!blobs_.contains(file)) {
    if (options_.read_blob == nullptr) {
      return lexer_.ErrorAt(at, "there is no file beside this text");
    }
    absl::StatusOr<std::string> contents = options_.read_blob(file);
    if (!contents.ok()) return lexer_.Wrap(at, contents.status());
    blobs_[file] = *std::move(contents);
  }
  const std::string& contents = blobs_[file];
  const int64_t size = static_cast<int64_t>(contents.size());
  if (offset < 0 || offset > size || type.bytes() > size - offset) {
    return lexer_.ErrorAt(at, "\"", file, "\" ends before the constant does");
  }
  Tensor tensor(type);
  std::copy_n(contents.begin() + offset, tensor.bytes().size(),
              tensor.bytes().begin());
  return tensor;
}

absl::StatusOr<ConstantParser::Maker> ConstantParser::Blob() {
  const Token first = lexer_.Next();
  TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
  TINYC_ASSIGN_OR_RETURN(const std::string file,
                         lexer_.String("a file name in quotes"));
  TINYC_RETURN_IF_ERROR(lexer_.Expect(","));
  TINYC_ASSIGN_OR_RETURN(const int64_t offset, lexer_.Int("an offset"));
  TINYC_RETURN_IF_ERROR(lexer_.Expect(")"));
  return [this, first, file, offset](const TensorType& type) {
    return ReadBlob(first, file, offset, type);
  };
}

absl::StatusOr<ConstantParser::Maker> ConstantParser::Rand() {
  int64_t zeros = 0;
  TINYC_ASSIGN_OR_RETURN(const uint64_t seed, ParseSeed(lexer_, &zeros));
  return [seed, zeros](const TensorType& type) -> absl::StatusOr<Tensor> {
    return RandomConstant(type, seed, zeros);
  };
}

absl::StatusOr<ConstantParser::Maker> ConstantParser::Numbers() {
  if (lexer_.At("[")) return List();
  if (lexer_.At("fill")) return Fill();
  if (lexer_.At("hex")) return Hex();
  if (lexer_.At("blob")) return Blob();
  if (lexer_.At("rand")) return Rand();
  return lexer_.Error("expected [numbers], fill, hex, blob or rand");
}

absl::StatusOr<Tensor> ConstantParser::Parse() {
  const Token first = lexer_.peek();
  const bool random = lexer_.At("rand");
  TINYC_ASSIGN_OR_RETURN(const Maker make, Numbers());
  TINYC_RETURN_IF_ERROR(lexer_.Expect(":"));
  const Token type_token = lexer_.peek();
  TINYC_ASSIGN_OR_RETURN(const ParsedType parsed, ParseType(lexer_));
  if (parsed.inferred_shape) {
    return lexer_.ErrorAt(type_token, "a constant needs a shape");
  }
  TINYC_ASSIGN_OR_RETURN(Tensor tensor, make(parsed.type));
  if (options_.texts != nullptr && (random || parsed.random_scales)) {
    options_.texts->push_back({std::make_shared<const Tensor>(tensor),
                               std::string(lexer_.TextSince(first))});
  }
  return tensor;
}

}  // namespace tinyc

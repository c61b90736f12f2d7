// SPDX-License-Identifier: Apache-2.0
// Tokens of the textual IR, and a cursor over them.  compiler/text/parse.h
// describes the language.
#ifndef TINYC_COMPILER_TEXT_LEXER_H_
#define TINYC_COMPILER_TEXT_LEXER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"

namespace tinyc {

struct Token {
  enum class Kind {
    kEnd,
    kWord,    // conv, cortex-m4
    kNumber,  // 12, -1.5e-07
    kName,    // %x, %"any characters"
    kString,  // "C escapes"
    kPunct,   // one character, or ->
  };
  Kind kind = Kind::kEnd;
  absl::string_view text = "";  // as it stands in the source
};

// Whether `name` may follow % without quotes.
bool IsPlainName(absl::string_view name);
// Whether `word` is one kWord token.
bool IsPlainWord(absl::string_view word);

// Reads tokens from front to back.  Errors are InvalidArgument and begin with
// `line:column: `, both counted from 1.
class Lexer {
 public:
  // `source` outlives the lexer.
  static absl::StatusOr<Lexer> Of(absl::string_view source);

  const Token& peek() const { return tokens_[next_]; }
  Token Next();  // stays at the end

  // Whether the next token is the word or punctuation `text`.
  bool At(absl::string_view text) const;
  bool Accept(absl::string_view text);  // if so, takes it
  absl::Status Expect(absl::string_view text);

  // Take one token of a kind; `what` names it in the error.
  absl::StatusOr<std::string> Name(absl::string_view what);
  absl::StatusOr<std::string> Word(absl::string_view what);
  absl::StatusOr<std::string> String(absl::string_view what);
  absl::StatusOr<std::string> WordOrString(absl::string_view what);
  absl::StatusOr<int64_t> Int(absl::string_view what);
  absl::StatusOr<float> Float(absl::string_view what);

  // The source from the next token up to a `,` or `}` outside brackets.
  absl::StatusOr<absl::string_view> RawValue();
  // The source from `first` to the token before the next.
  absl::string_view TextSince(const Token& first) const;

  template <typename... Args>
  absl::Status ErrorAt(const Token& token, const Args&... args) const {
    return Invalid(Position(token), ": ", args...);
  }
  template <typename... Args>
  absl::Status Error(const Args&... args) const {
    return ErrorAt(peek(), args...);
  }
  // InvalidArgument with the sentence of `status`.
  absl::Status Wrap(const Token& token, const absl::Status& status) const {
    return status.ok() ? status : ErrorAt(token, status.message());
  }

 private:
  explicit Lexer(absl::string_view source) : source_(source) {}
  absl::Status Tokenize();
  std::string Position(const Token& token) const;  // "3:14"
  absl::Status Expected(absl::string_view what) const;

  absl::string_view source_;
  std::vector<Token> tokens_;  // the last is kEnd
  size_t next_ = 0;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_LEXER_H_

// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/lexer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/base/text.h"

namespace tinyc {
namespace {

bool IsNameChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '.' || c == '/' || c == '-';
}
bool IsWordStart(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool IsWordChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '.' || c == '-';
}
bool IsNumberStart(absl::string_view rest) {
  if (absl::ConsumePrefix(&rest, "-") && absl::StartsWith(rest, "inf")) {
    return true;
  }
  return !rest.empty() &&
         absl::ascii_isdigit(static_cast<unsigned char>(rest[0]));
}
bool IsNumberChar(char c) { return IsWordChar(c) || c == '+'; }

template <typename Predicate>
size_t CountWhile(absl::string_view text, Predicate predicate) {
  return static_cast<size_t>(
      std::find_if_not(text.begin(), text.end(), predicate) - text.begin());
}

// Characters of the string literal that `text` begins with, quotes included;
// 0 when it does not end on its line.
size_t StringLength(absl::string_view text) {
  for (size_t i = 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

}  // namespace

bool IsPlainName(absl::string_view name) {
  return !name.empty() && CountWhile(name, IsNameChar) == name.size();
}

bool IsPlainWord(absl::string_view word) {
  return !word.empty() && IsWordStart(word[0]) &&
         CountWhile(word, IsWordChar) == word.size();
}

absl::StatusOr<Lexer> Lexer::Of(absl::string_view source) {
  Lexer lexer(source);
  TINYC_RETURN_IF_ERROR(lexer.Tokenize());
  return lexer;
}

absl::Status Lexer::Tokenize() {
  absl::string_view rest = source_;
  const auto take = [&](Token::Kind kind, size_t length) {
    tokens_.push_back({kind, rest.substr(0, length)});
    rest.remove_prefix(length);
  };
  while (true) {
    rest = absl::StripLeadingAsciiWhitespace(rest);
    if (rest.empty()) break;
    if (absl::StartsWith(rest, "//")) {
      rest.remove_prefix(std::min(rest.size(), rest.find('\n')));
      continue;
    }
    const char c = rest[0];
    const bool quoted = c == '"' || absl::StartsWith(rest, "%\"");
    if (quoted) {
      const size_t prefix = c == '%' ? 1 : 0;
      const size_t length = StringLength(rest.substr(prefix));
      if (length == 0) {
        return ErrorAt({Token::Kind::kString, rest},
                       "the string does not end on its line");
      }
      take(prefix == 1 ? Token::Kind::kName : Token::Kind::kString,
           prefix + length);
    } else if (c == '%') {
      take(Token::Kind::kName, 1 + CountWhile(rest.substr(1), IsNameChar));
    } else if (IsNumberStart(rest)) {
      take(Token::Kind::kNumber, 1 + CountWhile(rest.substr(1), IsNumberChar));
    } else if (IsWordStart(c)) {
      take(Token::Kind::kWord, CountWhile(rest, IsWordChar));
    } else if (absl::StartsWith(rest, "->")) {
      take(Token::Kind::kPunct, 2);
    } else if (absl::StrContains("(){}[],=:+?", c)) {
      take(Token::Kind::kPunct, 1);
    } else {
      return ErrorAt({Token::Kind::kPunct, rest}, "unexpected character \"",
                     absl::Utf8SafeCEscape(rest.substr(0, 1)), "\"");
    }
  }
  tokens_.push_back({Token::Kind::kEnd, rest});
  return absl::OkStatus();
}

std::string Lexer::Position(const Token& token) const {
  const size_t offset = static_cast<size_t>(token.text.data() - source_.data());
  const absl::string_view before = source_.substr(0, offset);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return absl::StrCat(std::count(before.begin(), before.end(), '\n') + 1, ":",
                      offset - line_start + 1);
}

absl::Status Lexer::Expected(absl::string_view what) const {
  constexpr size_t kLongest = 40;
  if (peek().kind == Token::Kind::kEnd) {
    return Error("expected ", what, ", found the end of the text");
  }
  const bool quoted = peek().text[0] == '"';
  return Error("expected ", what, ", found ", quoted ? "" : "\"",
               peek().text.substr(0, kLongest),
               peek().text.size() > kLongest ? "..." : "", quoted ? "" : "\"");
}

Token Lexer::Next() {
  const Token token = peek();
  if (token.kind != Token::Kind::kEnd) ++next_;
  return token;
}

bool Lexer::At(absl::string_view text) const {
  return (peek().kind == Token::Kind::kWord ||
          peek().kind == Token::Kind::kPunct) &&
         peek().text == text;
}

bool Lexer::Accept(absl::string_view text) {
  if (!At(text)) return false;
  Next();
  return true;
}

absl::Status Lexer::Expect(absl::string_view text) {
  return Accept(text) ? absl::OkStatus()
                      : Expected(absl::StrCat("\"", text, "\""));
}

absl::StatusOr<std::string> Lexer::Name(absl::string_view what) {
  if (peek().kind != Token::Kind::kName) return Expected(what);
  absl::string_view text = peek().text.substr(1);
  if (text.empty()) return Error("a name is missing after %");
  std::string name(text);
  if (absl::ConsumePrefix(&text, "\"") &&
      !absl::CUnescape(text.substr(0, text.size() - 1), &name)) {
    return Error("the name has an unknown escape");
  }
  Next();
  return name;
}

absl::StatusOr<std::string> Lexer::Word(absl::string_view what) {
  if (peek().kind != Token::Kind::kWord) return Expected(what);
  return std::string(Next().text);
}

absl::StatusOr<std::string> Lexer::String(absl::string_view what) {
  if (peek().kind != Token::Kind::kString) return Expected(what);
  const absl::string_view quoted = peek().text;
  std::string text;
  if (!absl::CUnescape(quoted.substr(1, quoted.size() - 2), &text)) {
    return Error("the string has an unknown escape");
  }
  Next();
  return text;
}

absl::StatusOr<std::string> Lexer::WordOrString(absl::string_view what) {
  return peek().kind == Token::Kind::kString ? String(what) : Word(what);
}

absl::StatusOr<int64_t> Lexer::Int(absl::string_view what) {
  int64_t value = 0;
  if (peek().kind != Token::Kind::kNumber ||
      !absl::SimpleAtoi(peek().text, &value)) {
    return Expected(what);
  }
  Next();
  return value;
}

absl::StatusOr<float> Lexer::Float(absl::string_view what) {
  float value = 0;
  if ((peek().kind != Token::Kind::kNumber &&
       peek().kind != Token::Kind::kWord) ||
      !ParseFloatText(peek().text, &value)) {
    return Expected(what);
  }
  Next();
  return value;
}

absl::StatusOr<absl::string_view> Lexer::RawValue() {
  const Token first = peek();
  int depth = 0;
  while (peek().kind != Token::Kind::kEnd) {
    if (depth == 0 && (At(",") || At("}"))) break;
    if (At("[") || At("(") || At("{")) ++depth;
    if (At("]") || At(")") || At("}")) --depth;
    Next();
  }
  if (peek().text.data() == first.text.data()) return Expected("a value");
  return TextSince(first);
}

absl::string_view Lexer::TextSince(const Token& first) const {
  const absl::string_view last = tokens_[next_ - 1].text;
  const char* const begin = first.text.data();
  return {begin, static_cast<size_t>(last.data() + last.size() - begin)};
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/names.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "compiler/base/text.h"

namespace tinyc {
namespace {

constexpr size_t kLongestName = 40;

// The origins of `node` that compute: quantization nodes only dress the
// others in a QDQ model.
std::vector<const Origin*> ComputingOrigins(const Node& node) {
  std::vector<const Origin*> computing;
  for (const Origin& origin : node.loc().origins()) {
    if (origin.op != "QuantizeLinear" && origin.op != "DequantizeLinear") {
      computing.push_back(&origin);
    }
  }
  if (computing.empty()) {
    for (const Origin& origin : node.loc().origins()) {
      computing.push_back(&origin);
    }
  }
  return computing;
}

// Converters from TensorFlow join the names of what they fused by ';'.
absl::string_view FirstName(absl::string_view joined) {
  return joined.substr(0, joined.find(';'));
}

}  // namespace

std::string CNames::Unique(absl::string_view wanted) {
  const std::string base = CIdentifier(wanted);
  std::string name = base;
  for (int n = 2; !taken_.insert(name).second; ++n) {
    name = absl::StrCat(base, "_", n);
  }
  return name;
}

std::string FileScopeName(absl::string_view name) {
  std::string id = CIdentifier(name);
  const size_t first = id.find_first_not_of('_');
  id = first == id.npos ? "" : id.substr(first);
  if (id.empty() || absl::ascii_isdigit(id[0])) id = "n" + id;
  return CIdentifier(id.substr(0, kLongestName));
}

std::string LegalPrefix(absl::string_view prefix) {
  std::string id = FileScopeName(prefix);
  if (id[0] == '_') id = "m" + id;  // a keyword
  return id == "tc" || absl::StartsWith(id, "tc_") ? "m_" + id : id;
}

std::string NodeStem(const Node& node) {
  for (const Origin* origin : ComputingOrigins(node)) {
    const absl::string_view name = FirstName(origin->name);
    if (!name.empty()) return FileScopeName(name);
  }
  return FileScopeName(node.outputs().empty() ? node.op().name()
                                              : node.output()->name());
}

std::string CommentText(absl::string_view text) {
  std::string safe;
  for (const char c : text) {
    const char last = safe.empty() ? ' ' : safe.back();
    if ((c == '/' && last == '*') || (c == '*' && last == '/') ||
        (c == '?' && last == '?')) {
      safe += ' ';
    }
    safe += c >= ' ' && c <= '~' && c != '\\' ? c : '_';
  }
  return safe;
}

std::string StringLiteral(absl::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      literal += '\\';
      literal += c;
    } else if (c == '?') {
      literal += "\\?";  // no trigraph
    } else if (c >= ' ' && c <= '~') {
      literal += c;
    } else {
      // Always three digits, so that a digit behind is not taken in.
      absl::StrAppendFormat(&literal, "\\%03o", static_cast<unsigned char>(c));
    }
  }
  return literal + "\"";
}

std::string OriginNames(const Node& node) {
  return absl::StrJoin(ComputingOrigins(node), ", ",
                       [](std::string* out, const Origin* origin) {
                         std::string name(FirstName(origin->name));
                         if (name.size() < origin->name.size()) name += ";...";
                         if (name.empty())
                           name = absl::StrCat(origin->op, "_", origin->index);
                         absl::StrAppend(out, "\"", CommentText(name), "\"");
                       });
}

}  // namespace tinyc

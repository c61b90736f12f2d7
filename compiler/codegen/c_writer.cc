// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/c_writer.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tinyc {
namespace {

constexpr size_t kColumns = 80;
constexpr int kPerRow = 12;

// Element `i` of a tensor's storage as a C literal.
std::string ElementLiteral(const Tensor& tensor, int64_t i) {
  const size_t at = static_cast<size_t>(i);
  switch (tensor.dtype()) {
    case DType::kF32:
      return CLiteral(tensor.data<float>()[at]);
    case DType::kF64:
      return CLiteral(tensor.data<double>()[at]);
    case DType::kS32:
      return CLiteral(tensor.data<int32_t>()[at]);
    case DType::kU32:
      return CLiteral(tensor.data<uint32_t>()[at]);
    case DType::kS64:
      return CLiteral(tensor.data<int64_t>()[at]);
    case DType::kU64:
      return absl::StrCat("UINT64_C(", tensor.data<uint64_t>()[at], ")");
    default:
      break;
  }
  const int bits = InfoOf(tensor.dtype()).bits;
  if (bits >= 8 && !IsFloat(tensor.dtype())) {
    return absl::StrCat(tensor.IntAt(i));
  }
  // Small floats and packed elements as they are stored.
  if (bits == 16) {
    uint16_t stored;
    std::memcpy(&stored, tensor.bytes().data() + 2 * at, sizeof(stored));
    return absl::StrFormat("0x%04x", stored);
  }
  return absl::StrFormat("0x%02x", tensor.bytes()[at]);
}

}  // namespace

absl::string_view CTypeOf(DType dtype) { return InfoOf(dtype).c_type; }

int64_t CCountOf(const TensorType& type) {
  return InfoOf(type.dtype).bits < 8 ? type.bytes() : type.num_elements();
}

void CWriter::Comment(absl::string_view text) {
  std::string line = Margin() + "/*";
  const std::string next = Margin() + " *";
  bool broken = false;
  std::string lines;
  for (const absl::string_view word :
       absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (line.size() + 1 + word.size() + 3 > kColumns &&
        line.size() > next.size()) {
      absl::StrAppend(&lines, line, "\n");
      line = next;
      broken = true;
    }
    absl::StrAppend(&line, " ", word);
  }
  absl::StrAppend(&text_, lines, line, broken ? "\n" + next + "/" : " */",
                  "\n");
}

void CWriter::Line(absl::string_view line) {
  if (!line.empty()) absl::StrAppend(&text_, Margin(), line);
  text_ += '\n';
}

void CWriter::Rows(int64_t count, int per_row,
                   absl::FunctionRef<std::string(int64_t)> item) {
  const std::string margin = Margin() + "    ";
  size_t width = 0;
  int in_row = 0;
  for (int64_t i = 0; i < count; ++i) {
    const std::string text = item(i);
    const bool last = i + 1 == count;
    // ", " or "," behind every item but the last.
    if (in_row == per_row ||
        (in_row > 0 && width + 1 + text.size() + 1 > kColumns)) {
      text_ += '\n';
      in_row = 0;
    }
    if (in_row == 0) {
      text_ += margin;
      width = margin.size();
    } else {
      text_ += ' ';
      ++width;
    }
    absl::StrAppend(&text_, text, last ? "" : ",");
    width += text.size() + 1;
    ++in_row;
  }
}

void CWriter::Array(absl::string_view name, const Tensor& tensor,
                    absl::string_view attribute) {
  const int64_t count = CCountOf(tensor.type());
  absl::StrAppend(&text_, Margin(), "static const ", CTypeOf(tensor.dtype()),
                  " ", name, "[", count, "]", attribute.empty() ? "" : " ",
                  attribute, " = {\n");
  Rows(count, kPerRow, [&](int64_t i) { return ElementLiteral(tensor, i); });
  text_ += "};\n";
}

void CWriter::Initialiser(absl::string_view storage, absl::string_view type,
                          absl::string_view name,
                          const std::vector<BlockField>& fields) {
  absl::StrAppend(&text_, Margin(), storage, " ", type, " ", name, " = {\n");
  Rows(static_cast<int64_t>(fields.size()), kPerRow, [&](int64_t i) {
    const BlockField& field = fields[static_cast<size_t>(i)];
    const std::string values = absl::StrJoin(field.values, ", ");
    return absl::StrCat("/*", field.name, "*/ ", field.array ? "{" : "", values,
                        field.array ? "}" : "");
  });
  text_ += "};\n";
}

void CWriter::List(absl::string_view head,
                   const std::vector<std::string>& items,
                   absl::string_view tail) {
  std::string line = Margin() + std::string(head);
  std::string next(line.size(), ' ');
  size_t width = line.size() + tail.size();
  for (const std::string& item : items) width += item.size() + 2;
  if (next.size() > kColumns / 2 && width - 2 > kColumns) {
    absl::StrAppend(&text_, line, "\n");
    next = Margin() + "    ";
    line = next;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    const bool last = i + 1 == items.size();
    const std::string item =
        absl::StrCat(items[i], last ? tail : absl::string_view(","));
    const size_t blank = i == 0 ? 0 : 1;
    if (line.size() + blank + item.size() > kColumns && line != next) {
      absl::StrAppend(&text_, line, "\n");
      line = next;
    } else {
      line.append(blank, ' ');
    }
    line += item;
  }
  absl::StrAppend(&text_, line, items.empty() ? tail : "", "\n");
}

void CWriter::Call(absl::string_view callee,
                   const std::vector<std::string>& args) {
  List(absl::StrCat(callee, "("), args, ");");
}

void CWriter::Function(absl::string_view declarator,
                       const std::vector<std::string>& params, bool declare) {
  List(absl::StrCat(declarator, "("),
       params.empty() ? std::vector<std::string>{"void"} : params,
       declare ? ");" : ") {");
  if (!declare) Indent();
}

void CWriter::End() {
  Outdent();
  Line("}");
}

}  // namespace tinyc

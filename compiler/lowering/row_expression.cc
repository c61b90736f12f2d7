// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/row_expression.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/base/check.h"
#include "pointwise/binary.h"
#include "pointwise/unary.h"
#include "pointwise/where.h"

namespace tinyc {
namespace {

// `TC_UNARY(tc_exp_f32, float, float, expf(a))`
struct Instantiation {
  absl::string_view macro;              // "TC_UNARY"
  std::vector<absl::string_view> args;  // "float", "float", "expf(a)"
};

// The last of `count` arguments takes all that follows: it is an expression.
Instantiation Split(const Kernel& row, size_t count) {
  absl::string_view text = row.instantiation;
  const size_t open = text.find('(');
  Instantiation parts;
  parts.macro = text.substr(0, open);
  text = text.substr(open + 1, text.size() - open - 2);
  for (size_t i = 0; i < count; ++i) {
    const size_t comma = text.find(", ");
    TINYC_CHECK(comma != text.npos);
    if (i > 0) parts.args.push_back(text.substr(0, comma));  // 0: the symbol
    text = text.substr(comma + 2);
  }
  parts.args.push_back(text);
  return parts;
}

bool Is(const Kernel& row, absl::string_view macro) {
  return absl::StartsWith(row.instantiation, absl::StrCat(macro, "("));
}

bool IsNameChar(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// `expr` with whole identifiers replaced.
std::string Substituted(absl::string_view expr,
                        const std::map<std::string, std::string>& names) {
  std::string text;
  for (size_t i = 0; i < expr.size();) {
    size_t end = i + 1;
    if (IsNameChar(expr[i])) {
      while (end < expr.size() && IsNameChar(expr[end])) ++end;
    }
    const std::string token(expr.substr(i, end - i));
    const auto found = names.find(token);
    text += found == names.end() ? token : found->second;
    i = end;
  }
  return text;
}

// The variable as a number of the type that the row reads.
std::string As(absl::string_view type, const TypedName& variable) {
  if (variable.type == type) return variable.name;
  return absl::StrCat("(", type, ")", variable.name);
}

// The literal of a parameter, to stand in an expression of `type`.
std::string Parameter(const Block& quant, absl::string_view name,
                      absl::string_view type) {
  for (const BlockField& field : quant.fields()) {
    if (field.name != name) continue;
    return type == "float"
               ? absl::StrCat("(", field.values[0], ")")
               : absl::StrCat("((", type, ")", field.values[0], ")");
  }
  TINYC_CHECK(false);
}

std::string Cast(absl::string_view type, absl::string_view expr) {
  return absl::StrCat("(", type, ")(", expr, ")");
}

// The expression as the type `computed`, which the row stores, and then as
// `result`, which may be the signed type of the same width.
std::string Stored(absl::string_view computed, absl::string_view result,
                   absl::string_view expr) {
  const std::string text = Cast(computed, expr);
  return computed == result ? text : absl::StrCat("(", result, ")", text);
}

// Whether a number of the C type `type` can be less than `lo`, and more than
// `hi`; C compilers warn of tests that cannot.
struct Reach {
  bool below = true;
  bool above = true;
};
Reach ReachOf(absl::string_view type, int32_t lo, int32_t hi) {
  constexpr struct {
    absl::string_view type;
    int32_t min;
    int32_t max;
  } kRanges[] = {{"int8_t", INT8_MIN, INT8_MAX},
                 {"uint8_t", 0, UINT8_MAX},
                 {"int16_t", INT16_MIN, INT16_MAX},
                 {"uint16_t", 0, UINT16_MAX},
                 {"int32_t", INT32_MIN, INT32_MAX}};
  for (const auto& range : kRanges) {
    if (range.type == type) return {lo > range.min, hi < range.max};
  }
  return {};
}

std::string ClipExpression(const Block& quant, const TypedName& a) {
  std::string lo, hi;
  Reach reach;
  // The upper limit is applied last, and so also rules below a greater lower
  // one.
  if (quant.type() == "tc_act_f32") {
    const auto& act = *static_cast<const tc_act_f32*>(quant.data());
    lo = absl::StrCat("(", CLiteral(std::min(act.lo, act.hi)), ")");
    hi = absl::StrCat("(", CLiteral(act.hi), ")");
    reach = {act.lo > -INFINITY, act.hi < INFINITY};
  } else {
    const auto& act = *static_cast<const tc_act_int*>(quant.data());
    const int32_t least = std::min(act.lo, act.hi);
    lo = absl::StrCat("((", a.type, ")", CLiteral(least), ")");
    hi = absl::StrCat("((", a.type, ")", CLiteral(act.hi), ")");
    reach = ReachOf(a.type, least, act.hi);
  }
  std::string text = a.name;
  if (reach.above) {
    text = absl::StrCat(a.name, " > ", hi, " ? ", hi, " : ", text);
  }
  if (reach.below) {
    text = absl::StrCat(a.name, " < ", lo, " ? ", lo, " : ", text);
  }
  return text;
}

}  // namespace

bool HasExpression(const Kernel& row) {
  constexpr absl::string_view kMacros[] = {"TC_UNARY",      "TC_BINARY",
                                           "TC_ACTIVATION", "TC_CLIP",
                                           "TC_CAST_TRUNC", "TC_WHERE"};
  return std::any_of(std::begin(kMacros), std::end(kMacros),
                     [&](absl::string_view macro) { return Is(row, macro); });
}

std::string RowExpression(const Kernel& row, const Block& quant,
                          absl::Span<const TypedName> operands,
                          absl::string_view result) {
  if (Is(row, "TC_WHERE")) {
    return absl::StrCat(operands[0].name, " != 0 ? ", operands[1].name, " : ",
                        operands[2].name);
  }
  if (Is(row, "TC_CLIP")) {
    return Cast(result, ClipExpression(quant, operands[0]));
  }
  if (Is(row, "TC_ACTIVATION")) {
    const std::vector<absl::string_view> args = Split(row, 2).args;
    const absl::string_view type = args[0];
    return Stored(
        type, result,
        Substituted(args[1], {{"a", As(type, operands[0])},
                              {"alpha", Parameter(quant, "alpha", type)},
                              {"beta", Parameter(quant, "beta", type)}}));
  }
  const std::vector<absl::string_view> args = Split(row, 3).args;
  std::map<std::string, std::string> names = {{"a", As(args[0], operands[0])}};
  if (Is(row, "TC_CAST_TRUNC")) {
    return Cast(result, absl::StrCat("TC_TRUNC(", names["a"], ", ", args[0],
                                     ", ", args[1], ", ", args[2], ")"));
  }
  if (Is(row, "TC_BINARY")) names["b"] = As(args[0], operands[1]);
  return Stored(args[1], result, Substituted(args[2], names));
}

void RunRow(const Kernel& row, int32_t n, const Block& quant,
            absl::Span<void* const> pointers) {
  if (Is(row, "TC_WHERE")) {
    tc_where_shape s = {};
    s.rank = s.c_stride[0] = s.a_stride[0] = s.b_stride[0] = 1;
    s.dims[0] = n;
    row.run(&s, quant.data(), pointers.data());
  } else if (Is(row, "TC_BINARY")) {
    tc_binary_shape s = {};
    s.rank = s.a_stride[0] = s.b_stride[0] = 1;
    s.dims[0] = n;
    row.run(&s, quant.data(), pointers.data());
  } else {
    const tc_unary_shape s = {n};
    row.run(&s, quant.data(), pointers.data());
  }
}

}  // namespace tinyc

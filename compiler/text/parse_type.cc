// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/parse_type.h"

#include <limits>
#include <optional>

#include "compiler/ir/verify.h"
#include "compiler/text/constant_text.h"

namespace tinyc {
namespace {

// More would not fit into any device, nor into the host's memory.
constexpr int64_t kMostElements = int64_t{1} << 31;

template <typename T>
absl::StatusOr<std::vector<T>> ParseList(
    Lexer& lexer, absl::StatusOr<T> (Lexer::*parse)(absl::string_view),
    absl::string_view what) {
  TINYC_RETURN_IF_ERROR(lexer.Expect("["));
  std::vector<T> values;
  while (!lexer.Accept("]")) {
    if (!values.empty()) TINYC_RETURN_IF_ERROR(lexer.Expect(","));
    TINYC_ASSIGN_OR_RETURN(const T value, (lexer.*parse)(what));
    values.push_back(value);
  }
  return values;
}

absl::StatusOr<int32_t> ParseInt32(Lexer& lexer, absl::string_view what) {
  const Token token = lexer.peek();
  TINYC_ASSIGN_OR_RETURN(const int64_t value, lexer.Int(what));
  if (value < std::numeric_limits<int32_t>::min() ||
      value > std::numeric_limits<int32_t>::max()) {
    return lexer.ErrorAt(token, what, " of more than 32 bits");
  }
  return static_cast<int32_t>(value);
}

// What stands between the brackets of q(axis=...).
absl::Status ParseAxisQuant(Lexer& lexer, const Shape& shape, Quant* quant,
                            bool* random_scales) {
  TINYC_RETURN_IF_ERROR(lexer.Expect("="));
  const Token axis_token = lexer.peek();
  TINYC_ASSIGN_OR_RETURN(quant->axis, ParseInt32(lexer, "an axis"));
  if (quant->axis < 0 || quant->axis >= static_cast<int>(shape.size())) {
    return lexer.ErrorAt(axis_token, "quantization axis ", quant->axis,
                         " is outside the shape");
  }
  TINYC_RETURN_IF_ERROR(lexer.Expect(","));
  if (lexer.Accept("block")) {
    TINYC_RETURN_IF_ERROR(lexer.Expect("="));
    const Token block_token = lexer.peek();
    TINYC_ASSIGN_OR_RETURN(quant->block, lexer.Int("a block size"));
    if (quant->block < 1) {
      return lexer.ErrorAt(block_token, "a block has at least one element");
    }
    TINYC_RETURN_IF_ERROR(lexer.Expect(","));
  }
  const Token scales_token = lexer.peek();
  if (lexer.At("rand")) {
    TINYC_ASSIGN_OR_RETURN(const uint64_t seed, ParseSeed(lexer));
    if (quant->block != 0) {
      return lexer.ErrorAt(scales_token, "rand() gives no scales of blocks");
    }
    quant->scale = RandomScales(
        static_cast<size_t>(shape[static_cast<size_t>(quant->axis)]), seed);
    *random_scales = true;
  } else {
    TINYC_ASSIGN_OR_RETURN(quant->scale,
                           ParseList(lexer, &Lexer::Float, "a scale"));
  }
  if (!lexer.Accept(",")) {
    quant->zero_point.assign(quant->scale.size(), 0);
    return absl::OkStatus();
  }
  const Token zeros_token = lexer.peek();
  TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> zeros,
                         ParseList(lexer, &Lexer::Int, "a zero point"));
  for (const int64_t zero : zeros) {
    if (zero != static_cast<int32_t>(zero)) {
      return lexer.ErrorAt(zeros_token, "a zero point of more than 32 bits");
    }
    quant->zero_point.push_back(static_cast<int32_t>(zero));
  }
  return absl::OkStatus();
}

absl::StatusOr<Quant> ParseQuant(Lexer& lexer, const Shape& shape,
                                 bool* random_scales) {
  TINYC_RETURN_IF_ERROR(lexer.Expect("("));
  Quant quant;
  if (lexer.Accept("axis")) {
    TINYC_RETURN_IF_ERROR(ParseAxisQuant(lexer, shape, &quant, random_scales));
  } else {
    TINYC_ASSIGN_OR_RETURN(const float scale, lexer.Float("a scale"));
    TINYC_RETURN_IF_ERROR(lexer.Expect(","));
    TINYC_ASSIGN_OR_RETURN(const int32_t zero,
                           ParseInt32(lexer, "a zero point"));
    quant.scale = {scale};
    quant.zero_point = {zero};
  }
  TINYC_RETURN_IF_ERROR(lexer.Expect(")"));
  return quant;
}

// `[1,2,3]`; false for `[?]`.
absl::StatusOr<bool> ParseShape(Lexer& lexer, Shape* shape) {
  TINYC_RETURN_IF_ERROR(lexer.Expect("["));
  if (lexer.Accept("?")) {
    TINYC_RETURN_IF_ERROR(lexer.Expect("]"));
    return false;
  }
  int64_t elements = 1;
  while (!lexer.Accept("]")) {
    if (!shape->empty()) TINYC_RETURN_IF_ERROR(lexer.Expect(","));
    const Token token = lexer.peek();
    TINYC_ASSIGN_OR_RETURN(const int64_t dim, lexer.Int("a dimension"));
    if (dim < 0) {
      return lexer.ErrorAt(token, "the dimension ", dim, " is negative");
    }
    if (dim > 0 && elements > kMostElements / dim) {
      return lexer.ErrorAt(token, "the tensor has more than 2^31 elements");
    }
    elements *= dim;
    shape->push_back(dim);
  }
  return true;
}

}  // namespace

absl::StatusOr<uint64_t> ParseSeed(Lexer& lexer, int64_t* zeros) {
  TINYC_RETURN_IF_ERROR(lexer.Expect("rand"));
  TINYC_RETURN_IF_ERROR(lexer.Expect("("));
  TINYC_ASSIGN_OR_RETURN(const int64_t seed, lexer.Int("a seed"));
  if (zeros != nullptr && lexer.Accept(",")) {
    const Token token = lexer.peek();
    TINYC_ASSIGN_OR_RETURN(*zeros, lexer.Int("how many percent are zero"));
    if (*zeros < 0 || *zeros > 100) {
      return lexer.ErrorAt(token, *zeros, " is not within 0 to 100 percent");
    }
  }
  TINYC_RETURN_IF_ERROR(lexer.Expect(")"));
  return static_cast<uint64_t>(seed);
}

absl::StatusOr<ParsedType> ParseType(Lexer& lexer) {
  const Token token = lexer.peek();
  TINYC_ASSIGN_OR_RETURN(const std::string word, lexer.Word("a type"));
  const std::optional<DType> dtype = DTypeFromText(word);
  if (!dtype) return lexer.ErrorAt(token, "\"", word, "\" is no element type");
  ParsedType parsed;
  parsed.type.dtype = *dtype;
  TINYC_ASSIGN_OR_RETURN(const bool known,
                         ParseShape(lexer, &parsed.type.shape));
  parsed.inferred_shape = !known;
  if (lexer.Accept("q")) {
    TINYC_ASSIGN_OR_RETURN(Quant quant, ParseQuant(lexer, parsed.type.shape,
                                                   &parsed.random_scales));
    parsed.type.quant = std::make_shared<const Quant>(std::move(quant));
  }
  TINYC_RETURN_IF_ERROR(lexer.Wrap(token, VerifyType(parsed.type)));
  return parsed;
}

}  // namespace tinyc

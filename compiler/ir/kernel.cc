// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tinyc {

const BlockField& Block::Field(absl::string_view name) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(),
                   [&](const BlockField& field) { return field.name == name; });
  TINYC_CHECK(found != fields_.end());
  return *found;
}

bool Block::Has(absl::string_view field) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const BlockField& f) { return f.name == field; });
}

int32_t Block::Int(absl::string_view field, size_t index) const {
  int32_t value = 0;
  std::memcpy(&value, &bytes_.at(Field(field).offset + index * sizeof(value)),
              sizeof(value));
  return value;
}

void Block::SetInt(absl::string_view field, size_t index, int32_t value) {
  const BlockField& at = Field(field);
  std::memcpy(&bytes_.at(at.offset + index * sizeof(value)), &value,
              sizeof(value));
  fields_.at(static_cast<size_t>(&at - fields_.data())).values.at(index) =
      CLiteral(value);
}

KernelArg KernelArg::Input(int index, int64_t offset) {
  return {.kind = Kind::kInput, .index = index, .offset = offset};
}
KernelArg KernelArg::Output(int index, int64_t offset) {
  return {.kind = Kind::kOutput, .index = index, .offset = offset};
}
KernelArg KernelArg::Constant(std::string name, Tensor tensor) {
  return {.kind = Kind::kConstant,
          .constant = std::make_shared<const Tensor>(std::move(tensor)),
          .name = std::move(name)};
}
KernelArg KernelArg::Rows(std::string name, Tensor tensor, int64_t rows,
                          int64_t group_rows) {
  KernelArg arg = Constant(std::move(name), std::move(tensor));
  arg.pack_rows = rows;
  arg.pack_group_rows = group_rows;
  return arg;
}
KernelArg KernelArg::Scratch() { return {.kind = Kind::kScratch}; }
KernelArg KernelArg::Null() { return {.kind = Kind::kNull}; }

std::string CLiteral(int32_t value) {
  // -2147483648 is not a literal in C but an expression of type long.
  if (value == std::numeric_limits<int32_t>::min()) return "INT32_MIN";
  return absl::StrCat(value);
}

std::string CLiteral(uint32_t value) { return absl::StrCat(value, "u"); }

std::string CLiteral(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min()) return "INT64_MIN";
  return absl::StrCat("INT64_C(", value, ")");
}

std::string CLiteral(float value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value < 0 ? "-INFINITY" : "INFINITY";
  return absl::StrFormat("%af", value);
}

std::string CLiteral(double value) {
  if (std::isnan(value)) return "(double)NAN";
  if (std::isinf(value)) {
    return value < 0 ? "-(double)INFINITY" : "(double)INFINITY";
  }
  return absl::StrFormat("%a", value);
}

}  // namespace tinyc

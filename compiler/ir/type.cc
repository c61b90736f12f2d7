// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/type.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/base/check.h"
#include "compiler/base/text.h"

namespace tinyc {
namespace {

constexpr DTypeInfo kDTypes[] = {
#define TINYC_DTYPE(id, text, onnx, bits, c, kind) \
  {text, onnx, bits, c, DTypeKind::kind},
#include "compiler/ir/dtype.def"
#undef TINYC_DTYPE
};

template <typename T>
bool DeepEqual(const std::shared_ptr<const T>& a,
               const std::shared_ptr<const T>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

std::string ToString(const Quant& quant) {
  if (quant.per_tensor()) {
    return absl::StrCat("q(", FloatText(quant.scale[0]), ", ",
                        quant.zero_point[0], ")");
  }
  const std::string scales =
      absl::StrJoin(quant.scale, ",", [](std::string* out, float scale) {
        absl::StrAppend(out, FloatText(scale));
      });
  const bool symmetric =
      std::all_of(quant.zero_point.begin(), quant.zero_point.end(),
                  [](int32_t zero) { return zero == 0; });
  return absl::StrCat(
      "q(axis=", quant.axis, ", ",
      quant.block == 0 ? "" : absl::StrCat("block=", quant.block, ", "), "[",
      scales, "]",
      symmetric
          ? ""
          : absl::StrCat(", [", absl::StrJoin(quant.zero_point, ","), "]"),
      ")");
}

}  // namespace

const DTypeInfo& InfoOf(DType dtype) {
  return kDTypes[static_cast<int>(dtype)];
}

std::optional<DType> DTypeFromText(absl::string_view text) {
  for (size_t i = 0; i < std::size(kDTypes); ++i) {
    if (kDTypes[i].text == text) return static_cast<DType>(i);
  }
  return std::nullopt;
}

std::optional<DType> DTypeFromOnnx(int onnx) {
  for (size_t i = 0; i < std::size(kDTypes); ++i) {
    if (kDTypes[i].onnx == onnx) return static_cast<DType>(i);
  }
  return std::nullopt;
}

int64_t MinOf(DType dtype) {
  const int bits = InfoOf(dtype).bits;
  TINYC_CHECK(IsInteger(dtype) && bits <= 32);
  return IsUnsigned(dtype) ? 0 : -(int64_t{1} << (bits - 1));
}

int64_t MaxOf(DType dtype) {
  const int bits = InfoOf(dtype).bits;
  TINYC_CHECK(IsInteger(dtype) && bits <= 32);
  return (int64_t{1} << (IsUnsigned(dtype) ? bits : bits - 1)) - 1;
}

int64_t NumElements(const Shape& shape) {
  int64_t n = 1;
  for (const int64_t dim : shape) n *= dim;
  return n;
}

std::string ToString(const Shape& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ","), "]");
}

Shape RowMajorStrides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * shape[i];
  }
  return strides;
}

std::shared_ptr<const Quant> Quant::PerTensor(float scale, int32_t zero_point) {
  return std::make_shared<const Quant>(Quant{{scale}, {zero_point}});
}

bool ElemType::operator==(const ElemType& other) const {
  return dtype == other.dtype && DeepEqual(quant, other.quant);
}

int64_t TensorType::bytes() const {
  return (num_elements() * InfoOf(dtype).bits + 7) / 8;
}

bool TensorType::operator==(const TensorType& other) const {
  return dtype == other.dtype && shape == other.shape &&
         DeepEqual(quant, other.quant);
}

std::string ToString(const TensorType& type) {
  return absl::StrCat(InfoOf(type.dtype).text, ToString(type.shape),
                      type.quantized() ? " " : "",
                      type.quantized() ? ToString(*type.quant) : "");
}

}  // namespace tinyc

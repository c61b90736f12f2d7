// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/constant_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "compiler/base/text.h"

namespace tinyc {
namespace {

std::string ElementText(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kF64:
      return DoubleText(tensor.At(i));
    case DType::kU64:
      return absl::StrCat(static_cast<uint64_t>(tensor.IntAt(i)));
    default:
      // Every float type but f64 fits in a float.
      return IsFloat(tensor.dtype())
                 ? FloatText(static_cast<float>(tensor.At(i)))
                 : absl::StrCat(tensor.IntAt(i));
  }
}

std::string ListText(const Tensor& tensor) {
  if (tensor.size() > kMaxListed) return "";
  Tensor again(tensor.type());
  std::string list = "[";
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const std::string element = ElementText(tensor, i);
    if (!SetElementText(&again, i, element)) return "";
    absl::StrAppend(&list, i == 0 ? "" : ",", element);
  }
  return again == tensor ? list + "]" : "";
}

std::string FillText(const Tensor& tensor) {
  if (!IsUniform(tensor)) return "";
  const std::string element = ElementText(tensor, 0);
  // Of a uniform tensor the first bytes speak for all: those of one element,
  // or of all that share a byte.
  const int64_t sharing = std::max(8 / InfoOf(tensor.dtype()).bits, 1);
  Tensor again(TensorType(tensor.dtype(), {std::min(sharing, tensor.size())}));
  for (int64_t i = 0; i < again.size(); ++i) {
    if (!SetElementText(&again, i, element)) return "";
  }
  const absl::Span<const uint8_t> bytes = absl::MakeConstSpan(again.bytes());
  return bytes == tensor.bytes().subspan(0, bytes.size())
             ? absl::StrCat("fill(", element, ")")
             : "";
}

std::string HexText(const Tensor& tensor) {
  const absl::Span<const uint8_t> bytes = tensor.bytes();
  return absl::StrCat(
      "hex(\"",
      absl::BytesToHexString(absl::string_view(
          reinterpret_cast<const char*>(bytes.data()), bytes.size())),
      "\")");
}

// SplitMix64: the same sequence everywhere, unlike the standard library's
// distributions.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // Uniform in [lo, hi], hi - lo < 2^31.
  int64_t Uniform(int64_t lo, int64_t hi) {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    const uint64_t range = static_cast<uint64_t>(hi - lo) + 1;
    return lo + static_cast<int64_t>(((z >> 32) * range) >> 32);
  }

 private:
  uint64_t state_;
};

}  // namespace

bool IsUniform(const Tensor& tensor) {
  const absl::Span<const uint8_t> bytes = tensor.bytes();
  const size_t period =
      static_cast<size_t>(std::max(InfoOf(tensor.dtype()).bits / 8, 1));
  return !bytes.empty() &&
         std::equal(bytes.begin() + period, bytes.end(), bytes.begin());
}

std::string ShortConstantNumbers(const Tensor& tensor) {
  const std::string list = ListText(tensor);
  return list.empty() ? FillText(tensor) : list;
}

std::string ConstantNumbers(const Tensor& tensor) {
  const std::string text = ShortConstantNumbers(tensor);
  return text.empty() ? HexText(tensor) : text;
}

bool SetElementText(Tensor* tensor, int64_t i, absl::string_view text) {
  const DType dtype = tensor->dtype();
  if (dtype == DType::kF64) {
    double value = 0;
    if (!absl::SimpleAtod(text, &value)) return false;
    tensor->Set(i, value);
    return true;
  }
  if (IsFloat(dtype)) {
    float value = 0;
    if (!ParseFloatText(text, &value)) return false;
    tensor->Set(i, value);
    return true;
  }
  if (dtype == DType::kU64) {
    uint64_t value = 0;
    if (!absl::SimpleAtoi(text, &value)) return false;
    tensor->SetInt(i, static_cast<int64_t>(value));
    return true;
  }
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return false;
  tensor->SetInt(i, value);
  return tensor->IntAt(i) == value;  // else out of range
}

Tensor RandomConstant(const TensorType& type, uint64_t seed, int64_t zeros) {
  Tensor tensor(type);
  Random random(seed);
  double unit = 1;
  int64_t lo = 0;
  int64_t hi = 0;
  if (IsFloat(type.dtype)) {
    const double fan_in = type.rank() == 0 || type.shape[0] == 0
                              ? 1
                              : static_cast<double>(type.num_elements()) /
                                    static_cast<double>(type.shape[0]);
    unit = 1024;
    hi = std::max<int64_t>(std::lround(unit / std::sqrt(std::max(fan_in, 1.0))),
                           1);
    lo = -hi;
  } else {
    hi = type.dtype == DType::kBool    ? 1
         : InfoOf(type.dtype).bits > 8 ? 1000
                                       : MaxOf(type.dtype);
    lo = InfoOf(type.dtype).kind == DTypeKind::kSigned ? -hi : 0;
  }
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const int64_t value = random.Uniform(lo, hi);
    if (zeros > 0 && random.Uniform(0, 99) < zeros) continue;
    if (IsFloat(type.dtype)) {
      tensor.Set(i, static_cast<double>(value) / unit);
    } else {
      tensor.SetInt(i, value);
    }
  }
  return tensor;
}

std::vector<float> RandomScales(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> scales;
  for (size_t i = 0; i < count; ++i) {
    scales.push_back(static_cast<float>(random.Uniform(16, 64)) / 4096);
  }
  return scales;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/data/npz.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "compiler/base/file.h"
#include "compiler/data/zip.h"

namespace tinyc {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);

struct NpyType {
  absl::string_view descr;  // without the byte order
  DType dtype;
};
// The first row of a type is the one that is written.
constexpr NpyType kNpyTypes[] = {
    {"b1", DType::kBool}, {"i1", DType::kS8},  {"u1", DType::kU8},
    {"i2", DType::kS16},  {"u2", DType::kU16}, {"i4", DType::kS32},
    {"u4", DType::kU32},  {"i8", DType::kS64}, {"u8", DType::kU64},
    {"f2", DType::kF16},  {"f4", DType::kF32}, {"f8", DType::kF64},
    {"V1", DType::kU8},   {"V2", DType::kU16},
};

struct NpyHeader {
  TensorType type;
  bool fortran_order = false;
};

// Reads the header of an .npy file: a Python dictionary literal with the keys
// descr, fortran_order and shape in any order.
class HeaderParser {
 public:
  explicit HeaderParser(absl::string_view text) : text_(text) {}

  absl::StatusOr<NpyHeader> Parse() {
    NpyHeader header;
    bool seen_descr = false, seen_order = false, seen_shape = false;
    if (!Skip('{')) return Damaged();
    while (!Skip('}')) {
      std::string key;
      if (!Quoted(&key) || !Skip(':')) return Damaged();
      if (key == "descr") {
        if (Peek() == '[') {
          return Invalid("has elements of several fields");
        }
        std::string descr;
        if (!Quoted(&descr)) return Damaged();
        TINYC_ASSIGN_OR_RETURN(header.type.dtype, TypeOf(descr));
        seen_descr = true;
      } else if (key == "fortran_order") {
        if (!Bool(&header.fortran_order)) return Damaged();
        seen_order = true;
      } else if (key == "shape") {
        if (!Tuple(&header.type.shape)) return Damaged();
        seen_shape = true;
      } else {
        return Damaged();
      }
      if (!Skip(',') && Peek() != '}') return Damaged();
    }
    if (!absl::StripAsciiWhitespace(text_).empty()) return Damaged();
    if (!seen_descr || !seen_order || !seen_shape) return Damaged();
    return header;
  }

 private:
  static absl::Status Damaged() {
    return Invalid("is damaged: its header is not one of NumPy's");
  }

  static absl::StatusOr<DType> TypeOf(absl::string_view descr) {
    if (descr.size() < 2) return Damaged();
    const char order = descr[0];
    const absl::string_view name = descr.substr(1);
    for (const NpyType& row : kNpyTypes) {
      if (row.descr != name) continue;
      const bool one_byte = InfoOf(row.dtype).bits == 8;
      if (order == '<' || (one_byte && (order == '|' || order == '>')) ||
          (order == '|' && name == "V2")) {
        return row.dtype;
      }
      if (order == '>') {
        return Invalid("is big-endian (", descr, "); save it as <", name);
      }
    }
    return Invalid("has NumPy type \"", descr, "\", which no tensor has");
  }

  char Peek() {
    text_ = absl::StripLeadingAsciiWhitespace(text_);
    return text_.empty() ? '\0' : text_[0];
  }
  bool Skip(char c) {
    if (Peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Quoted(std::string* value) {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return false;
    const size_t end = text_.find(quote, 1);
    if (end == absl::string_view::npos) return false;
    *value = std::string(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return true;
  }
  bool Bool(bool* value) {
    Peek();
    *value = absl::ConsumePrefix(&text_, "True");
    return *value || absl::ConsumePrefix(&text_, "False");
  }
  bool Tuple(Shape* shape) {
    if (!Skip('(')) return false;
    while (!Skip(')')) {
      Peek();
      size_t digits = 0;
      while (digits < text_.size() && absl::ascii_isdigit(text_[digits])) {
        ++digits;
      }
      int64_t dim;
      if (!absl::SimpleAtoi(text_.substr(0, digits), &dim)) return false;
      text_.remove_prefix(digits);
      shape->push_back(dim);
      if (!Skip(',') && Peek() != ')') return false;
    }
    return true;
  }

  absl::string_view text_;
};

// The bytes of `shape` elements of `size` bytes, or -1 beyond `limit`.
int64_t ArrayBytes(const Shape& shape, int64_t size, int64_t limit) {
  for (const int64_t dim : shape) {
    if (dim == 0) return 0;
  }
  for (const int64_t dim : shape) {
    if (dim > limit / size) return -1;
    size *= dim;
  }
  return size <= limit ? size : -1;
}

// `from` holds the elements of `tensor` with the first index fastest.
void FillFromFortran(absl::string_view from, Tensor* tensor) {
  const Shape& shape = tensor->shape();
  const size_t size = InfoOf(tensor->dtype()).bits / 8;
  Shape index(shape.size(), 0);
  for (int64_t to = 0; to < tensor->size(); ++to) {
    int64_t at = 0;
    for (size_t d = shape.size(); d-- > 0;) at = at * shape[d] + index[d];
    std::memcpy(tensor->bytes().data() + to * size, from.data() + at * size,
                size);
    for (size_t d = shape.size(); d-- > 0 && ++index[d] == shape[d];) {
      index[d] = 0;
    }
  }
}

DType NumpyDType(DType dtype) {
  for (const NpyType& row : kNpyTypes) {
    if (row.dtype == dtype) return dtype;
  }
  const DTypeInfo& info = InfoOf(dtype);
  if (info.bits == 16) return DType::kU16;
  return info.kind == DTypeKind::kSigned ? DType::kS8 : DType::kU8;
}

// The code of element `i` of a tensor whose elements are below a byte.
uint8_t PackedCode(absl::Span<const uint8_t> bytes, int bits, int64_t i) {
  const int64_t bit = i * bits;
  return (bytes[bit / 8] >> (bit % 8)) & ((1 << bits) - 1);
}

}  // namespace

absl::StatusOr<Tensor> ParseNpy(absl::string_view bytes) {
  if (!absl::StartsWith(bytes, kMagic)) {
    return Invalid("is not a NumPy array file");
  }
  constexpr absl::string_view kCut = "is damaged: it ends within its header";
  if (bytes.size() < 12) return Invalid(kCut);
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const int major = byte(6);
  if (major < 1 || major > 3) {
    return Invalid("has format ", major, ".", byte(7), "; 1.0 to 3.0 are read");
  }
  size_t start = 10;
  size_t length = byte(8) | byte(9) << 8;
  if (major > 1) {
    start = 12;
    length |= static_cast<size_t>(byte(10)) << 16 |
              static_cast<size_t>(byte(11)) << 24;
  }
  if (length > bytes.size() - start) return Invalid(kCut);
  TINYC_ASSIGN_OR_RETURN(const NpyHeader header,
                         HeaderParser(bytes.substr(start, length)).Parse());
  const absl::string_view data = bytes.substr(start + length);
  const int64_t size =
      ArrayBytes(header.type.shape, InfoOf(header.type.dtype).bits / 8,
                 static_cast<int64_t>(data.size()));
  if (size != static_cast<int64_t>(data.size())) {
    return Invalid("is damaged: ", ToString(header.type), " does not have ",
                   data.size(), " bytes");
  }
  Tensor tensor(header.type);
  if (header.fortran_order) {
    FillFromFortran(data, &tensor);
  } else if (size > 0) {
    std::memcpy(tensor.bytes().data(), data.data(), data.size());
  }
  if (tensor.dtype() == DType::kBool) {
    for (uint8_t& b : tensor.bytes()) b = b != 0;
  }
  return tensor;
}

std::string NpyBytes(const Tensor& tensor) {
  const Tensor array = NumpyForm(tensor);
  absl::string_view descr;
  for (const NpyType& row : kNpyTypes) {
    if (row.dtype == array.dtype() && descr.empty()) descr = row.descr;
  }
  const Shape& shape = array.shape();
  std::string header = absl::StrCat(
      "{'descr': '", InfoOf(array.dtype()).bits == 8 ? "|" : "<", descr,
      "', 'fortran_order': False, 'shape': (", absl::StrJoin(shape, ", "),
      shape.size() == 1 ? ",), }" : "), }");
  // The data begin at a multiple of 64 bytes.
  const size_t before = kMagic.size() + 4;
  header.append(63 - (before + header.size()) % 64, ' ');
  header.push_back('\n');
  const size_t length = header.size();
  std::string bytes = absl::StrCat(kMagic, absl::string_view("\x01\x00", 2));
  bytes.push_back(static_cast<char>(length & 0xff));
  bytes.push_back(static_cast<char>(length >> 8));
  bytes.append(header);
  bytes.append(reinterpret_cast<const char*>(array.bytes().data()),
               array.bytes().size());
  return bytes;
}

absl::StatusOr<std::vector<NamedTensor>> ReadArrays(
    const std::string& path, absl::Span<const std::string> wanted) {
  const absl::StatusOr<std::string> file = ReadFile(path);
  if (!file.ok()) {
    return Invalid("cannot be read: ",
                   absl::StripPrefix(file.status().message(),
                                     absl::StrCat("cannot read ", path, ": ")));
  }
  const absl::string_view bytes = *file;
  std::vector<NamedTensor> arrays;
  if (absl::StartsWith(bytes, kMagic)) {
    TINYC_ASSIGN_OR_RETURN(Tensor tensor, ParseNpy(bytes));
    arrays.push_back({"", std::move(tensor)});
    return arrays;
  }
  TINYC_ASSIGN_OR_RETURN(const std::vector<ZipMember> members,
                         ReadZip(bytes, "a NumPy .npz or .npy file"));
  const auto has = [&](const std::string& name) {
    return std::any_of(members.begin(), members.end(), [&](const ZipMember& m) {
      return m.name == name + ".npy";
    });
  };
  const bool only_wanted =
      !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), has);
  for (const ZipMember& member : members) {
    const std::string name(absl::StripSuffix(member.name, ".npy"));
    if (only_wanted &&
        std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
      continue;
    }
    absl::StatusOr<Tensor> tensor = ParseNpy(member.bytes);
    if (!tensor.ok()) {
      return Prefixed(absl::StrCat("array \"", name, "\" "), tensor.status());
    }
    arrays.push_back({name, *std::move(tensor)});
  }
  return arrays;
}

absl::StatusOr<std::string> NpzBytes(absl::Span<const NamedTensor> arrays) {
  std::vector<ZipMember> members;
  for (const NamedTensor& array : arrays) {
    members.push_back(
        {absl::StrCat(array.name, ".npy"), NpyBytes(array.tensor)});
  }
  return ZipBytes(members);
}

Tensor NumpyForm(const Tensor& tensor) {
  const DType dtype = NumpyDType(tensor.dtype());
  const TensorType type(dtype, tensor.shape());
  if (type.bytes() == tensor.type().bytes()) return tensor.WithType(type);
  const DTypeInfo& info = InfoOf(tensor.dtype());
  if (info.bits == InfoOf(dtype).bits) return tensor.WithType(type);
  Tensor array(type);
  for (int64_t i = 0; i < array.size(); ++i) {
    if (info.kind == DTypeKind::kFloat) {
      array.SetInt(i, PackedCode(tensor.bytes(), info.bits, i));
    } else {
      array.SetInt(i, tensor.IntAt(i));
    }
  }
  return array;
}

absl::StatusOr<Tensor> FromNumpyForm(const Tensor& array,
                                     const TensorType& type) {
  TINYC_CHECK(array.size() == type.num_elements());
  const DType form = NumpyDType(type.dtype);
  if (array.dtype() != form) {
    const absl::string_view wanted = InfoOf(form).text;
    return Invalid(
        "holds ", InfoOf(array.dtype()).text, ", the model takes ",
        InfoOf(type.dtype).text,
        form == type.dtype ? "" : absl::StrCat(" (stored as ", wanted, ")"));
  }
  const DTypeInfo& info = InfoOf(type.dtype);
  if (info.bits == InfoOf(form).bits) return array.WithType(type);
  Tensor tensor(type);
  for (int64_t i = 0; i < array.size(); ++i) {
    const int64_t value = array.IntAt(i);
    if (info.kind == DTypeKind::kFloat) {
      if (value >= 1 << info.bits) {
        return Invalid("holds ", value, ", which is no code of ", info.text);
      }
      const int64_t bit = i * info.bits;
      tensor.bytes()[bit / 8] |= static_cast<uint8_t>(value << (bit % 8));
      continue;
    }
    if (value < MinOf(type.dtype) || value > MaxOf(type.dtype)) {
      return Invalid("holds ", value, ", which is no ", info.text);
    }
    tensor.SetInt(i, value);
  }
  return tensor;
}

}  // namespace tinyc

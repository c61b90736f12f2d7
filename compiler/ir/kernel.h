// SPDX-License-Identifier: Apache-2.0
// How a node becomes C: calls of kernels with a shape block (constants), a
// quant block (data) and pointers.
#ifndef TINYC_COMPILER_IR_KERNEL_H_
#define TINYC_COMPILER_IR_KERNEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// One field of a C params struct, printed.
struct BlockField {
  absl::string_view name;
  std::vector<std::string> values;  // C literals; several for an array field
  bool array = false;
  size_t offset = 0;  // bytes into the struct
};

// A params struct of the runtime with its values: the same block is printed as
// an initialiser, compared to share function bodies, and passed to the kernel
// in process.
class Block {
 public:
  Block() = default;  // empty: the kernel takes no such block

  // T: a params struct for which BlockFields(const T*) returns
  // {type name, std::tuple{BlockMember{"field", &T::field}, ...}}, listing
  // every field in order.
  template <typename T>
  static Block Of(const T& value);

  bool empty() const { return type_.empty(); }
  absl::string_view type() const { return type_; }  // "tc_conv2d_shape"
  const std::vector<BlockField>& fields() const { return fields_; }
  const void* data() const { return bytes_.data(); }
  bool Has(absl::string_view field) const;
  // A field of type int32_t, or an element of an array of them.
  int32_t Int(absl::string_view field, size_t index = 0) const;
  void SetInt(absl::string_view field, size_t index, int32_t value);
  bool operator==(const Block& other) const {
    return type_ == other.type_ && bytes_ == other.bytes_;
  }

 private:
  const BlockField& Field(absl::string_view name) const;

  absl::string_view type_;
  std::vector<BlockField> fields_;
  std::vector<uint8_t> bytes_;
};

// One pointer argument of a kernel.
struct KernelArg {
  enum class Kind { kInput, kOutput, kConstant, kScratch, kNull };
  Kind kind = Kind::kNull;
  int index = 0;       // of the node's input or output
  int64_t offset = 0;  // bytes after its start
  std::shared_ptr<const Tensor> constant = nullptr;
  std::string name = "";  // of the constant in C, after the node's: "weight"
  // Weights: a matrix [pack_rows][...] to be stored in blocks of rows as the
  // chosen kernel wishes; rows of different groups of pack_group_rows never
  // share a block.  0: stored as it is.  A constant is packed at compile time;
  // an operand that is not constant is packed by copies into scratch, which
  // read element (r, k) at r * row_stride + the offset of k in an array of
  // `dims` with `strides`.
  int64_t pack_rows = 0;
  int64_t pack_group_rows = 0;
  int64_t row_stride = 0;
  std::vector<int64_t> dims = {};
  std::vector<int64_t> strides = {};

  static KernelArg Input(int index, int64_t offset = 0);
  static KernelArg Output(int index, int64_t offset = 0);
  static KernelArg Constant(std::string name, Tensor tensor);
  static KernelArg Rows(std::string name, Tensor tensor, int64_t rows,
                        int64_t group_rows);
  static KernelArg Scratch();  // of KernelCall::scratch_bytes
  static KernelArg Null();
};

// C arguments in order: &shape, &quant (unless empty), args...
struct KernelCall {
  std::string family;  // "conv2d_s8"
  Block shape;
  Block quant;
  std::vector<KernelArg> args;
  int64_t scratch_bytes = 0;
};

// One row of the kernel list.
struct Kernel {
  absl::string_view symbol;  // "tc_conv2d_s8"
  absl::string_view family;
  uint32_t needs = 0;  // TC_CAP_* bits
  int64_t weight_block = 1;
  double cycles_per_mac = 1;
  uint32_t order = 0;  // TC_BY_ROWS, or 0
  // "pointwise/binary.h", or several with spaces; only with instantiation.
  absl::string_view header;
  // C text that defines the kernel when it has no file of its own:
  // `TC_BINARY(tc_add_f32, float, float, a + b)`, or a function that begins
  // with TC_KERNEL; empty: <symbol less tc_>.c.
  absl::string_view instantiation;
  absl::Span<const absl::string_view> arg_types;  // "const int8_t *", ...
  // Runs the kernel compiled for the host; null: compiler/lowering/map_kernel.h
  // does.
  void (*run)(const void* shape, const void* quant, void* const* args);
};

// Implementation details.

template <typename Class, typename T>
struct BlockMember {
  absl::string_view name;
  T Class::*field;
};
template <typename Class, typename T>
BlockMember(const char*, T Class::*) -> BlockMember<Class, T>;

template <typename Members>
struct BlockFieldsOf {
  absl::string_view type;
  Members members;
};
template <typename Members>
BlockFieldsOf(const char*, Members) -> BlockFieldsOf<Members>;

std::string CLiteral(int32_t value);
std::string CLiteral(uint32_t value);
std::string CLiteral(int64_t value);
std::string CLiteral(float value);   // hexadecimal, exact
std::string CLiteral(double value);  // hexadecimal, exact

template <typename T>
Block Block::Of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  Block block;
  const auto fields = BlockFields(static_cast<const T*>(nullptr));
  block.type_ = fields.type;
  size_t counted = 0;
  const auto add = [&](const auto& member) {
    const auto& field = value.*member.field;
    using F = std::remove_cvref_t<decltype(field)>;
    counted += sizeof(F);
    BlockField printed{
        member.name,
        {},
        std::is_array_v<F>,
        static_cast<size_t>(reinterpret_cast<const uint8_t*>(&field) -
                            reinterpret_cast<const uint8_t*>(&value))};
    if constexpr (std::is_array_v<F>) {
      for (const auto& element : field) {
        printed.values.push_back(CLiteral(element));
      }
    } else {
      printed.values.push_back(CLiteral(field));
    }
    block.fields_.push_back(std::move(printed));
  };
  std::apply([&](const auto&... members) { (add(members), ...); },
             fields.members);
  TINYC_CHECK(counted == sizeof(T));  // a field is missing, or padding
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&value);
  block.bytes_.assign(bytes, bytes + sizeof(T));
  return block;
}

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_KERNEL_H_

// SPDX-License-Identifier: Apache-2.0
// Prints C: comments, declarations, arrays, initialisers, calls and functions,
// and nothing else.  What needs a loop belongs into a kernel file.
#ifndef TINYC_COMPILER_CODEGEN_C_WRITER_H_
#define TINYC_COMPILER_CODEGEN_C_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// Lines are broken before column 80 where C allows it.
class CWriter {
 public:
  // `/* text */`, broken at blanks.  `text` is fit for a comment.
  void Comment(absl::string_view text);
  // The line as it is; empty: a blank line.
  void Line(absl::string_view line = "");
  // `static const int8_t name[12] attribute = {...};`
  void Array(absl::string_view name, const Tensor& tensor,
             absl::string_view attribute = "");
  // `static const tc_conv2d_shape name = {...};` with the fields' names in
  // comments.
  void Initialiser(absl::string_view name, const Block& block) {
    Initialiser("static const", block.type(), name, block.fields());
  }
  // The same with `storage` in front.
  void Initialiser(absl::string_view storage, absl::string_view type,
                   absl::string_view name,
                   const std::vector<BlockField>& fields);
  // `callee(arg, arg);`
  void Call(absl::string_view callee, const std::vector<std::string>& args);
  // `declarator(param, param) {`, indenting until End; with `declare`,
  // `declarator(param, param);`.
  void Function(absl::string_view declarator,
                const std::vector<std::string>& params, bool declare = false);
  void End();
  // More or less indented, by one level.
  void Indent() { ++level_; }
  void Outdent() { --level_; }

  const std::string& text() const { return text_; }

 private:
  // `head` and `items`, separated by commas and broken over lines, and `tail`.
  void List(absl::string_view head, const std::vector<std::string>& items,
            absl::string_view tail);
  // `count` items, at most `per_row` of them on a line.
  void Rows(int64_t count, int per_row,
            absl::FunctionRef<std::string(int64_t)> item);

  std::string Margin() const {
    return std::string(static_cast<size_t>(2 * level_), ' ');
  }

  std::string text_;
  int level_ = 0;
};

// The C type of a tensor's storage, and how many of them it has: bytes for
// elements below a byte, elements otherwise.
absl::string_view CTypeOf(DType dtype);
int64_t CCountOf(const TensorType& type);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_C_WRITER_H_

// SPDX-License-Identifier: Apache-2.0
// Pointers in emitted C.
#ifndef TINYC_COMPILER_CODEGEN_POINTER_H_
#define TINYC_COMPILER_CODEGEN_POINTER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

// Where bytes are when the model runs.
struct CPointer {
  enum class Kind { kArena, kNamed, kConstant };
  Kind kind = Kind::kArena;
  int64_t offset = 0;        // bytes
  std::string name = "";     // kNamed: of a pointer to elements
  DType dtype = DType::kU8;  // kNamed: of the elements
  bool is_const = false;     // kNamed: they are only read
  std::shared_ptr<const Tensor> constant = nullptr;  // kConstant

  CPointer operator+(int64_t bytes) const {
    CPointer moved = *this;
    moved.offset += bytes;
    return moved;
  }
};

// `pointer`, which is no constant, as an expression of the type `type`
// ("const float *").
std::string PointerText(const CPointer& pointer, absl::string_view type);

// Whether a pointer to elements of type `dtype` needs no cast to `type`.
bool PointsTo(absl::string_view type, DType dtype);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_POINTER_H_

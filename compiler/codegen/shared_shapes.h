// SPDX-License-Identifier: Apache-2.0
// Shapes of a kernel for which one function is enough.
//
//   {.in_h = 48, .in_w = 48, .in_c = 8, .kernel_h = 3, ...}
//   {.in_h = 24, .in_w = 24, .in_c = 16, .kernel_h = 3, ...}
//   =>  {.in_h = in_h, .in_w = in_h, .in_c = in_c, .kernel_h = 3, ...}
//
// What all of them agree on stays a constant, with which compilers leave out
// what no layer needs, and fields that are equal in each shape stay equal.
#ifndef TINYC_COMPILER_CODEGEN_SHARED_SHAPES_H_
#define TINYC_COMPILER_CODEGEN_SHARED_SHAPES_H_

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/module.h"

namespace tinyc {

// A parameter of a function for several shapes: the elements of the shape that
// it gives.
struct ShapeParam {
  struct Element {
    size_t field = 0;
    size_t index = 0;  // of an array
  };
  std::string name;  // of its first field
  std::vector<Element> elements;

  // Its value for `shape`, as a C literal.
  const std::string& ValueOf(const Block& shape) const;
};

// The parameters of a function for `shapes`, which are of one type.
std::vector<ShapeParam> ParamsOf(absl::Span<const Block> shapes);

// The shapes of the calls of a model, of which some share a function.
class SharedShapes {
 public:
  SharedShapes() = default;  // no call shares one
  explicit SharedShapes(const Module& module) { Add(module); }

  // The shapes of the function for `lowered`; empty: it has one of its own.
  // All have the same strides, windows and borders, by which kernels decide
  // what they do, and all calls the same null arguments.
  absl::Span<const Block> Of(const LoweredCall& lowered) const;

 private:
  using Key = std::tuple<const Kernel*, std::string, std::string>;
  static Key KeyOf(const LoweredCall& lowered);
  void Add(const Module& module);

  std::map<Key, std::vector<Block>> shapes_;
};

// '0' for every null argument, which stands in the function, '1' for others.
std::string NullsOf(const KernelCall& call);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_SHARED_SHAPES_H_

// SPDX-License-Identifier: Apache-2.0
// Between ONNX's quantized tensors (a tensor, its scale and its zero point) and
// real numbers.  Parameters that are constants become part of element types;
// others take part in arithmetic:
//
//   QuantizeLinear(x, s, z)    =>  quantize(x) : u8 q(s, z)
//   QuantizeLinear(x, s, z)    =>  cast(clip(round(x / s) + z))
//   DequantizeLinear(x, s, z)  =>  dequantize(reinterpret(x) : u8 q(s, z))
//   DequantizeLinear(x, s, z)  =>  (x - z) * s
//
// where reinterpret is left out for a constant and for an x of that type.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_QUANTIZED_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_QUANTIZED_H_

#include <cstdint>
#include <optional>

#include "frontends/onnx/node.h"

namespace tinyc {

// Where the parameters of a quantized tensor are.
struct QuantOperands {
  size_t scale;
  size_t zero_point;
  // Of scales that are a list (one per index along `axis`) or, with a block
  // size, a tensor.
  int64_t axis = 0;
  int64_t block = 0;
  // They may also be a tensor that broadcasts to the quantized one.
  bool broadcast = false;

  // Of the tensor that is operand `i`, followed by its parameters.
  static QuantOperands After(size_t i, int64_t axis = 0) {
    QuantOperands where{.scale = i + 1, .zero_point = i + 2};
    where.axis = axis;
    return where;
  }
};

// The element type in which numbers stored as `dtype` have the parameters;
// nullopt when they or the type need arithmetic.
absl::StatusOr<std::optional<ElemType>> StaticElem(OnnxNode& node, DType dtype,
                                                   const Shape& x,
                                                   const QuantOperands& where);

// Operand `i` less its zero point, computed in `dtype`.
absl::StatusOr<Value*> Centered(OnnxNode& node, size_t i,
                                const QuantOperands& where, DType dtype);

// A quantized operand as real numbers in f32.
struct Dequantized {
  Value* value = nullptr;
  DType stored = DType::kF32;
  std::optional<ElemType> elem = std::nullopt;  // as it is stored, if static
};
absl::StatusOr<Dequantized> DequantizeInput(OnnxNode& node, size_t i,
                                            const QuantOperands& where);

// The real numbers `x` as the quantized type `dtype`, in the precision of the
// division that `precision` (default: as ONNX infers it) asks for.
absl::StatusOr<Value*> QuantizeTo(
    OnnxNode& node, Value* x, DType dtype, const QuantOperands& where,
    std::optional<DType> precision = std::nullopt);

// A result quantized as the operands `scale` and `scale + 1` say; in `dtype`
// where there is no zero point.
absl::StatusOr<Value*> QuantizeResult(OnnxNode& node, Value* y, size_t scale,
                                      DType dtype);

// The integer bias that is operand `i` as real numbers.  It has the scale
// alpha * s_x * s_w of the products x * w, and along `axis` as many of them as
// w has.
absl::StatusOr<Value*> DequantizeBias(OnnxNode& node, size_t i,
                                      const QuantOperands& x,
                                      const QuantOperands& w, float alpha,
                                      int64_t axis);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_QUANTIZED_H_

// SPDX-License-Identifier: Apache-2.0
// Normalizations: of x itself by the operator normalize, by given numbers as
// elementwise operators.
#include <limits>
#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

std::vector<int64_t> AxesFrom(int64_t first, int rank) {
  std::vector<int64_t> axes(static_cast<size_t>(rank - first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

// What normalize does besides dividing by the standard deviation.
struct Affine {
  Value* scale = nullptr;          // null: none
  Value* bias = nullptr;           // null: none
  std::vector<int64_t> axes = {};  // the dimensions of x that both have
};
absl::StatusOr<Value*> Normalized(OnnxNode& node, Value* x,
                                  const std::vector<int64_t>& axes,
                                  const Affine& affine, float epsilon,
                                  bool centered = true) {
  return node.Emit("normalize", {x, affine.scale, affine.bias},
                   {{"axes", axes},
                    {"scale_axes", affine.axes},
                    {"epsilon", epsilon},
                    {"centered", centered}});
}

// The dimensions of `shape`, which broadcasts to that of x, that are not 1.
absl::StatusOr<std::vector<int64_t>> AxesOf(const Shape& shape,
                                            const Shape& x) {
  std::vector<int64_t> axes;
  const size_t shift = x.size() - shape.size();
  for (size_t d = 0; d < shape.size() && shape.size() <= x.size(); ++d) {
    if (shape[d] == 1) continue;
    if (shape[d] != x[shift + d]) break;
    axes.push_back(static_cast<int64_t>(shift + d));
  }
  int64_t n = 1;
  for (const int64_t axis : axes) n *= x[static_cast<size_t>(axis)];
  if (shape.size() <= x.size() && n == NumElements(shape)) return axes;
  return Invalid("a scale or bias of shape ", ToString(shape),
                 " does not broadcast to an input of shape ", ToString(x));
}

// The vector that operand `i` has for each of the `count` channels or groups.
absl::StatusOr<Value*> VectorInput(OnnxNode& node, size_t i, int64_t count,
                                   absl::string_view of) {
  TINYC_ASSIGN_OR_RETURN(Value * vector, node.Input(i));
  if (vector->type().shape == Shape{count}) return vector;
  return Invalid("operand ", i, " has shape ", ToString(vector->type().shape),
                 ", the input has ", count, " ", of);
}

// Mean and variance of x over `axes`, which stay as dimensions of 1.
struct Moments {
  Value* mean;
  Value* variance;
};
absl::StatusOr<Moments> MomentsOf(OnnxNode& node, Value* x,
                                  const std::vector<int64_t>& axes) {
  TINYC_ASSIGN_OR_RETURN(Value * mean,
                         node.Emit("reduce_mean", {x}, {{"axes", axes}}));
  TINYC_ASSIGN_OR_RETURN(Value * d, node.Emit("sub", {x, mean}));
  TINYC_ASSIGN_OR_RETURN(d, node.Emit("mul", {d, d}));
  TINYC_ASSIGN_OR_RETURN(Value * variance,
                         node.Emit("reduce_mean", {d}, {{"axes", axes}}));
  return Moments{mean, variance};
}

// The type in which layer and RMS normalization compute x: ONNX's stash_type
// where it is wider.  16-bit floats are computed in f32 anyway.
absl::StatusOr<DType> ComputeType(OnnxNode& node, DType x) {
  const int64_t number = node.Int("stash_type", InfoOf(DType::kF32).onnx);
  const std::optional<DType> stash = DTypeFromOnnx(static_cast<int>(number));
  if (!stash || !IsFloat(*stash) || InfoOf(*stash).bits < 16) {
    return Unimplemented("stash_type ", number, " is not supported");
  }
  return InfoOf(*stash).bits > InfoOf(x).bits ? *stash : x;
}

// (Layer or RMS) normalization of the last dimensions of x, from `axis` on, in
// the type of scale.
absl::StatusOr<Value*> LastAxes(OnnxNode& node, Value* x, int64_t axis,
                                Value* scale, Value* bias, float epsilon,
                                bool centered) {
  const DType result = scale->type().dtype;
  const DType dtype = InfoOf(result).bits > InfoOf(x->type().dtype).bits
                          ? result
                          : x->type().dtype;
  const Shape shape = x->type().shape;
  Affine affine;
  TINYC_ASSIGN_OR_RETURN(affine.axes, AxesOf(scale->type().shape, shape));
  Shape squeezed;
  for (const int64_t a : affine.axes) {
    squeezed.push_back(shape[static_cast<size_t>(a)]);
  }
  TINYC_ASSIGN_OR_RETURN(affine.scale, CastTo(node, scale, dtype));
  TINYC_ASSIGN_OR_RETURN(affine.scale, ReshapeTo(node, affine.scale, squeezed));
  if (bias != nullptr) {
    TINYC_ASSIGN_OR_RETURN(bias, CastTo(node, bias, dtype));
    TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                           AxesOf(bias->type().shape, shape));
    if (axes == affine.axes) {
      TINYC_ASSIGN_OR_RETURN(affine.bias, ReshapeTo(node, bias, squeezed));
    }
  }
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, dtype));
  TINYC_ASSIGN_OR_RETURN(
      Value * y, Normalized(node, x, AxesFrom(axis, x->type().rank()), affine,
                            epsilon, centered));
  if (bias != nullptr && affine.bias == nullptr) {
    TINYC_ASSIGN_OR_RETURN(y, node.Emit("add", {y, bias}));
  }
  return CastTo(node, y, result);
}

// new = old * momentum + current * (1 - momentum), of shape `shape`.
absl::StatusOr<Value*> Running(OnnxNode& node, Value* old, Value* current,
                               float momentum) {
  TINYC_ASSIGN_OR_RETURN(current, ReshapeTo(node, current, old->type().shape));
  TINYC_ASSIGN_OR_RETURN(current, CastTo(node, current, old->type().dtype));
  TINYC_ASSIGN_OR_RETURN(old, WithScalar(node, "mul", old, momentum));
  TINYC_ASSIGN_OR_RETURN(current,
                         WithScalar(node, "mul", current, 1 - momentum));
  return node.Emit("add", {old, current});
}

// Batch normalization by the mean and variance of the batch itself, which move
// the running ones.
absl::Status TrainBatchNormalization(OnnxNode& node, Value* x,
                                     const std::vector<Value*>& parameters) {
  const float momentum = node.Float("momentum", 0.9f);
  const float epsilon = node.Float("epsilon", 1e-5f);
  std::vector<int64_t> axes = AxesFrom(2, x->type().rank());
  axes.insert(axes.begin(), 0);
  Affine affine{parameters[0], parameters[1], {1}};
  TINYC_ASSIGN_OR_RETURN(affine.scale,
                         CastTo(node, affine.scale, x->type().dtype));
  TINYC_ASSIGN_OR_RETURN(affine.bias,
                         CastTo(node, affine.bias, x->type().dtype));
  TINYC_RETURN_IF_ERROR(
      node.SetOutput(0, Normalized(node, x, axes, affine, epsilon)));
  if (!node.OutputUsed(1) && !node.OutputUsed(2)) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(const Moments moments, MomentsOf(node, x, axes));
  TINYC_RETURN_IF_ERROR(
      node.SetOutput(1, Running(node, parameters[2], moments.mean, momentum)));
  return node.SetOutput(
      2, Running(node, parameters[3], moments.variance, momentum));
}

}  // namespace

// y = (x - mean) / sqrt(var + eps) * scale + bias
//   =>  a = scale / sqrt(var + eps)
//       y = x * a + (bias - mean * a)
// where a and what is added are constants when the parameters are.
absl::Status ImportBatchNormalization(OnnxNode& node) {
  if (node.Int("spatial", 1) != 1) {
    return Unimplemented(
        "a mean for each element of a channel is not supported");
  }
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const TensorType& type = x->type();
  if (type.rank() < 2) return Invalid("its input has no channels");
  std::vector<Value*> parameters;  // scale, bias, mean, var
  std::vector<int64_t> broadcast(type.shape.size() - 1, 1);
  broadcast[0] = type.shape[1];
  for (size_t i = 1; i < 5; ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * parameter,
                           VectorInput(node, i, type.shape[1], "channels"));
    parameters.push_back(parameter);
  }
  if (node.Int("training_mode", 0) != 0) {
    return TrainBatchNormalization(node, x, parameters);
  }
  node.Float("momentum", 0);  // of training
  for (Value*& parameter : parameters) {
    TINYC_ASSIGN_OR_RETURN(parameter, CastTo(node, parameter, type.dtype));
  }
  TINYC_ASSIGN_OR_RETURN(Value * a, WithScalar(node, "add", parameters[3],
                                               node.Float("epsilon", 1e-5f)));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("sqrt", {a}));
  TINYC_ASSIGN_OR_RETURN(a, node.Emit("div", {parameters[0], a}));
  TINYC_ASSIGN_OR_RETURN(Value * c, node.Emit("mul", {parameters[2], a}));
  TINYC_ASSIGN_OR_RETURN(c, node.Emit("sub", {parameters[1], c}));
  TINYC_ASSIGN_OR_RETURN(a, ReshapeTo(node, a, broadcast));
  TINYC_ASSIGN_OR_RETURN(c, ReshapeTo(node, c, broadcast));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("mul", {x, a}));
  return node.SetOutput(0, node.Emit("add", {y, c}));
}

absl::Status ImportInstanceNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const Shape shape = x->type().shape;
  if (shape.size() < 3) return Invalid("its input has no channels");
  Affine affine;
  TINYC_ASSIGN_OR_RETURN(affine.scale,
                         VectorInput(node, 1, shape[1], "channels"));
  TINYC_ASSIGN_OR_RETURN(affine.bias,
                         VectorInput(node, 2, shape[1], "channels"));
  affine.axes = {1};
  return node.SetOutput(0, Normalized(node, x, AxesFrom(2, x->type().rank()),
                                      affine, node.Float("epsilon", 1e-5f)));
}

// Over groups of channels, which become a dimension.  Operator set 18 has a
// scale for each group, later ones for each channel.
absl::Status ImportGroupNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const DType dtype, ComputeType(node, x->type().dtype));
  const DType result = x->type().dtype;
  const Shape shape = x->type().shape;
  const int64_t groups = node.Int("num_groups", 0);
  if (shape.size() < 2 || groups < 1 || shape[1] % groups != 0) {
    return Invalid("an input of shape ", ToString(shape),
                   " has no channels in ", groups, " groups");
  }
  const int64_t each = shape[1] / groups;
  const bool by_group = node.version() < 21;
  Affine affine;
  affine.axes = {1};
  if (!by_group) affine.axes.push_back(2);
  for (size_t i = 1; i < 3; ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * vector,
                           VectorInput(node, i, by_group ? groups : shape[1],
                                       by_group ? "groups" : "channels"));
    TINYC_ASSIGN_OR_RETURN(vector, CastTo(node, vector, dtype));
    if (!by_group) {
      TINYC_ASSIGN_OR_RETURN(vector, ReshapeTo(node, vector, {groups, each}));
    }
    (i == 1 ? affine.scale : affine.bias) = vector;
  }
  TINYC_ASSIGN_OR_RETURN(Value * y, CastTo(node, x, dtype));
  TINYC_ASSIGN_OR_RETURN(
      y, ReshapeTo(node, y,
                   {shape[0], groups, each,
                    NumElements({shape.begin() + 2, shape.end()})}));
  TINYC_ASSIGN_OR_RETURN(
      y, Normalized(node, y, {2, 3}, affine, node.Float("epsilon", 1e-5f)));
  TINYC_ASSIGN_OR_RETURN(y, ReshapeTo(node, y, shape));
  return node.SetOutput(0, CastTo(node, y, result));
}

absl::Status ImportLayerNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * scale, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(2));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", -1), x->type().rank()));
  const float epsilon = node.Float("epsilon", 1e-5f);
  TINYC_ASSIGN_OR_RETURN(const DType dtype, ComputeType(node, x->type().dtype));
  TINYC_ASSIGN_OR_RETURN(Value * wide, CastTo(node, x, dtype));
  TINYC_RETURN_IF_ERROR(node.SetOutput(
      0, LastAxes(node, wide, axis, scale, bias, epsilon, true)));
  if (!node.OutputUsed(1) && !node.OutputUsed(2)) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(
      Moments moments, MomentsOf(node, wide, AxesFrom(axis, x->type().rank())));
  TINYC_ASSIGN_OR_RETURN(Value * inverse,
                         WithScalar(node, "add", moments.variance, epsilon));
  TINYC_ASSIGN_OR_RETURN(inverse, node.Emit("sqrt", {inverse}));
  TINYC_ASSIGN_OR_RETURN(inverse, node.Emit("reciprocal", {inverse}));
  TINYC_RETURN_IF_ERROR(node.SetOutput(1, moments.mean));
  return node.SetOutput(2, inverse);
}

absl::Status ImportRmsNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * scale, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", -1), x->type().rank()));
  TINYC_ASSIGN_OR_RETURN(const DType dtype, ComputeType(node, x->type().dtype));
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, dtype));
  return node.SetOutput(0, LastAxes(node, x, axis, scale, nullptr,
                                    node.Float("epsilon", 1e-5f), false));
}

// y = (x - mean) / (deviation + 1e-9)
//   =>  (x - mean) / sqrt(variance + 1e-18)
// which is the same where the deviation is not of the order of 1e-9.
absl::Status ImportMeanVarianceNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  std::vector<int64_t> axes = {0, 2, 3};
  if (node.Has("axes")) axes = node.Ints("axes");
  TINYC_ASSIGN_OR_RETURN(axes, NormalAxes(axes, x->type().rank()));
  return node.SetOutput(0, Normalized(node, x, axes, {}, 1e-18f));
}

// y = x / norm of x along an axis, 0 where the norm is: x / max(norm, least
// float).
absl::Status ImportLpNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const DType dtype = x->type().dtype;
  const int64_t p = node.Int("p", 2);
  if (p != 1 && p != 2) return Invalid("its norm is of order ", p);
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", -1), x->type().rank()));
  if (InfoOf(dtype).bits < 32) {
    TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * norm, node.Emit(p == 1 ? "reduce_l1" : "reduce_sum_square", {x},
                              {{"axes", std::vector<int64_t>{axis}}}));
  if (p == 2) {
    TINYC_ASSIGN_OR_RETURN(norm, node.Emit("sqrt", {norm}));
  }
  TINYC_ASSIGN_OR_RETURN(
      norm, WithScalar(node, "max", norm, std::numeric_limits<float>::min()));
  TINYC_ASSIGN_OR_RETURN(Value * y, node.Emit("div", {x, norm}));
  return node.SetOutput(0, CastTo(node, y, dtype));
}

// y = x / (bias + alpha * mean of x^2 over `size` neighbouring channels)^beta,
// where channels beyond the ends count as 0: an average pooling along them.
absl::Status ImportLrn(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const Shape shape = x->type().shape;
  const int64_t size = node.Int("size", 0);
  if (shape.size() < 3) return Invalid("its input has no channels");
  if (size < 1 || size > (1 << 16)) return Invalid("its size is ", size);
  TINYC_ASSIGN_OR_RETURN(Value * mean, node.Emit("mul", {x, x}));
  TINYC_ASSIGN_OR_RETURN(
      mean, ReshapeTo(node, mean,
                      {shape[0], 1, shape[1],
                       NumElements({shape.begin() + 2, shape.end()})}));
  TINYC_ASSIGN_OR_RETURN(
      mean,
      node.Emit("average_pool", {mean},
                {{"kernel", std::vector<int64_t>{size, 1}},
                 {"pads", std::vector<int64_t>{(size - 1) / 2, 0, size / 2, 0}},
                 {"count_include_pad", true}}));
  TINYC_ASSIGN_OR_RETURN(mean, ReshapeTo(node, mean, shape));
  TINYC_ASSIGN_OR_RETURN(
      Value * base, WithScalar(node, "mul", mean, node.Float("alpha", 1e-4f)));
  TINYC_ASSIGN_OR_RETURN(base,
                         WithScalar(node, "add", base, node.Float("bias", 1)));
  TINYC_ASSIGN_OR_RETURN(
      base, WithScalar(node, "pow", base, node.Float("beta", 0.75f)));
  return node.SetOutput(0, node.Emit("div", {x, base}));
}

}  // namespace tinyc

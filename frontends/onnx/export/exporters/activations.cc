// SPDX-License-Identifier: Apache-2.0
// Functions of one element with parameters.
#include "compiler/ops/activation.h"
#include "compiler/ops/clip.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

void WithAlpha(ExportNode& node) {
  node.Result(node.type(), {node.Input(0)},
              {{"alpha", node.As<Activation>().alpha}});
}

void WithTwo(ExportNode& node, absl::string_view first,
             absl::string_view second) {
  const Activation& op = node.As<Activation>();
  node.Result(node.type(), {node.Input(0)},
              {{first, op.alpha}, {second, op.beta}});
}

}  // namespace

void ExportCelu(ExportNode& node) { WithAlpha(node); }
void ExportElu(ExportNode& node) { WithAlpha(node); }
void ExportLeakyRelu(ExportNode& node) { WithAlpha(node); }
void ExportThresholdedRelu(ExportNode& node) { WithAlpha(node); }
void ExportHardSigmoid(ExportNode& node) { WithTwo(node, "alpha", "beta"); }
void ExportSelu(ExportNode& node) { WithTwo(node, "alpha", "gamma"); }
void ExportShrink(ExportNode& node) { WithTwo(node, "lambd", "bias"); }

void ExportClip(ExportNode& node) {
  const Clip& op = node.As<Clip>();
  node.ClampResult(node.Input(0), op.min, op.max);
}

void ExportGelu(ExportNode& node) { node.Result("Gelu", {node.Input(0)}); }

void ExportGeluTanh(ExportNode& node) {
  node.Result("Gelu", {node.Input(0)}, {{"approximate", std::string("tanh")}});
}

// Its slopes broadcast to x, not the other way round.
void ExportPRelu(ExportNode& node) {
  if (node.InputType(0).shape != node.ResultType().shape) {
    return node.Refuse(
        Unimplemented("ONNX has no PRelu that widens its input"));
  }
  node.Result("PRelu", {node.Input(0), node.Input(1)});
}

// x * sigmoid(alpha * x)
void ExportSwish(ExportNode& node) {
  const float alpha = node.As<Activation>().alpha;
  std::string x = node.Input(0);
  std::string scaled = x;
  if (alpha != 1) {
    scaled =
        node.Add("Mul", {x, node.Number(static_cast<double>(alpha), "alpha")});
  }
  node.Result("Mul", {x, node.Add("Sigmoid", {scaled})});
}

}  // namespace tinyc

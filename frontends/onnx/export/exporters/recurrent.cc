// SPDX-License-Identifier: Apache-2.0
// rnn, gru, lstm => RNN, GRU, LSTM
//
// onnxruntime has no layout with the batch first, so that transposes stand
// around the operator.
#include "compiler/ops/recurrent.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

// ONNX's spelling of what the IR has in lower case.
constexpr absl::string_view kNames[] = {
    "Affine",      "Relu",     "LeakyRelu", "ThresholdedRelu",
    "Tanh",        "Sigmoid",  "Elu",       "ScaledTanh",
    "HardSigmoid", "Softsign", "Softplus"};

std::string OnnxName(absl::string_view name) {
  for (const absl::string_view known : kNames) {
    if (absl::EqualsIgnoreCase(known, name)) return std::string(known);
  }
  return std::string(name);
}

// Activations and the parameters of those that have some, for every direction.
void AddActivations(const Recurrent& op, std::vector<OnnxAttr>* attrs) {
  if (op.activations.empty()) return;
  std::vector<std::string> names;
  std::vector<float> alphas;
  std::vector<float> betas;
  const std::vector<std::string> listed = absl::StrSplit(op.activations, ',');
  for (size_t i = 0; i < listed.size(); ++i) {
    names.push_back(OnnxName(listed[i]));
    const RecurrentActivation* activation = FindRecurrentActivation(listed[i]);
    const auto add = [i](bool takes, const std::vector<float>& from,
                         std::vector<float>* to) {
      if (takes) to->push_back(i < from.size() ? from[i] : 0);
    };
    add(activation->has_alpha, op.alpha, &alphas);
    add(activation->has_beta, op.beta, &betas);
  }
  attrs->push_back({"activations", names});
  if (!alphas.empty()) attrs->push_back({"activation_alpha", alphas});
  if (!betas.empty()) attrs->push_back({"activation_beta", betas});
}

// [D, rows] => [D, 2 * gates * hidden]: the biases of W, then those of R, which
// are 0 but for what a GRU keeps apart at the end.
std::string Biases(ExportNode& node, int64_t rows) {
  if (!node.HasInput(3)) return "";
  const int64_t given = node.InputType(3).shape[1];
  const int64_t zeros = 2 * rows - given;
  const std::string none = node.Constant(
      Tensor(TensorType(node.RealType(), {node.InputType(3).shape[0], zeros})),
      "no_bias");
  const OnnxAttr axis = {"axis", int64_t{1}};
  if (given == rows) return node.Add("Concat", {node.Input(3), none}, {axis});
  const auto part = [&](int64_t begin, int64_t end) {
    return node.Add("Slice", {node.Input(3), node.Ints({begin}, "begin"),
                              node.Ints({end}, "end"), node.Ints({1}, "axis")});
  };
  return node.Add("Concat", {part(0, rows), none, part(rows, given)}, {axis});
}

std::string Transposed(ExportNode& node, const std::string& x,
                       std::vector<int64_t> perm) {
  if (x.empty()) return "";
  return node.Add("Transpose", {x}, {{"perm", std::move(perm)}});
}

}  // namespace

void ExportRecurrent(ExportNode& node) {
  const Recurrent& op = node.As<Recurrent>();
  const int64_t hidden = node.InputType(2).shape[2];
  std::vector<std::string> inputs = {node.Input(0), node.Input(1),
                                     node.Input(2),
                                     Biases(node, op.row().gates * hidden)};
  for (size_t i = 4; i < 8; ++i) inputs.push_back(node.Input(i));
  if (!op.row().has_cell_state) inputs.resize(6);
  std::vector<OnnxAttr> attrs = {{"hidden_size", hidden},
                                 {"direction", AttrText(op.direction)}};
  AddActivations(op, &attrs);
  if (std::isfinite(op.clip)) attrs.push_back({"clip", op.clip});
  if (op.linear_before_reset) {
    attrs.push_back({"linear_before_reset", int64_t{1}});
  }
  if (op.input_forget) attrs.push_back({"input_forget", int64_t{1}});
  if (op.batch_first) {
    for (const size_t i : {size_t{0}, size_t{5}, size_t{6}}) {
      if (i < inputs.size()) inputs[i] = Transposed(node, inputs[i], {1, 0, 2});
    }
  }
  std::vector<size_t> places;
  if (op.y) places.push_back(0);
  if (op.last_h) places.push_back(1);
  if (op.last_c) places.push_back(2);
  if (!op.batch_first) {
    return node.ResultsAt(node.type(), inputs, attrs, places);
  }
  node.TransposedResultsAt(node.type(), inputs, attrs, places,
                           {{2, 0, 1, 3}, {1, 0, 2}, {1, 0, 2}});
}

}  // namespace tinyc

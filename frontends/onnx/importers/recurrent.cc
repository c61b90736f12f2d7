// SPDX-License-Identifier: Apache-2.0
// RNN, GRU and LSTM.
#include "compiler/ops/recurrent.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The parameters of an activation that the model does not give; those of
// Affine and ScaledTanh have no default.
struct Defaults {
  absl::string_view activation;
  float alpha;
  float beta;
};
constexpr Defaults kDefaults[] = {{"leakyrelu", 0.01f, 0},
                                  {"thresholdedrelu", 1, 0},
                                  {"hardsigmoid", 0.2f, 0.5f},
                                  {"elu", 1, 0}};

absl::StatusOr<float> DefaultOf(absl::string_view activation, bool is_alpha) {
  for (const Defaults& defaults : kDefaults) {
    if (defaults.activation != activation) continue;
    return is_alpha ? defaults.alpha : defaults.beta;
  }
  return Invalid("its activation ", activation, " has no ",
                 is_alpha ? "alpha" : "beta");
}

// The lists activation_alpha and activation_beta hold a number for each
// activation that takes one, in order, and may end early.
absl::Status AddActivations(OnnxNode& node, std::vector<NamedAttr>& attrs) {
  std::vector<std::string> names = node.Strings("activations");
  const std::vector<float> given_alpha = node.Floats("activation_alpha");
  const std::vector<float> given_beta = node.Floats("activation_beta");
  size_t alphas = 0;
  size_t betas = 0;
  const auto take = [](bool takes, absl::string_view name, bool is_alpha,
                       const std::vector<float>& given,
                       size_t& next) -> absl::StatusOr<float> {
    if (!takes) return 0;
    if (next < given.size()) return given[next++];
    return DefaultOf(name, is_alpha);
  };
  std::vector<float> alpha;
  std::vector<float> beta;
  for (std::string& name : names) {
    absl::AsciiStrToLower(&name);
    const RecurrentActivation* activation = FindRecurrentActivation(name);
    if (activation == nullptr) {
      return Unimplemented("its activation ", name, " is not supported");
    }
    TINYC_ASSIGN_OR_RETURN(const float a, take(activation->has_alpha, name,
                                               true, given_alpha, alphas));
    TINYC_ASSIGN_OR_RETURN(const float b, take(activation->has_beta, name,
                                               false, given_beta, betas));
    alpha.push_back(a);
    beta.push_back(b);
  }
  if (alphas != given_alpha.size() || betas != given_beta.size()) {
    return Unimplemented(
        "activation_alpha or activation_beta has more numbers than there are "
        "activations that take one");
  }
  const auto any = [](const std::vector<float>& list) {
    return std::any_of(list.begin(), list.end(),
                       [](float v) { return v != 0; });
  };
  attrs.push_back({"activations", absl::StrJoin(names, ",")});
  if (any(alpha)) attrs.push_back({"alpha", alpha});
  if (any(beta)) attrs.push_back({"beta", beta});
  return absl::OkStatus();
}

// [D, 2 * gates * hidden], of W and of R  =>  their sum; what r scales in a GRU
// with linear_before_reset stays by itself.
absl::StatusOr<Value*> EmitBias(OnnxNode& node, Value* b, int64_t directions,
                                int64_t gates, int64_t hidden, bool apart) {
  const int64_t rows = gates * hidden;
  if (b->type().shape != Shape{directions, 2 * rows}) {
    return Invalid("its bias has shape ", ToString(b->type().shape));
  }
  const auto part = [&](int64_t first, int64_t size) {
    return node.Emit("slice", {b},
                     {{"starts", std::vector<int64_t>{0, first}},
                      {"sizes", std::vector<int64_t>{directions, size}}});
  };
  const int64_t summed = apart ? rows - hidden : rows;
  TINYC_ASSIGN_OR_RETURN(Value * of_w, part(0, summed));
  TINYC_ASSIGN_OR_RETURN(Value * of_r, part(rows, summed));
  TINYC_ASSIGN_OR_RETURN(Value * sum, node.Emit("add", {of_w, of_r}));
  if (!apart) return sum;
  TINYC_ASSIGN_OR_RETURN(of_w, part(summed, hidden));
  TINYC_ASSIGN_OR_RETURN(of_r, part(rows + summed, hidden));
  return node.Emit("concat", {sum, of_w, of_r}, {{"axis", int64_t{1}}});
}

// Operand `i`, or null when it says no more than its absence does: `i` is
// constant and all of its elements are `number`.
absl::StatusOr<Value*> InputUnless(OnnxNode& node, size_t i, double number) {
  TINYC_ASSIGN_OR_RETURN(const auto constant, node.InputIfConstant(i));
  if (constant == nullptr) return node.OptionalInput(i);
  for (int64_t k = 0; k < constant->size(); ++k) {
    if (constant->At(k) != number) return node.Input(i);
  }
  return nullptr;
}

// The number of steps of each sample.
absl::StatusOr<Value*> Lengths(OnnxNode& node, int64_t steps) {
  TINYC_ASSIGN_OR_RETURN(const auto constant, node.InputIfConstant(4));
  for (int64_t k = 0; constant != nullptr && k < constant->size(); ++k) {
    if (constant->At(k) < 0 || constant->At(k) > static_cast<double>(steps)) {
      return Invalid("sequence_lens has the entry ", constant->At(k),
                     ", the input has ", steps, " steps");
    }
  }
  return InputUnless(node, 4, static_cast<double>(steps));
}

absl::Status ImportRecurrent(OnnxNode& node, absl::string_view op,
                             int64_t gates) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(Value * w, node.Input(1));
  TINYC_ASSIGN_OR_RETURN(Value * r, node.Input(2));
  const bool batch_first = node.Int("layout", 0) != 0;
  if (x->type().rank() != 3 || r->type().rank() != 3) {
    return Invalid("its input or recurrent weight is not of rank 3");
  }
  const int64_t hidden = r->type().shape[2];
  if (node.Int("hidden_size", hidden) != hidden) {
    return Invalid("hidden_size is not that of its weights, ", hidden);
  }
  const bool apart = node.Int("linear_before_reset", 0) != 0;
  TINYC_ASSIGN_OR_RETURN(Value * b, node.OptionalInput(3));
  if (b != nullptr) {
    TINYC_ASSIGN_OR_RETURN(
        b, EmitBias(node, b, r->type().shape[0], gates, hidden, apart));
  }
  TINYC_ASSIGN_OR_RETURN(Value * lengths,
                         Lengths(node, x->type().shape[batch_first ? 1 : 0]));
  TINYC_ASSIGN_OR_RETURN(Value * h, InputUnless(node, 5, 0));
  TINYC_ASSIGN_OR_RETURN(Value * c, InputUnless(node, 6, 0));
  TINYC_ASSIGN_OR_RETURN(Value * p, InputUnless(node, 7, 0));

  const std::string direction = node.String("direction", "forward");
  std::vector<NamedAttr> attrs = {
      {"direction", direction.c_str()},
      {"batch_first", batch_first},
      {"linear_before_reset", apart},
      {"input_forget", node.Int("input_forget", 0) != 0}};
  TINYC_RETURN_IF_ERROR(AddActivations(node, attrs));
  if (node.Has("clip")) attrs.push_back({"clip", node.Float("clip", 0)});
  std::vector<size_t> used;
  const char* const results[] = {"y", "last_h", "last_c"};
  for (size_t i = 0; i < std::size(results); ++i) {
    attrs.push_back({results[i], node.OutputUsed(i)});
    if (node.OutputUsed(i)) used.push_back(i);
  }
  if (used.empty()) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<Value*> values,
      node.EmitAll(op, {x, w, r, b, lengths, h, c, p}, std::move(attrs)));
  for (size_t i = 0; i < used.size(); ++i) {
    TINYC_RETURN_IF_ERROR(node.SetOutput(used[i], values[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ImportRnn(OnnxNode& node) {
  return ImportRecurrent(node, "rnn", 1);
}

absl::Status ImportGru(OnnxNode& node) {
  return ImportRecurrent(node, "gru", 3);
}

absl::Status ImportLstm(OnnxNode& node) {
  return ImportRecurrent(node, "lstm", 4);
}

}  // namespace tinyc

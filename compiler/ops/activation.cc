// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/activation.h"

#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/plain_family.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/table.h"
#include "pointwise/activation.h"

static auto BlockFields(const tc_activation*) {
  using T = tc_activation;
  return tinyc::BlockFieldsOf{"tc_activation",
                              std::tuple{tinyc::BlockMember{"alpha", &T::alpha},
                                         tinyc::BlockMember{"beta", &T::beta}}};
}

namespace tinyc {
namespace {

// A NaN stays a NaN but in shrink and thresholded_relu, where it fails the
// comparison.
constexpr ActivationRow kRows[] = {
    {"celu", [](double x, double alpha,
                double) { return x < 0 ? alpha * std::expm1(x / alpha) : x; }},
    {"elu", [](double x, double alpha,
               double) { return x < 0 ? alpha * std::expm1(x) : x; }},
    {"hard_sigmoid",
     [](double x, double alpha, double beta) {
       const double y = alpha * x + beta;
       return y < 0 ? 0 : y > 1 ? 1 : y;
     }},
    {"leaky_relu",
     [](double x, double alpha, double) { return x < 0 ? alpha * x : x; }},
    {"selu",
     [](double x, double alpha, double beta) {
       return beta * (x < 0 ? alpha * std::expm1(x) : x);
     }},
    // 0 between -alpha and alpha, else nearer to it by beta.
    {"shrink",
     [](double x, double alpha, double beta) {
       return x < -alpha ? x + beta : x > alpha ? x - beta : 0;
     }},
    {"swish", [](double x, double alpha,
                 double) { return x / (1 + std::exp(-alpha * x)); }},
    {"thresholded_relu",
     [](double x, double alpha, double) { return x > alpha ? x : 0; }},
};

}  // namespace

absl::Span<const ActivationRow> ActivationRows() { return kRows; }

void RegisterActivation(OpRegistry& registry) {
  for (const ActivationRow& row : kRows) {
    registry.Add(std::make_unique<Activation>(&row));
  }
}

Activation::Activation() : row_(&kRows[0]) {}

absl::StatusOr<std::vector<TensorType>> Activation::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (!x.quantized() && !IsFloat(x.dtype)) {  // activation_c1
    return Invalid(name(), " takes no ", InfoOf(x.dtype).text);
  }
  TINYC_ASSIGN_OR_RETURN(  // activation_c2
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, x.elem())));
  return std::vector{TensorType(elem, x.shape)};
}

absl::Status Activation::Evaluate(const EvalArgs& args) const {
  const auto f = [&](double x) { return row_->real(x, alpha, beta); };
  if (args.in[0]->type().quantized()) {
    EvaluateTable(*args.in[0], *args.out[0], f);
    return absl::OkStatus();
  }
  for (int64_t i = 0; i < args.in[0]->size(); ++i) {
    args.out[0]->SetReal(i, f(args.in[0]->Real(i)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Activation::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  if (x.quantized()) {
    return LowerTable(x, node.output()->type(), [&](double real) {
      return row_->real(real, alpha, beta);
    });
  }
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, PlainFamily(name(), x.dtype));
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  call.quant = Block::Of(tc_activation{alpha, beta});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

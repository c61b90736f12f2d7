// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/recurrent.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_split.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"
#include "recurrent/recurrent.h"

namespace tinyc {
namespace {

constexpr RecurrentRow kRows[] = {
    {"rnn", 1, 1, "tanh", false},
    {"gru", 3, 2, "sigmoid,tanh", false},
    {"lstm", 4, 3, "sigmoid,tanh,tanh", true},
};

constexpr RecurrentActivation kActivations[] = {
    {"affine", TC_ACT_AFFINE, true, true,
     [](double v, double alpha, double beta) { return alpha * v + beta; }},
    {"relu", TC_ACT_RELU, false, false,
     [](double v, double, double) { return std::max(v, 0.0); }},
    {"leakyrelu", TC_ACT_LEAKY_RELU, true, false,
     [](double v, double alpha, double) { return v < 0 ? alpha * v : v; }},
    {"thresholdedrelu", TC_ACT_THRESHOLDED_RELU, true, false,
     [](double v, double alpha, double) { return v >= alpha ? v : 0; }},
    {"tanh", TC_ACT_TANH, false, false,
     [](double v, double, double) { return std::tanh(v); }},
    {"scaledtanh", TC_ACT_SCALED_TANH, true, true,
     [](double v, double alpha, double beta) {
       return alpha * std::tanh(beta * v);
     }},
    {"sigmoid", TC_ACT_SIGMOID, false, false,
     [](double v, double, double) { return 1 / (1 + std::exp(-v)); }},
    {"hardsigmoid", TC_ACT_HARD_SIGMOID, true, true,
     [](double v, double alpha, double beta) {
       return std::clamp(alpha * v + beta, 0.0, 1.0);
     }},
    {"elu", TC_ACT_ELU, true, false,
     [](double v, double alpha, double) {
       return v < 0 ? alpha * std::expm1(v) : v;
     }},
    {"softsign", TC_ACT_SOFTSIGN, false, false,
     [](double v, double, double) { return v / (1 + std::fabs(v)); }},
    {"softplus", TC_ACT_SOFTPLUS, false, false,
     [](double v, double, double) {
       return std::log1p(std::exp(-std::fabs(v))) + std::max(v, 0.0);
     }},
};

}  // namespace

void RegisterRecurrent(OpRegistry& registry) {
  for (const RecurrentRow& row : kRows) {
    registry.Add(std::make_unique<Recurrent>(&row));
  }
}

const RecurrentActivation* FindRecurrentActivation(absl::string_view name) {
  for (const RecurrentActivation& activation : kActivations) {
    if (activation.name == name) return &activation;
  }
  return nullptr;
}

Recurrent::Recurrent() : row_(&kRows[0]) {}

absl::StatusOr<std::vector<Recurrent::Activation>> Recurrent::Activations()
    const {
  const auto count = static_cast<size_t>(directions()) * row().activations;
  std::string list = activations;
  if (list.empty()) {
    list = std::string(row().default_activations);
    if (directions() == 2) list = absl::StrCat(list, ",", list);
  }
  const std::vector<std::string> names = absl::StrSplit(list, ',');
  const auto fits = [&](const std::vector<float>& list) {
    return list.empty() || list.size() == count;
  };
  if (names.size() != count || !fits(alpha) || !fits(beta)) {
    return Invalid(name(), " takes ", count, " activations, not \"",
                   activations, "\", or their parameters are not as many");
  }
  std::vector<Activation> result;
  for (size_t i = 0; i < count; ++i) {
    const RecurrentActivation* function = FindRecurrentActivation(names[i]);
    if (function == nullptr) {
      return Invalid("there is no activation \"", names[i], "\"");
    }
    result.push_back(
        {function, alpha.empty() ? 0 : alpha[i], beta.empty() ? 0 : beta[i]});
  }
  return result;
}

Recurrent::Sizes Recurrent::SizesOf(const Shape& x, const Shape& r) const {
  return {.steps = x[batch_first ? 1 : 0],
          .batch = x[batch_first ? 0 : 1],
          .in = x[2],
          .hidden = r[2]};
}

int64_t Recurrent::BiasRows(int64_t hidden) const {
  return (row().gates + (linear_before_reset ? 1 : 0)) * hidden;
}

absl::StatusOr<std::vector<TensorType>> Recurrent::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& w = *args.in[1];
  const TensorType& r = *args.in[2];
  if (!IsFloat(x.dtype)) {  // recurrent_c1
    return Invalid(name(), " takes no ", InfoOf(x.dtype).text);
  }
  if (x.rank() != 3 || w.rank() != 3 || r.rank() != 3) {  // recurrent_c2
    return Invalid("input and weights have ranks ", x.rank(), ", ", w.rank(),
                   " and ", r.rank(), " instead of 3");
  }
  const Sizes sizes = SizesOf(x.shape, r.shape);
  const int64_t d = directions();
  const int64_t rows = row().gates * sizes.hidden;
  const Shape state = batch_first ? Shape{sizes.batch, d, sizes.hidden}
                                  : Shape{d, sizes.batch, sizes.hidden};
  const Shape expected[] = {x.shape,
                            {d, rows, sizes.in},
                            {d, rows, sizes.hidden},
                            {d, BiasRows(sizes.hidden)},
                            {sizes.batch},
                            state,
                            state,
                            {d, 3 * sizes.hidden}};
  for (size_t i = 0; i < args.in.size(); ++i) {
    if (args.in[i] == nullptr) continue;
    if (args.in[i]->shape != expected[i]) {  // recurrent_c3
      return Invalid(kOperands[i].name, " has shape ",
                     ToString(args.in[i]->shape), ", it must have ",
                     ToString(expected[i]));
    }
    const DType dtype = i == 4 ? DType::kS32 : x.dtype;
    if (!(args.in[i]->elem() == ElemType{dtype, nullptr})) {  // recurrent_c4
      return Invalid(kOperands[i].name, " is not of plain ",
                     InfoOf(dtype).text);
    }
  }
  const bool lstm = row().has_cell_state;
  if (!lstm && (args.in[6] != nullptr || args.in[7] != nullptr || last_c ||
                input_forget)) {  // recurrent_c5
    return Invalid(name(), " has no cell state");
  }
  if (linear_before_reset && row().gates != 3) {  // recurrent_c6
    return Invalid(name(), " has no linear_before_reset");
  }
  TINYC_RETURN_IF_ERROR(Activations().status());      // recurrent_c7
  if (!(clip > 0)) return Invalid("clip is ", clip);  // recurrent_c8
  std::vector<TensorType> results;
  if (y) {
    results.emplace_back(
        x.dtype, batch_first
                     ? Shape{sizes.batch, sizes.steps, d, sizes.hidden}
                     : Shape{sizes.steps, d, sizes.batch, sizes.hidden});
  }
  if (last_h) results.emplace_back(x.dtype, state);
  if (last_c) results.emplace_back(x.dtype, state);
  if (results.empty()) return Invalid("no result is asked for");  // c9
  return results;
}

int64_t Recurrent::RowOf(const Sizes& sizes, int64_t steps, int64_t step,
                         int64_t d, int64_t sample) const {
  const int64_t row = batch_first
                          ? (sample * steps + step) * directions() + d
                          : (step * directions() + d) * sizes.batch + sample;
  return row * sizes.hidden;
}

void Recurrent::EvaluateSample(const EvalArgs& args,
                               absl::Span<const Activation> act, int64_t d,
                               int64_t sample) const {
  const Tensor& x = *args.in[0];
  const Tensor& w = *args.in[1];
  const Tensor& r = *args.in[2];
  const Sizes sizes = SizesOf(x.shape(), r.shape());
  const int64_t n = sizes.hidden;
  const int64_t rows = row().gates * n;
  const auto at = [](const Tensor* t, int64_t i) {
    return t == nullptr ? 0.0 : t->At(i);
  };
  const auto gate = [&](const Activation& f, double v) {
    return f(std::clamp(v, -double{clip}, double{clip}));
  };
  const int64_t steps =
      args.in[4] == nullptr
          ? sizes.steps
          : std::clamp<int64_t>(args.in[4]->IntAt(sample), 0, sizes.steps);
  const int64_t first_state = RowOf(sizes, 1, 0, d, sample);
  std::vector<double> h(static_cast<size_t>(n));
  std::vector<double> c(h);
  for (int64_t u = 0; u < n && steps > 0; ++u) {
    h[static_cast<size_t>(u)] = at(args.in[5], first_state + u);
    c[static_cast<size_t>(u)] = at(args.in[6], first_state + u);
  }
  for (int64_t k = 0; k < steps; ++k) {
    const bool reverse = direction == Direction::kReverse || d == 1;
    const int64_t t = reverse ? steps - 1 - k : k;
    const int64_t x_row =
        (batch_first ? sample * sizes.steps + t : t * sizes.batch + sample) *
        sizes.in;
    // Of gate g and unit u: what x contributes, the bias included, and what a
    // state does.
    const auto input = [&](int64_t g, int64_t u) {
      double sum = at(args.in[3], d * BiasRows(n) + g * n + u);
      for (int64_t i = 0; i < sizes.in; ++i) {
        sum += w.At((d * rows + g * n + u) * sizes.in + i) * x.At(x_row + i);
      }
      return sum;
    };
    const auto recur = [&](int64_t g, int64_t u, const std::vector<double>& v) {
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) {
        sum += r.At((d * rows + g * n + u) * n + i) * v[static_cast<size_t>(i)];
      }
      return sum;
    };
    const auto peephole = [&](int64_t which, int64_t u) {
      return at(args.in[7], (d * 3 + which) * n + u);
    };
    const std::vector<double> before = h;
    std::vector<double> reset = h;  // r (.) h of a GRU
    for (int64_t u = 0; u < n && row().gates == 3; ++u) {
      reset[static_cast<size_t>(u)] *=
          gate(act[0], input(1, u) + recur(1, u, before));
    }
    for (int64_t u = 0; u < n; ++u) {
      double& h_u = h[static_cast<size_t>(u)];
      double& c_u = c[static_cast<size_t>(u)];
      const double z0 = input(0, u) + recur(0, u, before);
      if (row().gates == 1) {
        h_u = gate(act[0], z0);
      } else if (row().gates == 3) {
        const double z = gate(act[0], z0);
        double fresh = input(2, u);
        if (linear_before_reset) {
          const double bias = at(args.in[3], d * 4 * n + 3 * n + u);
          fresh += gate(act[0], input(1, u) + recur(1, u, before)) *
                   (recur(2, u, before) + bias);
        } else {
          fresh += recur(2, u, reset);
        }
        h_u = (1 - z) * gate(act[1], fresh) + z * h_u;
      } else {
        const double i = gate(act[0], z0 + peephole(0, u) * c_u);
        const double f = input_forget
                             ? 1 - i
                             : gate(act[0], input(2, u) + recur(2, u, before) +
                                                peephole(2, u) * c_u);
        c_u = f * c_u + i * gate(act[1], input(3, u) + recur(3, u, before));
        const double o = gate(
            act[0], input(1, u) + recur(1, u, before) + peephole(1, u) * c_u);
        h_u = o * act[2](c_u);
      }
    }
    for (int64_t u = 0; u < n && y; ++u) {
      args.out[0]->Set(RowOf(sizes, sizes.steps, t, d, sample) + u,
                       h[static_cast<size_t>(u)]);
    }
  }
  for (int64_t u = 0; u < n; ++u) {
    size_t result = y ? 1 : 0;
    const auto i = static_cast<size_t>(u);
    if (last_h) args.out[result++]->Set(first_state + u, h[i]);
    if (last_c) args.out[result]->Set(first_state + u, c[i]);
  }
}

absl::Status Recurrent::Evaluate(const EvalArgs& args) const {
  TINYC_ASSIGN_OR_RETURN(const std::vector<Activation> act, Activations());
  const Sizes sizes = SizesOf(args.in[0]->shape(), args.in[2]->shape());
  for (int64_t d = 0; d < directions(); ++d) {
    for (int64_t sample = 0; sample < sizes.batch; ++sample) {
      EvaluateSample(
          args,
          absl::MakeSpan(act).subspan(
              static_cast<size_t>(d) * row().activations, row().activations),
          d, sample);
    }
  }
  return absl::OkStatus();
}

int64_t Recurrent::Macs(const Node& node) const {
  const Sizes sizes =
      SizesOf(node.input(0)->type().shape, node.input(2)->type().shape);
  return directions() * sizes.steps * sizes.batch * row().gates * sizes.hidden *
         (sizes.in + sizes.hidden);
}

}  // namespace tinyc

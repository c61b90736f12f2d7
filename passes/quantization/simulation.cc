// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/simulation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "compiler/base/parallel.h"
#include "compiler/lowering/pack_calls.h"
#include "compiler/ops/quantize.h"
#include "passes/quantization/apart.h"
#include "passes/quantization/plan.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// What running a node takes besides, in multiply-accumulates.
constexpr double kCostOfNode = 2000;

constexpr int kPlain = -1;
constexpr int kSkipped = -2;

float* Floats(KernelsRun& run, const Value& value) {
  return reinterpret_cast<float*>(run.BytesOf(value));
}

// y = x rounded to the steps of `elem`, the quotient as quantize takes it.
void RoundTo(const ElemType& elem, const float* x, float* y, int64_t count) {
  const float scale = elem.quant->scale[0];
  const float zero = static_cast<float>(elem.quant->zero_point[0]);
  const float lo = static_cast<float>(MinOf(elem.dtype)) - zero;
  const float hi = static_cast<float>(MaxOf(elem.dtype)) - zero;
  // A sum with it has no bits below 1, so that it rounds to the nearest.
  constexpr float kNoFraction = 0x1.8p23f;
  for (int64_t i = 0; i < count; ++i) {
    float steps = x[i] / scale;
    steps = steps < lo ? lo : steps;
    steps = steps > hi ? hi : steps;
    y[i] = ((steps + kNoFraction) - kNoFraction) * scale;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Simulation>> Simulation::Make(
    std::unique_ptr<Graph> rounded) {
  std::unique_ptr<Simulation> simulation(new Simulation);
  TINYC_ASSIGN_OR_RETURN(simulation->module_,
                         PlanApartForHost(std::move(rounded)));
  for (const auto& node : simulation->module_.graph->nodes()) {
    simulation->nodes_.push_back(node.get());
  }
  simulation->shifts_.resize(simulation->nodes_.size());
  simulation->FindRoundings();
  return simulation;
}

void Simulation::FindRoundings() {
  rounding_of_.assign(nodes_.size(), kPlain);
  for (size_t step = 0; step < nodes_.size(); ++step) {
    const Node& node = *nodes_[step];
    if (node.As<QuantizeOp>() != nullptr &&
        node.output()->type().quant->per_tensor()) {
      const bool pairs = std::all_of(
          node.output()->uses().begin(), node.output()->uses().end(),
          [](const Use& use) {
            return use.node != nullptr && use.node->As<Dequantize>() != nullptr;
          });
      if (pairs) rounding_of_[step] = kSkipped;
      continue;
    }
    if (node.As<Dequantize>() == nullptr ||
        ProducedBy<QuantizeOp>(node.input(0)) == nullptr ||
        !node.input(0)->type().quant->per_tensor()) {
      continue;
    }
    rounding_of_[step] = static_cast<int>(roundings_.size());
    Rounding rounding;
    rounding.name = node.input(0)->name();
    rounding.real = node.input(0)->producer()->input(0);
    rounding.rounded = node.output();
    rounding.fixed = FixedRange(*rounding.real).has_value();
    rounding.elem = node.input(0)->type().elem();
    rounding.affected = {step};
    FindAffected(&rounding);
    roundings_.push_back(std::move(rounding));
  }
}

void Simulation::FindAffected(Rounding* rounding) const {
  absl::flat_hash_set<const Value*> changed = {rounding->rounded};
  const size_t first = rounding->affected[0];
  for (size_t step = first; step < nodes_.size(); ++step) {
    const Node& node = *nodes_[step];
    const bool reads = std::any_of(
        node.inputs().begin(), node.inputs().end(),
        [&](const Value* value) { return changed.contains(value); });
    if (!reads && step != first) continue;
    if (step != first) rounding->affected.push_back(step);
    rounding->cost += kCostOfNode + static_cast<double>(node.op().Macs(node));
    for (const Value* output : node.outputs()) {
      changed.insert(output);
      rounding->cost += static_cast<double>(output->type().num_elements());
    }
  }
}

absl::Status Simulation::SetWeights(size_t step, Tensor weights) {
  Graph& graph = *module_.graph;
  Node* node = nodes_[step]->output()->producer();
  graph.SetInput(node, 1, graph.AddConstant(std::move(weights)));
  std::vector<LoweredCall>& old = module_.lowering->calls.at(node);
  TINYC_ASSIGN_OR_RETURN(std::vector<KernelCall> calls,
                         node->op().Lower(*node));
  TINYC_CHECK(calls.size() == old.size());
  std::vector<LoweredCall> lowered;
  for (size_t i = 0; i < calls.size(); ++i) {
    TINYC_CHECK(calls[i].family == old[i].call.family);
    lowered.push_back({std::move(calls[i]), old[i].kernel});
  }
  TINYC_RETURN_IF_ERROR(PackCalls(*node, *module_.target, lowered));
  old = std::move(lowered);
  return absl::OkStatus();
}

KernelsRun Simulation::Start(const Sample& sample) const {
  return StartApart(module_, sample);
}

absl::Status Simulation::Step(KernelsRun& run, size_t step) const {
  const Node& node = *nodes_[step];
  const int rounding = rounding_of_[step];
  if (rounding == kSkipped) return absl::OkStatus();
  if (rounding != kPlain) {
    const Rounding& r = roundings_[static_cast<size_t>(rounding)];
    RoundTo(r.elem, Floats(run, *r.real), Floats(run, *r.rounded),
            r.rounded->type().num_elements());
    return absl::OkStatus();
  }
  TINYC_RETURN_IF_ERROR(RunApart(module_, run, node));
  ApplyShift(run, step);
  return absl::OkStatus();
}

void Simulation::ApplyShift(KernelsRun& run, size_t step) const {
  const Shift& shift = shifts_[step];
  if (shift.of_channel.empty()) return;
  float* const y = Floats(run, *nodes_[step]->output());
  shift.channels.ForEach([&](size_t c, size_t i) {
    y[i] += static_cast<float>(shift.of_channel[c]);
  });
}

absl::Status Simulation::StepAll(KernelsRun& run) const {
  for (size_t step = 0; step < nodes_.size(); ++step) {
    TINYC_RETURN_IF_ERROR(Step(run, step));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::vector<Tensor>>> RealOutputs(
    const Graph& real, absl::Span<const Sample> samples) {
  TINYC_ASSIGN_OR_RETURN(const Module planned, PlanForHost(real));
  std::vector<std::vector<Tensor>> outputs(samples.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    TINYC_ASSIGN_OR_RETURN(outputs[i], RunKernels(planned, samples[i]));
    return absl::OkStatus();
  }));
  return outputs;
}

OutputError::OutputError(const Simulation& simulation,
                         absl::Span<const std::vector<Tensor>> real)
    : simulation_(simulation), real_(real) {
  for (size_t o = 0; o < simulation.graph().outputs().size(); ++o) {
    double squares = 0;
    for (const std::vector<Tensor>& outputs : real) {
      for (int64_t i = 0; i < outputs[o].size(); ++i) {
        squares += outputs[o].At(i) * outputs[o].At(i);
      }
    }
    weight_.push_back(squares > 0 ? 1 / squares : 1);
  }
}

double OutputError::Of(KernelsRun& run, size_t i) const {
  double error = 0;
  const absl::Span<Value* const> outputs = simulation_.graph().outputs();
  for (size_t o = 0; o < outputs.size(); ++o) {
    if (outputs[o]->type().dtype != DType::kF32) continue;
    const absl::Span<const float> real = real_[i][o].data<float>();
    const float* rounded = Floats(run, *outputs[o]);
    double squares = 0;
    for (size_t k = 0; k < real.size(); ++k) {
      const double d = double{rounded[k]} - double{real[k]};
      squares += d * d;
    }
    error += squares * weight_[o];
  }
  return error;
}

std::string DecibelText(double error) {
  return absl::StrFormat("%.1f dB", -10 * std::log10(std::max(error, 1e-30)));
}

}  // namespace tinyc

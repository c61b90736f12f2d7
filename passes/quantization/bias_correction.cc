// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/bias_correction.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/base/parallel.h"
#include "compiler/ops/quantize.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

bool IsCorrected(const Node& node) {
  return IsWeighted(node) && ProducedBy<Dequantize>(node.input(1)) != nullptr &&
         (node.input(2) == nullptr || node.input(2)->constant() != nullptr);
}

}  // namespace

absl::StatusOr<BiasCorrection> BiasCorrection::Make(
    const Graph& model, const Graph& real, absl::Span<const Sample> samples) {
  BiasCorrection correction;
  for (const auto& node : model.nodes()) {
    if (!IsCorrected(*node)) continue;
    Layer layer;
    layer.output = node->output()->name();
    layer.sum = layer.output;
    if (!HasNoActivation(*node)) absl::StrAppend(&layer.sum, kSumSuffix);
    layer.channels =
        Channels(node->output()->type().shape, OutputChannelAxis(*node));
    if (layer.channels.positions() == 0) continue;
    correction.layers_.push_back(std::move(layer));
  }
  TINYC_RETURN_IF_ERROR(correction.FindRealMeans(real, samples));
  return correction;
}

absl::Status BiasCorrection::FindRealMeans(const Graph& real,
                                           absl::Span<const Sample> samples) {
  TINYC_ASSIGN_OR_RETURN(const Module planned, PlanForHost(real));
  absl::flat_hash_map<std::string, size_t> layer_of;
  for (size_t l = 0; l < layers_.size(); ++l) layer_of[layers_[l].sum] = l;
  // [sample][layer][channel], so that the order of addition is fixed.
  std::vector<std::vector<std::vector<double>>> sums(samples.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    sums[i].resize(layers_.size());
    const auto observe = [&](const Value& value, const Tensor& tensor) {
      const auto layer = layer_of.find(value.name());
      if (layer == layer_of.end()) return;
      sums[i][layer->second] =
          layers_[layer->second].channels.Sums(tensor.data<float>().data());
    };
    return RunKernels(planned, samples[i], {.observe = observe}).status();
  }));
  for (size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    const double count =
        static_cast<double>(samples.size() * layer.channels.positions());
    layer.real.resize(layer.channels.count());
    for (const auto& sample : sums) {
      for (size_t c = 0; c < sample[l].size(); ++c) {
        layer.real[c] += sample[l][c] / count;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status BiasCorrection::Run(Simulation& simulation,
                                 std::vector<KernelsRun>& runs,
                                 Prepare prepare) {
  absl::flat_hash_map<std::string, Layer*> layer_of;
  for (Layer& layer : layers_) layer_of[layer.sum] = &layer;
  for (size_t step = 0; step < simulation.nodes().size(); ++step) {
    simulation.SetShift(step, {});
    const Value& value = *simulation.nodes()[step]->output();
    const auto layer = layer_of.find(value.name());
    if (layer != layer_of.end()) {
      TINYC_RETURN_IF_ERROR(prepare(step, layer->second->output));
    }
    TINYC_RETURN_IF_ERROR(ParallelFor(
        runs.size(), [&](size_t i) { return simulation.Step(runs[i], step); }));
    if (layer == layer_of.end()) continue;
    TINYC_RETURN_IF_ERROR(Correct(value, runs, layer->second));
    simulation.SetShift(step,
                        {layer->second->channels, layer->second->correction});
    TINYC_RETURN_IF_ERROR(ParallelFor(runs.size(), [&](size_t i) {
      simulation.ApplyShift(runs[i], step);
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::Status BiasCorrection::Correct(const Value& value,
                                     std::vector<KernelsRun>& runs,
                                     Layer* layer) const {
  std::vector<std::vector<double>> sums(runs.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(runs.size(), [&](size_t i) {
    sums[i] = layer->channels.Sums(
        reinterpret_cast<const float*>(runs[i].BytesOf(value)));
    return absl::OkStatus();
  }));
  const double count =
      static_cast<double>(runs.size() * layer->channels.positions());
  layer->correction = layer->real;
  for (const std::vector<double>& sample : sums) {
    for (size_t c = 0; c < sample.size(); ++c) {
      layer->correction[c] -= sample[c] / count;
    }
  }
  return absl::OkStatus();
}

void BiasCorrection::Apply(Graph& model) const {
  absl::flat_hash_map<std::string, const Layer*> layer_of;
  for (const Layer& layer : layers_) layer_of[layer.output] = &layer;
  for (Node* node : model.NodeSnapshot()) {
    if (!IsCorrected(*node)) continue;
    const auto found = layer_of.find(node->output()->name());
    if (found == layer_of.end() || found->second->correction.empty()) continue;
    const std::vector<double>& correction = found->second->correction;
    const Value* old = node->input(2);
    Tensor bias(
        TensorType(DType::kF32, {static_cast<int64_t>(correction.size())}));
    for (size_t c = 0; c < correction.size(); ++c) {
      const int64_t i = static_cast<int64_t>(c);
      bias.Set(i,
               correction[c] + (old == nullptr ? 0 : old->constant()->At(i)));
    }
    const std::string name = old == nullptr
                                 ? absl::StrCat(node->output()->name(), "_bias")
                                 : old->name();
    model.SetInput(node, 2, model.AddConstant(std::move(bias), name));
  }
}

}  // namespace tinyc

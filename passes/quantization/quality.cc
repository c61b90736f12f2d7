// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/quality.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "compiler/ops/quantize.h"
#include "passes/quantization/apart.h"
#include "passes/quantization/simulation.h"

namespace tinyc {
namespace {

// The layers are measured on so many samples: each by itself takes a part of a
// run of the model.
constexpr size_t kLayerSamples = 32;

struct ErrorSum {
  double signal = 0;
  double error = 0;

  void Add(double real, double quantized) {
    signal += real * real;
    error += (quantized - real) * (quantized - real);
  }
  void Add(const ErrorSum& other) {
    signal += other.signal;
    error += other.error;
  }
  double Noise() const {
    return signal > 0 ? error / signal : (error > 0 ? 1 : 0);
  }
};

bool IsReal(const Value& value) { return value.type().dtype == DType::kF32; }

// Real numbers, or integers with one scale.
bool IsComparable(const Value& value) {
  const TensorType& type = value.type();
  return IsReal(value) || (type.quantized() && type.quant->per_tensor());
}

Tensor Load(KernelsRun& run, const Value& value) {
  Tensor tensor(value.type());
  const absl::Span<uint8_t> bytes = tensor.bytes();
  if (!bytes.empty()) {
    std::memcpy(bytes.data(), run.BytesOf(value), bytes.size());
  }
  return tensor;
}

void Store(const Tensor& tensor, KernelsRun& run, const Value& value) {
  const absl::Span<const uint8_t> bytes = tensor.bytes();
  if (!bytes.empty()) {
    std::memcpy(run.BytesOf(value), bytes.data(), bytes.size());
  }
}

// The real numbers of `tensor` under another element type.
Tensor Converted(const Tensor& tensor, const ElemType& elem) {
  Tensor converted(TensorType(elem, tensor.shape()));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    converted.SetReal(i, tensor.Real(i));
  }
  return converted;
}

int64_t Winner(const Tensor& tensor) {
  int64_t winner = 0;
  for (int64_t i = 1; i < tensor.size(); ++i) {
    if (tensor.Real(i) > tensor.Real(winner)) winner = i;
  }
  return winner;
}

// A layer of the quantized graph and what it is compared with.
struct Layer {
  const Node* node = nullptr;
  const Value* real = nullptr;
  // The operands that are computed, with those of the float model; empty when
  // one is not known there.
  std::vector<std::pair<const Value*, const Value*>> operands = {};
  std::vector<const Node*> affected = {};  // of the float model, in order

  // Sums over samples.
  ErrorSum all = {};
  ErrorSum own = {};
  ErrorSum outputs = {};
  Range range = {};
  int64_t elements = 0;
  int64_t saturated = 0;
};

class Comparison {
 public:
  static absl::StatusOr<Comparison> Make(const Graph& real,
                                         const Graph& quantized) {
    Comparison comparison(quantized);
    TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(real));
    TINYC_ASSIGN_OR_RETURN(comparison.real_,
                           PlanApartForHost(std::move(forms.real)));
    TINYC_ASSIGN_OR_RETURN(comparison.quantized_,
                           PlanApartForHost(quantized.Clone()));
    comparison.Match();
    return comparison;
  }

  // What one sample adds.
  struct Sums {
    ErrorSum outputs = {};
    bool agrees = true;
    std::vector<Layer> layers = {};
  };

  absl::StatusOr<Sums> Run(const Sample& sample, bool with_layers) const {
    KernelsRun real = StartApart(real_, sample);
    for (const auto& node : real_.graph->nodes()) {
      TINYC_RETURN_IF_ERROR(RunApart(real_, real, *node));
    }
    Sample inputs;
    for (size_t i = 0; i < sample.size(); ++i) {
      inputs.push_back(
          Converted(sample[i], quantized_.graph->inputs()[i]->type().elem()));
    }
    KernelsRun quantized = StartApart(quantized_, inputs);
    for (const auto& node : quantized_.graph->nodes()) {
      TINYC_RETURN_IF_ERROR(RunApart(quantized_, quantized, *node));
    }
    Sums sums;
    for (const auto& [x, y] : outputs_) {
      const Tensor expected = Load(real, *x);
      const Tensor actual = Load(quantized, *y);
      for (int64_t i = 0; i < expected.size(); ++i) {
        sums.outputs.Add(expected.Real(i), actual.Real(i));
      }
      sums.agrees = sums.agrees && Winner(expected) == Winner(actual);
    }
    if (!with_layers) return sums;
    sums.layers = layers_;
    KernelsRun changed = StartApart(real_, sample);
    for (const auto& node : real_.graph->nodes()) {
      TINYC_RETURN_IF_ERROR(RunApart(real_, changed, *node));
    }
    for (Layer& layer : sums.layers) {
      TINYC_RETURN_IF_ERROR(Measure(real, quantized, changed, &layer));
    }
    return sums;
  }

  // Whether an output has a winner.
  bool HasWinners() const {
    return std::any_of(outputs_.begin(), outputs_.end(), [](const auto& pair) {
      return pair.first->type().num_elements() > 1;
    });
  }
  const std::vector<Layer>& layers() const { return layers_; }
  // The node of the graph that Make was given, which `layer` is a copy of.
  const Node* NodeOf(const Layer& layer) const {
    return given_.at(layer.node->output()->name());
  }

 private:
  explicit Comparison(const Graph& quantized) {
    for (const auto& node : quantized.nodes()) {
      given_[node->output()->name()] = node.get();
    }
  }

  // The value of the float model that `value` stands for, or null.
  const Value* RealOf(const Value& value) const {
    const auto found = real_of_.find(&value);
    return found == real_of_.end() ? nullptr : found->second;
  }

  void Match() {
    absl::flat_hash_map<absl::string_view, const Value*> by_name;
    const auto add = [&](const Value* value) {
      if (IsReal(*value)) by_name[value->name()] = value;
    };
    for (const Value* input : real_.graph->inputs()) add(input);
    for (const auto& node : real_.graph->nodes()) {
      for (const Value* output : node->outputs()) add(output);
    }
    const auto pair = [&](const Value& value, const Value* real) {
      if (real != nullptr && IsComparable(value) &&
          real->type().shape == value.type().shape) {
        real_of_.insert({&value, real});
      }
    };
    const auto pair_by_name = [&](const Value& value) {
      const auto found = by_name.find(value.name());
      if (found != by_name.end()) pair(value, found->second);
    };
    for (const Value* input : quantized_.graph->inputs()) pair_by_name(*input);
    for (const auto& node : quantized_.graph->nodes()) {
      for (const Value* output : node->outputs()) pair_by_name(*output);
    }
    // Beside a value that keeps its name, its integers have another.
    for (const auto& node : quantized_.graph->nodes()) {
      if (node->As<QuantizeOp>() != nullptr) {
        pair(*node->output(), RealOf(*node->input(0)));
      } else if (node->As<Dequantize>() != nullptr) {
        pair(*node->input(0), RealOf(*node->output()));
      }
    }
    for (const auto& node : quantized_.graph->nodes()) {
      if (node->outputs().size() != 1) continue;
      const Value* real = RealOf(*node->output());
      if (real != nullptr && node->output()->type().quantized()) {
        AddLayer(*node, real);
      }
    }
    MatchOutputs();
  }

  void AddLayer(const Node& node, const Value* real) {
    Layer layer{.node = &node, .real = real};
    for (const Value* operand : node.inputs()) {
      if (operand == nullptr || operand->constant() != nullptr) continue;
      const Value* x = RealOf(*operand);
      if (x == nullptr) {
        layer.operands.clear();
        break;
      }
      layer.operands.push_back({operand, x});
    }
    absl::flat_hash_set<const Value*> changed = {real};
    for (const auto& other : real_.graph->nodes()) {
      const bool reads = std::any_of(
          other->inputs().begin(), other->inputs().end(),
          [&](const Value* value) { return changed.contains(value); });
      if (!reads) continue;
      layer.affected.push_back(other.get());
      changed.insert(other->outputs().begin(), other->outputs().end());
    }
    layers_.push_back(std::move(layer));
  }

  // Each output of the float form with that of the quantized model, or, where
  // the float form ends before a softmax, with what that reads.
  void MatchOutputs() {
    for (size_t o = 0; o < real_.graph->outputs().size(); ++o) {
      const Value* x = real_.graph->outputs()[o];
      const Value* y = quantized_.graph->outputs()[o];
      if (RealOf(*y) != x) {
        for (const auto& node : quantized_.graph->nodes()) {
          if (RealOf(*node->output()) == x) y = node->output();
        }
      }
      if (IsReal(*x) && IsComparable(*y) &&
          x->type().num_elements() == y->type().num_elements()) {
        outputs_.push_back({x, y});
      }
    }
  }

  // Adds what a layer makes of one sample; `changed` is a run of the float
  // model, and one again afterwards.
  absl::Status Measure(KernelsRun& real, KernelsRun& quantized,
                       KernelsRun& changed, Layer* layer) const {
    const Value& y = *layer->node->output();
    const Tensor expected = Load(real, *layer->real);
    const Tensor actual = Load(quantized, y);
    const double scale = double{y.type().quant->scale[0]};
    const double zero = y.type().quant->zero_point[0];
    const double lo =
        (static_cast<double>(MinOf(y.type().dtype)) - zero - 0.5) * scale;
    const double hi =
        (static_cast<double>(MaxOf(y.type().dtype)) - zero + 0.5) * scale;
    layer->range = RangeOf(expected);
    layer->elements = expected.size();
    for (int64_t i = 0; i < expected.size(); ++i) {
      const double x = expected.At(i);
      layer->all.Add(x, actual.Real(i));
      layer->saturated += x < lo || x > hi;
    }
    if (layer->operands.empty()) return absl::OkStatus();
    // The quantized run is at its end: its values may be overwritten.
    for (const auto& [stored, x] : layer->operands) {
      Store(Converted(Load(real, *x), stored->type().elem()), quantized,
            *stored);
    }
    TINYC_RETURN_IF_ERROR(RunApart(quantized_, quantized, *layer->node));
    const Tensor own = Load(quantized, y);
    Tensor as_real(layer->real->type());
    for (int64_t i = 0; i < expected.size(); ++i) {
      layer->own.Add(expected.At(i), own.Real(i));
      as_real.Set(i, own.Real(i));
    }
    // Values that later layers read are those of the quantized model again.
    Store(actual, quantized, y);
    Store(as_real, changed, *layer->real);
    for (const Node* node : layer->affected) {
      TINYC_RETURN_IF_ERROR(RunApart(real_, changed, *node));
    }
    for (const auto& [x, unused] : outputs_) {
      const Tensor wanted = Load(real, *x);
      const Tensor got = Load(changed, *x);
      for (int64_t i = 0; i < wanted.size(); ++i) {
        layer->outputs.Add(wanted.At(i), got.At(i));
      }
    }
    Store(expected, changed, *layer->real);
    for (const Node* node : layer->affected) {
      for (const Value* value : node->outputs()) {
        Store(Load(real, *value), changed, *value);
      }
    }
    return absl::OkStatus();
  }

  Module real_;
  Module quantized_;
  absl::flat_hash_map<std::string, const Node*> given_;
  absl::flat_hash_map<const Value*, const Value*> real_of_;
  std::vector<std::pair<const Value*, const Value*>> outputs_;
  std::vector<Layer> layers_;
};

void Add(const Layer& part, Layer* layer) {
  layer->all.Add(part.all);
  layer->own.Add(part.own);
  layer->outputs.Add(part.outputs);
  layer->range.min = std::min(layer->range.min, part.range.min);
  layer->range.max = std::max(layer->range.max, part.range.max);
  layer->elements += part.elements;
  layer->saturated += part.saturated;
}

}  // namespace

absl::StatusOr<QuantizationQuality> MeasureQuantization(
    const Graph& real, const Graph& quantized,
    absl::Span<const Sample> samples) {
  TINYC_ASSIGN_OR_RETURN(const Comparison comparison,
                         Comparison::Make(real, quantized));
  QuantizationQuality quality;
  quality.samples = samples.size();
  const size_t stride = (samples.size() + kLayerSamples - 1) / kLayerSamples;
  std::vector<Comparison::Sums> sums(samples.size());
  Progress progress("measure", samples.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    TINYC_ASSIGN_OR_RETURN(sums[i],
                           comparison.Run(samples[i], i % stride == 0));
    progress.Add();
    return absl::OkStatus();
  }));
  ErrorSum outputs;
  size_t agree = 0;
  std::vector<Layer> layers = comparison.layers();
  for (const Comparison::Sums& sum : sums) {
    outputs.Add(sum.outputs);
    agree += sum.agrees;
    quality.layer_samples += !sum.layers.empty();
    for (size_t l = 0; l < sum.layers.size(); ++l) {
      Add(sum.layers[l], &layers[l]);
    }
  }
  quality.noise = outputs.Noise();
  if (comparison.HasWinners() && !samples.empty()) {
    quality.agreement =
        static_cast<double>(agree) / static_cast<double>(samples.size());
  }
  for (const Layer& layer : layers) {
    LayerQuality row;
    row.node = comparison.NodeOf(layer);
    row.value = row.node->output();
    row.range = layer.range;
    row.saturated = layer.elements == 0
                        ? 0
                        : static_cast<double>(layer.saturated) /
                              static_cast<double>(layer.elements);
    row.noise = layer.all.Noise();
    if (!layer.operands.empty()) {
      row.own_noise = layer.own.Noise();
      row.output_noise = layer.outputs.Noise();
    }
    quality.layers.push_back(std::move(row));
  }
  return quality;
}

}  // namespace tinyc

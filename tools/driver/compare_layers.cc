// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/compare_layers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/data/samples.h"
#include "compiler/interpreter/interpreter.h"

namespace tinyc {
namespace {

// Of one value, by sample.
using SampleTensors = std::vector<Tensor>;

// The unsigned type whose numbers `type` stores less half their range, if it
// may come from make-signed.
std::optional<DType> UnsignedForm(const TensorType& type) {
  if (!type.quantized()) return std::nullopt;
  if (type.dtype == DType::kS8) return DType::kU8;
  if (type.dtype == DType::kS16) return DType::kU16;
  return std::nullopt;
}

// The samples of a value of `type` in another framework's array.
absl::StatusOr<SampleTensors> Read(const Tensor& array,
                                   const TensorType& type) {
  if (array.dtype() != UnsignedForm(type)) return CutSamples(array, type);
  TINYC_ASSIGN_OR_RETURN(
      const SampleTensors stored,
      CutSamples(array, TensorType(array.dtype(), type.shape)));
  SampleTensors samples;
  for (const Tensor& tensor : stored) {
    Tensor& sample = samples.emplace_back(type);
    for (int64_t i = 0; i < tensor.size(); ++i) {
      sample.SetInt(i, tensor.IntAt(i) + MinOf(type.dtype));
    }
  }
  return samples;
}

class LayerComparer {
 public:
  explicit LayerComparer(absl::Span<const NamedTensor> values) {
    for (const NamedTensor& value : values) {
      arrays_.emplace(value.name, &value.tensor);
    }
  }

  absl::StatusOr<LayersComparison> Run(const Graph& graph) {
    for (const Value* input : graph.inputs()) {
      TINYC_ASSIGN_OR_RETURN(std::optional<SampleTensors> samples,
                             Given(*input));
      if (!samples) return Invalid("has no array \"", input->name(), "\"");
      known_[input] = *std::move(samples);
    }
    for (const auto& node : graph.nodes()) {
      TINYC_RETURN_IF_ERROR(RunNode(*node));
    }
    return std::move(result_);
  }

 private:
  // The array of the value's name, or nothing.
  absl::StatusOr<std::optional<SampleTensors>> Given(const Value& value) {
    const auto array = arrays_.find(value.name());
    if (array == arrays_.end()) return std::nullopt;
    const std::string place = absl::StrCat("array \"", value.name(), "\" ");
    absl::StatusOr<SampleTensors> samples = Read(*array->second, value.type());
    if (!samples.ok()) return Prefixed(place, samples.status());
    if (!count_) count_ = samples->size();
    if (samples->size() != *count_) {
      return Invalid(place, "has ", samples->size(), " samples, others have ",
                     *count_);
    }
    return *std::move(samples);
  }

  absl::Status RunNode(const Node& node) {
    std::vector<SampleTensors> results(node.outputs().size());
    for (size_t n = 0; n < count_.value_or(1); ++n) {
      std::vector<const Tensor*> operands;
      for (const Value* value : node.inputs()) {
        operands.push_back(value == nullptr ? nullptr
                           : value->constant() != nullptr
                               ? value->constant().get()
                               : &known_.at(value)[n]);
      }
      TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> outputs,
                             EvaluateNode(node, operands));
      for (size_t i = 0; i < outputs.size(); ++i) {
        results[i].push_back(std::move(outputs[i]));
      }
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const Value* value = node.output(i);
      TINYC_ASSIGN_OR_RETURN(std::optional<SampleTensors> given, Given(*value));
      if (!given) {
        ++result_.absent;
        known_[value] = std::move(results[i]);
        continue;
      }
      LayerComparison layer{.node = &node, .value = value, .comparison = {}};
      for (size_t n = 0; n < given->size(); ++n) {
        layer.comparison.Add(Compare((*given)[n], results[i][n]));
      }
      result_.layers.push_back(layer);
      known_[value] = *std::move(given);
    }
    return absl::OkStatus();
  }

  absl::flat_hash_map<std::string, const Tensor*> arrays_;
  std::optional<size_t> count_;  // of samples
  absl::flat_hash_map<const Value*, SampleTensors> known_;
  LayersComparison result_;
};

std::string DifferenceText(bool integer, double difference) {
  return integer ? absl::StrFormat("%g LSB", difference)
                 : absl::StrFormat("%.3g", difference);
}

}  // namespace

double LayersComparison::MaxDifference(bool integer) const {
  double largest = 0;
  for (const LayerComparison& layer : layers) {
    if (layer.integer() != integer) continue;
    largest = std::max(largest, layer.comparison.max_difference);
  }
  return largest;
}

absl::StatusOr<LayersComparison> CompareLayers(
    const Graph& graph, absl::Span<const NamedTensor> values) {
  return LayerComparer(values).Run(graph);
}

std::string LayersTable(const LayersComparison& comparison) {
  std::string table =
      absl::StrFormat("%-16s %9s %9s %9s %14s  %s\n", "operator", "values",
                      "different", "share", "max difference", "ONNX nodes");
  int64_t elements = 0;
  int64_t different = 0;
  for (const LayerComparison& layer : comparison.layers) {
    const Comparison& c = layer.comparison;
    elements += c.elements;
    different += c.different;
    absl::StrAppendFormat(&table, "%-16s %9d %9d %8.4f%% %14s  %s\n",
                          layer.node->op().name(), c.elements, c.different,
                          Percent(c),
                          DifferenceText(layer.integer(), c.max_difference),
                          layer.node->loc().Names());
  }
  if (comparison.absent > 0) {
    absl::StrAppend(&table, comparison.absent,
                    " results are not in the file\n");
  }
  absl::StrAppendFormat(
      &table,
      "largest difference: %s of integers, %s of floats; %d of %d values "
      "differ\n",
      DifferenceText(true, comparison.MaxDifference(true)),
      DifferenceText(false, comparison.MaxDifference(false)), different,
      elements);
  return table;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Chooses the integers of the weights by the error that they make in the sums
// of their layer, not by the nearest step for each.
//
//   %wq = quantize(%w) : s8[...] q(axis=0, ...)
//                            =>  %wq = const ... : s8[...] q(axis=0, ...)
//
// Layer by layer in the order of the graph, with the layers before it done:
// from the second moments of what the layer reads, in the float model and as
// rounded, follow the weights that make the best of the rounded numbers (least
// squares), and from these the integers, one column after the other, so that
// those that are left make up for the error of those that are done.  The bias
// is corrected as correct-bias does it, whose place this pass takes: the
// weights of the float model are not in the graph any more.  Channels of 4-bit
// weights also choose among finer scales, at which the greatest weights are
// clipped, where that makes the sums better.  Weights that are 0 stay 0: they
// are what pruning left.
//
// Options: data and samples as those of calibrate, as many as fit the memory.
// When the outputs are not closer to the float model's than with the nearest
// steps and corrected biases, that is what the weights become.
//
// With few samples such a fit learns the samples.  Each layer's is therefore
// found on three quarters of them and tried on the last one, in several
// strengths, none among them; the best is done again on all.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "compiler/ops/quantize.h"
#include "passes/fitting/layer_moments.h"
#include "passes/fitting/patches.h"
#include "passes/pass.h"
#include "passes/quantization/bias_correction.h"
#include "passes/quantization/layer_fit.h"
#include "passes/quantization/simulation.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

using Eigen::Index;

constexpr int64_t kMemory = int64_t{1} << 30;  // bytes of all runs
// With fewer there is nothing to judge a fit by.
constexpr size_t kLeastSamples = 16;
// Beyond it solving a layer takes too long.
constexpr size_t kGreatestSize = 1024;

class Fitter {
 public:
  // `real_runs` have run all of `real`.
  Fitter(Graph& model, const Simulation& real,
         std::vector<KernelsRun>& real_runs, Simulation& rounded,
         std::vector<KernelsRun>& rounded_runs)
      : real_runs_(real_runs), rounded_(rounded), rounded_runs_(rounded_runs) {
    for (const auto& node : model.nodes()) {
      if (!IsWeighted(*node) ||
          ProducedBy<Dequantize>(node->input(1)) == nullptr) {
        continue;
      }
      const Value* stored = node->input(1)->producer()->input(0);
      const Node* quantize = stored->producer();
      if (quantize == nullptr || quantize->As<QuantizeOp>() == nullptr ||
          quantize->input(0)->constant() == nullptr ||
          stored->type().quant->per_tensor() ||
          stored->type().quant->axis != 0) {
        continue;
      }
      stored_[node->output()->name()] = stored;
    }
    for (const Node* node : real.nodes()) {
      for (const Value* output : node->outputs()) {
        real_values_[output->name()] = output;
      }
    }
    for (const Value* input : real.graph().inputs()) {
      real_values_[input->name()] = input;
    }
    for (const Rounding& rounding : rounded.roundings()) {
      real_of_[rounding.rounded] = rounding.real;
    }
  }

  // Fits the layer that runs at `step` of the rounded form.
  absl::Status Fit(size_t step, const std::string& output) {
    const auto found = stored_.find(output);
    if (found == stored_.end()) return absl::OkStatus();
    const Value& stored = *found->second;
    const Node& node = *rounded_.nodes()[step];
    const Value* real = RealValue(*node.input(0));
    const std::optional<Patches> patches = Patches::Of(node);
    if (!patches || real == nullptr || patches->size() > kGreatestSize ||
        patches->count() == 0 || rounded_runs_.size() < kLeastSamples) {
      return absl::OkStatus();
    }
    const Tensor& weights = *stored.producer()->input(0)->constant();
    TINYC_ASSIGN_OR_RETURN(
        const std::vector<FitGroup> groups,
        Groups(*patches, *real, *node.input(0), weights, stored.type()));
    TINYC_ASSIGN_OR_RETURN(const FitStrengths best, BestStrengths(groups));
    std::vector<LayerFit> fits(groups.size());
    TINYC_RETURN_IF_ERROR(ParallelFor(groups.size(), [&](size_t g) {
      fits[g] = Fitted(groups[g], groups[g].all, best);
      return absl::OkStatus();
    }));
    Tensor fitted = Stored(fits, stored.type());
    Tensor real_weights(weights.type());
    for (int64_t i = 0; i < fitted.size(); ++i) {
      real_weights.Set(i, fitted.Real(i));
    }
    fitted_.insert_or_assign(stored.name(), std::move(fitted));
    return rounded_.SetWeights(step, std::move(real_weights));
  }

  // Stored integers by the name of their value in the model.
  const absl::flat_hash_map<std::string, Tensor>& fitted() const {
    return fitted_;
  }

 private:
  // What the layer reads in the float model.
  const Value* RealValue(const Value& operand) const {
    const auto rounding = real_of_.find(&operand);
    const std::string& name =
        rounding == real_of_.end() ? operand.name() : rounding->second->name();
    const auto real = real_values_.find(name);
    return real == real_values_.end() ? nullptr : real->second;
  }

  // The fits, one after the other, as a tensor like `type` with their scales.
  static Tensor Stored(const std::vector<LayerFit>& fits,
                       const TensorType& type) {
    auto quant = std::make_shared<Quant>(*type.quant);
    size_t channel = 0;
    for (const LayerFit& fit : fits) {
      for (const double scale : fit.scale) {
        quant->scale[channel++] = static_cast<float>(scale);
      }
    }
    Tensor stored(TensorType(type.dtype, type.shape, std::move(quant)));
    int64_t i = 0;
    for (const LayerFit& fit : fits) {
      for (Index r = 0; r < fit.steps.rows(); ++r) {
        for (Index k = 0; k < fit.steps.cols(); ++k) {
          stored.SetInt(i++, static_cast<int64_t>(fit.steps(r, k)));
        }
      }
    }
    return stored;
  }

  absl::StatusOr<std::vector<FitGroup>> Groups(const Patches& patches,
                                               const Value& real,
                                               const Value& rounded,
                                               const Tensor& weights,
                                               const TensorType& stored) const {
    TINYC_ASSIGN_OR_RETURN(
        std::vector<LayerMoments> moments,
        MomentsOf(patches, {real, real_runs_}, {rounded, rounded_runs_}));
    const std::vector<float>& scales = stored.quant->scale;
    const Index size = static_cast<Index>(patches.size());
    const Index rows = static_cast<Index>(scales.size() / moments.size());
    std::vector<FitGroup> groups(moments.size());
    for (size_t g = 0; g < groups.size(); ++g) {
      FitGroup& group = groups[g];
      group.some = std::move(moments[g].some);
      group.other = std::move(moments[g].other);
      group.all = std::move(moments[g].all);
      group.weights.resize(rows, size);
      group.scale.resize(rows);
      group.range = WeightSteps(stored.dtype);
      for (Index r = 0; r < rows; ++r) {
        const int64_t row = static_cast<int64_t>(g) * rows + r;
        group.scale(r) = double{scales[static_cast<size_t>(row)]};
        for (Index k = 0; k < size; ++k) {
          group.weights(r, k) = weights.At(row * size + k);
        }
      }
      group.kept = group.weights.array() != 0;
    }
    return groups;
  }

  std::vector<KernelsRun>& real_runs_;
  Simulation& rounded_;
  std::vector<KernelsRun>& rounded_runs_;
  // The results of quantize, by the name of the layer's output.
  absl::flat_hash_map<std::string, const Value*> stored_;
  absl::flat_hash_map<std::string, const Value*> real_values_;
  absl::flat_hash_map<const Value*, const Value*> real_of_;
  absl::flat_hash_map<std::string, Tensor> fitted_;
};

double Sum(const OutputError& error, std::vector<KernelsRun>& runs) {
  double sum = 0;
  for (size_t i = 0; i < runs.size(); ++i) sum += error.Of(runs[i], i);
  return sum;
}

// Puts the integers, perhaps of other scales, in the place of the quantize
// nodes, which only dequantize nodes read.
void Apply(Graph& graph,
           const absl::flat_hash_map<std::string, Tensor>& fitted) {
  for (Node* node : graph.NodeSnapshot()) {
    if (node->As<QuantizeOp>() == nullptr) continue;
    const auto found = fitted.find(node->output()->name());
    if (found == fitted.end()) continue;
    Value* stored = node->output();
    Value* steps = graph.AddConstant(found->second);
    const std::vector<Use> uses(stored->uses().begin(), stored->uses().end());
    for (const Use& use : uses) graph.SetInput(use.node, use.index, steps);
    TakeName(graph, stored, steps);
  }
  EraseDeadNodes(graph);
}

}  // namespace

absl::Status FitWeights(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(CalibrationOptions calibration,
                         ReadCalibrationOptions(options));
  Graph& graph = *module.graph;
  TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(graph));
  TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Simulation> rounded,
                         Simulation::Make(std::move(forms.rounded)));
  TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Simulation> real_simulation,
                         Simulation::Make(forms.real->Clone()));
  const int64_t in_memory =
      std::max<int64_t>(1, kMemory / (rounded->bytes_per_run() +
                                      real_simulation->bytes_per_run() + 1));
  calibration.samples =
      std::min(calibration.samples, static_cast<size_t>(in_memory));
  TINYC_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadCalibrationData(calibration, graph));
  TINYC_ASSIGN_OR_RETURN(BiasCorrection nearest,
                         BiasCorrection::Make(graph, *forms.real, samples));
  TINYC_ASSIGN_OR_RETURN(const auto real, RealOutputs(*forms.real, samples));
  const OutputError error(*rounded, real);
  std::vector<KernelsRun> runs;
  std::vector<KernelsRun> real_runs;
  for (const Sample& sample : samples) {
    runs.push_back(rounded->Start(sample));
    real_runs.push_back(real_simulation->Start(sample));
  }
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    TINYC_RETURN_IF_ERROR(rounded->StepAll(runs[i]));
    return real_simulation->StepAll(real_runs[i]);
  }));
  const double before = Sum(error, runs);
  BiasCorrection fit_bias = nearest;
  TINYC_RETURN_IF_ERROR(nearest.Run(*rounded, runs));
  const double with_bias = Sum(error, runs);
  Progress progress("fit-weights", fit_bias.layers());
  Fitter fitter(graph, *real_simulation, real_runs, *rounded, runs);
  TINYC_RETURN_IF_ERROR(
      fit_bias.Run(*rounded, runs, [&](size_t step, const std::string& output) {
        progress.Add();
        return fitter.Fit(step, output);
      }));
  const double fitted = Sum(error, runs);
  const double after = std::min({before, with_bias, fitted});
  if (fitted == after) {
    fit_bias.Apply(graph);
    Apply(graph, fitter.fitted());
  } else if (with_bias == after) {
    nearest.Apply(graph);
  }
  module.notes.push_back(absl::StrCat(
      fitted == after ? "weights fitted" : "biases corrected", " on ",
      samples.size(), " samples: signal to noise at the outputs ",
      DecibelText(before), " => ", DecibelText(after)));
  return absl::OkStatus();
}

}  // namespace tinyc

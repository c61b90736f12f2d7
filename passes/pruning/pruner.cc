// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/pruner.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "passes/fitting/layer_moments.h"
#include "passes/fitting/patches.h"
#include "passes/pruning/layer_pruning.h"
#include "passes/pruning/layers.h"
#include "passes/quantization/simulation.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

using Eigen::Index;

constexpr int64_t kMemory = int64_t{1} << 30;  // bytes of all runs
// With fewer samples a fit learns these.
constexpr size_t kLeastSamples = 16;
// How much a layer's errors cost at the outputs is measured on so many samples,
// evenly spread, with so much of the share that the model loses taken from this
// layer alone: beyond, noise at the outputs stops growing.  What is taken costs
// at least a share of the whole layer: there may be weights that do nothing.
constexpr size_t kProbeSamples = 64;
constexpr double kProbeShare = 0.5;
constexpr double kProbeCost = 0.01;

size_t Rounded(double number) {
  return static_cast<size_t>(std::llround(number));
}

// `count` of the samples, evenly spread over all, or all.
std::vector<Sample> Thinned(std::vector<Sample> samples, size_t count) {
  if (samples.size() <= count) return samples;
  std::vector<Sample> some;
  for (size_t i = 0; i < count; ++i) {
    some.push_back(std::move(samples[i * samples.size() / count]));
  }
  return some;
}

// What the model was and what it becomes.  A quantized one was rounded already:
// some of its activations are nothing but the limits of the integers.
absl::StatusOr<FloatForms> FormsOf(const Graph& graph) {
  TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(graph));
  forms.real = forms.rounded->Clone();
  return forms;
}

// Two float forms of a model, step by step: as it was and as it becomes.
class Pruner {
 public:
  static absl::StatusOr<std::unique_ptr<Pruner>> Make(
      const Graph& graph, const PruneOptions& options,
      std::vector<Sample> samples) {
    std::unique_ptr<Pruner> pruner(new Pruner(options));
    TINYC_RETURN_IF_ERROR(pruner->Start(graph, std::move(samples)));
    return pruner;
  }

  // Those that are used.
  const std::vector<Sample>& samples() const { return samples_; }
  bool IsAnyPrunable() const {
    return std::any_of(found_.begin(), found_.end(),
                       [](const PrunedLayer& l) { return l.prunable; });
  }

  // Makes `share` of the weights zero, layer by layer in the order of the
  // graph, each with the layers before it done.  Begins with the weights that
  // the model had at first: masks from a smaller share would be worse, since
  // what the layers read changes with the share.
  absl::Status Run(double share) {
    layers_ = found_;
    TINYC_ASSIGN_OR_RETURN(const std::vector<size_t> counts, Counts(share));
    Progress progress("prune", layers_.size());
    bool changed = false;
    for (size_t step = 0; step < pruned_->nodes().size(); ++step) {
      const auto found = layer_at_.find(step);
      if (found != layer_at_.end()) {
        PrunedLayer& layer = layers_[found->second];
        const size_t count = counts[found->second];
        if (LosesMore(layer, count) || (changed && IsRepaired(layer))) {
          TINYC_RETURN_IF_ERROR(Prune(count, &layer));
          changed = true;
        }
        progress.Add();
      }
      TINYC_RETURN_IF_ERROR(ParallelFor(runs_.size(), [&](size_t i) {
        return pruned_->Step(runs_[i], step);
      }));
    }
    return absl::OkStatus();
  }

  PruneRound Outcome() const {
    PruneRound round;
    for (const PrunedLayer& layer : layers_) {
      if (!layer.prunable) continue;
      round.weights += static_cast<size_t>(layer.kept.size());
      round.zeros +=
          static_cast<size_t>(layer.kept.size() - layer.kept.count());
      ++round.layers;
      round.unrepaired += !layer.IsFitted();
    }
    round.samples = samples_.size();
    return round;
  }
  const Simulation& pruned() const { return *pruned_; }

  // Writes what Run found into the graph that the pruner was made of.
  void Apply(Graph& graph) const {
    LayerWriter writer(graph);
    for (const PrunedLayer& layer : layers_) writer.Write(layer);
    EraseDeadNodes(graph);
  }

 private:
  explicit Pruner(const PruneOptions& options) : options_(options) {}

  absl::Status Start(const Graph& graph, std::vector<Sample> samples) {
    TINYC_ASSIGN_OR_RETURN(FloatForms forms, FormsOf(graph));
    TINYC_ASSIGN_OR_RETURN(real_, Simulation::Make(forms.real->Clone()));
    TINYC_ASSIGN_OR_RETURN(pruned_, Simulation::Make(std::move(forms.rounded)));
    const int64_t in_memory =
        kMemory / (real_->bytes_per_run() + pruned_->bytes_per_run() + 1);
    samples_ = Thinned(std::move(samples),
                       std::max(kLeastSamples, static_cast<size_t>(in_memory)));
    TINYC_ASSIGN_OR_RETURN(outputs_, RealOutputs(*forms.real, samples_));
    FindSteps(FindLayers(graph, options_));
    for (const Sample& sample : samples_) {
      real_runs_.push_back(real_->Start(sample));
      runs_.push_back(pruned_->Start(sample));
    }
    return ParallelFor(samples_.size(),
                       [&](size_t i) { return real_->StepAll(real_runs_[i]); });
  }

  // Where the layers of `layers` are in the forms.
  void FindSteps(std::vector<PrunedLayer> layers) {
    absl::flat_hash_map<std::string, size_t> layer_of;
    for (size_t l = 0; l < layers.size(); ++l) layer_of[layers[l].sum] = l;
    for (size_t step = 0; step < pruned_->nodes().size(); ++step) {
      const Node& node = *pruned_->nodes()[step];
      const auto found = layer_of.find(node.output()->name());
      if (found == layer_of.end()) continue;
      layer_at_[step] = found_.size();
      found_.push_back(std::move(layers[found->second]));
      found_.back().step = step;
      found_.back().patches = Patches::Of(node);
    }
  }

  bool IsRepaired(const PrunedLayer& layer) const {
    return options_.repair == PruneOptions::Repair::kRefit && layer.IsFitted();
  }

  static bool LosesMore(const PrunedLayer& layer, size_t count) {
    return layer.prunable && layer.CountGone() < count;
  }

  // How many units of each layer are to be gone.
  absl::StatusOr<std::vector<size_t>> Counts(double share) {
    std::vector<std::vector<double>> scores(found_.size());
    std::vector<size_t> all(found_.size());  // that the pattern lets go
    size_t count = 0;
    for (size_t l = 0; l < found_.size(); ++l) {
      const PrunedLayer& layer = found_[l];
      if (!layer.prunable) continue;
      count += layer.CountUnits();
      all[l] = layer.MostGone();
      for (Index r = 0; r < layer.weights.rows(); ++r) {
        const std::vector<double> squares =
            Squares(layer.weights.row(r), layer.units);
        scores[l].insert(scores[l].end(), squares.begin(), squares.end());
      }
    }
    if (options_.pattern.IsFixed()) return all;
    switch (options_.allocation) {
      case Allocation::kUniform:
        return ShareOfEach(scores, share);
      case Allocation::kGlobal:
        break;
      case Allocation::kLamp:
        for (std::vector<double>& of_layer : scores) {
          of_layer = LampScores(of_layer);
        }
        break;
      case Allocation::kSensitivity:
        if (costs_.empty()) {
          TINYC_RETURN_IF_ERROR(MeasureCosts());
        }
        scores = costs_;
        break;
    }
    return LeastOf(scores, Rounded(share * static_cast<double>(count)));
  }

  // Finds what each unit of each layer costs at the outputs, those that are
  // gone nothing: the cost in the sums of the layer, times the noise at the
  // outputs for such costs, which is measured by pruning this layer alone.
  absl::Status MeasureCosts() {
    costs_.resize(found_.size());
    Progress progress("sensitivity", found_.size());
    TINYC_RETURN_IF_ERROR(ParallelFor(
        runs_.size(), [&](size_t i) { return pruned_->StepAll(runs_[i]); }));
    // From the end, so that what a layer reads is as it was.
    for (size_t l = found_.size(); l-- > 0; progress.Add()) {
      if (!found_[l].prunable) continue;
      TINYC_ASSIGN_OR_RETURN(costs_[l], CostsOf(found_[l]));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<double>> CostsOf(const PrunedLayer& layer) {
    PrunedLayer trial = layer;
    const Tensor before = *pruned_->nodes()[layer.step]->input(1)->constant();
    TINYC_ASSIGN_OR_RETURN(const std::vector<LayerMoments> moments,
                           MomentsFor(layer));
    TINYC_ASSIGN_OR_RETURN(const std::vector<Removal> removals,
                           RemovalsOf(layer, moments, options_.method));
    std::vector<double> costs(layer.CountGone(), 0);
    const size_t gone = costs.size();
    for (const Removal& removal : removals) {
      double greatest = 0;
      for (const double cost : removal.costs) {
        greatest = std::max(greatest, cost);
        costs.push_back(greatest);
      }
    }
    std::sort(costs.begin(), costs.end());
    size_t taken =
        std::max(gone, Rounded(kProbeShare * options_.sparsity *
                               static_cast<double>(layer.CountUnits())));
    taken = std::min(taken, costs.size());
    double sum = std::accumulate(
        costs.begin(), costs.begin() + static_cast<ptrdiff_t>(taken), 0.0);
    const double least =
        kProbeCost * std::accumulate(costs.begin(), costs.end(), 0.0);
    while (taken < costs.size() && sum < least) sum += costs[taken++];
    RemoveUntil(taken, removals, &trial);
    TINYC_RETURN_IF_ERROR(Repair(moments, &trial));
    TINYC_RETURN_IF_ERROR(Install(trial));
    TINYC_ASSIGN_OR_RETURN(const double noise, NoiseFrom(layer.step));
    TINYC_RETURN_IF_ERROR(pruned_->SetWeights(layer.step, before));
    pruned_->SetShift(layer.step, {});
    for (double& cost : costs) cost *= sum > 0 ? noise / sum : 0;
    return costs;
  }

  // At the outputs, after running from `first` on.
  absl::StatusOr<double> NoiseFrom(size_t first) {
    const OutputError error(*pruned_, outputs_);
    std::vector<double> errors(std::min(kProbeSamples, runs_.size()));
    TINYC_RETURN_IF_ERROR(
        ParallelFor(errors.size(), [&](size_t i) -> absl::Status {
          const size_t sample = i * runs_.size() / errors.size();
          for (size_t step = first; step < pruned_->nodes().size(); ++step) {
            TINYC_RETURN_IF_ERROR(pruned_->Step(runs_[sample], step));
          }
          errors[i] = error.Of(runs_[sample], sample);
          return absl::OkStatus();
        }));
    double noise = 0;
    for (const double e : errors) noise += e;
    return noise;
  }

  absl::StatusOr<std::vector<LayerMoments>> MomentsFor(
      const PrunedLayer& layer) {
    const bool needed = options_.method == PruneOptions::Method::kObc ||
                        options_.repair == PruneOptions::Repair::kRefit;
    if (!needed || !layer.IsFitted()) return std::vector<LayerMoments>();
    return MomentsOf(*layer.patches,
                     {*real_->nodes()[layer.step]->input(0), real_runs_},
                     {*pruned_->nodes()[layer.step]->input(0), runs_});
  }

  absl::Status Repair(absl::Span<const LayerMoments> moments,
                      PrunedLayer* layer) const {
    if (IsRepaired(*layer)) return FitRest(moments, layer);
    KeepRest(layer);
    return absl::OkStatus();
  }

  // Gives the pruned form the weights and bias of the layer.
  absl::Status Install(const PrunedLayer& layer) {
    const Node& node = *pruned_->nodes()[layer.step];
    TINYC_RETURN_IF_ERROR(pruned_->SetWeights(
        layer.step, FittedWeights(layer, node.input(1)->type())));
    pruned_->SetShift(layer.step, {layer.channels, layer.bias});
    return absl::OkStatus();
  }

  // Takes weights until `count` units are gone; repairs what is left.
  absl::Status Prune(size_t count, PrunedLayer* layer) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<LayerMoments> moments,
                           MomentsFor(*layer));
    if (LosesMore(*layer, count)) {
      TINYC_ASSIGN_OR_RETURN(const std::vector<Removal> removals,
                             RemovalsOf(*layer, moments, options_.method));
      RemoveUntil(count, removals, layer);
    }
    TINYC_RETURN_IF_ERROR(Repair(moments, layer));
    layer->changed = true;
    return Install(*layer);
  }

  const PruneOptions& options_;
  std::unique_ptr<Simulation> real_;
  std::unique_ptr<Simulation> pruned_;
  std::vector<Sample> samples_;
  std::vector<std::vector<Tensor>> outputs_;  // of the real form
  std::vector<KernelsRun> real_runs_;         // done
  std::vector<KernelsRun> runs_;
  std::vector<PrunedLayer> found_;                // as the model has them
  std::vector<PrunedLayer> layers_;               // as they become
  absl::flat_hash_map<size_t, size_t> layer_at_;  // by step
  std::vector<std::vector<double>> costs_;        // [layer][unit], ascending
};

}  // namespace

absl::StatusOr<std::vector<PruneRound>> PruneLayers(
    Graph& graph, const PruneOptions& options, std::vector<Sample> samples,
    const BetweenRounds& between) {
  if (samples.size() < kLeastSamples) {
    return Invalid("pruning needs at least ", kLeastSamples,
                   " samples of the model's inputs, not ", samples.size());
  }
  TINYC_ASSIGN_OR_RETURN(std::unique_ptr<Pruner> pruner,
                         Pruner::Make(graph, options, std::move(samples)));
  if (!pruner->IsAnyPrunable()) {
    return Invalid("the model has no weights that can be pruned");
  }
  samples = pruner->samples();
  TINYC_ASSIGN_OR_RETURN(const FloatForms forms, FormsOf(graph));
  TINYC_ASSIGN_OR_RETURN(const auto outputs, RealOutputs(*forms.real, samples));
  std::vector<PruneRound> rounds;
  for (size_t round = 1; round <= options.rounds; ++round) {
    TINYC_RETURN_IF_ERROR(pruner->Run(ShareAfter(options, round)));
    rounds.push_back(pruner->Outcome());
    TINYC_ASSIGN_OR_RETURN(rounds.back().loss,
                           LossOf(pruner->pruned(), samples, outputs));
    if (between == nullptr || round == options.rounds) continue;
    pruner->Apply(graph);
    TINYC_RETURN_IF_ERROR(between(graph, rounds.back()));
    TINYC_ASSIGN_OR_RETURN(pruner, Pruner::Make(graph, options, samples));
  }
  pruner->Apply(graph);
  return rounds;
}

}  // namespace tinyc

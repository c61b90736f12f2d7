// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_pruner.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "passes/channels/cut.h"
#include "passes/fitting/patches.h"
#include "passes/pruning/channel_choice.h"
#include "passes/pruning/channel_repair.h"
#include "passes/pruning/fitted_layer.h"
#include "passes/quantization/simulation.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr int64_t kMemory = int64_t{1} << 30;  // bytes of all runs
// With fewer samples a fit learns these.
constexpr size_t kLeastSamples = 16;
// The share of the model that one round takes, unless told otherwise.
constexpr double kRoundShare = 0.05;
// Beyond it solving for the weights of a layer takes too long.
constexpr size_t kGreatestSize = 2304;

struct Layer : FittedLayer {
  explicit Layer(Patches read) : patches(std::move(read)) {}
  Patches patches;
};

// Two float forms of a model: as it was, and with the weights that meet
// channels that are gone at 0.
class Pruner {
 public:
  static absl::StatusOr<std::unique_ptr<Pruner>> Make(
      const Graph& graph, const ChannelPruneOptions& options,
      std::vector<Sample> samples) {
    std::unique_ptr<Pruner> pruner(new Pruner(options, std::move(samples)));
    TINYC_RETURN_IF_ERROR(pruner->Start(graph));
    return pruner;
  }

  // Takes channels by `importance`, and repairs the others.
  absl::Status Run(Importance importance) {
    const ModelCost before = choice_->cost();
    const ModelCost& left = options_.left;
    const double share =
        1 - std::min({left.macs, left.weights, left.time, left.ram});
    const size_t rounds =
        options_.rounds > 0
            ? options_.rounds
            : std::max<size_t>(
                  1, static_cast<size_t>(std::ceil(share / kRoundShare)));
    for (size_t round = 1; round <= rounds; ++round) {
      const double part =
          static_cast<double>(round) / static_cast<double>(rounds);
      const auto target = [&](double cost, double share_left) {
        return cost * (1 - part * (1 - share_left));
      };
      TINYC_RETURN_IF_ERROR(
          Take({.macs = target(before.macs, left.macs),
                .weights = target(before.weights, left.weights),
                .time = target(before.time, left.time),
                .ram = target(before.ram, left.ram)},
               importance));
      TINYC_RETURN_IF_ERROR(Repair());
    }
    const ModelCost after = choice_->cost();
    if (after.macs > before.macs * left.macs * 1.0001 ||
        after.weights > before.weights * left.weights * 1.0001 ||
        after.time > before.time * left.time * 1.0001 ||
        after.ram > before.ram * left.ram * 1.0001) {
      std::string kept = absl::StrCat(
          Percent(after.macs / before.macs), " of its multiply-accumulates, ",
          Percent(after.weights / before.weights), " of its weights, ",
          Percent(after.time / before.time), " of its time");
      if (before.ram > 0) {
        absl::StrAppend(&kept, ", ", Percent(after.ram / before.ram),
                        " of its RAM");
      }
      return Invalid(
          "channels that can go are too few: without them the model keeps ",
          kept);
    }
    return absl::OkStatus();
  }

  // Takes the channels that another pruner of the graph took.
  absl::Status Adopt(const std::vector<bool>& gone) {
    choice_->Take(gone);
    return Repair();
  }

  const std::vector<bool>& gone() const { return choice_->gone(); }

  // On samples of which the model as it was is asked as well.
  absl::StatusOr<Loss> LossOn(absl::Span<const Sample> samples) const {
    TINYC_ASSIGN_OR_RETURN(const auto outputs,
                           RealOutputs(*real_graph_, samples));
    return LossOf(*pruned_, samples, outputs);
  }

  absl::StatusOr<ChannelPruneResult> Result() const {
    ChannelPruneResult result;
    result.before = before_;
    result.after = choice_->cost();
    result.units = units_.size();
    result.channels =
        static_cast<size_t>(std::count(gone().begin(), gone().end(), true));
    result.samples = samples_.size();
    TINYC_ASSIGN_OR_RETURN(result.loss, LossOf(*pruned_, samples_, outputs_));
    return result;
  }

  // Writes what Run found into the graph that the pruner was made of.
  absl::Status Apply(Graph& graph) const {
    LayerWriter writer(graph);
    for (const Layer& layer : layers_) writer.Write(layer);
    const ChannelMap map(graph);
    std::vector<bool> cut(map.size());
    absl::flat_hash_map<absl::string_view, const Value*> by_name;
    for (const auto& node : pruned_->graph().nodes()) {
      for (const Value* value : node->outputs()) {
        by_name[value->name()] = value;
      }
    }
    for (const auto& node : graph.nodes()) {
      if (node->outputs().size() != 1) continue;
      const Value* value = node->output();
      const auto found = by_name.find(value->name());
      const Lanes lanes = map.LanesOf(value);
      if (found == by_name.end() || lanes.empty()) continue;
      TINYC_CHECK(map_->LanesOf(found->second).count == lanes.count);
      for (int64_t lane = 0; lane < lanes.count; ++lane) {
        if (gone()[map_->ChannelOf(found->second, lane)]) {
          cut[map.ChannelOf(value, lane)] = true;
        }
      }
    }
    KeepRequired(graph, map, &cut);
    return CutChannels(graph, map, cut);
  }

 private:
  Pruner(const ChannelPruneOptions& options, std::vector<Sample> samples)
      : options_(options), samples_(std::move(samples)) {}

  static std::string Percent(double share) {
    return absl::StrCat(std::llround(100 * share), " %");
  }

  absl::Status Start(const Graph& graph) {
    TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(graph));
    TINYC_ASSIGN_OR_RETURN(real_, Simulation::Make(forms.real->Clone()));
    TINYC_ASSIGN_OR_RETURN(pruned_, Simulation::Make(std::move(forms.rounded)));
    const int64_t in_memory =
        std::max<int64_t>(1, kMemory / (2 * pruned_->bytes_per_run() + 1));
    samples_.resize(std::min(samples_.size(), static_cast<size_t>(in_memory)));
    real_graph_ = std::move(forms.real);
    TINYC_ASSIGN_OR_RETURN(outputs_, RealOutputs(*real_graph_, samples_));
    map_.emplace(pruned_->graph());
    units_ = FindChannelUnits(pruned_->graph(), *map_);
    if (units_.empty()) {
      return Invalid("the model has no channels that can be pruned");
    }
    const bool shared = options_.shapes == ChannelPruneOptions::Shapes::kShared;
    // A width that is no multiple saves multiply-accumulates, but hardly time.
    const size_t multiples = options_.left.time < 1 ? 4 : 8;
    std::vector<LiveBuffer> buffers;
    if (options_.left.ram < 1) {
      TINYC_ASSIGN_OR_RETURN(buffers, FindLiveBuffers(*real_graph_));
    }
    choice_.emplace(ChannelCosts(pruned_->graph(), *map_, buffers), units_,
                    GroupUnits(pruned_->graph(), *map_, units_, shared),
                    Widths{.multiple = options_.multiple,
                           .from = multiples * options_.multiple});
    before_ = choice_->cost();
    FindLayers();
    for (const Sample& sample : samples_) {
      real_runs_.push_back(real_->Start(sample));
      runs_.push_back(pruned_->Start(sample));
    }
    return ParallelFor(samples_.size(), [&](size_t i) {
      TINYC_RETURN_IF_ERROR(pruned_->StepAll(runs_[i]));
      return real_->StepAll(real_runs_[i]);
    });
  }

  void FindLayers() {
    for (size_t step = 0; step < pruned_->nodes().size(); ++step) {
      const Node& node = *pruned_->nodes()[step];
      if (!IsWeighted(node) || node.input(1)->constant() == nullptr ||
          node.input(1)->constant()->size() == 0 ||
          node.output()->type().dtype != DType::kF32 ||
          (node.input(2) != nullptr && node.input(2)->constant() == nullptr)) {
        continue;
      }
      std::optional<Patches> patches = Patches::Of(node);
      if (!patches) continue;
      absl::string_view output = node.output()->name();
      absl::ConsumeSuffix(&output, kSumSuffix);
      Layer& layer = layers_.emplace_back(*std::move(patches));
      layer.step = step;
      layer.output = std::string(output);
      layer.weights = MatrixOf(*node.input(1)->constant());
    }
  }

  // Takes channels until the model is as small as `target`.
  absl::Status Take(const ModelCost& target, Importance importance) {
    TINYC_ASSIGN_OR_RETURN(
        ChannelScores scores,
        ChannelScores::Find(
            {*pruned_, *map_, choice_->gone(), runs_, samples_, outputs_},
            units_, importance));
    choice_->TakeUntil(target, &scores);
    return absl::OkStatus();
  }

  // Gives every layer the weights that make the best of what it reads now, in
  // the order of the graph.
  absl::Status Repair() {
    Progress progress("repair", layers_.size());
    auto next = layers_.begin();
    bool changed = false;
    for (size_t step = 0; step < pruned_->nodes().size(); ++step) {
      if (next != layers_.end() && next->step == step) {
        changed = changed || LosesColumns(*next);
        if (changed) TINYC_RETURN_IF_ERROR(RepairLayer(&*next));
        progress.Add();
        ++next;
      }
      TINYC_RETURN_IF_ERROR(ParallelFor(runs_.size(), [&](size_t i) {
        return pruned_->Step(runs_[i], step);
      }));
    }
    return absl::OkStatus();
  }

  const Node& NodeOf(const Layer& layer) const {
    return *pruned_->nodes()[layer.step];
  }

  // Whether column `k` of the rows of group `group` meets a channel that is
  // gone.
  bool IsGone(const Layer& layer, size_t group, Index k) const {
    const Node& node = NodeOf(layer);
    const Value* x = node.input(0);
    const Lanes lanes = map_->LanesOf(x);
    if (lanes.empty() || IsDepthwise(node)) return false;
    const int64_t columns = node.input(1)->type().shape[1];
    const int64_t taps = layer.weights.cols() / columns;
    const int64_t channel = k / taps + static_cast<int64_t>(group) * columns;
    return gone()[map_->ChannelOf(x, LaneOfColumn(node, lanes, channel))];
  }

  std::vector<Index> KeptColumns(const Layer& layer, size_t group) const {
    std::vector<Index> kept;
    for (Index k = 0; k < layer.weights.cols(); ++k) {
      if (!IsGone(layer, group, k)) kept.push_back(k);
    }
    return kept;
  }

  bool LosesColumns(const Layer& layer) const {
    return static_cast<Index>(KeptColumns(layer, 0).size()) <
           layer.weights.cols();
  }

  absl::Status RepairLayer(Layer* layer) {
    const size_t groups = layer->patches.groups();
    const Index rows = layer->weights.rows() / static_cast<Index>(groups);
    layer->fitted = layer->weights;
    layer->bias.assign(static_cast<size_t>(layer->weights.rows()), 0);
    layer->changed = true;
    const Node& node = NodeOf(*layer);
    const bool fits = options_.repair == ChannelPruneOptions::Repair::kRefit &&
                      layer->patches.size() <= kGreatestSize &&
                      layer->patches.count() > 0;
    std::vector<LayerMoments> moments;
    if (fits) {
      const Node& real = *real_->nodes()[layer->step];
      TINYC_ASSIGN_OR_RETURN(
          moments, MomentsOf(layer->patches, {*real.input(0), real_runs_},
                             {*node.input(0), runs_}));
    }
    TINYC_RETURN_IF_ERROR(ParallelFor(groups, [&](size_t g) {
      const Index first = static_cast<Index>(g) * rows;
      const std::vector<Index> kept = KeptColumns(*layer, g);
      if (!fits) {
        for (Index k = 0; k < layer->fitted.cols(); ++k) {
          if (!IsGone(*layer, g, k)) continue;
          layer->fitted.col(k).segment(first, rows).setZero();
        }
        return absl::OkStatus();
      }
      const RepairedRows repaired = RepairColumns(
          layer->weights.middleRows(first, rows), kept, moments[g]);
      layer->fitted.middleRows(first, rows) = repaired.weights;
      for (Index r = 0; r < rows; ++r) {
        layer->bias[static_cast<size_t>(first + r)] = repaired.bias(r);
      }
      return absl::OkStatus();
    }));
    TINYC_RETURN_IF_ERROR(pruned_->SetWeights(
        layer->step, FittedWeights(*layer, node.input(1)->type())));
    const Value& result = *node.output();
    pruned_->SetShift(
        layer->step,
        {Channels(result.type().shape, OutputChannelAxis(node)), layer->bias});
    return absl::OkStatus();
  }

  const ChannelPruneOptions& options_;
  std::vector<Sample> samples_;
  std::unique_ptr<Graph> real_graph_;
  std::unique_ptr<Simulation> real_;
  std::unique_ptr<Simulation> pruned_;
  std::vector<std::vector<Tensor>> outputs_;  // of the real form
  std::vector<KernelsRun> real_runs_;         // done
  std::vector<KernelsRun> runs_;              // likewise, by the weights now
  std::optional<ChannelMap> map_;             // of the pruned form
  std::vector<ChannelUnit> units_;
  std::optional<ChannelChoice> choice_;
  ModelCost before_;
  std::vector<Layer> layers_;
};

// The importance by which the model loses least on every kLeftOut-th sample,
// and the channels that go by it.
struct Choice {
  Importance importance = Importance::kBest;
  std::vector<bool> gone = {};
};

absl::StatusOr<Choice> ChooseImportance(const Graph& graph,
                                        const ChannelPruneOptions& options,
                                        absl::Span<const Sample> samples) {
  constexpr size_t kLeftOut = 4;
  std::vector<Sample> some;
  std::vector<Sample> others;
  for (size_t i = 0; i < samples.size(); ++i) {
    (i % kLeftOut == kLeftOut - 1 ? others : some).push_back(samples[i]);
  }
  Choice best;
  double least = 0;
  for (const Importance importance :
       {Importance::kAblation, Importance::kEnergy, Importance::kMagnitude}) {
    TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Pruner> pruner,
                           Pruner::Make(graph, options, some));
    TINYC_RETURN_IF_ERROR(pruner->Run(importance));
    TINYC_ASSIGN_OR_RETURN(const Loss loss, pruner->LossOn(others));
    if (best.gone.empty() || loss.noise < least) {
      best = {importance, pruner->gone()};
      least = loss.noise;
    }
  }
  return best;
}

}  // namespace

absl::StatusOr<ChannelPruneResult> PruneChannelsOf(
    Graph& graph, const ChannelPruneOptions& options,
    std::vector<Sample> samples) {
  if (samples.size() < kLeastSamples) {
    return Invalid("pruning needs at least ", kLeastSamples,
                   " samples of the model's inputs, not ", samples.size());
  }
  Choice choice = {.importance = options.importance};
  if (options.importance == Importance::kBest) {
    TINYC_ASSIGN_OR_RETURN(choice, ChooseImportance(graph, options, samples));
  }
  TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Pruner> pruner,
                         Pruner::Make(graph, options, std::move(samples)));
  if (choice.gone.empty()) {
    TINYC_RETURN_IF_ERROR(pruner->Run(choice.importance));
  } else {
    TINYC_RETURN_IF_ERROR(pruner->Adopt(choice.gone));
  }
  TINYC_ASSIGN_OR_RETURN(ChannelPruneResult result, pruner->Result());
  result.importance = choice.importance;
  TINYC_RETURN_IF_ERROR(pruner->Apply(graph));
  return result;
}

}  // namespace tinyc

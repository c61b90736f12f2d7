// SPDX-License-Identifier: Apache-2.0
// Gives the channels of what will be quantized the same range, so that none
// wastes the steps that another one needs.
//
//   %y = conv(%x, %w) {act_min=0}  =>  %y_equalized = conv(%x, %w / s)
//   %z = conv(%y, %v)                  %z = conv(%y_equalized, %v * s)
//
// s has a number for each channel of y: its greatest magnitude on samples,
// relative to that of all.  Relu, pools and sums do the same to a channel and
// to a multiple of it, so y may pass through them, and be the sum of several
// layers.  In float the model stays what it was, but for rounding.  The rows of
// w have scales of their own when they are quantized, and so lose nothing; the
// columns of v share a scale and may lose.  Each s is therefore found on some
// samples, tried as it is and as its square root on others, and kept where the
// outputs of the quantized model come closer to the float model's.
//
// Options: data and samples as those of calibrate.  Run before it.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/transpose.h"
#include "passes/pass.h"
#include "passes/quantization/apart.h"
#include "passes/quantization/loss.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// A channel that is less than this share of the greatest one is taken as that:
// other samples may find more in it.
constexpr double kLeastScale = 1.0 / 64;

// Where the channels of a value are: element i is of channel i / inner % count.
struct Lanes {
  size_t group = 0;
  int64_t inner = 1;
};

// Values whose channels have to be scaled together.  Nodes go by the names of
// their results.
struct Group {
  int64_t count = 0;     // channels
  bool blocked = false;  // something tells a channel from a multiple of it
  std::vector<std::string> producers = {};
  // Column k of the weights is multiplied with channel k / inner % count.
  std::vector<std::pair<std::string, int64_t>> consumers = {};
  std::vector<double> greatest = {};  // magnitude of each channel
  int64_t positions = 0;              // numbers of a channel in one sample

  bool IsWorthwhile() const {
    return !blocked && count > 1 && !producers.empty() && !consumers.empty();
  }
};

// A greatest magnitude of fewer numbers says little of other samples.
constexpr int64_t kLeastNumbers = 1000;

// Of each group: the power of its scales that is taken, 0 for none.
using Powers = std::vector<double>;
constexpr double kPowers[] = {0.5, 1};

// Each fourth sample judges what is found on the others, so many at the most.
constexpr size_t kParts = 4;
constexpr size_t kMostFitted = 96;
constexpr size_t kMostJudged = 32;
// With fewer there is nothing to judge by.
constexpr size_t kLeastSamples = 16;

int64_t InnerOf(const Shape& shape, size_t axis) {
  return std::accumulate(shape.begin() + static_cast<ptrdiff_t>(axis) + 1,
                         shape.end(), int64_t{1}, std::multiplies<>());
}

bool HasMultiples(float act_min, float act_max) {
  return (act_min == 0 || act_min < -std::numeric_limits<float>::max()) &&
         act_max > std::numeric_limits<float>::max();
}

// Whether limits of `node` leave a multiple of its results a multiple.
bool KeepsMultiples(const Node& node) {
  if (const Conv* conv = node.As<Conv>()) {
    return HasMultiples(conv->act_min, conv->act_max);
  }
  if (const Dense* dense = node.As<Dense>()) {
    return HasMultiples(dense->act_min, dense->act_max);
  }
  const Clip* clip = node.As<Clip>();
  return clip == nullptr || HasMultiples(clip->min, clip->max);
}

class Equalizer {
 public:
  explicit Equalizer(const Graph& graph) : graph_(graph) { FindGroups(); }

  size_t groups() const { return groups_.size(); }
  bool IsWorthwhile(size_t group, size_t samples) const {
    return groups_[group].IsWorthwhile() &&
           groups_[group].positions * static_cast<int64_t>(samples) >=
               kLeastNumbers;
  }

  // Finds the greatest magnitudes of the channels.
  absl::Status Observe(absl::Span<const Sample> samples) {
    TINYC_ASSIGN_OR_RETURN(const Module module,
                           PlanApartForHost(graph_.Clone()));
    std::vector<std::pair<const Value*, Lanes>> values;
    for (const auto& node : module.graph->nodes()) {
      const auto lanes = lanes_by_name_.find(node->output()->name());
      if (lanes != lanes_by_name_.end()) {
        values.push_back({node->output(), lanes->second});
      }
    }
    // [sample][value][channel]
    std::vector<std::vector<std::vector<double>>> greatest(samples.size());
    TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
      KernelsRun run = StartApart(module, samples[i]);
      for (const auto& node : module.graph->nodes()) {
        TINYC_RETURN_IF_ERROR(RunApart(module, run, *node));
      }
      for (const auto& [value, lanes] : values) {
        greatest[i].push_back(Greatest(run, *value, lanes));
      }
      return absl::OkStatus();
    }));
    for (Group& group : groups_) {
      group.greatest.assign(static_cast<size_t>(group.count), 0);
    }
    for (const auto& of_sample : greatest) {
      for (size_t v = 0; v < values.size(); ++v) {
        std::vector<double>& all =
            groups_[Find(values[v].second.group)].greatest;
        for (size_t c = 0; c < all.size(); ++c) {
          all[c] = std::max(all[c], of_sample[v][c]);
        }
      }
    }
    return absl::OkStatus();
  }

  // A copy of the graph with scaled weights.
  std::unique_ptr<Graph> Scaled(const Powers& powers) const {
    std::unique_ptr<Graph> graph = graph_.Clone();
    absl::flat_hash_map<std::string, Node*> nodes;
    for (const auto& node : graph->nodes()) {
      nodes[node->output()->name()] = node.get();
    }
    for (size_t g = 0; g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      if (powers[g] == 0 || !group.IsWorthwhile()) continue;
      const std::vector<double> scale = ScalesOf(group, powers[g]);
      for (const std::string& name : group.producers) {
        Divide(*graph, nodes.at(name), scale);
      }
      for (const auto& [name, inner] : group.consumers) {
        Multiply(*graph, nodes.at(name), scale, inner);
      }
    }
    // Numbers that are not those of the float model have a name of their own.
    for (const auto& [name, lanes] : lanes_by_name_) {
      if (powers[Find(lanes.group)] == 0) continue;
      graph->Rename(nodes.at(name)->output(), absl::StrCat(name, "_equalized"));
    }
    return graph;
  }

 private:
  static std::vector<double> ScalesOf(const Group& group, double power) {
    const double most =
        *std::max_element(group.greatest.begin(), group.greatest.end());
    std::vector<double> scales;
    for (const double g : group.greatest) {
      const double share = most > 0 ? g / most : 1;
      scales.push_back(std::pow(std::max(share, kLeastScale), power));
    }
    return scales;
  }

  size_t Find(size_t group) const {
    while (joined_[group] != group) group = joined_[group];
    return group;
  }

  void Join(size_t a, size_t b) {
    a = Find(a);
    b = Find(b);
    if (a == b) return;
    Group& to = groups_[a];
    Group& from = groups_[b];
    to.blocked = to.blocked || from.blocked || to.count != from.count;
    to.producers.insert(to.producers.end(), from.producers.begin(),
                        from.producers.end());
    to.consumers.insert(to.consumers.end(), from.consumers.begin(),
                        from.consumers.end());
    from = Group();
    joined_[b] = a;
  }

  const Lanes* LanesOf(const Value* value) const {
    const auto found = lanes_.find(value);
    return found == lanes_.end() ? nullptr : &found->second;
  }

  void Block(const Value* value) {
    if (const Lanes* lanes = LanesOf(value)) {
      groups_[Find(lanes->group)].blocked = true;
    }
  }

  void FindGroups() {
    for (const auto& node : graph_.nodes()) Visit(*node);
    for (const Value* output : graph_.outputs()) Block(output);
    for (const auto& [value, lanes] : lanes_) {
      Group& group = groups_[Find(lanes.group)];
      if (!group.IsWorthwhile()) continue;
      lanes_by_name_[value->name()] = lanes;
      group.positions =
          std::max(group.positions, value->type().num_elements() / group.count);
    }
  }

  void Visit(const Node& node) {
    const bool weighted = IsWeighted(node) &&
                          node.input(1)->constant() != nullptr &&
                          node.input(1)->type().dtype == DType::kF32;
    std::optional<Lanes> result;
    if (weighted) {
      Read(node);
      const Value* bias = node.inputs().size() > 2 ? node.input(2) : nullptr;
      if (KeepsMultiples(node) &&
          (bias == nullptr || bias->constant() != nullptr)) {
        result = Produced(node);
      }
    } else {
      result = Passed(node);
      if (!result) {
        for (const Value* operand : node.inputs()) Block(operand);
      }
    }
    if (result) lanes_[node.output()] = *result;
  }

  Lanes Produced(const Node& node) {
    const Shape& shape = node.output()->type().shape;
    const size_t axis = OutputChannelAxis(node);
    joined_.push_back(groups_.size());
    groups_.push_back(
        {.count = shape[axis], .producers = {node.output()->name()}});
    return {joined_.back(), InnerOf(shape, axis)};
  }

  // A weighted node reads its operand, by columns of its weights.
  void Read(const Node& node) {
    const Lanes* lanes = LanesOf(node.input(0));
    if (lanes == nullptr) return;
    const Shape& shape = node.input(0)->type().shape;
    const size_t axis = InputChannelAxis(node);
    Group& group = groups_[Find(lanes->group)];
    const bool is_dense = node.As<Dense>() != nullptr;
    const bool fits = is_dense ? shape[axis] % (lanes->inner * group.count) == 0
                               : shape[axis] == group.count &&
                                     lanes->inner == InnerOf(shape, axis);
    if (!fits) {
      group.blocked = true;
      return;
    }
    group.consumers.push_back(
        {node.output()->name(), is_dense ? lanes->inner : 1});
  }

  // Where the channels are in the result of a node that does the same to a
  // channel and to a multiple of it; nothing for other nodes.
  std::optional<Lanes> Passed(const Node& node) {
    if (node.outputs().size() != 1 || node.inputs().empty()) {
      return std::nullopt;
    }
    const Lanes* x = LanesOf(node.input(0));
    if (x == nullptr) return std::nullopt;
    const absl::string_view name = node.op().name();
    const Shape& in = node.input(0)->type().shape;
    const Shape& out = node.output()->type().shape;
    if (name == "relu" || name == "reshape" ||
        (name == "clip" && KeepsMultiples(node))) {
      return *x;
    }
    if (name == "add") {
      const Lanes* other = LanesOf(node.input(1));
      if (other == nullptr || other->inner != x->inner ||
          node.input(1)->type().shape != in) {
        return std::nullopt;
      }
      const Lanes lanes = *x;
      Join(lanes.group, other->group);
      return lanes;
    }
    const std::optional<size_t> axis = AxisOf(*x, in);
    if (!axis) return std::nullopt;
    if (const Pool* pool = PoolOf(node)) {
      if (*axis != (pool->layout == Layout::kNhwc ? in.size() - 1 : 1)) {
        return std::nullopt;
      }
      return Lanes{x->group, InnerOf(out, *axis)};
    }
    if (const Transpose* transpose = node.As<Transpose>()) {
      const auto at = std::find(transpose->perm.begin(), transpose->perm.end(),
                                static_cast<int64_t>(*axis));
      return Lanes{
          x->group,
          InnerOf(out, static_cast<size_t>(at - transpose->perm.begin()))};
    }
    return std::nullopt;
  }

  static const Pool* PoolOf(const Node& node) {
    if (const MaxPool* pool = node.As<MaxPool>()) return pool;
    return node.As<AveragePool>();
  }

  // The dimension that is the channels and nothing else.
  std::optional<size_t> AxisOf(const Lanes& lanes, const Shape& shape) const {
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (InnerOf(shape, axis) == lanes.inner &&
          shape[axis] == groups_[Find(lanes.group)].count) {
        return axis;
      }
    }
    return std::nullopt;
  }

  std::vector<double> Greatest(KernelsRun& run, const Value& value,
                               const Lanes& lanes) const {
    std::vector<double> greatest(
        static_cast<size_t>(groups_[Find(lanes.group)].count));
    const float* x = reinterpret_cast<const float*>(run.BytesOf(value));
    for (int64_t i = 0; i < value.type().num_elements(); ++i) {
      double& g =
          greatest[static_cast<size_t>(i / lanes.inner) % greatest.size()];
      g = std::max(g, std::fabs(double{x[i]}));
    }
    return greatest;
  }

  static void Divide(Graph& graph, Node* node,
                     const std::vector<double>& scale) {
    graph.SetInput(node, 1,
                   graph.AddConstant(MapWeights(
                       *node, [&](int64_t out, int64_t, double weight) {
                         return weight / scale[static_cast<size_t>(out)];
                       })));
    if (node->inputs().size() < 3 || node->input(2) == nullptr) return;
    Tensor bias = *node->input(2)->constant();
    for (int64_t i = 0; i < bias.size(); ++i) {
      bias.Set(i, bias.At(i) / scale[static_cast<size_t>(i)]);
    }
    graph.SetInput(node, 2, graph.AddConstant(std::move(bias)));
  }

  static void Multiply(Graph& graph, Node* node,
                       const std::vector<double>& scale, int64_t inner) {
    graph.SetInput(
        node, 1,
        graph.AddConstant(MapWeights(*node, [&](int64_t, int64_t in,
                                                double weight) {
          return weight * scale[static_cast<size_t>(in / inner) % scale.size()];
        })));
  }

  const Graph& graph_;
  std::vector<Group> groups_;
  std::vector<size_t> joined_;  // the group that each went into
  absl::flat_hash_map<const Value*, Lanes> lanes_;
  absl::flat_hash_map<std::string, Lanes> lanes_by_name_;  // of worthwhile ones
};

// The noise that `graph` has at its outputs when it is quantized by its ranges
// on `samples`.
absl::StatusOr<double> NoiseOf(std::unique_ptr<Graph> graph,
                               absl::Span<const Sample> samples,
                               NearestNoise& noise) {
  Module module;
  module.graph = std::move(graph);
  TINYC_RETURN_IF_ERROR(MarkRanges(module, samples).status());
  TINYC_RETURN_IF_ERROR(Quantize(module, PassOptions()));
  return noise.Of(*module.graph);
}

}  // namespace

absl::Status Equalize(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const CalibrationOptions calibration,
                         ReadCalibrationOptions(options));
  Equalizer equalizer(*module.graph);
  TINYC_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadCalibrationData(calibration, *module.graph));
  if (samples.size() < kLeastSamples) return absl::OkStatus();
  std::vector<size_t> worthwhile;  // groups
  for (size_t g = 0; g < equalizer.groups(); ++g) {
    if (equalizer.IsWorthwhile(g, samples.size())) worthwhile.push_back(g);
  }
  if (worthwhile.empty()) return absl::OkStatus();
  std::vector<Sample> fitted;
  std::vector<Sample> judged;
  for (size_t i = 0; i < samples.size(); ++i) {
    std::vector<Sample>& part = i % kParts == kParts - 1 ? judged : fitted;
    const size_t most = &part == &judged ? kMostJudged : kMostFitted;
    if (part.size() < most) part.push_back(samples[i]);
  }
  TINYC_RETURN_IF_ERROR(equalizer.Observe(fitted));
  NearestNoise noise(std::move(judged));
  Powers powers(equalizer.groups(), 0);
  TINYC_ASSIGN_OR_RETURN(const double before,
                         NoiseOf(equalizer.Scaled(powers), fitted, noise));
  double least = before;
  size_t equalized = 0;
  Progress progress("equalize", worthwhile.size());
  for (const size_t g : worthwhile) {
    double best = 0;
    for (const double power : kPowers) {
      powers[g] = power;
      TINYC_ASSIGN_OR_RETURN(const double trial,
                             NoiseOf(equalizer.Scaled(powers), fitted, noise));
      if (trial < least) best = power;
      least = std::min(least, trial);
    }
    powers[g] = best;
    equalized += best > 0;
    progress.Add();
  }
  if (equalized == 0) return absl::OkStatus();
  TINYC_RETURN_IF_ERROR(equalizer.Observe(samples));
  module.graph = equalizer.Scaled(powers);
  module.notes.push_back(absl::StrCat(
      "channels equalized in ", equalized, " of ", worthwhile.size(),
      " groups of values: signal to noise at the outputs ", DecibelText(before),
      " => ", DecibelText(least)));
  return absl::OkStatus();
}

}  // namespace tinyc

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
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "passes/pass.h"
#include "passes/quantization/apart.h"
#include "passes/quantization/channel_groups.h"
#include "passes/quantization/loss.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// A channel that is less than this share of the greatest one is taken as that:
// other samples may find more in it.
constexpr double kLeastScale = 1.0 / 64;

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

class Equalizer {
 public:
  explicit Equalizer(const Graph& graph)
      : graph_(graph), found_(FindChannelGroups(graph)) {}

  size_t groups() const { return found_.groups.size(); }
  bool IsWorthwhile(size_t group, size_t samples) const {
    const ChannelGroup& found = found_.groups[group];
    return found.IsWorthwhile() &&
           found.positions * static_cast<int64_t>(samples) >= kLeastNumbers;
  }

  // Finds the greatest magnitudes of the channels.
  absl::Status Observe(absl::Span<const Sample> samples) {
    TINYC_ASSIGN_OR_RETURN(const Module module,
                           PlanApartForHost(graph_.Clone()));
    std::vector<std::pair<const Value*, Lanes>> values;
    for (const auto& node : module.graph->nodes()) {
      const auto lanes = found_.lanes.find(node->output()->name());
      if (lanes != found_.lanes.end()) {
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
    greatest_.clear();
    for (const ChannelGroup& group : found_.groups) {
      greatest_.emplace_back(static_cast<size_t>(group.count));
    }
    for (const auto& of_sample : greatest) {
      for (size_t v = 0; v < values.size(); ++v) {
        std::vector<double>& all = greatest_[values[v].second.group];
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
    for (size_t g = 0; g < groups(); ++g) {
      const ChannelGroup& group = found_.groups[g];
      if (powers[g] == 0 || !group.IsWorthwhile()) continue;
      const std::vector<double> scale = ScalesOf(greatest_[g], powers[g]);
      for (const std::string& name : group.producers) {
        Divide(*graph, nodes.at(name), scale);
      }
      for (const auto& [name, inner] : group.consumers) {
        Multiply(*graph, nodes.at(name), scale, inner);
      }
    }
    // Numbers that are not those of the float model have a name of their own.
    for (const auto& [name, lanes] : found_.lanes) {
      if (powers[lanes.group] == 0) continue;
      graph->Rename(nodes.at(name)->output(), absl::StrCat(name, "_equalized"));
    }
    return graph;
  }

 private:
  static std::vector<double> ScalesOf(const std::vector<double>& greatest,
                                      double power) {
    const double most = *std::max_element(greatest.begin(), greatest.end());
    std::vector<double> scales;
    for (const double g : greatest) {
      const double share = most > 0 ? g / most : 1;
      scales.push_back(std::pow(std::max(share, kLeastScale), power));
    }
    return scales;
  }

  std::vector<double> Greatest(KernelsRun& run, const Value& value,
                               const Lanes& lanes) const {
    std::vector<double> greatest(
        static_cast<size_t>(found_.groups[lanes.group].count));
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
  const ChannelGroups found_;
  // [group][channel]: the greatest magnitude on samples.
  std::vector<std::vector<double>> greatest_;
};

// The noise that `graph` has at its outputs when it is quantized by its ranges
// on `samples`.
absl::StatusOr<double> NoiseOf(std::unique_ptr<Graph> graph,
                               absl::Span<const Sample> samples,
                               NearestNoise& noise) {
  Module module;
  module.graph = std::move(graph);
  TINYC_ASSIGN_OR_RETURN(const ObservedRanges observed,
                         ObserveRanges(module, samples));
  TINYC_RETURN_IF_ERROR(MarkRanges(module, observed));
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

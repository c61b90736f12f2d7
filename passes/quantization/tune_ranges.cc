// SPDX-License-Identifier: Apache-2.0
// Narrows the ranges of quantized activations where that lowers the error at
// the model's outputs.
//
//   %yq = quantize(%1) : s8 q(0.1, -20)  =>  %yq = quantize(%1) : s8 q(0.07, 5)
//
// One range after the other, in the order of the graph, twice, each end of it
// by itself: the end moves towards 0 as long as the outputs come closer to
// those of the float model.  A few extreme elements then no longer cost all
// others their resolution.  On its own samples the result is never worse than
// before. Options: data and samples as those of calibrate; of these, as many as
// a fixed amount of work and memory allows.  With the option widen an end that
// gains nothing that way is moved away from 0, for ranges that do not hold all
// numbers observed.  Run after quantize; ranges that a rule sets (softmax)
// stay, and those of 16-bit integers, whose steps are so small that the outputs
// do not show them beside 8-bit weights.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "compiler/ops/quantize.h"
#include "passes/pass.h"
#include "passes/quantization/bias_correction.h"
#include "passes/quantization/simulation.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// An end of a range moves by this factor at a time,
constexpr float kStep = 0.95f;
// until so many steps in a row have not helped.
constexpr int kMostFailures = 2;
// What one range takes, for choosing the number of samples.
constexpr double kTrialsPerRange = 8;
// Multiply-accumulates that one walk over the ranges may take: seconds on a
// desktop core.
constexpr double kWork = 1.3e11;
// Walks; ranges that come later may leave room for earlier ones.
constexpr int kWalks = 2;
constexpr int64_t kMemory = int64_t{1} << 30;  // bytes of all runs
constexpr size_t kLeastSamples = 8;
// A trial that is worse than this on the first samples is not run on the rest.
constexpr double kHopeless = 1.05;

bool IsTuned(const Rounding& rounding) {
  return !rounding.fixed && rounding.elem.dtype == DType::kS8;
}

class Tuner {
 public:
  Tuner(Simulation& simulation, absl::Span<const Sample> samples,
        absl::Span<const std::vector<Tensor>> real, bool widen)
      : simulation_(simulation), error_of_(simulation, real), widen_(widen) {
    for (const Sample& sample : samples) {
      runs_.push_back(simulation_.Start(sample));
    }
  }

  absl::Status Run(BiasCorrection& correction) {
    Progress progress("tune-ranges", kWalks * simulation_.roundings().size());
    for (int walk = 0; walk < kWalks; ++walk) {
      TINYC_RETURN_IF_ERROR(Start(correction));
      if (walk == 0) before_ = Sum(errors_.size());
      for (Rounding& rounding : simulation_.roundings()) {
        progress.Add();
        if (!IsTuned(rounding)) continue;
        TINYC_RETURN_IF_ERROR(Descend(&rounding, &Range::max));
        TINYC_RETURN_IF_ERROR(Descend(&rounding, &Range::min));
      }
    }
    return absl::OkStatus();
  }

  double before() const { return before_; }
  double after() const { return Sum(errors_.size()); }

 private:
  // Runs every sample by the ranges as they are.  Biases are corrected, since
  // they will be: what a range costs beyond that counts.
  absl::Status Start(BiasCorrection& correction) {
    TINYC_RETURN_IF_ERROR(correction.Run(simulation_, runs_));
    errors_.clear();
    for (size_t i = 0; i < runs_.size(); ++i) {
      errors_.push_back(error_of_.Of(runs_[i], i));
    }
    return absl::OkStatus();
  }

  double Sum(size_t count) const {
    return std::accumulate(
        errors_.begin(), errors_.begin() + static_cast<ptrdiff_t>(count), 0.0);
  }

  // The errors of samples [first, last) by the range that `rounding` has.
  absl::Status Evaluate(const Rounding& rounding, size_t first, size_t last,
                        std::vector<double>* errors) {
    return ParallelFor(last - first, [&](size_t n) {
      const size_t i = first + n;
      for (const size_t step : rounding.affected) {
        TINYC_RETURN_IF_ERROR(simulation_.Step(runs_[i], step));
      }
      (*errors)[i] = error_of_.Of(runs_[i], i);
      return absl::OkStatus();
    });
  }

  // Whether the range that `rounding` has is better than the best one; if so,
  // its errors are the best.
  absl::StatusOr<bool> Improves(const Rounding& rounding) {
    std::vector<double> errors(errors_.size());
    const size_t quarter = (errors.size() + 3) / 4;
    TINYC_RETURN_IF_ERROR(Evaluate(rounding, 0, quarter, &errors));
    const double part = std::accumulate(
        errors.begin(), errors.begin() + static_cast<ptrdiff_t>(quarter), 0.0);
    if (!(part < kHopeless * Sum(quarter))) return false;
    TINYC_RETURN_IF_ERROR(Evaluate(rounding, quarter, errors.size(), &errors));
    if (!(std::accumulate(errors.begin(), errors.end(), 0.0) <
          Sum(errors_.size()))) {
      return false;
    }
    errors_ = std::move(errors);
    return true;
  }

  // Moves one end of the range towards 0, or else away from it.
  absl::Status Descend(Rounding* rounding, float Range::*end) {
    TINYC_ASSIGN_OR_RETURN(const bool moved, Move(rounding, end, kStep));
    if (moved || !widen_) return absl::OkStatus();
    return Move(rounding, end, 1 / kStep).status();
  }

  // Multiplies one end of the range by `step` as long as that helps.  Whether
  // it has.
  absl::StatusOr<bool> Move(Rounding* rounding, float Range::*end, float step) {
    Range range = RangeOf(rounding->elem);
    if (range.*end == 0) return false;
    ElemType best = rounding->elem;
    int failures = 0;
    bool at_best = true;
    bool moved = false;
    while (failures < kMostFailures) {
      range.*end *= step;
      rounding->elem = AsymmetricS8(range);
      TINYC_ASSIGN_OR_RETURN(at_best, Improves(*rounding));
      if (at_best) best = rounding->elem;
      moved = moved || at_best;
      failures = at_best ? 0 : failures + 1;
    }
    rounding->elem = best;
    // The runs go on from what the best range makes.
    if (!at_best) {
      TINYC_RETURN_IF_ERROR(Evaluate(*rounding, 0, runs_.size(), &errors_));
    }
    return moved;
  }

  Simulation& simulation_;
  OutputError error_of_;
  const bool widen_;
  std::vector<KernelsRun> runs_;
  std::vector<double> errors_;  // per sample, of the best ranges so far
  double before_ = 0;
};

// How many samples the search can afford.
size_t AffordableSamples(Simulation& simulation) {
  double work = 1;
  for (const Rounding& rounding : simulation.roundings()) {
    work += kTrialsPerRange * rounding.cost;
  }
  const double by_memory =
      static_cast<double>(kMemory / (simulation.bytes_per_run() + 1));
  return std::max(kLeastSamples,
                  static_cast<size_t>(std::min(kWork / work, by_memory)));
}

// Gives the quantize node that makes `value` another type.
absl::Status Retype(Graph& graph, Value* value, const ElemType& elem) {
  Node* node = value->producer();
  NewNode place{.before = node, .from = {node}, .want = {elem}};
  TINYC_ASSIGN_OR_RETURN(Value* const stored,
                         AddNode(graph, place, QuantizeOp(), {node->input(0)}));
  TakeName(graph, value, stored);
  const std::vector<Use> uses(value->uses().begin(), value->uses().end());
  for (const Use& use : uses) {
    graph.SetInput(use.node, static_cast<size_t>(use.index), stored);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TuneRanges(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const CalibrationOptions calibration,
                         ReadCalibrationOptions(options, {"widen"}));
  Graph& graph = *module.graph;
  TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(graph));
  TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Simulation> simulation,
                         Simulation::Make(std::move(forms.rounded)));
  if (absl::c_none_of(simulation->roundings(), IsTuned)) {
    return absl::OkStatus();
  }
  CalibrationOptions fewer = calibration;
  fewer.samples = std::min(fewer.samples, AffordableSamples(*simulation));
  TINYC_ASSIGN_OR_RETURN(std::vector<Sample> samples,
                         ReadCalibrationData(fewer, graph));
  // The first quarter is to be like the rest.
  std::vector<Sample> mixed;
  for (size_t phase = 0; phase < 4; ++phase) {
    for (size_t i = phase; i < samples.size(); i += 4) {
      mixed.push_back(std::move(samples[i]));
    }
  }
  TINYC_ASSIGN_OR_RETURN(const auto real, RealOutputs(*forms.real, mixed));
  TINYC_ASSIGN_OR_RETURN(BiasCorrection correction,
                         BiasCorrection::Make(graph, *forms.real, mixed));
  Tuner tuner(*simulation, mixed, real, options.Has("widen"));
  TINYC_RETURN_IF_ERROR(tuner.Run(correction));
  absl::flat_hash_map<std::string, ElemType> tuned;
  for (const Rounding& rounding : simulation->roundings()) {
    tuned[rounding.name] = rounding.elem;
  }
  for (Node* node : graph.NodeSnapshot()) {
    if (node->As<QuantizeOp>() == nullptr) continue;
    const auto found = tuned.find(node->output()->name());
    if (found == tuned.end() ||
        node->output()->type().elem() == found->second) {
      continue;
    }
    TINYC_RETURN_IF_ERROR(Retype(graph, node->output(), found->second));
  }
  EraseDeadNodes(graph);
  module.notes.push_back(absl::StrCat(
      "ranges tuned on ", mixed.size(),
      " samples: signal to noise at the outputs ", DecibelText(tuner.before()),
      " => ", DecibelText(tuner.after())));
  return absl::OkStatus();
}

}  // namespace tinyc

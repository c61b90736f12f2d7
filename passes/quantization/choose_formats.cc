// SPDX-License-Identifier: Apache-2.0
// Chooses for each layer of a calibrated model in what it is stored and
// computed, so that the model is as cheap as a limit on its loss allows.
//
//   %wo = observed(%w) {as=int4}
//   %1 = conv(%x, %wo, %b)              <=  %1 = conv(%x, %w, %b)
//   %y = observed(%1) {..., as=int16}       %y = observed(%1) {...}
//
// The choices make a ladder, from cheap to exact.  Its middle is 8 bits
// everywhere.  Each step below makes the weights of one more layer 4 bits, the
// one first that costs least noise for the bytes it saves; each step above
// stores one more value in 16 bits, the one first that gains most, and then
// leaves one more layer in float.  What a step costs or gains by itself is
// measured at the model's outputs on a few samples.  The lowest step whose loss
// is allowed is found by bisection: there, and where it looks on the way, the
// model is quantized in full (quantize, tune-ranges, fit-weights) and its loss
// is that on the calibration data.
//
// Options: data and samples as those of calibrate; max-loss=30dB, the least
// signal to noise at the outputs, which it is without this option, or
// max-loss=1%, the greatest share of samples with another winner; widen as that
// of tune-ranges.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/progress.h"
#include "passes/pass.h"
#include "passes/quantization/four_bits.h"
#include "passes/quantization/insertion.h"
#include "passes/quantization/loss.h"
#include "passes/quantization/observations.h"
#include "passes/quantization/plan.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// Each step by itself is measured on so many samples,
constexpr size_t kStepSamples = 16;
// and models on the way are fitted to so many.
constexpr size_t kFitSamples = 128;

constexpr char kOtherwise[] = "30dB";

// How the model is stored where not in 8 bits, by the names of values; weights
// by that of their layer's result.
struct Choice {
  std::map<std::string, Storage> weights = {};
  std::map<std::string, Storage> values = {};
};

// One more entry of a choice.
struct Step {
  bool of_weights = false;
  std::string name;
  Storage storage = Storage::kAny;
  double merit = 0;  // steps with more of it are taken first

  void Add(Choice* choice) const {
    (of_weights ? choice->weights : choice->values)[name] = storage;
  }
};

// A layer with weights, as the ladder sees it.
struct Layer {
  std::string output;
  int64_t weights = 0;   // how many
  bool unpacks = false;  // 4 bits are possible and wise
};

absl::Status SetStorage(Graph& graph, Node* node, Storage storage) {
  auto op = std::make_unique<Observed>(*node->As<Observed>());
  op->as = storage;
  return graph.SetOp(node, std::move(op));
}

// The name that `value` has once the `observed` nodes are taken away: that of
// the model's output, if it is what the node in between stands for.
const std::string& NameOf(const Value& value) {
  for (const Use& use : value.uses()) {
    if (use.node == nullptr || use.node->As<Observed>() == nullptr) continue;
    if (IsGraphOutput(*use.node->output())) return use.node->output()->name();
  }
  return value.name();
}

// The model with `choice` written into it.
absl::StatusOr<Module> Marked(const Module& module, const Choice& choice) {
  Module marked;
  marked.name = module.name;
  marked.target = module.target;
  marked.graph = module.graph->Clone();
  Graph& graph = *marked.graph;
  for (Node* node : graph.NodeSnapshot()) {
    if (node->As<Observed>() != nullptr) {
      const auto storage = choice.values.find(NameOf(*node->input(0)));
      if (storage == choice.values.end()) continue;
      TINYC_RETURN_IF_ERROR(SetStorage(graph, node, storage->second));
    }
    const auto storage = choice.weights.find(NameOf(*node->output()));
    if (storage == choice.weights.end()) continue;
    Observed op;
    op.as = storage->second;
    TINYC_ASSIGN_OR_RETURN(
        Value* const weights,
        AddNode(graph, {.before = node, .from = {node}}, op, {node->input(1)}));
    graph.SetInput(node, 1, weights);
  }
  return marked;
}

class Chooser {
 public:
  static absl::StatusOr<Chooser> Make(const Module& module,
                                      const CalibrationOptions& calibration,
                                      bool widen) {
    TINYC_ASSIGN_OR_RETURN(std::vector<Sample> samples,
                           ReadCalibrationData(calibration, *module.graph));
    CalibrationOptions fewer = calibration;
    fewer.samples = std::min(fewer.samples, kStepSamples);
    TINYC_ASSIGN_OR_RETURN(std::vector<Sample> few,
                           ReadCalibrationData(fewer, *module.graph));
    Chooser chooser(module, calibration, widen, std::move(samples),
                    std::move(few));
    TINYC_RETURN_IF_ERROR(chooser.FindLayers());
    return chooser;
  }

  // The steps below 8 bits, from the cheapest model on, and those above.
  absl::Status MakeLadder() {
    Progress progress("choose-formats", 2 * layers_.size() + values_.size());
    TINYC_ASSIGN_OR_RETURN(const double all_8, QuickNoise({}));
    for (const Layer& layer : layers_) {
      progress.Add();
      if (!layer.unpacks) continue;
      Step step{
          .of_weights = true, .name = layer.output, .storage = Storage::kInt4};
      TINYC_ASSIGN_OR_RETURN(const double noise, QuickNoiseWith({}, step));
      step.merit = (all_8 - noise) /
                   static_cast<double>(std::max<int64_t>(1, layer.weights));
      below_.push_back(std::move(step));
    }
    Choice wide;
    for (const std::string& value : values_) {
      progress.Add();
      Step step{.name = value, .storage = Storage::kInt16};
      TINYC_ASSIGN_OR_RETURN(const double noise, QuickNoiseWith({}, step));
      step.merit = all_8 - noise;
      step.Add(&wide);
      above_.push_back(std::move(step));
    }
    const auto by_merit = [](const Step& a, const Step& b) {
      return a.merit > b.merit;
    };
    std::stable_sort(above_.begin(), above_.end(), by_merit);
    std::vector<Step> floats;
    TINYC_ASSIGN_OR_RETURN(const double all_16, QuickNoise(wide));
    for (const Layer& layer : layers_) {
      progress.Add();
      Step step{.name = layer.output, .storage = Storage::kFloat};
      TINYC_ASSIGN_OR_RETURN(const double noise, QuickNoiseWith(wide, step));
      step.merit = all_16 - noise;
      floats.push_back(std::move(step));
    }
    std::stable_sort(floats.begin(), floats.end(), by_merit);
    above_.insert(above_.end(), floats.begin(), floats.end());
    // The last one to be 4 bits is the first one to be 8 again.
    std::stable_sort(below_.begin(), below_.end(), by_merit);
    std::reverse(below_.begin(), below_.end());
    return absl::OkStatus();
  }

  // The lowest step of the ladder that `limit` allows; the highest one if none
  // is.
  absl::StatusOr<Choice> Find(const LossLimit& limit) {
    // Steps 0 to below_.size() have 8 bits at the most.
    size_t least = 0;
    size_t most = below_.size() + above_.size();
    size_t next = below_.size();
    while (least < most) {
      TINYC_ASSIGN_OR_RETURN(const Loss loss, LossAt(next));
      if (limit.Allows(loss)) {
        most = next;
      } else {
        least = next + 1;
      }
      next = least + (most - least) / 2;
    }
    chosen_ = least;
    TINYC_RETURN_IF_ERROR(LossAt(chosen_).status());
    return ChoiceAt(chosen_);
  }

  // The model that the limit is for has a winner.
  absl::StatusOr<bool> HasWinner() {
    TINYC_ASSIGN_OR_RETURN(const Loss loss, LossAt(below_.size()));
    return loss.disagreement.has_value();
  }

  // The curve of cost against loss, a sentence for each point.
  std::vector<std::string> Notes() const {
    std::vector<std::string> notes;
    for (const auto& [at, loss] : losses_) {
      const Choice choice = ChoiceAt(at);
      notes.push_back(absl::StrCat(
          at == chosen_ ? "chosen: " : "or: ", Describe(choice), ": ",
          WeightBytes(choice), " bytes of weights, ", LossText(loss)));
    }
    return notes;
  }

 private:
  Chooser(const Module& module, const CalibrationOptions& calibration,
          bool widen, std::vector<Sample> samples, std::vector<Sample> few)
      : module_(module),
        calibration_(calibration),
        widen_(widen),
        samples_(std::move(samples)),
        noise_(std::move(few)) {}

  absl::Status FindLayers() {
    const std::shared_ptr<Graph> graph = module_.graph->Clone();
    const Observations observed = TakeObserved(*graph);
    const QuantizationPlan plan(*graph, observed.ranges, Activations::kInt8,
                                observed.storages);
    const auto unpack =
        FourBitLayers(*graph, plan, Weights::kInt4, FourBits::kInner, {});
    for (const auto& node : graph->nodes()) {
      if (!IsWeighted(*node) || !plan.IsInteger(*node)) continue;
      layers_.push_back({.output = node->output()->name(),
                         .weights = node->input(1)->type().num_elements(),
                         .unpacks = unpack.contains(node.get())});
    }
    for (const Value* value : plan.stored()) {
      if (!FixedRange(*value)) values_.push_back(value->name());
    }
    return absl::OkStatus();
  }

  Choice ChoiceAt(size_t at) const {
    Choice choice;
    for (size_t i = at; i < below_.size(); ++i) below_[i].Add(&choice);
    for (size_t i = below_.size(); i < at; ++i) {
      above_[i - below_.size()].Add(&choice);
    }
    return choice;
  }

  std::string Describe(const Choice& choice) const {
    size_t values = 0;
    size_t floats = 0;
    for (const auto& [name, storage] : choice.values) {
      (storage == Storage::kFloat ? floats : values) += 1;
    }
    std::string text = absl::StrCat("4-bit weights in ", choice.weights.size(),
                                    " of ", layers_.size(), " layers");
    if (choice.weights.empty()) text = "8-bit weights";
    if (values > 0) {
      absl::StrAppend(&text, ", 16 bits for ", values, " of ", values_.size(),
                      " values");
    }
    if (floats > 0) {
      absl::StrAppend(&text, ", ", floats, " layers in float");
    }
    return text;
  }

  int64_t WeightBytes(const Choice& choice) const {
    int64_t bytes = 0;
    for (const Layer& layer : layers_) {
      const auto value = choice.values.find(layer.output);
      if (choice.weights.contains(layer.output)) {
        bytes += (layer.weights + 1) / 2;
      } else if (value != choice.values.end() &&
                 value->second == Storage::kFloat) {
        bytes += layer.weights * static_cast<int64_t>(sizeof(float));
      } else {
        bytes += layer.weights;
      }
    }
    return bytes;
  }

  absl::StatusOr<double> QuickNoiseWith(Choice choice, const Step& step) {
    step.Add(&choice);
    return QuickNoise(choice);
  }

  // The noise of the model without any fit, on a few samples.
  absl::StatusOr<double> QuickNoise(const Choice& choice) {
    TINYC_ASSIGN_OR_RETURN(Module marked, Marked(module_, choice));
    TINYC_RETURN_IF_ERROR(Quantize(marked, PassOptions()));
    return noise_.Of(*marked.graph);
  }

  // That of the model quantized in full.
  absl::StatusOr<Loss> LossAt(size_t at) {
    const auto known = losses_.find(at);
    if (known != losses_.end()) return known->second;
    TINYC_ASSIGN_OR_RETURN(Module marked, Marked(module_, ChoiceAt(at)));
    TINYC_RETURN_IF_ERROR(Quantize(marked, PassOptions()));
    if (real_.empty()) {
      TINYC_ASSIGN_OR_RETURN(const FloatForms forms,
                             MakeFloatForms(*marked.graph));
      TINYC_ASSIGN_OR_RETURN(real_, RealOutputs(*forms.real, samples_));
    }
    const std::map<std::string, std::string> data = {
        {"data", calibration_.data},
        {"samples", absl::StrCat(std::min(calibration_.samples, kFitSamples))}};
    std::map<std::string, std::string> tuning = data;
    if (widen_) tuning["widen"] = "true";
    TINYC_RETURN_IF_ERROR(TuneRanges(marked, PassOptions(tuning)));
    TINYC_RETURN_IF_ERROR(FitWeights(marked, PassOptions(data)));
    TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(*marked.graph));
    TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Simulation> simulation,
                           Simulation::Make(std::move(forms.rounded)));
    TINYC_ASSIGN_OR_RETURN(const Loss loss,
                           LossOf(*simulation, samples_, real_));
    losses_[at] = loss;
    return loss;
  }

  const Module& module_;
  const CalibrationOptions calibration_;
  const bool widen_;
  std::vector<Sample> samples_;
  std::vector<std::vector<Tensor>> real_;  // outputs of samples_
  NearestNoise noise_;
  std::vector<Layer> layers_;
  std::vector<std::string> values_;  // that are stored
  std::vector<Step> below_;
  std::vector<Step> above_;
  std::map<size_t, Loss> losses_;  // by the step
  size_t chosen_ = 0;
};

}  // namespace

absl::Status ChooseFormats(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(
      const CalibrationOptions calibration,
      ReadCalibrationOptions(options, {"max-loss", "widen"}));
  TINYC_ASSIGN_OR_RETURN(Chooser chooser, Chooser::Make(module, calibration,
                                                        options.Has("widen")));
  const std::string limit_text = options.Get("max-loss", kOtherwise);
  TINYC_ASSIGN_OR_RETURN(const LossLimit limit, ParseLossLimit(limit_text));
  TINYC_RETURN_IF_ERROR(chooser.MakeLadder());
  TINYC_ASSIGN_OR_RETURN(const bool has_winner, chooser.HasWinner());
  if (limit.disagreement && !has_winner) {
    return Invalid("max-loss=", limit_text,
                   " counts winners, and no output has more than one number; "
                   "give a signal to noise (30dB)");
  }
  TINYC_ASSIGN_OR_RETURN(const Choice choice, chooser.Find(limit));
  TINYC_ASSIGN_OR_RETURN(Module marked, Marked(module, choice));
  module.graph = std::move(marked.graph);
  for (std::string& note : chooser.Notes()) {
    module.notes.push_back(std::move(note));
  }
  return absl::OkStatus();
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/loss.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "compiler/base/parallel.h"
#include "passes/quantization/bias_correction.h"

namespace tinyc {
namespace {

size_t Winner(absl::Span<const float> numbers) {
  return static_cast<size_t>(std::max_element(numbers.begin(), numbers.end()) -
                             numbers.begin());
}

}  // namespace

std::string LossText(const Loss& loss) {
  if (!loss.disagreement) return DecibelText(loss.noise);
  return absl::StrCat(DecibelText(loss.noise),
                      absl::StrFormat(", %.1f %% of the winners kept",
                                      100 * (1 - *loss.disagreement)));
}

absl::StatusOr<Loss> LossOf(const Simulation& simulation,
                            absl::Span<const Sample> samples,
                            absl::Span<const std::vector<Tensor>> real) {
  const OutputError error(simulation, real);
  const absl::Span<Value* const> outputs = simulation.graph().outputs();
  const auto has_winner = [](const Value* output) {
    return output->type().dtype == DType::kF32 &&
           output->type().num_elements() > 1;
  };
  std::vector<double> errors(samples.size());
  std::vector<char> differs(samples.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(samples.size(), [&](size_t i) {
    KernelsRun run = simulation.Start(samples[i]);
    TINYC_RETURN_IF_ERROR(simulation.StepAll(run));
    errors[i] = error.Of(run, i);
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (!has_winner(outputs[o])) continue;
      const absl::Span<const float> expected = real[i][o].data<float>();
      const absl::Span<const float> actual(
          reinterpret_cast<const float*>(run.BytesOf(*outputs[o])),
          expected.size());
      if (Winner(actual) != Winner(expected)) differs[i] = 1;
    }
    return absl::OkStatus();
  }));
  Loss loss;
  for (const double e : errors) loss.noise += e;
  if (std::any_of(outputs.begin(), outputs.end(), has_winner)) {
    loss.disagreement =
        static_cast<double>(std::count(differs.begin(), differs.end(), 1)) /
        static_cast<double>(std::max<size_t>(1, samples.size()));
  }
  return loss;
}

absl::StatusOr<double> NearestNoise::Of(const Graph& graph) {
  TINYC_ASSIGN_OR_RETURN(FloatForms forms, MakeFloatForms(graph));
  TINYC_ASSIGN_OR_RETURN(const std::unique_ptr<Simulation> simulation,
                         Simulation::Make(std::move(forms.rounded)));
  TINYC_ASSIGN_OR_RETURN(BiasCorrection correction,
                         BiasCorrection::Make(graph, *forms.real, samples_));
  if (real_.empty()) {
    TINYC_ASSIGN_OR_RETURN(real_, RealOutputs(*forms.real, samples_));
  }
  std::vector<KernelsRun> runs;
  for (const Sample& sample : samples_) {
    runs.push_back(simulation->Start(sample));
  }
  TINYC_RETURN_IF_ERROR(correction.Run(*simulation, runs));
  const OutputError error(*simulation, real_);
  double noise = 0;
  for (size_t i = 0; i < runs.size(); ++i) noise += error.Of(runs[i], i);
  return noise;
}

bool LossLimit::Allows(const Loss& loss) const {
  if (disagreement) {
    return loss.disagreement.value_or(0) <= *disagreement;
  }
  return loss.noise <= std::pow(10, -decibels / 10);
}

absl::StatusOr<LossLimit> ParseLossLimit(absl::string_view text) {
  LossLimit limit;
  absl::string_view number = text;
  double value = 0;
  const bool percent = absl::ConsumeSuffix(&number, "%");
  if ((percent || absl::ConsumeSuffix(&number, "dB")) &&
      absl::SimpleAtod(number, &value) && std::isfinite(value) && value >= 0 &&
      (!percent || value <= 100)) {
    if (percent) {
      limit.disagreement = value / 100;
    } else {
      limit.decibels = value;
    }
    return limit;
  }
  return Invalid(
      "the greatest loss is a signal to noise (30dB) or a share of other "
      "winners (1%), not \"",
      text, "\"");
}

}  // namespace tinyc

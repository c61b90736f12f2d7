// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/verify_emitted.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "compiler/base/text.h"
#include "compiler/interpreter/interpreter.h"
#include "tools/driver/compare.h"
#include "tools/driver/engine.h"
#include "tools/driver/run_emitted.h"

namespace tinyc {
namespace {

std::string Sentence(size_t samples, const std::vector<Comparison>& outputs) {
  Comparison all;
  double relative = 0;  // of the largest value of the output
  for (const Comparison& output : outputs) {
    all.Add(output);
    if (output.largest > 0) {
      relative = std::max(relative, output.max_difference / output.largest);
    }
  }
  const std::string begin =
      absl::StrCat("the emitted C agrees with the reference on ", samples,
                   samples == 1 ? " sample: " : " samples: ");
  if (all.different == 0) {
    return absl::StrCat(begin, "all ", all.elements, " values are the same");
  }
  return absl::StrCat(begin, all.different, " of ", all.elements,
                      " values are not the same, by at most ",
                      FloatText(static_cast<float>(relative)),
                      " of the largest value");
}

}  // namespace

absl::StatusOr<std::string> FirstDifferentNode(
    const CompiledModel& model, absl::Span<const Tensor> sample) {
  // Both walk the planned graph, so that every value meets itself.
  absl::flat_hash_map<const Value*, Tensor> expected;
  TINYC_RETURN_IF_ERROR(
      Interpret(*model.planned.graph, sample,
                [&](const Value& value, const Tensor& tensor) {
                  expected.emplace(&value, tensor);
                })
          .status());
  std::string found;
  TINYC_RETURN_IF_ERROR(ObserveEngine(
      Engine::kKernels, model, sample,
      [&](const Value& value, const Tensor& tensor) {
        const auto reference = expected.find(&value);
        if (!found.empty() || reference == expected.end()) return;
        const Comparison c = Compare(reference->second, tensor);
        if (c.first_beyond < 0) return;
        found = absl::StrCat(
            value.producer()->loc().Describe(),
            value.producer()->loc().empty() ? "" : ": ",
            DescribeDifference(absl::StrCat("value \"", value.name(), "\""),
                               c.first_beyond, reference->second, tensor));
      }));
  return found;
}

absl::StatusOr<std::string> VerifyEmitted(
    const CompiledModel& model, absl::Span<const OutputFile> files,
    const std::string& prefix, absl::Span<const std::vector<Tensor>> samples) {
  TINYC_ASSIGN_OR_RETURN(
      const EmittedModel emitted,
      EmittedModel::Build(files, prefix, HostFlags(*model.planned.target)));
  TINYC_ASSIGN_OR_RETURN(const auto actual,
                         emitted.Run(*model.graph.graph, samples));
  std::vector<Comparison> outputs(model.graph.graph->outputs().size());
  for (size_t n = 0; n < samples.size(); ++n) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<Tensor> expected,
                           Interpret(*model.graph.graph, samples[n]));
    for (size_t o = 0; o < outputs.size(); ++o) {
      const Comparison c = Compare(expected[o], actual[n][o]);
      outputs[o].Add(c);
      if (c.first_beyond < 0) continue;
      const std::string what =
          absl::StrCat("sample ", n, ": output \"",
                       model.graph.graph->outputs()[o]->name(), "\"");
      const std::string sentence =
          DescribeDifference(what, c.first_beyond, expected[o], actual[n][o]);
      TINYC_ASSIGN_OR_RETURN(const std::string node,
                             FirstDifferentNode(model, samples[n]));
      return Internal(
          sentence, "\n",
          node.empty()
              ? "the kernels, run in process, agree with the reference: the "
                "difference is in the emitted C around them or in how the "
                "host's compiler builds it"
              : node);
    }
  }
  return Sentence(samples.size(), outputs);
}

}  // namespace tinyc

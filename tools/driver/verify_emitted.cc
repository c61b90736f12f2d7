// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/verify_emitted.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/interpreter/interpreter.h"
#include "tools/driver/compare.h"
#include "tools/driver/engine.h"
#include "tools/driver/run_emitted.h"

namespace tinyc {
namespace {

// How far the outputs of all samples are from what is expected of them.
class Agreement {
 public:
  explicit Agreement(size_t outputs) : outputs_(outputs) {}

  // Adds one sample; the first output beyond its tolerance, or -1.
  int Add(absl::Span<const Tensor> expected, absl::Span<const Tensor> actual) {
    int first = -1;
    for (size_t o = 0; o < outputs_.size(); ++o) {
      const Comparison c = Compare(expected[o], actual[o]);
      outputs_[o].Add(c);
      if (c.first_beyond >= 0 && first < 0) first = static_cast<int>(o);
    }
    return first;
  }

  // "all 360 values are the same", or how many are not and by how much.
  std::string Describe() const {
    Comparison all;
    double relative = 0;  // of the largest value of the output
    for (const Comparison& output : outputs_) {
      all.Add(output);
      if (output.largest > 0) {
        relative = std::max(relative, output.max_difference / output.largest);
      }
    }
    if (all.different == 0) {
      return absl::StrCat("all ", all.elements, " values are the same");
    }
    return absl::StrFormat(
        "%d of %d values are not the same, by at most %.2g of the largest",
        all.different, all.elements, relative);
  }

 private:
  std::vector<Comparison> outputs_;
};

std::string DescribeOutput(const Value& output, size_t sample,
                           const Tensor& expected, const Tensor& actual) {
  return DescribeDifference(
      absl::StrCat("sample ", sample, ": output \"", output.name(), "\""),
      Compare(expected, actual).first_beyond, expected, actual);
}

bool HasQuantizedValues(const Graph& graph) {
  const auto quantized = [](const Value* value) {
    return value != nullptr && value->type().quantized();
  };
  for (const auto& node : graph.nodes()) {
    if (std::any_of(node->inputs().begin(), node->inputs().end(), quantized) ||
        std::any_of(node->outputs().begin(), node->outputs().end(),
                    quantized)) {
      return true;
    }
  }
  return false;
}

// Whether the passes may change results only by rounding of floats.  Where a
// model is quantized, integers take the place of floats between its steps.
bool KeepsFloats(const CompiledModel& model, const Value& output) {
  return !model.lossy && IsFloat(output.type().dtype) &&
         !HasQuantizedValues(*model.imported.graph);
}

// Whether both graphs take and give the same types of elements.
bool SameInterface(const Graph& a, const Graph& b) {
  const auto same = [](const Value* x, const Value* y) {
    return x->type().dtype == y->type().dtype;
  };
  return std::equal(a.inputs().begin(), a.inputs().end(), b.inputs().begin(),
                    b.inputs().end(), same) &&
         std::equal(a.outputs().begin(), a.outputs().end(), b.outputs().begin(),
                    b.outputs().end(), same);
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
  const absl::Span<Value* const> outputs = model.graph.graph->outputs();
  const bool keeps_interface =
      SameInterface(*model.imported.graph, *model.graph.graph);
  Agreement with_reference(outputs.size());
  Agreement with_import(outputs.size());
  for (size_t n = 0; n < samples.size(); ++n) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<Tensor> expected,
                           Interpret(*model.graph.graph, samples[n]));
    if (keeps_interface) {
      TINYC_ASSIGN_OR_RETURN(const std::vector<Tensor> imported,
                             Interpret(*model.imported.graph, samples[n]));
      if (const int o = with_import.Add(imported, expected);
          o >= 0 && KeepsFloats(model, *outputs[o])) {
        return Internal(
            "the passes changed what the model means: ",
            DescribeOutput(*outputs[o], n, imported[o], expected[o]));
      }
    }
    if (const int o = with_reference.Add(expected, actual[n]); o >= 0) {
      TINYC_ASSIGN_OR_RETURN(const std::string node,
                             FirstDifferentNode(model, samples[n]));
      return Internal(
          DescribeOutput(*outputs[o], n, expected[o], actual[n][o]), "\n",
          node.empty()
              ? "the kernels, run in process, agree with the reference: the "
                "difference is in the emitted C around them or in how the "
                "host's compiler builds it"
              : node);
    }
  }
  std::string text = absl::StrCat(
      "the emitted C agrees with the reference on ", samples.size(),
      samples.size() == 1 ? " sample: " : " samples: ",
      with_reference.Describe());
  if (keeps_interface) {
    absl::StrAppend(&text, "\nbefore and after the passes, ",
                    with_import.Describe());
  }
  return text;
}

}  // namespace tinyc

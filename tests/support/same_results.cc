// SPDX-License-Identifier: Apache-2.0
//
// See same_results.h.

#include "tests/support/same_results.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/interpreter/interpreter.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// Floats of either sign and of small size, among them 0 and -0, so that limits
// and roundings are met; all values of 8-bit integers.
std::vector<Tensor> Inputs(const Graph& graph, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Tensor> inputs;
  for (const Value* input : graph.inputs()) {
    Tensor& tensor = inputs.emplace_back(input->type());
    for (int64_t i = 0; i < tensor.size(); ++i) {
      const double number = static_cast<double>(random() % 1024) - 512;
      if (IsFloat(tensor.dtype())) {
        tensor.Set(i, random() % 8 == 0 ? -0.0 : number / 64);
      } else if (tensor.dtype() == DType::kBool) {
        tensor.SetInt(i, random() % 2);
      } else {
        const int64_t byte = static_cast<int64_t>(random() % 256);
        tensor.SetInt(i, IsUnsigned(tensor.dtype()) ? byte : byte - 128);
      }
    }
  }
  return inputs;
}

bool Near(double a, double b, bool is_float, Numbers numbers) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b)
    return numbers != Numbers::kExact || std::signbit(a) == std::signbit(b);
  if (numbers == Numbers::kExact) return false;
  return std::abs(a - b) <= (is_float ? 1e-4 * (1 + std::abs(a)) : 1);
}

std::string DifferenceOfRuns(const Graph& before, const Graph& after,
                             Numbers numbers, uint32_t seed) {
  const std::vector<Tensor> inputs = Inputs(before, seed);
  const absl::StatusOr<std::vector<Tensor>> expected =
      Interpret(before, inputs);
  if (!expected.ok()) return std::string(expected.status().message());
  if (after.inputs().size() != inputs.size()) return "the inputs differ";
  std::vector<Tensor> retyped;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorType& type = after.inputs()[i]->type();
    if (type.dtype != inputs[i].dtype() || type.shape != inputs[i].shape()) {
      return absl::StrCat("input ", i, " has another type");
    }
    retyped.push_back(inputs[i].WithType(type));
  }
  const absl::StatusOr<std::vector<Tensor>> outputs = Interpret(after, retyped);
  if (!outputs.ok()) return std::string(outputs.status().message());
  if (outputs->size() != expected->size()) return "the outputs differ";
  for (size_t o = 0; o < outputs->size(); ++o) {
    const Tensor& want = (*expected)[o];
    const Tensor& got = (*outputs)[o];
    const Value* output = before.outputs()[o];
    const std::string& name = output->name();
    // An input that is an output as well has one name for two.
    const bool named = !IsGraphInput(*output) &&
                       std::count(before.outputs().begin(),
                                  before.outputs().end(), output) == 1;
    if (named && name != after.outputs()[o]->name()) {
      return absl::StrCat("output %", name, " has another name");
    }
    if (want.dtype() != got.dtype() || want.shape() != got.shape()) {
      return absl::StrCat("output %", name, " has another type");
    }
    for (int64_t i = 0; i < want.size(); ++i) {
      if (!Near(want.At(i), got.At(i), IsFloat(want.dtype()), numbers)) {
        return absl::StrCat("element ", i, " of %", name, " is ", got.At(i),
                            ", not ", want.At(i));
      }
    }
  }
  return "";
}

}  // namespace

std::string DifferenceOfResults(const Graph& before, const Graph& after,
                                Numbers numbers) {
  for (const uint32_t seed : {1, 100, 200}) {
    std::string difference = DifferenceOfRuns(before, after, numbers, seed);
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace tinyc

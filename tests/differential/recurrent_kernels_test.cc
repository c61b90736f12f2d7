// SPDX-License-Identifier: Apache-2.0
// Recurrent layers: kernels against the reference.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

Tensor Reals(Random& random, Shape shape, double bound) {
  Tensor tensor(TensorType(DType::kF32, shape));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    tensor.Set(i, random.Real(-bound, bound));
  }
  return tensor;
}

// A constant or an operand that is known at run time only.
void AddWeights(Random& random, Trial& trial, Tensor tensor) {
  if (random.Chance(0.5)) {
    trial.AddConstant(std::move(tensor));
  } else {
    trial.Add(std::move(tensor));
  }
}

std::string Floats(Random& random, size_t count) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) values.push_back(random.Real(-1, 1));
  return absl::StrCat("[", absl::StrJoin(values, ","), "]");
}

Trial RandomTrial(Random& random) {
  const size_t cell = static_cast<size_t>(random.Int(0, 2));
  const char* const name[] = {"rnn", "gru", "lstm"};
  const int64_t gates[] = {1, 3, 4};
  const bool lstm = cell == 2;
  Trial trial(name[cell]);
  trial.tolerance = 1e-5;
  const auto flag = [&](const char* attr, double chance = 0.5) {
    const bool value = random.Chance(chance);
    trial.Set(attr, value ? "true" : "false");
    return value;
  };
  const std::string direction =
      random.Pick<std::string>({"forward", "reverse", "bidirectional"});
  trial.Set("direction", direction);
  const int64_t d = direction == "bidirectional" ? 2 : 1;
  const int64_t t = random.Int(1, 7);
  const int64_t n = random.Int(1, 3);
  const int64_t in = random.Int(1, 9);
  const int64_t h = random.Int(1, 9);
  const bool batch_first = flag("batch_first");
  const bool apart = cell == 1 && flag("linear_before_reset");
  if (lstm) flag("input_forget", 0.2);
  if (random.Chance(0.2)) trial.Set("clip", absl::StrCat(random.Real(0.1, 2)));
  if (random.Chance(0.5)) {
    std::vector<std::string> names;
    for (size_t i = 0; i < (cell + 1) * static_cast<size_t>(d); ++i) {
      names.push_back(random.Pick<std::string>(
          {"affine", "relu", "leakyrelu", "thresholdedrelu", "tanh",
           "scaledtanh", "sigmoid", "hardsigmoid", "elu", "softsign",
           "softplus"}));
    }
    trial.Set("activations",
              absl::StrCat("\"", absl::StrJoin(names, ","), "\""));
    trial.Set("alpha", Floats(random, names.size()));
    trial.Set("beta", Floats(random, names.size()));
  }
  const bool y = flag("y");
  const bool last_h = flag("last_h");
  const bool last_c = lstm && flag("last_c");
  if (!y && !last_h && !last_c) trial.Set("y", "true");

  const double bound = 1.0 / static_cast<double>(h);
  trial.Add(Reals(random, batch_first ? Shape{n, t, in} : Shape{t, n, in}, 1));
  AddWeights(random, trial, Reals(random, {d, gates[cell] * h, in}, bound));
  AddWeights(random, trial, Reals(random, {d, gates[cell] * h, h}, bound));
  const Shape state = batch_first ? Shape{n, d, h} : Shape{d, n, h};
  const auto maybe = [&](Tensor tensor) {
    if (random.Chance(0.5)) {
      trial.Add(std::move(tensor));
    } else {
      trial.operands.emplace_back();
    }
  };
  maybe(Reals(random, {d, (gates[cell] + (apart ? 1 : 0)) * h}, 1));
  Tensor lengths(TensorType(DType::kS32, {n}));
  for (int64_t i = 0; i < n; ++i) lengths.SetInt(i, random.Int(-1, t + 1));
  maybe(std::move(lengths));
  maybe(Reals(random, state, 1));
  if (lstm) maybe(Reals(random, state, 1));
  if (lstm) maybe(Reals(random, {d, 3 * h}, 1));
  return trial;
}

TEST(RecurrentKernelsTest, AgreeWithTheReference) {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    EXPECT_TRUE(CheckTrial(RandomTrial(random)));
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace tinyc

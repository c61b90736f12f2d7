// SPDX-License-Identifier: Apache-2.0
// What a model with quantize/dequantize pairs computes, in float arithmetic:
// values are rounded to their steps, the operators between run by the float
// kernels of this machine.  Fast enough to try thousands of scales.
#ifndef TINYC_PASSES_QUANTIZATION_SIMULATION_H_
#define TINYC_PASSES_QUANTIZATION_SIMULATION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/ir/module.h"
#include "passes/quantization/calibration.h"
#include "passes/quantization/channels.h"

namespace tinyc {

// A model with pairs as two float graphs, whose values have the names that they
// have in the model.  Their outputs are those of the model, or what a softmax
// or sigmoid there reads: errors are compared before it squeezes them.
struct FloatForms {
  std::unique_ptr<Graph> real;     // without any pair
  std::unique_ptr<Graph> rounded;  // with constants rounded, the other pairs in
                                   // place
};
absl::StatusOr<FloatForms> MakeFloatForms(const Graph& graph);
inline constexpr absl::string_view kSumSuffix = "_sum";

// A pair on an activation, by which the value is rounded.
struct Rounding {
  std::string name;  // of the result of quantize
  const Value* real = nullptr;
  const Value* rounded = nullptr;
  bool fixed = false;  // the range is the operator's rule
  ElemType elem = {};
  // The nodes whose results depend on it, in order, the one that makes
  // `rounded` first; and what they cost, in multiply-accumulates.
  std::vector<size_t> affected = {};
  double cost = 0;
};

// What is added to every element of a channel.
struct Shift {
  Channels channels = {};
  std::vector<double> of_channel = {};  // empty: nothing is added
};

// The rounded form, node by node.
class Simulation {
 public:
  static absl::StatusOr<std::unique_ptr<Simulation>> Make(
      std::unique_ptr<Graph> rounded);

  const Graph& graph() const { return *module_.graph; }
  const std::vector<const Node*>& nodes() const { return nodes_; }
  std::vector<Rounding>& roundings() { return roundings_; }
  int64_t bytes_per_run() const { return module_.plan->arena_bytes; }

  // A run with the inputs in place.
  KernelsRun Start(const Sample& sample) const;
  // Gives a convolution or dense layer other weights, of the same type.
  absl::Status SetWeights(size_t step, Tensor weights);
  // What Step adds to the result of a node.
  void SetShift(size_t step, Shift shift) { shifts_[step] = std::move(shift); }
  void ApplyShift(KernelsRun& run, size_t step) const;
  // Runs nodes()[step] by the present roundings and shifts.  Threads may run
  // different runs at the same time.
  absl::Status Step(KernelsRun& run, size_t step) const;
  absl::Status StepAll(KernelsRun& run) const;

 private:
  Simulation() = default;
  void FindRoundings();
  void FindAffected(Rounding* rounding) const;

  Module module_;
  std::vector<const Node*> nodes_;
  std::vector<Rounding> roundings_;
  std::vector<Shift> shifts_;  // per node
  // Per node: the rounding it stands for, or -1; of a quantize that a rounding
  // makes needless, kSkipped.
  std::vector<int> rounding_of_;
};

// The outputs of the real form for every sample, [sample][output].
absl::StatusOr<std::vector<std::vector<Tensor>>> RealOutputs(
    const Graph& real, absl::Span<const Sample> samples);

// How far outputs are from the real ones: the squared errors of each output
// relative to its squares, summed.
class OutputError {
 public:
  OutputError(const Simulation& simulation,
              absl::Span<const std::vector<Tensor>> real);
  // The share of sample `i`.
  double Of(KernelsRun& run, size_t i) const;

 private:
  const Simulation& simulation_;
  absl::Span<const std::vector<Tensor>> real_;
  std::vector<double> weight_;  // per output
};

// Signal to noise of a relative squared error, in dB: "31.2 dB".
std::string DecibelText(double error);

}  // namespace tinyc

#endif  // TINYC_PASSES_QUANTIZATION_SIMULATION_H_

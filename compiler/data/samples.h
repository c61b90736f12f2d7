// SPDX-License-Identifier: Apache-2.0
// Model inputs from arrays, sample by sample, and outputs back to arrays.
//
// An array belongs to the input of its name.  For a model with one input it is
// also the only array of the file, or the one named "x".  Against an input of
// shape D it may hold, in this order:
//
//   [D]           one sample
//   [N, D]        N samples
//   [N, D less a leading 1]   N samples that lack the batch dimension
//
// Outputs take the form that the inputs have.
#ifndef TINYC_COMPILER_DATA_SAMPLES_H_
#define TINYC_COMPILER_DATA_SAMPLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/data/npz.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// The samples of a value of `type` that `array` holds in one of these forms.
absl::StatusOr<std::vector<Tensor>> CutSamples(const Tensor& array,
                                               const TensorType& type);

class Samples {
 public:
  enum class Form { kOne, kStacked, kWithoutBatch };

  // `arrays` matched with the inputs of `graph`.  Every input has an array;
  // arrays without an input are left aside.
  static absl::StatusOr<Samples> Match(std::vector<NamedTensor> arrays,
                                       const Graph& graph);
  // The samples for `graph` in `path`: an .npz file, an .npy file for a model
  // with one input, or a folder of such files, in the order of their names.
  // Files <input>.npy of a folder hold the same samples of several inputs.
  // Errors read on after the path.
  static absl::StatusOr<Samples> Read(const std::string& path,
                                      const Graph& graph);
  // `count` samples from a fixed seed: integers over their full range, floats
  // of a standard normal distribution.
  static Samples Random(const Graph& graph, int64_t count);

  // [sample][input], in the order and with the types of the graph's inputs.
  const std::vector<std::vector<Tensor>>& values() const { return values_; }

  // `count` of them, evenly spread over all, or all when there are no more: a
  // file is often sorted by class.
  std::vector<std::vector<Tensor>> Spread(size_t count) const;

  // The outputs of all samples, outputs[sample][output], as one array each,
  // named as in `graph`.
  std::vector<NamedTensor> Stack(
      const Graph& graph, absl::Span<const std::vector<Tensor>> outputs) const;

 private:
  Form form_ = Form::kStacked;
  std::vector<std::vector<Tensor>> values_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_DATA_SAMPLES_H_

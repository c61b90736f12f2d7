// SPDX-License-Identifier: Apache-2.0
// A convolution or dense layer whose weights pruning has changed.
#ifndef TINYC_PASSES_PRUNING_FITTED_LAYER_H_
#define TINYC_PASSES_PRUNING_FITTED_LAYER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "Eigen/Core"
#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"

namespace tinyc {

struct FittedLayer {
  std::string output = {};       // of its node in the model
  size_t step = 0;               // in the float forms of the model
  Eigen::MatrixXd weights = {};  // as they were, [output channel][weight]
  // Of a quantized layer: the type of the integers that its weights are.
  std::optional<TensorType> stored = {};
  // What the weights become, once they are changed.
  bool changed = false;
  Eigen::MatrixXd fitted = {};
  std::vector<double> bias = {};  // what is added to it
};

// Weights [output channel][...] as a matrix of real numbers.
Eigen::MatrixXd MatrixOf(const Tensor& weights);

// Rounds what the weights become to numbers that they can be stored as.  What
// is 0 stays 0.  Scales grow where weights have outgrown the integers.
void RoundToStored(FittedLayer* layer);

// What the weights become, as a tensor of `type`.
Tensor FittedWeights(const FittedLayer& layer, const TensorType& type);

// Gives nodes of `graph` new constants.
class LayerWriter {
 public:
  explicit LayerWriter(Graph& graph);

  // Weights and, where it changes, the bias of the node that makes
  // layer.output, if the layer changed.  Weights that are stored as integers
  // stay so; the bias becomes a float.
  void Write(const FittedLayer& layer);

 private:
  Graph& graph_;
  absl::flat_hash_map<std::string, Node*> node_of_;  // by output
};

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_FITTED_LAYER_H_

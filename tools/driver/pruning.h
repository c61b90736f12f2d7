// SPDX-License-Identifier: Apache-2.0
// What pruning made of the weights, layer by layer, in numbers and pictures.
//
// The JSON has, in layers[], one per convolution and dense layer:
//   name               the ONNX nodes it came from
//   before, after      what the weights were and are:
//     rows, columns    output channels, and weights of each
//     zeros            of the weights
//     histogram[]      of the weights other than 0: how many lie in each of
//                      kHistogramBins equal parts of [-limit, limit]
//     heat             a picture of the magnitudes: rows, columns of cells, and
//                      cells, a digit each, row by row: 0 where all weights are
//                      0, else 1 to 9 for the mean magnitude of the cell's
//   limit              the greatest magnitude of both
#ifndef TINYC_TOOLS_DRIVER_PRUNING_H_
#define TINYC_TOOLS_DRIVER_PRUNING_H_

#include <string>

#include "compiler/ir/graph.h"
#include "nlohmann/json.hpp"

namespace tinyc {

inline constexpr size_t kHistogramBins = 33;

// Of two forms of a float graph, in which layers have the same names.
nlohmann::ordered_json PruningJson(const Graph& before, const Graph& after);

// The same as a section of a page.
std::string PruningHtml(const nlohmann::ordered_json& pruning);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_PRUNING_H_

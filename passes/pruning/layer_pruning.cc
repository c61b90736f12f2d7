// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/layer_pruning.h"

#include <algorithm>
#include <iterator>

#include "Eigen/Cholesky"
#include "compiler/base/parallel.h"
#include "passes/fitting/masked_fit.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// The damping (passes/fitting/second_order.h) with which units are chosen, and
// those that the weights that are left are tried with.
constexpr double kChoiceDamping = 1e-2;
constexpr double kFitDampings[] = {1e-3, 1e-2, 0.1, 1};

// What the weights of a group are chosen by.
struct Quadratic {
  MatrixXd best;     // the weights if all stay
  MatrixXd inverse;  // of the second derivative
};

}  // namespace

absl::StatusOr<std::vector<Removal>> RemovalsOf(
    const PrunedLayer& layer, absl::Span<const LayerMoments> moments,
    PruneOptions::Method method) {
  const Index rows = layer.RowsPerGroup();
  const bool exact = method == PruneOptions::Method::kObc && !moments.empty();
  std::vector<Quadratic> quadratics(exact ? moments.size() : 0);
  TINYC_RETURN_IF_ERROR(ParallelFor(quadratics.size(), [&](size_t g) {
    const Moments& all = moments[g].all;
    const Index size = all.changed.rows();
    quadratics[g].best =
        Refit(layer.weights.middleRows(static_cast<Index>(g) * rows, rows), all,
              kChoiceDamping);
    quadratics[g].inverse = Damped(all.changed, kChoiceDamping)
                                .llt()
                                .solve(MatrixXd::Identity(size, size));
    return absl::OkStatus();
  }));
  std::vector<Removal> removals(layer.gone.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(removals.size(), [&](size_t r) {
    const Index row = static_cast<Index>(r);
    if (exact) {
      const Quadratic& of_group = quadratics[static_cast<size_t>(row / rows)];
      removals[r] =
          RemoveCheapest(of_group.best.row(row % rows), of_group.inverse,
                         layer.units, layer.gone[r]);
    } else {
      removals[r] =
          RemoveSmallest(layer.weights.row(row), layer.units, layer.gone[r]);
    }
    return absl::OkStatus();
  }));
  return removals;
}

void RemoveUntil(size_t count, absl::Span<const Removal> removals,
                 PrunedLayer* layer) {
  const std::vector<size_t> lost =
      CheapestOf(removals, count - std::min(count, layer->CountGone()));
  for (size_t r = 0; r < removals.size(); ++r) {
    for (size_t i = 0; i < lost[r]; ++i) {
      layer->Remove(r, removals[r].units[i]);
    }
  }
}

void KeepRest(PrunedLayer* layer) {
  layer->fitted = layer->kept.select(layer->weights, 0.0);
  layer->bias.assign(layer->gone.size(), 0.0);
}

absl::Status FitRest(absl::Span<const LayerMoments> moments,
                     PrunedLayer* layer) {
  const Index rows = layer->RowsPerGroup();
  const auto weights = [&](size_t g) {
    return layer->weights.middleRows(static_cast<Index>(g) * rows, rows);
  };
  const auto fit = [&](size_t g, const Moments& by, double damping) {
    return FitKept(weights(g),
                   layer->kept.middleRows(static_cast<Index>(g) * rows, rows),
                   by, damping);
  };
  constexpr size_t kStrengths = std::size(kFitDampings);
  std::vector<double> errors(moments.size() * kStrengths);
  TINYC_RETURN_IF_ERROR(ParallelFor(errors.size(), [&](size_t i) {
    const size_t g = i / kStrengths;
    errors[i] = FitErrors(fit(g, moments[g].some, kFitDampings[i % kStrengths]),
                          weights(g), moments[g].other)
                    .sum();
    return absl::OkStatus();
  }));
  double sums[kStrengths] = {};
  for (size_t i = 0; i < errors.size(); ++i) sums[i % kStrengths] += errors[i];
  const double damping =
      kFitDampings[std::min_element(sums, sums + kStrengths) - sums];
  layer->fitted.resize(layer->weights.rows(), layer->weights.cols());
  TINYC_RETURN_IF_ERROR(ParallelFor(moments.size(), [&](size_t g) {
    layer->fitted.middleRows(static_cast<Index>(g) * rows, rows) =
        fit(g, moments[g].all, damping);
    return absl::OkStatus();
  }));
  RoundToStored(layer);
  layer->bias.resize(layer->gone.size());
  for (size_t g = 0; g < moments.size(); ++g) {
    const Index first = static_cast<Index>(g) * rows;
    const VectorXd shift =
        weights(g) * moments[g].real_mean -
        layer->fitted.middleRows(first, rows) * moments[g].changed_mean;
    for (Index r = 0; r < rows; ++r) {
      layer->bias[static_cast<size_t>(first + r)] = shift(r);
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc

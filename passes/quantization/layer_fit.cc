// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/layer_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "absl/functional/function_ref.h"
#include "compiler/base/parallel.h"
#include "compiler/ir/type.h"
#include "passes/quantization/step_rounder.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Strengths of a fit, from weak to strong; none at all comes first.
constexpr double kRefitDampings[] = {30, 3, 0.3};
constexpr double kRoundDampings[] = {2, 0.2, 0.01};
// Weights of 4 bits are fitted with less than the scale at which the greatest
// of them fits its steps: what is lost there makes the steps of all others
// finer.
constexpr double kClips[] = {1,    0.95, 0.9,  0.85, 0.8,  0.75, 0.7,
                             0.65, 0.6,  0.55, 0.5,  0.45, 0.4};

MatrixXd Refitted(const FitGroup& group, const Moments& moments,
                  double damping) {
  if (damping == 0) return group.weights;
  return group.kept.all()
             ? Refit(group.weights, moments, damping)
             : FitKept(group.weights, group.kept, moments, damping);
}

// `weights` in steps of `scale`.
MatrixXd ToNearest(const MatrixXd& weights, const VectorXd& scale,
                   StepRange range) {
  const MatrixXd steps = scale.cwiseInverse().asDiagonal() * weights;
  return steps.unaryExpr([&](double step) {
    return std::clamp(std::nearbyint(step), range.least, range.greatest);
  });
}

// The sum over `groups` of what `error` says of each, in their order.
absl::StatusOr<double> SumOver(
    const std::vector<FitGroup>& groups,
    absl::FunctionRef<double(const FitGroup& group)> error) {
  std::vector<double> errors(groups.size());
  TINYC_RETURN_IF_ERROR(ParallelFor(groups.size(), [&](size_t g) {
    errors[g] = error(groups[g]);
    return absl::OkStatus();
  }));
  return std::accumulate(errors.begin(), errors.end(), 0.0);
}

}  // namespace

LayerFit Fitted(const FitGroup& group, const Moments& moments,
                const FitStrengths& strengths) {
  const MatrixXd weights = Refitted(group, moments, strengths.refit);
  std::optional<StepRounder> rounder;
  if (strengths.round != 0) rounder.emplace(moments.changed, strengths.round);
  LayerFit best;
  VectorXd least;
  for (const double clip : kClips) {
    if (clip < 1 && !strengths.clip) break;
    LayerFit fit;
    fit.scale = clip * group.scale;
    fit.steps =
        rounder ? rounder->Round(weights, fit.scale, group.range, group.kept)
                : ToNearest(weights, fit.scale, group.range);
    const VectorXd errors = FitErrors(fit.Weights(), group.weights, moments);
    if (clip == 1) {
      best = std::move(fit);
      least = errors;
      continue;
    }
    for (Index r = 0; r < errors.size(); ++r) {
      if (!(errors(r) < least(r))) continue;
      least(r) = errors(r);
      best.steps.row(r) = fit.steps.row(r);
      best.scale(r) = fit.scale(r);
    }
  }
  return best;
}

absl::StatusOr<FitStrengths> BestStrengths(
    const std::vector<FitGroup>& groups) {
  FitStrengths best;
  double least = std::numeric_limits<double>::infinity();
  const auto try_refit = [&](double damping) -> absl::Status {
    TINYC_ASSIGN_OR_RETURN(
        const double error, SumOver(groups, [&](const FitGroup& group) {
          return FitErrors(Refitted(group, group.some, damping), group.weights,
                           group.other)
              .sum();
        }));
    if (error < least) best.refit = damping;
    least = std::min(least, error);
    return absl::OkStatus();
  };
  TINYC_RETURN_IF_ERROR(try_refit(0));
  for (const double damping : kRefitDampings) {
    TINYC_RETURN_IF_ERROR(try_refit(damping));
  }
  least = std::numeric_limits<double>::infinity();
  const auto try_rounding = [&](FitStrengths strengths) -> absl::Status {
    TINYC_ASSIGN_OR_RETURN(
        const double error, SumOver(groups, [&](const FitGroup& group) {
          return FitErrors(Fitted(group, group.some, strengths).Weights(),
                           group.weights, group.other)
              .sum();
        }));
    if (error < least) best = strengths;
    least = std::min(least, error);
    return absl::OkStatus();
  };
  TINYC_RETURN_IF_ERROR(try_rounding({best.refit, 0, false}));
  for (const double damping : kRoundDampings) {
    TINYC_RETURN_IF_ERROR(try_rounding({best.refit, damping, false}));
  }
  if (groups[0].range.greatest < MaxOf(DType::kS8)) {
    TINYC_RETURN_IF_ERROR(try_rounding({best.refit, best.round, true}));
  }
  return best;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_scores.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "Eigen/Cholesky"
#include "Eigen/Core"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "compiler/base/check.h"
#include "compiler/base/parallel.h"
#include "compiler/base/progress.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;
using Eigen::VectorXf;

// Multiply-accumulates of all runs that judge channels once.
constexpr double kWork = 1.5e11;
constexpr size_t kLeastSamples = 16;
constexpr size_t kMostSamples = 128;
constexpr double kDamping = 1e-2;  // of the squares of lanes
constexpr Index kMostVectors = 1 << 16;

const float* Floats(KernelsRun& run, const Value& value) {
  return reinterpret_cast<const float*>(run.BytesOf(value));
}

// A value that readers multiply with weights, as vectors of its lanes: vector
// p has element Offset(p) + lane * inner.
struct LaneVectors {
  const Value* value = nullptr;
  Lanes lanes = {};

  int64_t count() const { return value->type().num_elements() / lanes.count; }
  int64_t Offset(int64_t p) const {
    return p / lanes.inner * lanes.inner * lanes.count + p % lanes.inner;
  }
};

// What the lanes that are left say of each: x_lane ~ weights . x + offset, by
// least squares on samples; the column of the lane itself is 0.
struct Predictor {
  MatrixXf weights;
  VectorXf offset;
  VectorXd squares;  // the mean of each lane's
  MatrixXd inverse;  // of the covariances; 0 for lanes that are gone
};

Predictor Fitted(const LaneVectors& vectors, std::vector<KernelsRun>& runs,
                 const std::vector<bool>& is_left) {
  const Index size = vectors.lanes.count;
  MatrixXd squares = MatrixXd::Zero(size, size);
  VectorXd sum = VectorXd::Zero(size);
  const int64_t of_run = vectors.count();
  const int64_t stride =
      1 + of_run * static_cast<int64_t>(runs.size()) / kMostVectors;
  double count = 0;
  for (size_t i = 0; i < runs.size(); ++i) {
    const float* x = Floats(runs[i], *vectors.value);
    const int64_t first = static_cast<int64_t>(i) % stride;
    if (first >= of_run) continue;
    const Index columns = (of_run - first + stride - 1) / stride;
    MatrixXf block(size, columns);
    for (Index v = 0; v < columns; ++v) {
      const float* from = x + vectors.Offset(first + v * stride);
      for (Index lane = 0; lane < size; ++lane) {
        block(lane, v) = from[lane * vectors.lanes.inner];
      }
    }
    squares += (block * block.transpose()).cast<double>();
    sum += block.rowwise().sum().cast<double>();
    count += static_cast<double>(columns);
  }
  const VectorXd mean = sum / std::max(1.0, count);
  squares /= std::max(1.0, count);
  Predictor predictor;
  predictor.squares = squares.diagonal();
  std::vector<Index> left;
  for (Index lane = 0; lane < size; ++lane) {
    if (is_left[static_cast<size_t>(lane)]) left.push_back(lane);
  }
  MatrixXd covariance = (squares - mean * mean.transpose())(left, left);
  const Index kept = static_cast<Index>(left.size());
  covariance.diagonal().array() +=
      kDamping * covariance.trace() / static_cast<double>(kept) + 1e-12;
  // The lane by the others, for all lanes at once: from the inverse.
  const MatrixXd inverse =
      covariance.llt().solve(MatrixXd::Identity(kept, kept));
  predictor.inverse = MatrixXd::Zero(size, size);
  predictor.inverse(left, left) = inverse;
  predictor.weights = MatrixXf::Zero(size, size);
  predictor.offset = mean.cast<float>();
  for (Index a = 0; a < kept; ++a) {
    double offset = mean(left[static_cast<size_t>(a)]);
    for (Index b = 0; b < kept; ++b) {
      if (a == b) continue;
      const double w = -inverse(a, b) / inverse(a, a);
      const Index from = left[static_cast<size_t>(b)];
      predictor.weights(left[static_cast<size_t>(a)], from) =
          static_cast<float>(w);
      offset -= w * mean(from);
    }
    predictor.offset(left[static_cast<size_t>(a)]) = static_cast<float>(offset);
  }
  return predictor;
}

// Puts what the others say in the place of a lane.
void Replace(const LaneVectors& vectors, const Predictor& predictor,
             int64_t lane, KernelsRun& run) {
  float* x = reinterpret_cast<float*>(run.BytesOf(*vectors.value));
  const int64_t inner = vectors.lanes.inner;
  VectorXf vector(vectors.lanes.count);
  for (int64_t p = 0; p < vectors.count(); ++p) {
    float* const at = x + vectors.Offset(p);
    for (Index k = 0; k < vector.size(); ++k) vector(k) = at[k * inner];
    at[lane * inner] =
        predictor.weights.row(lane).dot(vector) + predictor.offset(lane);
  }
}

class Judge {
 public:
  Judge(const ChannelStudy& study, absl::Span<const ChannelUnit> units)
      : study_(study), units_(units) {
    for (const ChannelUnit& unit : units) {
      for (const LaneReader& reader : unit.readers) {
        const Value* value = OperandOf(reader);
        if (vectors_.contains(value)) continue;
        const LaneVectors vectors = {value, study.map.LanesOf(value)};
        vectors_[value] = vectors;
        std::vector<bool> left;
        for (int64_t lane = 0; lane < vectors.lanes.count; ++lane) {
          left.push_back(!study.gone[study.map.ChannelOf(value, lane)]);
        }
        predictors_[value] = Fitted(vectors, study.runs, left);
      }
    }
  }

  const Predictor& PredictorOf(const LaneReader& reader) const {
    return predictors_.at(OperandOf(reader));
  }
  const Value* OperandOf(const LaneReader& reader) const {
    return NodeAt(reader.step).input(0);
  }

  absl::StatusOr<std::vector<double>> ByAblation() const {
    std::vector<Trial> trials;
    double work = 0;
    for (size_t u = 0; u < units_.size(); ++u) {
      if (study_.gone[units_[u].channel]) continue;
      trials.push_back(TrialOf(u));
      work += trials.back().macs;
    }
    const size_t samples =
        std::min(study_.runs.size(),
                 std::clamp(static_cast<size_t>(kWork / std::max(1.0, work)),
                            kLeastSamples, kMostSamples));
    const OutputError error(study_.model, study_.outputs);
    std::vector<std::vector<double>> errors(samples);
    Progress progress("judge channels", samples);
    // Spread over the samples, which may be sorted by class.
    TINYC_RETURN_IF_ERROR(ParallelFor(samples, [&](size_t i) -> absl::Status {
      const size_t at = i * study_.runs.size() / samples;
      KernelsRun changed = study_.model.Start(study_.samples[at]);
      for (const auto& node : study_.model.graph().nodes()) {
        for (const Value* value : node->outputs()) {
          CopyValue(*value, study_.runs[at], changed);
        }
      }
      const double before = error.Of(changed, at);
      for (const Trial& trial : trials) {
        TINYC_RETURN_IF_ERROR(Run(trial, changed));
        errors[i].push_back(error.Of(changed, at) - before);
        for (const Value* value : trial.changed) {
          CopyValue(*value, study_.runs[at], changed);
        }
      }
      progress.Add();
      return absl::OkStatus();
    }));
    std::vector<double> scores(units_.size());
    for (size_t t = 0; t < trials.size(); ++t) {
      double& score = scores[trials[t].unit];
      for (const auto& of_sample : errors) {
        score += of_sample[t] / static_cast<double>(samples);
      }
      score = std::max(score, 0.0);
    }
    return scores;
  }

  std::vector<double> ByEnergy() const {
    std::vector<double> scores;
    for (const ChannelUnit& unit : units_) {
      double score = 0;
      for (const LaneReader& reader : unit.readers) {
        score += predictors_.at(OperandOf(reader)).squares(reader.lane) *
                 ColumnSquares(reader);
      }
      scores.push_back(study_.gone[unit.channel] ? 0 : score);
    }
    return scores;
  }

 private:
  // The model without one unit.
  struct Trial {
    size_t unit = 0;
    std::vector<size_t> steps = {};  // that give something else
    std::vector<const Value*> changed = {};
    double macs = 0;
  };

  const Node& NodeAt(size_t step) const { return *study_.model.nodes()[step]; }

  Trial TrialOf(size_t u) const {
    Trial trial = {.unit = u};
    absl::flat_hash_set<const Value*> changed;
    const auto change = [&](const Value* value) {
      if (changed.insert(value).second) trial.changed.push_back(value);
    };
    const ChannelUnit& unit = units_[u];
    for (const LaneReader& reader : unit.readers) change(OperandOf(reader));
    for (size_t step = 0; step < study_.model.nodes().size(); ++step) {
      const Node& node = NodeAt(step);
      const bool reads = std::any_of(
          node.inputs().begin(), node.inputs().end(),
          [&](const Value* value) { return changed.contains(value); });
      if (!reads) continue;
      trial.steps.push_back(step);
      trial.macs += static_cast<double>(node.op().Macs(node)) +
                    static_cast<double>(node.output()->type().num_elements());
      for (const Value* output : node.outputs()) change(output);
    }
    return trial;
  }

  absl::Status Run(const Trial& trial, KernelsRun& run) const {
    const std::vector<LaneReader>& readers = units_[trial.unit].readers;
    auto next = readers.begin();
    for (const size_t step : trial.steps) {
      for (; next != readers.end() && next->step == step; ++next) {
        const Value* value = OperandOf(*next);
        Replace(vectors_.at(value), predictors_.at(value), next->lane, run);
      }
      TINYC_RETURN_IF_ERROR(study_.model.Step(run, step));
    }
    return absl::OkStatus();
  }

  static void CopyValue(const Value& value, KernelsRun& from, KernelsRun& to) {
    std::memcpy(to.BytesOf(value), from.BytesOf(value),
                static_cast<size_t>(value.type().bytes()));
  }

  // Of the weights that meet a lane.
  double ColumnSquares(const LaneReader& reader) const {
    const Node& node = NodeAt(reader.step);
    const Lanes lanes = study_.map.LanesOf(node.input(0));
    double squares = 0;
    MapWeights(node, [&](int64_t, int64_t in, double weight) {
      if (LaneOfColumn(node, lanes, in) == reader.lane) {
        squares += weight * weight;
      }
      return weight;
    });
    return squares;
  }

  const ChannelStudy& study_;
  absl::Span<const ChannelUnit> units_;
  absl::flat_hash_map<const Value*, LaneVectors> vectors_;
  absl::flat_hash_map<const Value*, Predictor> predictors_;
};

// Of each channel, the squares of the rows of weights that make it, each
// relative to the mean of its layer's.
std::vector<double> RowSquares(const Simulation& model, const ChannelMap& map) {
  std::vector<double> of_channel(map.size());
  for (const Node* node : model.nodes()) {
    if (!IsWeighted(*node)) continue;
    std::vector<double> rows(
        static_cast<size_t>(node->input(1)->type().shape[0]));
    double sum = 0;
    MapWeights(*node, [&](int64_t out, int64_t, double weight) {
      rows[static_cast<size_t>(out)] += weight * weight;
      sum += weight * weight;
      return weight;
    });
    if (sum == 0 || map.LanesOf(node->output()).empty()) continue;
    for (size_t row = 0; row < rows.size(); ++row) {
      of_channel[map.ChannelOf(node->output(), static_cast<int64_t>(row))] +=
          rows[row] * static_cast<double>(rows.size()) / sum;
    }
  }
  return of_channel;
}

}  // namespace

absl::StatusOr<ChannelScores> ChannelScores::Find(
    const ChannelStudy& study, absl::Span<const ChannelUnit> units,
    Importance importance) {
  TINYC_CHECK(importance != Importance::kBest);
  ChannelScores found;
  found.lanes_.resize(units.size());
  if (importance == Importance::kMagnitude) {
    const std::vector<double> of_channel = RowSquares(study.model, study.map);
    for (const ChannelUnit& unit : units) {
      found.scores_.push_back(of_channel[unit.channel]);
    }
    return found;
  }
  const Judge judge(study, units);
  if (importance == Importance::kEnergy) {
    found.scores_ = judge.ByEnergy();
    return found;
  }
  TINYC_ASSIGN_OR_RETURN(found.scores_, judge.ByAblation());
  absl::flat_hash_map<const Value*, size_t> number;
  for (size_t u = 0; u < units.size(); ++u) {
    if (study.gone[units[u].channel]) continue;
    for (const LaneReader& reader : units[u].readers) {
      const auto [at, is_new] =
          number.insert({judge.OperandOf(reader), found.inverse_.size()});
      if (is_new) {
        found.inverse_.push_back(judge.PredictorOf(reader).inverse);
        found.unit_of_.emplace_back(
            static_cast<size_t>(found.inverse_.back().rows()), units.size());
      }
      found.lanes_[u].push_back({at->second, reader.lane});
      found.unit_of_[at->second][static_cast<size_t>(reader.lane)] = u;
    }
  }
  return found;
}

void ChannelScores::Remove(size_t u) {
  absl::flat_hash_map<size_t, double> growth;  // by unit
  for (const Lane& gone : lanes_[u]) {
    MatrixXd& inverse = inverse_[gone.value];
    const double pivot = inverse(gone.lane, gone.lane);
    if (pivot <= 0) continue;  // by another reader of the value
    const VectorXd column = inverse.col(gone.lane);
    for (Index lane = 0; lane < inverse.rows(); ++lane) {
      const size_t other = unit_of_[gone.value][static_cast<size_t>(lane)];
      const double before = inverse(lane, lane);
      if (lane == gone.lane || other >= lanes_.size() || before <= 0) continue;
      const double after = before - column(lane) * column(lane) / pivot;
      double& most = growth.insert({other, 1}).first->second;
      most = std::max(most, before / std::max(after, before * 1e-6));
    }
    inverse -= column * column.transpose() / pivot;
    inverse.row(gone.lane).setZero();
    inverse.col(gone.lane).setZero();
  }
  for (const auto& [other, factor] : growth) scores_[other] *= factor;
}

}  // namespace tinyc

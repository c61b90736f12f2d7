// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/removal.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

#include "Eigen/Cholesky"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// How many units may still go, by segment.
std::vector<size_t> Left(const Units& units, const Gone& gone) {
  std::vector<size_t> left = units.most;
  for (size_t u = 0; u < gone.size(); ++u) {
    size_t& of_segment = left[units.segment[u]];
    if (gone[u] && of_segment > 0) --of_segment;
  }
  return left;
}

// A row and H^-1 of the weights that are left, which lie at the front.
class Remainder {
 public:
  Remainder(const VectorXd& row, const MatrixXd& inverse)
      : row_(row), inverse_(inverse), size_(row.size()) {
    at_.resize(static_cast<size_t>(size_));
    std::iota(at_.begin(), at_.end(), Index{0});
    who_ = at_;
  }

  double Cost(const std::vector<Index>& weights) const {
    if (weights.size() == 1) {
      const Index i = At(weights[0]);
      return row_(i) * row_(i) / inverse_(i, i);
    }
    const std::vector<Index> places = Places(weights);
    const VectorXd values = row_(places);
    const MatrixXd block = inverse_(places, places);
    return values.dot(block.llt().solve(values));
  }

  void Remove(const std::vector<Index>& weights) {
    for (const Index weight : weights) RemoveOne(weight);
  }

 private:
  Index At(Index weight) const { return at_[static_cast<size_t>(weight)]; }
  std::vector<Index> Places(const std::vector<Index>& weights) const {
    std::vector<Index> places;
    for (const Index weight : weights) places.push_back(At(weight));
    return places;
  }

  // One by one comes to the same as all of a block at once.
  void RemoveOne(Index weight) {
    const Index last = size_ - 1;
    const Index i = At(weight);
    if (i != last) {
      std::swap(row_(i), row_(last));
      inverse_.row(i).head(size_).swap(inverse_.row(last).head(size_));
      inverse_.col(i).head(size_).swap(inverse_.col(last).head(size_));
      const Index moved = who_[static_cast<size_t>(last)];
      who_[static_cast<size_t>(i)] = moved;
      at_[static_cast<size_t>(moved)] = i;
    }
    const VectorXd column = inverse_.col(last).head(last);
    const double pivot = inverse_(last, last);
    row_.head(last) -= row_(last) / pivot * column;
    inverse_.topLeftCorner(last, last).noalias() -=
        column / pivot * column.transpose();
    size_ = last;
  }

  VectorXd row_;
  MatrixXd inverse_;
  Index size_;
  std::vector<Index> at_;   // the place of each weight that is left
  std::vector<Index> who_;  // the weight at each place
};

}  // namespace

std::vector<double> Squares(const VectorXd& row, const Units& units) {
  std::vector<double> squares;
  for (const std::vector<Index>& unit : units.weights) {
    squares.push_back(row(unit).squaredNorm());
  }
  return squares;
}

Removal RemoveSmallest(const VectorXd& row, const Units& units,
                       const Gone& gone) {
  const std::vector<double> squares = Squares(row, units);
  std::vector<size_t> order(squares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return squares[a] < squares[b]; });
  std::vector<size_t> left = Left(units, gone);
  Removal removal;
  for (const size_t unit : order) {
    size_t& of_segment = left[units.segment[unit]];
    if (gone[unit] || of_segment == 0) continue;
    --of_segment;
    removal.units.push_back(unit);
    removal.costs.push_back(squares[unit]);
  }
  return removal;
}

Removal RemoveCheapest(const VectorXd& row, const MatrixXd& inverse,
                       const Units& units, const Gone& gone) {
  std::vector<size_t> left = Left(units, gone);
  Remainder remainder(row, inverse);
  std::vector<size_t> candidates;
  for (size_t u = 0; u < gone.size(); ++u) {
    if (gone[u]) {
      remainder.Remove(units.weights[u]);
    } else if (left[units.segment[u]] > 0) {
      candidates.push_back(u);
    }
  }
  Removal removal;
  while (!candidates.empty()) {
    size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (const size_t u : candidates) {
      const double cost = remainder.Cost(units.weights[u]);
      if (!(cost < least)) continue;
      least = cost;
      best = u;
    }
    if (least == std::numeric_limits<double>::infinity()) break;
    remainder.Remove(units.weights[best]);
    removal.units.push_back(best);
    removal.costs.push_back(least);
    const size_t segment = units.segment[best];
    const bool full = --left[segment] == 0;
    std::erase_if(candidates, [&](size_t u) {
      return u == best || (full && units.segment[u] == segment);
    });
  }
  return removal;
}

std::vector<size_t> CheapestOf(absl::Span<const Removal> rows, size_t count) {
  std::vector<size_t> lost(rows.size(), 0);
  using Next = std::pair<double, size_t>;  // cost, row
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  const auto push = [&](size_t row) {
    if (lost[row] < rows[row].costs.size()) {
      next.push({rows[row].costs[lost[row]], row});
    }
  };
  for (size_t row = 0; row < rows.size(); ++row) push(row);
  for (; count > 0 && !next.empty(); --count) {
    const size_t row = next.top().second;
    next.pop();
    ++lost[row];
    push(row);
  }
  return lost;
}

}  // namespace tinyc

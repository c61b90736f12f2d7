// SPDX-License-Identifier: Apache-2.0
#include "passes/fitting/layer_moments.h"

#include <algorithm>

#include "compiler/base/parallel.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;

// Multiply-accumulates for the moments of one layer.
constexpr double kWork = 4e9;
// Parts of the samples, the last of which judges what the others fit.  Sums
// over them are added in their order.
constexpr size_t kParts = 4;

// Sums over vectors of one group of a layer.
struct Sums {
  MatrixXd changed;
  MatrixXd cross;
  VectorXd changed_mean;
  VectorXd real_mean;
  double count = 0;

  explicit Sums(Index size)
      : changed(MatrixXd::Zero(size, size)),
        cross(MatrixXd::Zero(size, size)),
        changed_mean(VectorXd::Zero(size)),
        real_mean(VectorXd::Zero(size)) {}

  // Adds the vectors in the columns.
  void Add(const MatrixXf& real, const MatrixXf& changed_vectors) {
    changed += (changed_vectors * changed_vectors.transpose()).cast<double>();
    cross += (real * changed_vectors.transpose()).cast<double>();
    changed_mean += changed_vectors.rowwise().sum().cast<double>();
    real_mean += real.rowwise().sum().cast<double>();
    count += static_cast<double>(real.cols());
  }
  void Add(const Sums& other) {
    changed += other.changed;
    cross += other.cross;
    changed_mean += other.changed_mean;
    real_mean += other.real_mean;
    count += other.count;
  }
  // About the means: the bias makes up for those.
  Moments Centered() const {
    const VectorXd c = changed_mean / count;
    const VectorXd x = real_mean / count;
    return {.changed = changed / count - c * c.transpose(),
            .cross = cross / count - x * c.transpose()};
  }
};

// Of every kParts-th sample from `part` on, and of as many vectors of each as
// the work allows.
Sums SumsOf(const Patches& patches, const Reading& real, const Reading& changed,
            size_t group, size_t part) {
  const Index size = static_cast<Index>(patches.size());
  const size_t samples = changed.runs.size();
  Sums sums(size);
  const double work =
      static_cast<double>(patches.groups() * samples * patches.count()) *
      static_cast<double>(size * size) * 2;
  const size_t stride =
      std::min<size_t>(patches.count(), static_cast<size_t>(1 + work / kWork));
  for (size_t i = part; i < samples; i += kParts) {
    const float* real_x =
        reinterpret_cast<const float*>(real.runs[i].BytesOf(real.operand));
    const float* changed_x = reinterpret_cast<const float*>(
        changed.runs[i].BytesOf(changed.operand));
    const size_t first = i % stride;
    const Index count =
        static_cast<Index>((patches.count() - first + stride - 1) / stride);
    MatrixXf real_vectors(size, count);
    MatrixXf changed_vectors(size, count);
    for (Index v = 0; v < count; ++v) {
      const size_t index = first + static_cast<size_t>(v) * stride;
      patches.Get(real_x, group, index, real_vectors.col(v).data());
      patches.Get(changed_x, group, index, changed_vectors.col(v).data());
    }
    sums.Add(real_vectors, changed_vectors);
  }
  return sums;
}

}  // namespace

absl::StatusOr<std::vector<LayerMoments>> MomentsOf(const Patches& patches,
                                                    const Reading& real,
                                                    const Reading& changed) {
  const size_t count = patches.groups();
  std::vector<Sums> sums(count * kParts,
                         Sums(static_cast<Index>(patches.size())));
  TINYC_RETURN_IF_ERROR(ParallelFor(sums.size(), [&](size_t i) {
    sums[i] = SumsOf(patches, real, changed, i / kParts, i % kParts);
    return absl::OkStatus();
  }));
  std::vector<LayerMoments> moments(count);
  for (size_t g = 0; g < count; ++g) {
    Sums* const part = &sums[g * kParts];
    moments[g].other = part[kParts - 1].Centered();
    for (size_t p = 1; p < kParts - 1; ++p) part[0].Add(part[p]);
    moments[g].some = part[0].Centered();
    part[0].Add(part[kParts - 1]);
    moments[g].all = part[0].Centered();
    moments[g].real_mean = part[0].real_mean / part[0].count;
    moments[g].changed_mean = part[0].changed_mean / part[0].count;
  }
  return moments;
}

}  // namespace tinyc

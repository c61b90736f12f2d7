// SPDX-License-Identifier: Apache-2.0
#include "passes/fitting/layer_moments.h"

#include <algorithm>

#include "absl/types/span.h"
#include "compiler/base/parallel.h"

namespace tinyc {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;
using Eigen::VectorXf;

// Multiply-accumulates for the moments of one layer.
constexpr double kWork = 4e9;
// Parts of the samples, the last of which judges what the others fit.  Sums
// over them are added in their order.
constexpr size_t kParts = 4;

// Sums over vectors of one group of a layer, less an offset near their means:
// the squares of what hardly varies would cancel.
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

// One group of a layer, as both forms of the model read it.
class GroupReader {
 public:
  GroupReader(const Patches& patches, const Reading& real,
              const Reading& changed, size_t group)
      : patches_(patches), real_(real), changed_(changed), group_(group) {
    const Index size = static_cast<Index>(patches.size());
    const double work =
        static_cast<double>(patches.groups() * real.runs.size() *
                            patches.count()) *
        static_cast<double>(size * size) * 2;
    stride_ = std::min<size_t>(patches.count(),
                               static_cast<size_t>(1 + work / kWork));
    real_offset_ = Vectors(real, 0).rowwise().mean();
    changed_offset_ = Vectors(changed, 0).rowwise().mean();
  }

  // Of every kParts-th sample from `part` on.
  Sums SumsOf(size_t part) const {
    Sums sums(real_offset_.size());
    for (size_t i = part; i < real_.runs.size(); i += kParts) {
      sums.Add(Vectors(real_, i).colwise() - real_offset_,
               Vectors(changed_, i).colwise() - changed_offset_);
    }
    return sums;
  }

  LayerMoments Moments(absl::Span<Sums> parts) const {
    LayerMoments moments;
    moments.other = parts[kParts - 1].Centered();
    for (size_t p = 1; p < kParts - 1; ++p) parts[0].Add(parts[p]);
    moments.some = parts[0].Centered();
    parts[0].Add(parts[kParts - 1]);
    moments.all = parts[0].Centered();
    moments.real_mean =
        real_offset_.cast<double>() + parts[0].real_mean / parts[0].count;
    moments.changed_mean =
        changed_offset_.cast<double>() + parts[0].changed_mean / parts[0].count;
    return moments;
  }

 private:
  // As many vectors of one sample as the work allows, in the columns.
  MatrixXf Vectors(const Reading& reading, size_t sample) const {
    const float* x = reinterpret_cast<const float*>(
        reading.runs[sample].BytesOf(reading.operand));
    const size_t first = sample % stride_;
    const size_t count = (patches_.count() - first + stride_ - 1) / stride_;
    MatrixXf vectors(static_cast<Index>(patches_.size()),
                     static_cast<Index>(count));
    for (size_t v = 0; v < count; ++v) {
      patches_.Get(x, group_, first + v * stride_,
                   vectors.col(static_cast<Index>(v)).data());
    }
    return vectors;
  }

  const Patches& patches_;
  const Reading& real_;
  const Reading& changed_;
  const size_t group_;
  size_t stride_ = 1;
  VectorXf real_offset_;
  VectorXf changed_offset_;
};

}  // namespace

absl::StatusOr<std::vector<LayerMoments>> MomentsOf(const Patches& patches,
                                                    const Reading& real,
                                                    const Reading& changed) {
  std::vector<GroupReader> readers;
  for (size_t g = 0; g < patches.groups(); ++g) {
    readers.emplace_back(patches, real, changed, g);
  }
  std::vector<Sums> sums(readers.size() * kParts, Sums(0));
  TINYC_RETURN_IF_ERROR(ParallelFor(sums.size(), [&](size_t i) {
    sums[i] = readers[i / kParts].SumsOf(i % kParts);
    return absl::OkStatus();
  }));
  std::vector<LayerMoments> moments;
  for (size_t g = 0; g < readers.size(); ++g) {
    moments.push_back(
        readers[g].Moments(absl::MakeSpan(sums).subspan(g * kParts, kParts)));
  }
  return moments;
}

}  // namespace tinyc

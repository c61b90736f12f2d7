// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/window.h"

#include "absl/strings/str_join.h"

namespace tinyc {
namespace {

// `count` entries, each at least `least`; empty lists stand for defaults.
absl::Status CheckList(absl::string_view name, absl::Span<const int64_t> list,
                       size_t count, int64_t least) {
  if (list.empty()) return absl::OkStatus();
  if (list.size() != count) {
    return Invalid(name, " has ", list.size(), " entries, not ", count);
  }
  for (const int64_t entry : list) {
    if (entry < least || entry > (int64_t{1} << 31)) {
      return Invalid(name, " has the entry ", entry);
    }
  }
  return absl::OkStatus();
}

}  // namespace

SpatialDims SplitDims(const Shape& shape, Layout layout) {
  SpatialDims dims;
  dims.batch = shape.front();
  const bool last = layout == Layout::kNhwc;
  dims.channels = last ? shape.back() : shape[1];
  dims.space.assign(shape.begin() + (last ? 1 : 2),
                    shape.end() - (last ? 1 : 0));
  return dims;
}

Shape JoinDims(const SpatialDims& dims, Layout layout) {
  Shape shape{dims.batch};
  if (layout == Layout::kNchw) shape.push_back(dims.channels);
  shape.insert(shape.end(), dims.space.begin(), dims.space.end());
  if (layout == Layout::kNhwc) shape.push_back(dims.channels);
  return shape;
}

int64_t SpatialOffset(const SpatialDims& dims, Layout layout, int64_t batch,
                      int64_t channel, absl::Span<const int64_t> position) {
  int64_t offset = batch;
  if (layout == Layout::kNchw) offset = offset * dims.channels + channel;
  for (size_t d = 0; d < dims.space.size(); ++d) {
    offset = offset * dims.space[d] + position[d];
  }
  if (layout == Layout::kNhwc) offset = offset * dims.channels + channel;
  return offset;
}

absl::StatusOr<std::vector<int64_t>> WindowOutput(
    const Window& window, absl::Span<const int64_t> space) {
  const size_t rank = space.size();
  if (window.kernel.size() != rank) {
    return Invalid("the window has ", window.kernel.size(),
                   " spatial dimensions, the input ", rank);
  }
  TINYC_RETURN_IF_ERROR(CheckList("kernel", window.kernel, rank, 1));
  TINYC_RETURN_IF_ERROR(CheckList("strides", window.strides, rank, 1));
  TINYC_RETURN_IF_ERROR(CheckList("dilations", window.dilations, rank, 1));
  TINYC_RETURN_IF_ERROR(CheckList("pads", window.pads, 2 * rank, 0));
  std::vector<int64_t> out(rank);
  for (size_t d = 0; d < rank; ++d) {
    const int64_t extent = window.dilation(d) * (window.kernel[d] - 1) + 1;
    const int64_t padded = space[d] + window.pad_begin(d) + window.pad_end(d);
    if (padded < extent) {
      return Invalid("the window covers ", extent,
                     " elements of spatial dimension ", d,
                     ", the padded input has ", padded);
    }
    const int64_t stride = window.stride(d);
    out[d] =
        (padded - extent + (window.ceil_mode ? stride - 1 : 0)) / stride + 1;
    // A window that begins in the padding after the end does not count.
    if (window.ceil_mode &&
        (out[d] - 1) * stride >= space[d] + window.pad_begin(d)) {
      --out[d];
    }
  }
  return out;
}

void ForEachIndex(absl::Span<const int64_t> dims,
                  absl::FunctionRef<void(absl::Span<const int64_t>)> visit) {
  std::vector<int64_t> index(dims.size(), 0);
  for (const int64_t dim : dims) {
    if (dim == 0) return;
  }
  while (true) {
    visit(index);
    size_t d = dims.size();
    while (d > 0 && ++index[d - 1] == dims[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

}  // namespace tinyc

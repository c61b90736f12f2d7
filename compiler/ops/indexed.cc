// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/indexed.h"

#include <algorithm>

#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "indexed/indexed.h"

static auto BlockFields(const tc_indexed_shape*) {
  using T = tc_indexed_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_indexed_shape",
      std::tuple{BlockMember{"rank", &T::rank}, BlockMember{"dims", &T::dims},
                 BlockMember{"table_stride", &T::table_stride},
                 BlockMember{"index_stride", &T::index_stride},
                 BlockMember{"parts", &T::parts},
                 BlockMember{"part_size", &T::part_size},
                 BlockMember{"part_stride", &T::part_stride},
                 BlockMember{"row", &T::row},
                 BlockMember{"reduction", &T::reduction}}};
}

namespace tinyc {

absl::Status CheckIndexType(const TensorType& index) {
  if (index.quantized() ||
      (index.dtype != DType::kS32 && index.dtype != DType::kS64)) {
    return Invalid("the indices are ", ToString(TensorType(index.elem(), {})),
                   ", not s32 or s64");
  }
  return absl::OkStatus();
}

int64_t ResolvedIndex(int64_t index, int64_t n) {
  return std::clamp<int64_t>(index < 0 ? index + n : index, 0, n - 1);
}

absl::StatusOr<Block> IndexedBlock(const Indexed& indexed) {
  const StridedCopy at = Merged(indexed.positions);
  TINYC_RETURN_IF_ERROR(CheckRank(at.dims.size()));
  TINYC_RETURN_IF_ERROR(CheckRank(indexed.part_sizes.size()));
  tc_indexed_shape shape = {};
  shape.rank = static_cast<int32_t>(at.dims.size());
  for (size_t d = 0; d < at.dims.size(); ++d) {
    shape.dims[d] = Int32(at.dims[d]);
    shape.table_stride[d] = Int32(at.in_strides[d]);
    shape.index_stride[d] = Int32(at.out_strides[d]);
  }
  shape.parts = static_cast<int32_t>(indexed.part_sizes.size());
  for (size_t k = 0; k < indexed.part_sizes.size(); ++k) {
    shape.part_size[k] = Int32(indexed.part_sizes[k]);
    shape.part_stride[k] = Int32(indexed.part_strides[k]);
  }
  shape.row = Int32(indexed.row);
  shape.reduction = indexed.reduction;
  return Block::Of(shape);
}

Indexed AlongAxis(const Shape& table, const Shape& index, size_t axis) {
  Shape strides = RowMajorStrides(table);
  Indexed indexed;
  indexed.part_sizes = {table[axis]};
  indexed.part_strides = {strides[axis]};
  strides[axis] = 0;
  indexed.positions = {index, strides, RowMajorStrides(index)};
  return indexed;
}

Indexed AlongTuples(const Shape& table, const Shape& index, size_t batch_dims) {
  const Shape strides = RowMajorStrides(table);
  const Shape index_strides = RowMajorStrides(index);
  const size_t parts = static_cast<size_t>(index.back());
  Indexed indexed;
  for (size_t d = 0; d + 1 < index.size(); ++d) {
    indexed.positions.dims.push_back(index[d]);
    indexed.positions.in_strides.push_back(d < batch_dims ? strides[d] : 0);
    indexed.positions.out_strides.push_back(index_strides[d]);
  }
  for (size_t d = 0; d < table.size(); ++d) {
    if (d >= batch_dims + parts) {
      indexed.row *= table[d];
    } else if (d >= batch_dims) {
      indexed.part_sizes.push_back(table[d]);
      indexed.part_strides.push_back(strides[d]);
    }
  }
  return indexed;
}

absl::Status CheckElementIndex(const Shape& table, const Shape& index,
                               int64_t axis) {
  TINYC_ASSIGN_OR_RETURN(const size_t a,
                         NormalizedAxis(axis, static_cast<int>(table.size())));
  bool fits = index.size() == table.size();
  for (size_t d = 0; fits && d < table.size(); ++d) {
    fits = d == a || index[d] <= table[d];
  }
  if (!fits || (table[a] == 0 && NumElements(index) > 0)) {
    return Invalid("the indices of shape ", ToString(index), " do not fit ",
                   ToString(table), " along axis ", axis);
  }
  return absl::OkStatus();
}

absl::Status CheckTuples(const Shape& table, const Shape& index,
                         int64_t batch_dims) {
  const int64_t rank = static_cast<int64_t>(table.size());
  if (index.empty() || batch_dims < 0 ||
      batch_dims >= static_cast<int64_t>(index.size()) || batch_dims > rank ||
      index.back() > rank - batch_dims) {
    return Invalid("the indices of shape ", ToString(index), " with ",
                   batch_dims, " batch dimensions do not fit ",
                   ToString(table));
  }
  for (size_t d = 0; d < static_cast<size_t>(batch_dims); ++d) {
    if (index[d] != table[d]) {
      return Invalid("batch dimension ", d, " is ", table[d], " and ",
                     index[d]);
    }
  }
  const size_t parts = static_cast<size_t>(index.back());
  for (size_t k = 0; k < parts; ++k) {
    if (table[static_cast<size_t>(batch_dims) + k] == 0 &&
        NumElements(index) > 0) {
      return Invalid("the indices name elements of the shape ", ToString(table),
                     ", which has none");
    }
  }
  return absl::OkStatus();
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/pack_calls.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/base/check.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/targets/pack.h"
#include "compiler/targets/registry.h"

namespace tinyc {
namespace {

int64_t AlignUp(int64_t value, int64_t align) {
  return (value + align - 1) / align * align;
}

// Neighbouring rows that are stored together, element by element.
struct RowBlock {
  int64_t first = 0;
  int64_t rows = 0;
};

// The blocks of `arg`'s rows, cut as PackRows does.
std::vector<RowBlock> RowBlocks(const KernelArg& arg, int64_t block) {
  std::vector<RowBlock> blocks;
  for (int64_t first = 0; first < arg.pack_rows;) {
    const int64_t left = arg.pack_group_rows - first % arg.pack_group_rows;
    const int64_t rows = block == 0 ? left : std::min(block, left);
    blocks.push_back({first, rows});
    first += rows;
  }
  return blocks;
}

// The copies that pack `arg`, an operand of type `type`, into scratch bytes
// from `offset` on.  Blocks of one width, `stride` rows apart, are one copy.
absl::StatusOr<std::vector<KernelCall>> PackingCopies(const KernelArg& arg,
                                                      const TensorType& type,
                                                      int64_t block,
                                                      int64_t offset) {
  const Shape dims(arg.dims.begin(), arg.dims.end());
  const int64_t length = NumElements(dims);
  std::vector<KernelCall> copies;
  const std::vector<RowBlock> blocks = RowBlocks(arg, block);
  std::vector<bool> done(blocks.size(), false);
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (done[i]) continue;
    // The run of later blocks of the same width at equal distances.
    int64_t count = 1;
    int64_t stride = 0;
    int64_t last = blocks[i].first;
    for (size_t j = i + 1; j < blocks.size(); ++j) {
      if (done[j] || blocks[j].rows != blocks[i].rows) continue;
      if (count == 1) stride = blocks[j].first - last;
      if (blocks[j].first - last != stride) break;
      last = blocks[j].first;
      done[j] = true;
      ++count;
    }
    const int64_t width = blocks[i].rows;
    StridedCopy copy;
    copy.dims = {count, width};
    copy.in_strides = {stride * arg.row_stride, arg.row_stride};
    copy.out_strides = {stride * length, 1};
    const Shape packed = RowMajorStrides(dims);
    for (size_t d = 0; d < dims.size(); ++d) {
      copy.dims.push_back(dims[d]);
      copy.in_strides.push_back(arg.strides[d]);
      copy.out_strides.push_back(packed[d] * width);
    }
    copy.in_offset = blocks[i].first * arg.row_stride;
    copy.out_offset = blocks[i].first * length;
    TINYC_ASSIGN_OR_RETURN(std::vector<KernelCall> calls,
                           LowerCopy(copy, type.dtype, arg.index));
    for (KernelCall& call : calls) {
      call.args[0].offset = arg.offset;
      call.args[1] = KernelArg::Scratch();
      call.args[1].offset = offset;
      copies.push_back(std::move(call));
    }
  }
  return copies;
}

}  // namespace

absl::Status PackCalls(const Node& node, const Target& target,
                       std::vector<LoweredCall>& calls) {
  std::vector<LoweredCall> packed;
  for (LoweredCall& lowered : calls) {
    KernelCall& call = lowered.call;
    for (KernelArg& arg : call.args) {
      if (arg.pack_rows == 0) continue;
      TINYC_CHECK(lowered.kernel != nullptr);
      const int64_t block = lowered.kernel->weight_block;
      if (arg.kind == KernelArg::Kind::kConstant) {
        arg.constant = std::make_shared<const Tensor>(
            PackRows(*arg.constant, arg.pack_rows, arg.pack_group_rows, block));
        arg.pack_rows = 0;
        continue;
      }
      const TensorType& type =
          node.input(static_cast<size_t>(arg.index))->type();
      const int64_t offset = AlignUp(call.scratch_bytes, 8);
      call.scratch_bytes = offset + type.bytes();
      TINYC_ASSIGN_OR_RETURN(const std::vector<KernelCall> copies,
                             PackingCopies(arg, type, block, offset));
      for (KernelCall copy : copies) {
        copy.scratch_bytes = call.scratch_bytes;
        const std::vector<const Kernel*> rows = KernelsFor(copy.family, target);
        if (rows.empty()) {
          return Unimplemented("there is no C kernel ", copy.family);
        }
        packed.push_back({std::move(copy), rows[0]});
      }
      arg = KernelArg::Scratch();
      arg.offset = offset;
    }
    packed.push_back(std::move(lowered));
  }
  calls = std::move(packed);
  return absl::OkStatus();
}

bool IsPacked(const LoweredCall& lowered) {
  return std::none_of(lowered.call.args.begin(), lowered.call.args.end(),
                      [](const KernelArg& arg) { return arg.pack_rows != 0; });
}

}  // namespace tinyc

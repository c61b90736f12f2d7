// SPDX-License-Identifier: Apache-2.0
// Bytes that know what they hold, to execute a memory plan on.
//
// Every byte of the arena and of the caller's buffers carries a tag: the value
// that was written there and which of its bytes.
#ifndef TINYC_PASSES_MEMORY_TAGGED_MEMORY_H_
#define TINYC_PASSES_MEMORY_TAGGED_MEMORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

struct ByteTag {
  const Value* value = nullptr;  // null: no value's byte
  int64_t byte = 0;
  bool operator==(const ByteTag&) const = default;
};

class TaggedMemory {
 public:
  // Bytes of a memory, and who may write them.
  struct Block {
    std::string name;
    bool writable = true;
    std::vector<ByteTag> tags;
  };
  // Some bytes of a block.
  struct Region {
    Block* block = nullptr;
    int64_t begin = 0;
    int64_t end = 0;

    bool Overlaps(const Region& other) const {
      return block == other.block && begin < other.end && other.begin < end;
    }
    // `bytes` bytes of it from byte `offset` on.
    Region Part(int64_t offset, int64_t bytes) const {
      return {block, begin + offset, begin + offset + bytes};
    }
    bool operator==(const Region&) const = default;
  };

  // Holds the inputs of the module, which is planned.
  explicit TaggedMemory(const Module& module);

  // Where the plan puts `value`.
  absl::StatusOr<Region> RegionOf(const Value& value) {
    return RegionOf(value, value.type().bytes());
  }
  // The same for a window of `bytes` bytes that is kept of it.
  absl::StatusOr<Region> RegionOf(const Value& value, int64_t bytes);
  // The scratch bytes of `node`.
  absl::StatusOr<Region> ScratchOf(const Node& node, int64_t bytes);

  // Whether `region` holds the bytes of `value` from `first` on.
  absl::Status CheckHolds(const Region& region, const Value& value,
                          int64_t first, absl::string_view when) const;
  absl::Status CheckIntact(const Value& value, absl::string_view when);

  // Writes the bytes of `value` from `first` on; fails in a caller's input.
  absl::Status Write(const Region& region, const Value& value, int64_t first);
  // The region holds nothing of use any more.
  static void Spoil(const Region& region);

  // What the bytes of `value` are where they are not simply its own; or null.
  const std::vector<ByteTag>* ContentOf(const Value& value) const;
  void SetContent(const Value& value, std::vector<ByteTag> content);
  // What a correct byte of `value` carries.
  static ByteTag TagOf(const Value& value, const std::vector<ByteTag>* content,
                       int64_t byte) {
    return content == nullptr ? ByteTag{&value, byte}
                              : (*content)[static_cast<size_t>(byte)];
  }

 private:
  const MemoryPlan& plan_;
  Block arena_;
  std::vector<Block> inputs_;
  std::vector<Block> outputs_;
  // Of the values that are not simply their own bytes.
  absl::flat_hash_map<const Value*, std::vector<ByteTag>> contents_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_TAGGED_MEMORY_H_

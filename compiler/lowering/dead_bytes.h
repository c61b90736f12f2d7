// SPDX-License-Identifier: Apache-2.0
// Which bytes of an arena hold nothing that is still needed.
#ifndef TINYC_COMPILER_LOWERING_DEAD_BYTES_H_
#define TINYC_COMPILER_LOWERING_DEAD_BYTES_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/module.h"

namespace tinyc {

// Bytes [begin, end) of an arena.
struct ByteRange {
  int64_t begin = 0;
  int64_t end = 0;
  bool operator==(const ByteRange&) const = default;
};

// Tells by the places of the plan and the uses of the graph alone, so that
// whoever overwrites these bytes finds what is wrong with the plan.
class DeadBytes {
 public:
  explicit DeadBytes(const Module& module);  // planned

  // The bytes that hold no value that a later node reads or the caller takes
  // out, between the node at index `step` and the next one; -1: before the
  // first.  Whole runs, in order.
  std::vector<ByteRange> After(int step) const;

 private:
  struct Live {
    ByteRange bytes;
    int first;  // the step that writes them; -1: the caller does
    int last;   // the last one that reads them
  };

  int64_t arena_bytes_ = 0;
  std::vector<Live> live_;  // by their first bytes
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_DEAD_BYTES_H_

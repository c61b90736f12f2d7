// SPDX-License-Identifier: Apache-2.0
// Which values may lie in the same bytes: a group of them at fixed distances,
// and whether it works.
#ifndef TINYC_PASSES_MEMORY_SHARING_H_
#define TINYC_PASSES_MEMORY_SHARING_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "compiler/ir/graph.h"
#include "passes/memory/liveness.h"

namespace tinyc {

// `to` begins `shift` bytes after `from`, because
//   kSame       bytes [begin, end) of `to` are those of `from`, or
//   kOverwrite  the node that makes `to` reads each element of `from` before it
//               writes that element of `to`.
struct Sharing {
  enum class Kind { kSame, kOverwrite };
  Kind kind = Kind::kSame;
  const Value* from = nullptr;
  const Value* to = nullptr;
  int64_t shift = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

class SharingGroup {
 public:
  struct Member {
    const Value* value;
    int64_t offset;
  };

  explicit SharingGroup(const Value* value) : members_{{value, 0}} {}

  // The least offset of a member is 0.
  const std::vector<Member>& members() const { return members_; }
  int64_t bytes() const;
  bool Contains(const Value* value) const;

  // Adds `sharing` between a value of this group and one of `other`, which may
  // be this group.  False when a value would be in two places.
  bool Join(const SharingGroup& other, const Sharing& sharing);

  // Whether no value's bytes are overwritten while they are needed, and
  // elements are aligned.
  bool Works(const Liveness& liveness) const;
  // Whether the group may be a buffer of the caller, or is none: at most one
  // input or output of the graph is in it, an output spans all of it, and an
  // input spans all of it and none of the bytes is `written`, i.e. stored to by
  // a kernel.
  bool BoundaryWorks(absl::FunctionRef<bool(const Value&)> written) const;

 private:
  struct Range {
    int64_t begin;
    int64_t end;
  };
  struct Link {
    const Value* a;
    const Value* b;
    Range range;
  };

  int64_t OffsetOf(const Value* value) const;
  // For every member the bytes that it has in common with member `from`
  // through links; empty ranges where none.
  std::vector<Range> CommonWith(size_t from) const;

  std::vector<Member> members_;
  std::vector<Link> links_;
  std::vector<std::pair<const Value*, const Value*>> overwrites_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_MEMORY_SHARING_H_

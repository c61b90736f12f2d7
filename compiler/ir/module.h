// SPDX-License-Identifier: Apache-2.0
// A model on its way to C: the graph, and beside it what the backend passes
// found out.  Side tables record the revision of the graph they were made for.
#ifndef TINYC_COMPILER_IR_MODULE_H_
#define TINYC_COMPILER_IR_MODULE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/target.h"

namespace tinyc {

// kGraph: operators with a meaning.  kLowered: every node has kernel calls.
// kPlanned: every value has a place in memory.
enum class Stage { kGraph, kLowered, kPlanned };
template <>
struct EnumNames<Stage> {
  static constexpr absl::string_view kNames[] = {"graph", "lowered", "planned"};
};

// One kernel call of a node.  A node whose result is its operand's bytes
// (reshape) has none.
struct LoweredCall {
  KernelCall call;
  // Null: a copy that the plan makes needless, since what it would copy is in
  // place; it is not executed.
  const Kernel* kernel = nullptr;
};

struct Lowering {
  uint64_t revision = 0;
  absl::flat_hash_map<const Node*, std::vector<LoweredCall>> calls;
};

// Where the bytes of a value are at run time.
struct Place {
  enum class Kind { kArena, kModelInput, kModelOutput };
  Kind kind = Kind::kArena;
  int index = 0;       // of the model's input or output
  int64_t offset = 0;  // bytes
  // Of a value between nodes of a stream, the rows that are there at a time:
  // the latest ones, in their order.  0: all of them.
  int64_t rows = 0;
  bool operator==(const Place&) const = default;
};

// Neighbouring nodes that take turns: some rows of one, then some of the next,
// so that of the values between them only a window of rows is in memory.
// compiler/lowering/row_schedule.h says in which order.
struct Stream {
  std::vector<const Node*> nodes;  // in the order of the graph
  bool upwards = false;            // from the last row to the first
  // The columns are cut into so many strips, which run one after the other, so
  // that a window's rows are as short as a strip; what two of them need is
  // computed twice.
  int strips = 1;
  // The node, by its index in `nodes`, for whose rows that is not so: their
  // columns at the seam of two strips are kept, and so nothing in front of it
  // is computed for them again.
  std::optional<size_t> seam = std::nullopt;
};

// A memory that holds a part of the arena.
struct ArenaPart {
  std::string name;   // an identifier of C: "dtcm"
  int64_t begin = 0;  // of its bytes among the arena's
  int64_t bytes = 0;  // more than 0
  int64_t end() const { return begin + bytes; }
};

// A memory into which constants are copied before the model runs: those that
// it reads most often per byte (compiler/lowering/copied_constants.h).
struct ConstantMemory {
  std::string name;   // an identifier of C: "dtcm"
  int64_t bytes = 0;  // that they may take; more than 0
};

struct MemoryPlan {
  uint64_t revision = 0;
  int64_t arena_bytes = 0;
  int64_t lower_bound = 0;  // no plan of these lifetimes is smaller
  bool optimal = false;     // proved: no smaller arena for these lifetimes
  // Every value that a kernel reads or writes, constants excepted.
  absl::flat_hash_map<const Value*, Place> values;
  // Arena offset of a node's scratch bytes, for nodes that have any; those of
  // a node with regions are laid out by compiler/lowering/control.h.
  absl::flat_hash_map<const Node*, int64_t> scratch;
  // In the order of the graph; most nodes are in none.
  std::vector<Stream> streams;
  // Of an arena in several memories, one part behind the other; nothing lies
  // in two of them.  Empty: one memory holds all of it.
  std::vector<ArenaPart> parts;
  // Filled one after the other.
  std::vector<ConstantMemory> constant_memories;
};

struct Module {
  std::string name = "model";
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
  Stage stage = Stage::kGraph;
  const Target* target = nullptr;
  // The inputs and outputs lie in the arena, planned with all other values:
  // the caller writes and reads them there.  Else they are buffers of the
  // caller.
  bool io_in_arena = false;
  std::optional<Lowering> lowering;
  std::optional<MemoryPlan> plan;
  // From kLowered on: for each region of a node, the region as a model of its
  // own, at the same stage.  Its inputs and outputs are pointers that the node
  // hands it, and its arena is a part of the node's scratch bytes.
  absl::flat_hash_map<const Graph*, std::unique_ptr<Module>> bodies;
  // What the user should know about choices made for them, one sentence each.
  std::vector<std::string> notes;
};

// The constant whose bytes are those of `value` at run time, itself or through
// nodes without calls; null for a value that has a place in memory.  The module
// is lowered.
std::shared_ptr<const Tensor> ConstantBytes(const Module& module,
                                            const Value& value);

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_MODULE_H_

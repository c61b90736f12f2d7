// SPDX-License-Identifier: Apache-2.0
// Proves a memory plan by executing it on tagged bytes; changes nothing.
//
// Every byte of the arena and of the caller's buffers carries a tag: the value
// that was written there and which of its bytes.  The calls are walked in
// order; each must find its operands intact and may then write its results.  A
// result that no call writes must be in place already: what its bytes are, the
// operator's own Evaluate tells, on operands of element numbers.  Streams, and
// kernels whose result comes near an operand, are walked row by row.  A node
// with regions reads all its operands while it writes its results and its
// scratch bytes; the bodies are checked as models of their own.  Shares no code
// with plan-memory.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/lowering/call_forms.h"
#include "compiler/lowering/control.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/ops/read_rows.h"
#include "copy/copy.h"
#include "passes/memory/check_rows.h"
#include "passes/memory/tagged_memory.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

class PlanChecker {
 public:
  explicit PlanChecker(const Module& module)
      : module_(module), plan_(*module.plan), memory_(module) {}

  absl::Status Run() {
    if (plan_.lower_bound > plan_.arena_bytes ||
        (plan_.optimal && plan_.lower_bound != plan_.arena_bytes)) {
      return Internal("an arena of ", plan_.arena_bytes,
                      " bytes contradicts the lower bound ", plan_.lower_bound);
    }
    TINYC_RETURN_IF_ERROR(CheckParts());
    if (module_.io_in_arena) TINYC_RETURN_IF_ERROR(FillInputs());
    for (const auto& node : module_.graph->nodes()) {
      TINYC_RETURN_IF_ERROR(WithLoc(RunNode(*node), *node));
    }
    for (size_t i = 0; i < module_.graph->outputs().size(); ++i) {
      const Value& output = *module_.graph->outputs()[i];
      TINYC_RETURN_IF_ERROR(
          memory_.CheckIntact(output, "when the model returns it"));
      if (module_.io_in_arena) {
        TINYC_RETURN_IF_ERROR(CheckInArena(output));
      } else if (!(plan_.values.at(&output) ==
                   Place{Place::Kind::kModelOutput, static_cast<int>(i), 0})) {
        return Internal("%", output.name(), " is not in the caller's output ",
                        i);
      }
    }
    return absl::OkStatus();
  }

 private:
  using Region = TaggedMemory::Region;

  // Parts follow one another, and no value and no scratch is in two of them.
  absl::Status CheckParts() {
    if (plan_.parts.empty()) return absl::OkStatus();
    int64_t end = 0;
    for (const ArenaPart& part : plan_.parts) {
      if (part.begin < end || part.bytes <= 0 ||
          part.end() > plan_.arena_bytes) {
        return Internal("the arena's part in ", part.name, " is no part of it");
      }
      end = part.end();
    }
    const auto in_one = [&](int64_t begin, int64_t bytes) {
      return std::any_of(
          plan_.parts.begin(), plan_.parts.end(), [&](const ArenaPart& part) {
            return begin >= part.begin && begin + bytes <= part.end();
          });
    };
    for (const auto& node : module_.graph->nodes()) {
      for (const Value* output : node->outputs()) {
        const auto place = plan_.values.find(output);
        if (place == plan_.values.end() ||
            place->second.kind != Place::Kind::kArena ||
            output->type().bytes() == 0) {
          continue;
        }
        if (!in_one(place->second.offset, BytesInMemory(module_, *output))) {
          return Internal("%", output->name(), " lies in no memory");
        }
      }
      const auto scratch = plan_.scratch.find(node.get());
      if (scratch == plan_.scratch.end()) continue;
      if (!in_one(scratch->second, ScratchBytes(module_, *node))) {
        return WithLoc(Internal("the scratch bytes lie in no memory"), *node);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckInArena(const Value& value) const {
    if (plan_.values.at(&value).kind == Place::Kind::kArena) {
      return absl::OkStatus();
    }
    return Internal("%", value.name(), " is not in the arena");
  }

  // What the caller does before the model runs.
  absl::Status FillInputs() {
    std::vector<const Value*> inputs;
    for (const Value* input : module_.graph->inputs()) {
      if (ReaderOf(*input) == nullptr) inputs.push_back(input);
    }
    for (const Value* input : inputs) {
      TINYC_ASSIGN_OR_RETURN(const Region region, memory_.RegionOf(*input));
      TINYC_RETURN_IF_ERROR(CheckInArena(*input));
      TINYC_RETURN_IF_ERROR(memory_.Write(region, *input, 0));
    }
    for (const Value* input : inputs) {
      TINYC_RETURN_IF_ERROR(
          memory_.CheckIntact(*input, "when the caller has written"));
    }
    return absl::OkStatus();
  }

  // Which bytes of its result a call writes.
  static std::vector<bool> BytesWritten(const KernelCall& call,
                                        const TensorType& type) {
    std::vector<bool> bytes(static_cast<size_t>(type.bytes()), true);
    if (call.shape.type() != "tc_copy_shape") return bytes;
    bytes.assign(bytes.size(), false);
    const auto& s = *static_cast<const tc_copy_shape*>(call.shape.data());
    const size_t element =
        static_cast<size_t>(call.family[call.family.size() - 1] - '0');
    std::vector<int32_t> index(static_cast<size_t>(s.rank), 0);
    for (size_t d = 0; d != SIZE_MAX;) {
      int64_t at = s.out_offset;
      for (size_t k = 0; k < index.size(); ++k) {
        at += int64_t{index[k]} * s.out_stride[k];
      }
      for (size_t b = 0; b < element; ++b) {
        bytes.at(static_cast<size_t>(at) * element + b) = true;
      }
      for (d = index.size() - 1; d != SIZE_MAX; --d) {
        if (++index[d] < s.dims[d]) break;
        index[d] = 0;
      }
    }
    return bytes;
  }

  // A kernel that may find its result in its operand's bytes.
  static bool IsElementwise(const KernelCall& call) {
    return IsInPlaceForm(call) || call.shape.type() == "tc_unary_shape" ||
           call.shape.type() == "tc_binary_shape" ||
           call.shape.type() == "tc_map_shape" ||
           call.shape.type() == "tc_softmax_shape";
  }

  // A stream runs as a whole when its first node does.
  absl::Status RunNode(const Node& node) {
    if (const Stream* stream = StreamOf(plan_, node)) {
      return stream->nodes[0] == &node ? CheckRows(module_, *stream, memory_)
                                       : absl::OkStatus();
    }
    const std::vector<LoweredCall>& calls = module_.lowering->calls.at(&node);
    if (!node.regions().empty()) return RunRegions(node);
    TINYC_ASSIGN_OR_RETURN(const bool by_rows, ComesNear(node));
    if (by_rows) {
      TINYC_RETURN_IF_ERROR(CheckRows(module_, {{&node}, false}, memory_));
      return memory_.CheckIntact(*node.output(), "after it is computed");
    }
    TINYC_RETURN_IF_ERROR(FindContents(node, calls));
    for (const LoweredCall& call : calls) {
      if (call.kernel == nullptr) continue;
      TINYC_RETURN_IF_ERROR(RunCall(node, call.call));
    }
    for (const Value* output : node.outputs()) {
      if (ConstantBytes(module_, *output) != nullptr) continue;
      TINYC_RETURN_IF_ERROR(
          memory_.CheckIntact(*output, "after it is computed"));
    }
    return absl::OkStatus();
  }

  // As one call, which reads every operand and writes every result.
  absl::Status RunRegions(const Node& node) {
    KernelCall call;
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      if (node.input(i) == nullptr) continue;
      call.args.push_back(KernelArg::Input(static_cast<int>(i)));
    }
    for (size_t i = 0; i < node.outputs().size(); ++i) {
      call.args.push_back(KernelArg::Output(static_cast<int>(i)));
    }
    TINYC_ASSIGN_OR_RETURN(call.scratch_bytes, CheckedScratch(node));
    TINYC_RETURN_IF_ERROR(RunCall(node, call));
    for (const Value* output : node.outputs()) {
      TINYC_RETURN_IF_ERROR(
          memory_.CheckIntact(*output, "after it is computed"));
    }
    return absl::OkStatus();
  }

  // The scratch bytes of a node with regions, whose parts are disjoint and hold
  // what they are for.
  absl::StatusOr<int64_t> CheckedScratch(const Node& node) const {
    const ControlScratch scratch = LayOutControl(module_, node);
    std::vector<std::pair<int64_t, int64_t>> parts;  // begin, bytes
    int64_t most = 0;
    if (scratch.iteration >= 0) parts.emplace_back(scratch.iteration, 8);
    if (scratch.go >= 0) parts.emplace_back(scratch.go, 1);
    for (size_t i = 0; i < scratch.next.size(); ++i) {
      if (scratch.next[i] < 0) continue;
      parts.emplace_back(scratch.next[i], node.output(i)->type().bytes());
    }
    for (const auto& region : node.regions()) {
      const int64_t arena = module_.bodies.at(region.get())->plan->arena_bytes;
      if (arena > 0 && scratch.arena < 0) {
        return Internal("a region has no arena");
      }
      if (arena > most) most = arena;
    }
    if (most > 0) parts.emplace_back(scratch.arena, most);
    std::sort(parts.begin(), parts.end());
    for (size_t i = 0; i < parts.size(); ++i) {
      const int64_t end = parts[i].first + parts[i].second;
      if (end > (i + 1 < parts.size() ? parts[i + 1].first : scratch.bytes)) {
        return Internal("the scratch bytes of a node with regions overlap");
      }
    }
    return scratch.bytes;
  }

  // Whether the node goes by rows, and its result lies over an operand.
  absl::StatusOr<bool> ComesNear(const Node& node) {
    if (!GoesByRows(module_, node)) return false;
    TINYC_ASSIGN_OR_RETURN(const Region result,
                           memory_.RegionOf(*node.output()));
    for (const Value* input : node.inputs()) {
      if (input == nullptr || ConstantBytes(module_, *input) != nullptr) {
        continue;
      }
      TINYC_ASSIGN_OR_RETURN(const Region operand, memory_.RegionOf(*input));
      if (operand.Overlaps(result)) return true;
    }
    return false;
  }

  absl::Status RunCall(const Node& node, const KernelCall& call) {
    std::vector<Region> reads;
    for (const KernelArg& arg : call.args) {
      if (arg.kind != KernelArg::Kind::kInput) continue;
      const Value& value = *node.input(static_cast<size_t>(arg.index));
      if (ConstantBytes(module_, value) != nullptr) continue;
      TINYC_RETURN_IF_ERROR(memory_.CheckIntact(value, "when it is read"));
      TINYC_ASSIGN_OR_RETURN(const Region region, memory_.RegionOf(value));
      reads.push_back(region);
    }
    for (const KernelArg& arg : call.args) {
      if (arg.kind != KernelArg::Kind::kOutput) continue;
      const Value& value = *node.output(static_cast<size_t>(arg.index));
      TINYC_ASSIGN_OR_RETURN(const Region region, memory_.RegionOf(value));
      const std::vector<bool> bytes = BytesWritten(call, value.type());
      for (size_t i = 0; i < bytes.size(); ++i) {
        const int64_t byte = static_cast<int64_t>(i);
        if (!bytes[i]) continue;
        TINYC_RETURN_IF_ERROR(memory_.Write(region.Part(byte, 1), value, byte));
      }
      for (const Region& read : reads) {
        if (IsElementwise(call) && read == region) continue;
        if (!read.Overlaps(region)) continue;
        for (int64_t i = std::max(read.begin, region.begin);
             i < std::min(read.end, region.end); ++i) {
          if (!bytes[static_cast<size_t>(i - region.begin)]) continue;
          return Internal("%", value.name(), " at ", region.block->name, "+",
                          region.begin,
                          " is written over an operand of the same kernel");
        }
      }
    }
    return SpoilScratch(node, call);
  }

  // Scratch bytes hold nothing of use after a call.
  absl::Status SpoilScratch(const Node& node, const KernelCall& call) {
    if (call.scratch_bytes == 0) return absl::OkStatus();
    TINYC_ASSIGN_OR_RETURN(const Region scratch,
                           memory_.ScratchOf(node, call.scratch_bytes));
    TaggedMemory::Spoil(scratch);
    // The kernel writes them while it still reads.
    for (const KernelArg& arg : call.args) {
      if (arg.kind != KernelArg::Kind::kInput) continue;
      const Value& value = *node.input(static_cast<size_t>(arg.index));
      if (ConstantBytes(module_, value) != nullptr) continue;
      TINYC_ASSIGN_OR_RETURN(const Region region, memory_.RegionOf(value));
      if (region.Overlaps(scratch)) {
        return Internal("%", value.name(),
                        " lies in the scratch bytes of its reader");
      }
    }
    return absl::OkStatus();
  }

  // Records what the results' bytes are where no call writes them.
  absl::Status FindContents(const Node& node,
                            const std::vector<LoweredCall>& calls) {
    std::vector<std::vector<bool>> written;
    bool all_written = true;
    for (size_t o = 0; o < node.outputs().size(); ++o) {
      const TensorType& type = node.output(o)->type();
      std::vector<bool> bytes(static_cast<size_t>(type.bytes()), false);
      for (const LoweredCall& lowered : calls) {
        if (lowered.kernel == nullptr) continue;
        for (const KernelArg& arg : lowered.call.args) {
          if (arg.kind != KernelArg::Kind::kOutput ||
              static_cast<size_t>(arg.index) != o) {
            continue;
          }
          const std::vector<bool> more = BytesWritten(lowered.call, type);
          for (size_t i = 0; i < bytes.size(); ++i) {
            if (more[i]) bytes[i] = true;
          }
        }
      }
      all_written &=
          std::all_of(bytes.begin(), bytes.end(), [](bool b) { return b; });
      written.push_back(std::move(bytes));
    }
    if (all_written) return absl::OkStatus();
    TINYC_ASSIGN_OR_RETURN(const std::vector<Tensor> sources,
                           ElementSources(node));
    for (size_t o = 0; o < node.outputs().size(); ++o) {
      const Value& output = *node.output(o);
      const int64_t element = std::max(1, InfoOf(output.type().dtype).bits / 8);
      std::vector<ByteTag> content;
      for (int64_t i = 0; i < output.type().bytes(); ++i) {
        if (written[o][static_cast<size_t>(i)]) {
          content.push_back({&output, i});
          continue;
        }
        const int64_t source =
            sources[o].data<int64_t>()[static_cast<size_t>(i / element)];
        const Value* input =
            node.input(static_cast<size_t>(source >> kInputShift));
        const int64_t from = source & ((int64_t{1} << kInputShift) - 1);
        if (input == nullptr || from * element >= input->type().bytes()) {
          return Internal("%", output.name(), " is never computed");
        }
        content.push_back(TaggedMemory::TagOf(*input, memory_.ContentOf(*input),
                                              from * element + i % element));
      }
      memory_.SetContent(output, std::move(content));
    }
    return absl::OkStatus();
  }

  // For each element of the results, which element of which operand it is:
  // the operator applied to operands whose elements say where they are.
  absl::StatusOr<std::vector<Tensor>> ElementSources(const Node& node) const {
    std::vector<Tensor> in;
    for (size_t k = 0; k < node.inputs().size(); ++k) {
      if (node.input(k) == nullptr) return Internal("an operand is absent");
      in.push_back(Numbers(*node.input(k)));
      for (int64_t i = 0; i < in[k].size(); ++i) {
        in[k].SetInt(i, (static_cast<int64_t>(k) << kInputShift) + i);
      }
    }
    std::vector<Tensor> out;
    for (const Value* output : node.outputs()) out.push_back(Numbers(*output));
    std::vector<const Tensor*> in_pointers;
    for (const Tensor& t : in) in_pointers.push_back(&t);
    std::vector<Tensor*> out_pointers;
    for (Tensor& t : out) out_pointers.push_back(&t);
    TINYC_RETURN_IF_ERROR(node.op().Evaluate(
        {.in = in_pointers,
         .out = out_pointers,
         .run = [](const Graph*, absl::Span<const Tensor* const>)
             -> absl::StatusOr<std::vector<Tensor>> {
           return Internal("a region does not move elements");
         }}));
    return out;
  }

  // A number for each element of `value`, or for each byte of packed elements,
  // which only keep their order.
  static Tensor Numbers(const Value& value) {
    const TensorType& type = value.type();
    return Tensor(InfoOf(type.dtype).bits < 8
                      ? TensorType(DType::kS64, {type.bytes()})
                      : TensorType(DType::kS64, type.shape));
  }

  static constexpr int kInputShift = 40;

  const Module& module_;
  const MemoryPlan& plan_;
  TaggedMemory memory_;
};

}  // namespace

absl::Status CheckPlan(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return CheckPlan(body, options); }));
  return PlanChecker(module).Run();
}

}  // namespace tinyc

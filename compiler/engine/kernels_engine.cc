// SPDX-License-Identifier: Apache-2.0
#include "compiler/engine/kernels_engine.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "compiler/engine/stream_runner.h"
#include "compiler/lowering/control.h"
#include "compiler/lowering/dead_bytes.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/ops/if.h"
#include "compiler/ops/loop.h"
#include "compiler/ops/read_rows.h"

namespace tinyc {
namespace {

// Not 0 and not a plausible activation; a NaN as a float.
constexpr uint8_t kPoison = 0xff;
constexpr std::align_val_t kArenaAlign{64};

struct AlignedDelete {
  void operator()(uint8_t* p) const { ::operator delete(p, kArenaAlign); }
};

// Kernels take what they only read as pointers to mutable bytes, too.
uint8_t* Bytes(const Tensor& tensor) {
  return const_cast<uint8_t*>(tensor.bytes().data());
}

using Arena = std::unique_ptr<uint8_t, AlignedDelete>;

// All zeros.
Arena MakeArena(const Module& module) {
  const size_t bytes = static_cast<size_t>(module.plan->arena_bytes);
  Arena arena(static_cast<uint8_t*>(
      ::operator new(std::max<size_t>(bytes, 1), kArenaAlign)));
  std::fill_n(arena.get(), bytes, uint8_t{0});
  return arena;
}

std::vector<Tensor> MakeOutputs(const Module& module) {
  std::vector<Tensor> outputs;
  for (const Value* output : module.graph->outputs()) {
    outputs.emplace_back(output->type());
  }
  return outputs;
}

std::vector<uint8_t*> BytesOfAll(absl::Span<const Tensor> tensors) {
  std::vector<uint8_t*> bytes;
  for (const Tensor& tensor : tensors) bytes.push_back(Bytes(tensor));
  return bytes;
}

// Runs a module, or a body inside of one, in memory that others own.
class Engine {
 public:
  Engine(const Module& module, uint8_t* arena, std::vector<uint8_t*> inputs,
         std::vector<uint8_t*> outputs)
      : module_(module),
        arena_(arena),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)) {}

  absl::Status Run(const KernelsEngineOptions& options) {
    std::optional<DeadBytes> dead;
    if (options.poison_dead_bytes) dead.emplace(module_);
    if (dead) PoisonAfter(*dead, -1);
    const std::vector<const Node*> nodes = Nodes();
    for (size_t step = 0; step < nodes.size(); ++step) {
      TINYC_RETURN_IF_ERROR(
          WithLoc(RunNode(*nodes[step], options), *nodes[step]));
      if (options.observe != nullptr) {
        TINYC_RETURN_IF_ERROR(Observe(*nodes[step], options));
      }
      const Stream* stream = StreamOf(*module_.plan, *nodes[step]);
      const bool in_midst =
          stream != nullptr && stream->nodes.back() != nodes[step];
      if (dead && !in_midst) PoisonAfter(*dead, static_cast<int>(step));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<uint8_t*> PointerTo(const Value& value) {
    if (const auto constant = ConstantBytes(module_, value)) {
      return Bytes(*constant);
    }
    const auto place = module_.plan->values.find(&value);
    if (place == module_.plan->values.end()) {
      return Internal("%", value.name(), " has no place in memory");
    }
    const Place& at = place->second;
    const size_t index = static_cast<size_t>(at.index);
    switch (at.kind) {
      case Place::Kind::kModelInput:
        return inputs_[index] + at.offset;
      case Place::Kind::kModelOutput:
        return outputs_[index] + at.offset;
      case Place::Kind::kArena:
        break;
    }
    return arena_ + at.offset;
  }

  // A stream runs as a whole when its first node does.
  absl::Status RunNode(const Node& node, const KernelsEngineOptions& options) {
    if (const Stream* stream = StreamOf(*module_.plan, node)) {
      return stream->nodes[0] == &node ? RunStream(*stream) : absl::OkStatus();
    }
    if (node.As<If>() != nullptr) return RunIf(node, options);
    if (const Loop* loop = node.As<Loop>()) {
      return RunLoop(node, *loop, options);
    }
    for (const LoweredCall& lowered : module_.lowering->calls.at(&node)) {
      if (lowered.kernel == nullptr) continue;
      TINYC_RETURN_IF_ERROR(RunCall(node, lowered));
    }
    return absl::OkStatus();
  }

 private:
  std::vector<const Node*> Nodes() const {
    std::vector<const Node*> nodes;
    for (const auto& node : module_.graph->nodes()) nodes.push_back(node.get());
    return nodes;
  }

  absl::Status Observe(const Node& node, const KernelsEngineOptions& options) {
    for (const Value* value : node.outputs()) {
      Tensor tensor(value->type());
      if (tensor.bytes().empty()) continue;
      const auto place = module_.plan->values.find(value);
      if (place != module_.plan->values.end() && place->second.rows > 0) {
        continue;  // never there as a whole
      }
      TINYC_ASSIGN_OR_RETURN(const uint8_t* const bytes, PointerTo(*value));
      std::copy_n(bytes, tensor.bytes().size(), tensor.bytes().data());
      options.observe(*value, tensor);
    }
    return absl::OkStatus();
  }

  // Pointers to the operands (null: absent) or results of a node.
  absl::StatusOr<std::vector<uint8_t*>> PointersTo(
      absl::Span<Value* const> values) {
    std::vector<uint8_t*> pointers;
    for (const Value* value : values) {
      pointers.push_back(nullptr);
      if (value == nullptr) continue;
      TINYC_ASSIGN_OR_RETURN(pointers.back(), PointerTo(*value));
    }
    return pointers;
  }

  uint8_t* ScratchOf(const Node& node, int64_t offset) const {
    const auto scratch = module_.plan->scratch.find(&node);
    if (offset < 0 || scratch == module_.plan->scratch.end()) return nullptr;
    return arena_ + scratch->second + offset;
  }

  absl::Status RunBody(const Graph& region, uint8_t* arena,
                       std::vector<uint8_t*> inputs,
                       std::vector<uint8_t*> outputs,
                       const KernelsEngineOptions& options) {
    return Engine(*module_.bodies.at(&region), arena, std::move(inputs),
                  std::move(outputs))
        .Run({.poison_dead_bytes = options.poison_dead_bytes});
  }

  absl::Status RunIf(const Node& node, const KernelsEngineOptions& options) {
    TINYC_ASSIGN_OR_RETURN(std::vector<uint8_t*> in, PointersTo(node.inputs()));
    TINYC_ASSIGN_OR_RETURN(std::vector<uint8_t*> out,
                           PointersTo(node.outputs()));
    const Graph& region = *node.regions()[*in[0] != 0 ? 0 : 1];
    in.erase(in.begin());
    return RunBody(region, ScratchOf(node, LayOutControl(module_, node).arena),
                   std::move(in), std::move(out), options);
  }

  absl::Status RunLoop(const Node& node, const Loop& loop,
                       const KernelsEngineOptions& options) {
    TINYC_ASSIGN_OR_RETURN(std::vector<uint8_t*> in, PointersTo(node.inputs()));
    TINYC_ASSIGN_OR_RETURN(const std::vector<uint8_t*> out,
                           PointersTo(node.outputs()));
    in.resize(std::max(in.size(), node.op().min_operands()), nullptr);
    const Graph& region = *node.regions()[0];
    const ControlScratch scratch = LayOutControl(module_, node);
    int64_t wanted = 0;
    if (in[0] != nullptr) std::memcpy(&wanted, in[0], sizeof(wanted));
    TINYC_ASSIGN_OR_RETURN(
        const int64_t limit,
        LoopLimit(loop, region, in[0] == nullptr ? nullptr : &wanted));
    bool go = in[1] == nullptr || *in[1] != 0;

    // What the region sees of the operands, and where it writes to.
    const size_t carried = static_cast<size_t>(loop.carried);
    std::vector<uint8_t*> body_in(in.begin() + 1, in.end());
    body_in[0] = ScratchOf(node, scratch.iteration);
    std::vector<uint8_t*> body_out;
    if (loop.asks) body_out.push_back(ScratchOf(node, scratch.go));
    for (size_t c = 0; c < carried; ++c) {
      const size_t bytes = static_cast<size_t>(node.output(c)->type().bytes());
      if (bytes > 0) std::memcpy(out[c], in[loop.first_carried() + c], bytes);
      body_in[loop.first_carried() + c - 1] = out[c];
      body_out.push_back(ScratchOf(node, scratch.next[c]));
    }
    body_out.insert(body_out.end(), out.begin() + loop.carried, out.end());

    int64_t i = 0;
    for (; go && i < limit; ++i) {
      if (body_in[0] != nullptr) std::memcpy(body_in[0], &i, sizeof(i));
      for (size_t s = loop.first_scanned(); s < loop.first_capture(); ++s) {
        body_in[s - 1] = in[s] + loop.SliceAt(s - loop.first_scanned(), i) *
                                     region.inputs()[s - 1]->type().bytes();
      }
      for (size_t r = carried; r < out.size(); ++r) {
        const size_t at = loop.region_result(r);
        body_out[at] =
            out[r] +
            loop.SliceAt(static_cast<size_t>(loop.scanned) + r - carried, i) *
                region.outputs()[at]->type().bytes();
      }
      TINYC_RETURN_IF_ERROR(RunBody(region, ScratchOf(node, scratch.arena),
                                    body_in, body_out, options));
      for (size_t c = 0; c < carried; ++c) {
        if (scratch.next[c] < 0) continue;
        std::memcpy(out[c], ScratchOf(node, scratch.next[c]),
                    static_cast<size_t>(node.output(c)->type().bytes()));
      }
      if (loop.asks) go = *ScratchOf(node, scratch.go) != 0;
    }
    if (loop.exact(region) && i != loop.trips) {
      return Invalid("the loop ended after ", i,
                     " iterations, its results have ", loop.trips, " slices");
    }
    return absl::OkStatus();
  }

  absl::Status RunCall(const Node& node, const LoweredCall& lowered) {
    TINYC_ASSIGN_OR_RETURN(const std::vector<void*> args,
                           ArgsOf(node, lowered));
    RunKernel(*lowered.kernel, lowered.call.shape, lowered.call.quant, args);
    return absl::OkStatus();
  }

  absl::Status RunStream(const Stream& stream) {
    return tinyc::RunStream(module_, stream,
                            [&](const Node& node, const LoweredCall& lowered) {
                              return ArgsOf(node, lowered);
                            });
  }

  absl::StatusOr<std::vector<void*>> ArgsOf(const Node& node,
                                            const LoweredCall& lowered) {
    const KernelCall& call = lowered.call;
    if (lowered.kernel->arg_types.size() != call.args.size()) {
      return Internal(lowered.kernel->symbol, " takes ",
                      lowered.kernel->arg_types.size(), " pointers, not ",
                      call.args.size());
    }
    std::vector<void*> args;
    for (const KernelArg& arg : call.args) {
      if (arg.pack_rows != 0) {
        return Internal("weights are not packed; run pack-weights first");
      }
      uint8_t* pointer = nullptr;
      switch (arg.kind) {
        case KernelArg::Kind::kInput: {
          TINYC_ASSIGN_OR_RETURN(
              pointer, PointerTo(*node.input(static_cast<size_t>(arg.index))));
          break;
        }
        case KernelArg::Kind::kOutput: {
          TINYC_ASSIGN_OR_RETURN(
              pointer, PointerTo(*node.output(static_cast<size_t>(arg.index))));
          break;
        }
        case KernelArg::Kind::kConstant:
          pointer = Bytes(*arg.constant);
          break;
        case KernelArg::Kind::kScratch:
          pointer = arena_ + module_.plan->scratch.at(&node);
          break;
        case KernelArg::Kind::kNull:
          break;
      }
      args.push_back(pointer == nullptr ? nullptr : pointer + arg.offset);
    }
    return args;
  }

  void PoisonAfter(const DeadBytes& dead, int step) {
    for (const ByteRange& range : dead.After(step)) {
      std::fill(arena_ + range.begin, arena_ + range.end, kPoison);
    }
  }

  const Module& module_;
  uint8_t* arena_;
  std::vector<uint8_t*> inputs_;
  std::vector<uint8_t*> outputs_;
};

}  // namespace

absl::StatusOr<std::vector<Tensor>> RunKernels(
    const Module& module, absl::Span<const Tensor> inputs,
    const KernelsEngineOptions& options) {
  if (module.stage != Stage::kPlanned || !module.plan || !module.lowering) {
    return Internal("only a planned module runs by its kernels");
  }
  if (inputs.size() != module.graph->inputs().size()) {
    return Invalid("the model has ", module.graph->inputs().size(),
                   " inputs, not ", inputs.size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& input = *module.graph->inputs()[i];
    if (inputs[i].dtype() != input.type().dtype ||
        inputs[i].shape() != input.type().shape) {
      return Invalid("input %", input.name(), " is ", ToString(input.type()),
                     ", not ", ToString(inputs[i].type()));
    }
  }
  const Arena arena = MakeArena(module);
  std::vector<Tensor> outputs = MakeOutputs(module);
  Engine engine(module, arena.get(), BytesOfAll(inputs), BytesOfAll(outputs));
  if (!module.io_in_arena) {
    TINYC_RETURN_IF_ERROR(engine.Run(options));
    return outputs;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (ReaderOf(*module.graph->inputs()[i]) != nullptr) continue;
    TINYC_ASSIGN_OR_RETURN(uint8_t* const place,
                           engine.PointerTo(*module.graph->inputs()[i]));
    std::copy_n(Bytes(inputs[i]), inputs[i].bytes().size(), place);
  }
  TINYC_RETURN_IF_ERROR(engine.Run(options));
  for (size_t i = 0; i < outputs.size(); ++i) {
    TINYC_ASSIGN_OR_RETURN(const uint8_t* const place,
                           engine.PointerTo(*module.graph->outputs()[i]));
    std::copy_n(place, outputs[i].bytes().size(), Bytes(outputs[i]));
  }
  return outputs;
}

struct KernelsRun::State {
  explicit State(const Module& module)
      : arena(MakeArena(module)),
        outputs(MakeOutputs(module)),
        engine(module, arena.get(), {}, BytesOfAll(outputs)) {}

  Arena arena;
  std::vector<Tensor> outputs;
  Engine engine;
};

KernelsRun::KernelsRun(const Module& module)
    : state_(std::make_unique<State>(module)) {}
KernelsRun::~KernelsRun() = default;
KernelsRun::KernelsRun(KernelsRun&&) noexcept = default;

absl::Status KernelsRun::RunNode(const Node& node) {
  return WithLoc(state_->engine.RunNode(node, {}), node);
}

uint8_t* KernelsRun::BytesOf(const Value& value) {
  const absl::StatusOr<uint8_t*> bytes = state_->engine.PointerTo(value);
  TINYC_CHECK(bytes.ok());
  return *bytes;
}

}  // namespace tinyc

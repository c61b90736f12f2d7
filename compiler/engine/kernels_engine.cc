// SPDX-License-Identifier: Apache-2.0
#include "compiler/engine/kernels_engine.h"

#include <algorithm>
#include <memory>
#include <new>

namespace tinyc {
namespace {

// Not 0 and not a plausible activation; a NaN as a float.
constexpr uint8_t kPoison = 0xff;
constexpr std::align_val_t kArenaAlign{64};

struct AlignedDelete {
  void operator()(uint8_t* p) const { ::operator delete(p, kArenaAlign); }
};

class Engine {
 public:
  Engine(const Module& module, absl::Span<const Tensor> inputs)
      : module_(module),
        inputs_(inputs),
        arena_bytes_(static_cast<size_t>(module.plan->arena_bytes)),
        arena_(static_cast<uint8_t*>(
            ::operator new(std::max<size_t>(arena_bytes_, 1), kArenaAlign))) {
    std::fill_n(arena_.get(), arena_bytes_, uint8_t{0});
    for (const Value* output : module.graph->outputs()) {
      outputs_.emplace_back(output->type());
    }
  }

  absl::StatusOr<std::vector<Tensor>> Run(const KernelsEngineOptions& options) {
    const bool poison = options.poison_dead_bytes;
    const std::vector<const Node*> nodes = Nodes();
    if (poison) FindLastUses(nodes);
    if (poison) PoisonAfter(-1);
    for (size_t step = 0; step < nodes.size(); ++step) {
      for (const LoweredCall& lowered :
           module_.lowering->calls.at(nodes[step])) {
        if (lowered.kernel == nullptr) continue;
        TINYC_RETURN_IF_ERROR(
            WithLoc(RunCall(*nodes[step], lowered), *nodes[step]));
      }
      if (options.observe != nullptr) {
        TINYC_RETURN_IF_ERROR(Observe(*nodes[step], options));
      }
      if (poison) PoisonAfter(static_cast<int>(step));
    }
    return std::move(outputs_);
  }

 private:
  std::vector<const Node*> Nodes() const {
    std::vector<const Node*> nodes;
    for (const auto& node : module_.graph->nodes()) nodes.push_back(node.get());
    return nodes;
  }

  // Kernels take what they only read as pointers to mutable bytes, too.
  static uint8_t* Bytes(const Tensor& tensor) {
    return const_cast<uint8_t*>(tensor.bytes().data());
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
        return Bytes(inputs_[index]) + at.offset;
      case Place::Kind::kModelOutput:
        return outputs_[index].bytes().data() + at.offset;
      case Place::Kind::kArena:
        break;
    }
    return arena_.get() + at.offset;
  }

  absl::Status Observe(const Node& node, const KernelsEngineOptions& options) {
    for (const Value* value : node.outputs()) {
      Tensor tensor(value->type());
      if (tensor.bytes().empty()) continue;
      TINYC_ASSIGN_OR_RETURN(const uint8_t* const bytes, PointerTo(*value));
      std::copy_n(bytes, tensor.bytes().size(), tensor.bytes().data());
      options.observe(*value, tensor);
    }
    return absl::OkStatus();
  }

  absl::Status RunCall(const Node& node, const LoweredCall& lowered) {
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
          pointer = arena_.get() + module_.plan->scratch.at(&node);
          break;
        case KernelArg::Kind::kNull:
          break;
      }
      args.push_back(pointer == nullptr ? nullptr : pointer + arg.offset);
    }
    lowered.kernel->run(call.shape.data(), call.quant.data(), args.data());
    return absl::OkStatus();
  }

  // The part of the arena that holds a value, from the step that writes it to
  // the last one that reads it.
  struct LiveBytes {
    size_t begin;
    size_t end;
    int first;
    int last;
  };

  void FindLastUses(const std::vector<const Node*>& nodes) {
    absl::flat_hash_map<const Node*, int> step_of;
    for (size_t i = 0; i < nodes.size(); ++i) {
      step_of[nodes[i]] = static_cast<int>(i);
    }
    for (const auto& [value, place] : module_.plan->values) {
      if (place.kind != Place::Kind::kArena || value->producer() == nullptr) {
        continue;
      }
      LiveBytes live;
      live.begin = static_cast<size_t>(place.offset);
      live.end = live.begin + static_cast<size_t>(value->type().bytes());
      live.first = step_of.at(value->producer());
      live.last = live.first;
      for (const Use& use : value->uses()) {
        if (use.node == nullptr) continue;
        live.last = std::max(live.last, step_of.at(use.node));
      }
      live_.push_back(live);
    }
  }

  void PoisonAfter(int step) {
    std::vector<bool> needed(arena_bytes_, false);
    for (const LiveBytes& live : live_) {
      if (live.first > step || live.last <= step) continue;
      std::fill(needed.begin() + static_cast<std::ptrdiff_t>(live.begin),
                needed.begin() + static_cast<std::ptrdiff_t>(live.end), true);
    }
    for (size_t i = 0; i < arena_bytes_; ++i) {
      if (!needed[i]) arena_.get()[i] = kPoison;
    }
  }

  const Module& module_;
  absl::Span<const Tensor> inputs_;
  std::vector<Tensor> outputs_;
  size_t arena_bytes_;
  std::unique_ptr<uint8_t, AlignedDelete> arena_;
  std::vector<LiveBytes> live_;
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
  return Engine(module, inputs).Run(options);
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/copied_constants.h"

#include <algorithm>
#include <utility>

#include "compiler/ir/op.h"

namespace tinyc {
namespace {

// Arrays begin at a multiple of it, whatever the C compiler aligns them to.
constexpr int64_t kAlign = 32;  // bytes

struct Reads {
  std::shared_ptr<const Tensor> tensor;
  double bytes = 0;  // that an inference reads of it
};

bool Same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.bytes() == b.bytes();
}

int64_t Size(const Tensor& tensor) {
  return static_cast<int64_t>(tensor.bytes().size());
}

// The constants of a node's calls, each once.
std::vector<std::shared_ptr<const Tensor>> ConstantsOf(const Module& module,
                                                       const Node& node) {
  std::vector<std::shared_ptr<const Tensor>> constants;
  const auto calls = module.lowering->calls.find(&node);
  if (calls == module.lowering->calls.end()) return constants;
  for (const LoweredCall& lowered : calls->second) {
    if (lowered.kernel == nullptr) continue;
    for (const KernelArg& arg : lowered.call.args) {
      std::shared_ptr<const Tensor> constant = arg.constant;
      if (arg.kind == KernelArg::Kind::kInput) {
        const Value* value = node.inputs()[static_cast<size_t>(arg.index)];
        if (value != nullptr) constant = ConstantBytes(module, *value);
      }
      if (constant != nullptr && Size(*constant) > 0) {
        constants.push_back(std::move(constant));
      }
    }
  }
  return constants;
}

void AddReads(const Module& module, std::vector<Reads>* all) {
  for (const auto& node : module.graph->nodes()) {
    const auto constants = ConstantsOf(module, *node);
    if (constants.empty()) continue;
    const auto weights = *std::max_element(
        constants.begin(), constants.end(),
        [](const auto& a, const auto& b) { return Size(*a) < Size(*b); });
    int64_t elements = 0;
    for (const Value* output : node->outputs()) {
      elements += output->type().num_elements();
    }
    const double macs = static_cast<double>(node->op().Macs(*node));
    for (const auto& constant : constants) {
      // Biases, factors and tables are read once per element of the result.
      const double reads = constant == weights && macs > 0
                               ? macs
                               : static_cast<double>(elements);
      const double bytes = reads * InfoOf(constant->dtype()).bits / 8;
      const auto known = std::find_if(
          all->begin(), all->end(),
          [&](const Reads& other) { return Same(*other.tensor, *constant); });
      if (known != all->end()) {
        known->bytes += bytes;
      } else {
        all->push_back({constant, bytes});
      }
    }
  }
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      const auto body = module.bodies.find(region.get());
      if (body != module.bodies.end()) AddReads(*body->second, all);
    }
  }
}

}  // namespace

bool CopiedConstants::Has(const Tensor& tensor) const {
  return std::any_of(tensors.begin(), tensors.end(), [&](const auto& constant) {
    return Same(*constant, tensor);
  });
}

std::vector<CopiedConstants> CopiedConstantsOf(const Module& module) {
  std::vector<CopiedConstants> copied;
  for (const ConstantMemory& memory : module.plan->constant_memories) {
    copied.push_back({.memory = memory.name});
  }
  if (copied.empty()) return copied;
  std::vector<Reads> all;
  AddReads(module, &all);
  std::stable_sort(all.begin(), all.end(), [](const Reads& a, const Reads& b) {
    return a.bytes * static_cast<double>(Size(*b.tensor)) >
           b.bytes * static_cast<double>(Size(*a.tensor));
  });
  for (const Reads& reads : all) {
    const int64_t size = (Size(*reads.tensor) + kAlign - 1) / kAlign * kAlign;
    for (size_t m = 0; m < copied.size(); ++m) {
      const int64_t most = module.plan->constant_memories[m].bytes;
      if (copied[m].bytes + size > most) continue;
      copied[m].bytes += size;
      copied[m].tensors.push_back(reads.tensor);
      break;
    }
  }
  return copied;
}

}  // namespace tinyc

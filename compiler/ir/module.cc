// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/module.h"

namespace tinyc {

std::shared_ptr<const Tensor> ConstantBytes(const Module& module,
                                            const Value& value) {
  const Value* v = &value;
  while (v->constant() == nullptr) {
    const Node* producer = v->producer();
    if (producer == nullptr || producer->input(0) == nullptr ||
        !producer->regions().empty() ||
        !module.lowering->calls.at(producer).empty()) {
      return nullptr;
    }
    v = producer->input(0);
  }
  return v->constant();
}

}  // namespace tinyc

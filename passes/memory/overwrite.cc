// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/overwrite.h"

#include <algorithm>
#include <iterator>

#include "compiler/lowering/call_forms.h"

namespace tinyc {

bool MayOverwrite(const KernelCall& call, const Value& operand,
                  const Value& result) {
  constexpr absl::string_view kElementwise[] = {
      "tc_unary_shape", "tc_binary_shape", "tc_map_shape", "tc_softmax_shape"};
  return (IsInPlaceForm(call) ||
          std::count(std::begin(kElementwise), std::end(kElementwise),
                     call.shape.type()) > 0) &&
         operand.type().shape == result.type().shape &&
         operand.type().bytes() == result.type().bytes();
}

}  // namespace tinyc

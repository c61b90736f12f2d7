// SPDX-License-Identifier: Apache-2.0
// Permutations of dimensions, as Transpose has them: dimension d of the result
// is dimension perm[d] of the operand.
#ifndef TINYC_PASSES_PERMUTATION_H_
#define TINYC_PASSES_PERMUTATION_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/type.h"

namespace tinyc {

using Permutation = std::vector<int64_t>;

bool IsIdentity(const Permutation& perm);
Permutation Inverse(const Permutation& perm);
// One transpose that does what `first` and then `second` do.
Permutation Compose(const Permutation& first, const Permutation& second);
// list[perm[0]], list[perm[1]], ...
Shape Permute(const Shape& list, const Permutation& perm);
std::vector<int64_t> Permute(const std::vector<int64_t>& list,
                             const Permutation& perm);
// True when transposing a tensor of `shape` leaves the order of its elements:
// only dimensions of one element move.
bool KeepsOrder(const Shape& shape, const Permutation& perm);

// NCHW -> NHWC and back, for any number of spatial dimensions.
Permutation ToChannelsLast(int rank);
Permutation ToChannelsFirst(int rank);

}  // namespace tinyc

#endif  // TINYC_PASSES_PERMUTATION_H_

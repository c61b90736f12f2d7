// SPDX-License-Identifier: Apache-2.0
#include "passes/permutation.h"

namespace tinyc {
namespace {

template <typename List>
List PermuteList(const List& list, const Permutation& perm) {
  List result;
  for (const int64_t d : perm) result.push_back(list[static_cast<size_t>(d)]);
  return result;
}

}  // namespace

bool IsIdentity(const Permutation& perm) {
  for (size_t d = 0; d < perm.size(); ++d) {
    if (perm[d] != static_cast<int64_t>(d)) return false;
  }
  return true;
}

Permutation Inverse(const Permutation& perm) {
  Permutation inverse(perm.size());
  for (size_t d = 0; d < perm.size(); ++d) {
    inverse[static_cast<size_t>(perm[d])] = static_cast<int64_t>(d);
  }
  return inverse;
}

Permutation Compose(const Permutation& first, const Permutation& second) {
  return PermuteList(first, second);
}

Shape Permute(const Shape& list, const Permutation& perm) {
  return PermuteList(list, perm);
}

std::vector<int64_t> Permute(const std::vector<int64_t>& list,
                             const Permutation& perm) {
  return PermuteList(list, perm);
}

bool KeepsOrder(const Shape& shape, const Permutation& perm) {
  int64_t last = -1;
  for (const int64_t d : perm) {
    if (shape[static_cast<size_t>(d)] == 1) continue;
    if (d < last) return false;
    last = d;
  }
  return true;
}

Permutation ToChannelsLast(int rank) {
  Permutation perm{0};
  for (int64_t d = 2; d < rank; ++d) perm.push_back(d);
  perm.push_back(1);
  return perm;
}

Permutation ToChannelsFirst(int rank) { return Inverse(ToChannelsLast(rank)); }

}  // namespace tinyc

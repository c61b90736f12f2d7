// SPDX-License-Identifier: Apache-2.0
// The order in which a kernel wants its weights.
#ifndef TINYC_COMPILER_TARGETS_PACK_H_
#define TINYC_COMPILER_TARGETS_PACK_H_

#include <cstdint>

#include "compiler/ir/tensor.h"

namespace tinyc {

// The matrix `matrix`, [rows][K], in the order of a kernel whose weight_block
// is `block`: the rows of each group of `group_rows` are cut into blocks of
// `block` rows (0: one block of all), the last one perhaps narrower, and a
// block of n rows is stored [K][n].  Integers below a byte stay packed, without
// gaps between blocks.
Tensor PackRows(const Tensor& matrix, int64_t rows, int64_t group_rows,
                int64_t block);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TARGETS_PACK_H_

// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/pack.h"

#include <algorithm>
#include <cstring>

namespace tinyc {

Tensor PackRows(const Tensor& matrix, int64_t rows, int64_t group_rows,
                int64_t block) {
  const int bits = InfoOf(matrix.dtype()).bits;
  TINYC_CHECK((bits >= 8 || IsInteger(matrix.dtype())) && block >= 0);
  if (matrix.size() == 0) return matrix;
  TINYC_CHECK(group_rows > 0 && rows % group_rows == 0 &&
              matrix.size() % rows == 0);
  const int64_t columns = matrix.size() / rows;
  const size_t size = static_cast<size_t>(bits) / 8;
  Tensor packed(matrix.type());
  const uint8_t* from = matrix.bytes().data();
  uint8_t* to = packed.bytes().data();
  int64_t at = 0;
  int64_t n = 0;
  for (int64_t first = 0; first < rows; first += n) {
    const int64_t left = group_rows - first % group_rows;
    n = block == 0 ? left : std::min(block, left);
    for (int64_t k = 0; k < columns; ++k) {
      for (int64_t r = first; r < first + n; ++r) {
        const int64_t element = r * columns + k;
        if (bits < 8) {
          packed.SetInt(at++, matrix.IntAt(element));
          continue;
        }
        std::memcpy(to, from + static_cast<size_t>(element) * size, size);
        to += size;
      }
    }
  }
  return packed;
}

}  // namespace tinyc

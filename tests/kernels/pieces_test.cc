// SPDX-License-Identifier: Apache-2.0
//
// Every kernel for functions of 16-bit numbers against its definition.

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

// floor(a / 2^bits)
Int128 Quotient(Int128 a, int bits) {
  const Int128 unit = Int128{1} << bits;
  Int128 q = a / unit;
  if (q * unit > a) --q;
  return q;
}

TEST(PiecesTest, OfIntegers) {
  Random random(44);
  for (const KernelRow& row : KernelRows("pieces_s16")) {
    for (int bits = 7; bits <= 12; ++bits) {
      const tc_unary_shape s = {random.Int(1, 2000)};
      const tc_pieces_quant q = {bits};
      std::vector<int16_t> x = random.Elements<int16_t>(s.n);
      x[0] = -32768;
      x.back() = 32767;
      // Up to the greatest there may be.
      std::vector<int32_t> c = random.Elements<int32_t>((3 * 65536) >> bits);
      const int divisor = random.Bool() ? 1 : 16;
      for (int32_t& v : c) v /= divisor;
      Guarded<int16_t> y(s.n);
      row.As<tc_pieces_s16_fn>()(&s, &q, x.data(), c.data(), y.data());
      for (int32_t i = 0; i < s.n; ++i) {
        const int32_t u = x[static_cast<size_t>(i)] + 32768;
        const Int128 t = u % (1 << bits);
        const int32_t* piece = c.data() + 3 * (u / (1 << bits));
        const Int128 slope = piece[1] + Quotient(piece[2] * t, bits);
        const Int128 v = piece[0] + Quotient(slope * t, bits);
        ASSERT_EQ(y[i],
                  ClampTo<int16_t>(Quotient(v + 2048, 12), -32768, 32767));
      }
    }
  }
}

}  // namespace
}  // namespace tinyc

/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized sums of two, four neighbours at a time. */
#include "pointwise/binary.h"
#include "tc_bytes.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* Stores the sum of byte i of a and of b.  `offset` has q->out_zero in it,
 * times 2^32. */
#define TC_ADD_BYTE(i)                                                        \
  y[i] = (int8_t)tc_saturate8(                                                \
      (int32_t)(((int64_t)tc_shift_left((int8_t)(a >> (8 * (i))), q->shift) * \
                     q->a_mult +                                              \
                 (int64_t)tc_shift_left((int8_t)(b >> (8 * (i))), q->shift) * \
                     q->b_mult +                                              \
                 offset) >>                                                   \
                32))

/* n sums of neighbours. */
TC_INLINE void tc_add_s8_row(const tc_add_quant *q, const int8_t *lhs,
                             const int8_t *rhs, int32_t n, int8_t *y) {
  const int64_t offset = q->offset + q->out_zero * ((int64_t)1 << 32);
  int32_t i;
  for (i = 0; i + 4 <= n; i += 4) {
    const uint32_t a = tc_load4(lhs + i);
    const uint32_t b = tc_load4(rhs + i);
    TC_ADD_BYTE(0);
    TC_ADD_BYTE(1);
    TC_ADD_BYTE(2);
    TC_ADD_BYTE(3);
    y += 4;
  }
  for (; i < n; ++i) {
    const uint32_t a = (uint8_t)lhs[i];
    const uint32_t b = (uint8_t)rhs[i];
    TC_ADD_BYTE(0);
    ++y;
  }
}

TC_KERNEL void tc_add_s8_dsp(const tc_binary_shape *s,
                             const tc_add_quant *quant, const int8_t *lhs,
                             const int8_t *rhs, int8_t *y) {
  const tc_add_quant copy = *quant; /* y might be its bytes */
  const tc_add_quant *const q = &copy;
  const int32_t outer = s->rank - 1;
  const int32_t rows = tc_count(outer, s->dims);
  const int32_t n = s->dims[outer];
  const int32_t a_step = s->a_stride[outer];
  const int32_t b_step = s->b_stride[outer];
  tc_walk at;
  int32_t row;
  int32_t i;
  tc_walk_begin(&at, outer, 0, 0);
  for (row = 0; row < rows; ++row) {
    const int8_t *const a = lhs + at.a;
    const int8_t *const b = rhs + at.b;
    if (a_step == 1 && b_step == 1) {
      tc_add_s8_row(q, a, b, n, y);
      tc_clamp_bytes(y, n, q->lo, q->hi);
    } else {
      for (i = 0; i < n; ++i) {
        y[i] = (int8_t)tc_add_requant(q, a[i * a_step], b[i * b_step]);
      }
    }
    y += n;
    tc_walk_next(&at, outer, s->dims, s->a_stride, s->b_stride);
  }
}

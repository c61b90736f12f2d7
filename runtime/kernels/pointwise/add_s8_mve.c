/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized sums of two with Helium, four neighbours at a time.
 *
 * With 2^shift * a_mult = a_high * 2^16 + a_low, and likewise the others, the
 * sum by 2^16, rounded down, is
 *   a * a_high + b * b_high + offset_high
 *       + (a * a_low + b * b_low + offset_low) / 2^16
 * of which all parts have 32 bits unless the multipliers are very great.
 */
#include "pointwise/binary.h"
#include "tc_asm.h"
#include "tc_bytes.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* What all sums have in common; assembly takes the fields by their order. */
typedef struct {
  int32_t a_low;
  int32_t b_low;
  int32_t a_high;
  int32_t b_high;
  int32_t offset_low;
  int32_t offset_high; /* with the zero point of y, less what rounds */
  int32_t n;
} tc_add_s8_job;

#if TC_MVE_ASM

/* n sums of neighbours, saturated.  Assembly, since compilers find no way to
 * vectorise products of 64 bits: 13 instructions for a sum, of which a quarter
 * is left.  The narrowing rounds, since GNU as 2.40 takes vqshrnb for the
 * vqrshrnb that it stands for here. */
TC_ASM_FUNCTION static void tc_add_s8_fours(const tc_add_s8_job *job
                                            __attribute__((unused)),
                                            const int8_t *a
                                            __attribute__((unused)),
                                            const int8_t *b
                                            __attribute__((unused)),
                                            int8_t *y __attribute__((unused))) {
  __asm__ volatile(
      "  push       {r4-r9, lr}\n"
      "  ldm        r0, {r4-r9, r12}\n"
      "  vdup.32    q3, r8\n"
      "  wlstp.32   lr, r12, 2f\n"
      "1:\n"
      "  vldrb.s32  q0, [r1], #4\n"
      "  vmov       q2, q3\n"
      "  vldrb.s32  q1, [r2], #4\n"
      "  vmla.s32   q2, q0, r4\n"
      "  vmla.s32   q2, q1, r5\n"
      "  vshr.s32   q2, q2, #16\n"
      "  vmla.s32   q2, q0, r6\n"
      "  vmla.s32   q2, q1, r7\n"
      "  vadd.i32   q2, q2, r9\n"
      "  vqrshrnb.s32 q2, q2, #16\n"
      "  vqmovnb.s16 q2, q2\n"
      "  vstrb.32   q2, [r3], #4\n"
      "  letp       lr, 1b\n"
      "2:\n"
      "  pop        {r4-r9, pc}\n");
}

#else

TC_NOINLINE static void tc_add_s8_fours(const tc_add_s8_job *job,
                                        const int8_t *a, const int8_t *b,
                                        int8_t *y) {
  int32_t i;
  for (i = 0; i < job->n; ++i) {
    const int32_t low = a[i] * job->a_low + b[i] * job->b_low + job->offset_low;
    const int32_t sum = a[i] * job->a_high + b[i] * job->b_high +
                        job->offset_high + (low >> 16);
    y[i] = (int8_t)tc_clamp((sum + 0x8000) >> 16, -128, 127);
  }
}

#endif

/* Whether all parts of a sum have 32 bits, for a_mult and b_mult times
 * 2^shift. */
TC_INLINE int32_t tc_add_s8_has_parts(int64_t a_mult, int64_t b_mult,
                                      int64_t offset) {
  const int64_t most = (int64_t)1 << 36;
  return a_mult <= most && a_mult >= -most && b_mult <= most &&
         b_mult >= -most && offset <= 512 * most && offset >= -512 * most;
}

TC_KERNEL void tc_add_s8_mve(const tc_binary_shape *s,
                             const tc_add_quant *quant, const int8_t *lhs,
                             const int8_t *rhs, int8_t *y) {
  const tc_add_quant copy = *quant; /* y might be its bytes */
  const tc_add_quant *const q = &copy;
  const int64_t a_mult = (int64_t)q->a_mult * ((int64_t)1 << q->shift);
  const int64_t b_mult = (int64_t)q->b_mult * ((int64_t)1 << q->shift);
  const int32_t parts = tc_add_s8_has_parts(a_mult, b_mult, q->offset);
  const int32_t outer = s->rank - 1;
  const int32_t rows = tc_count(outer, s->dims);
  const int32_t a_step = s->a_stride[outer];
  const int32_t b_step = s->b_stride[outer];
  tc_add_s8_job job;
  tc_walk at;
  int32_t row;
  int32_t i;
  job.a_low = (int32_t)(a_mult & 0xffff);
  job.b_low = (int32_t)(b_mult & 0xffff);
  job.offset_low = (int32_t)(q->offset & 0xffff);
  job.a_high = (int32_t)(a_mult >> 16);
  job.b_high = (int32_t)(b_mult >> 16);
  job.offset_high = (int32_t)(q->offset >> 16) - 0x8000 + q->out_zero * 65536;
  job.n = s->dims[outer];
  tc_walk_begin(&at, outer, 0, 0);
  for (row = 0; row < rows; ++row) {
    const int8_t *const a = lhs + at.a;
    const int8_t *const b = rhs + at.b;
    if (parts && a_step == 1 && b_step == 1) {
      tc_add_s8_fours(&job, a, b, y);
      tc_clamp_bytes(y, job.n, q->lo, q->hi);
    } else {
      for (i = 0; i < job.n; ++i) {
        y[i] = (int8_t)tc_add_requant(q, a[i * a_step], b[i * b_step]);
      }
    }
    y += job.n;
    tc_walk_next(&at, outer, s->dims, s->a_stride, s->b_stride);
  }
}

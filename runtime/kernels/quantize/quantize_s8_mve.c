/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantization of real numbers with Helium, four at a time.
 *
 * Vectors have no division.  With inverse, 1 / scale rounded, and rest, what it
 * lacks, v = x * inverse + x * rest lies within a unit in the last place of
 * x / scale; one step of Newton's with a fused product then gives what a
 * division does to the last bit (Markstein's theorem), since no number on the
 * way is too small for a float unless the result is 0.
 */
#include <math.h>

#include "quantize/quantize.h"
#include "tc_asm.h"
#include "tc_kernel.h"

/* Neighbours with one scale: x is limited to lo .. hi before it is divided. */
typedef struct {
  float lo;
  float hi;
  float minus_scale;
  float inverse;
  float rest;
  int32_t zero;
} tc_quantize_job;

/* Scales whose inverse and rest are far from the ends of float's range. */
TC_INLINE int32_t tc_quantize_is_plain(float scale) {
  return scale > 1e-15f && scale < 1e15f;
}

#if TC_MVE_ASM && (__ARM_FEATURE_MVE & 2) != 0

/*
 * n elements.  Assembly, since <arm_mve.h> is not for emitted C and compilers
 * vectorise neither the division nor the rounding: 17 instructions for each
 * element, of which 3 are left.  The first maximum makes any NaN a quiet one,
 * which the second one takes for less than lo.
 */
TC_ASM_FUNCTION static void tc_quantize_fours(
    const tc_quantize_job *job __attribute__((unused)),
    const float *x __attribute__((unused)), int32_t n __attribute__((unused)),
    int8_t *y __attribute__((unused))) {
  __asm__ volatile(
      "  push       {r4-r8, lr}\n"
      "  ldm        r0, {r0, r4-r8}\n"
      "  vdup.32    q2, r0\n"
      "  vdup.32    q3, r4\n"
      "  wlstp.32   lr, r2, 2f\n"
      "1:\n"
      "  vldrw.u32  q0, [r1], #16\n"
      "  vmaxnm.f32 q0, q0, q2\n"
      "  vmaxnm.f32 q0, q0, q2\n"
      "  vminnm.f32 q0, q0, q3\n"
      "  vmul.f32   q1, q0, r7\n"
      "  vfma.f32   q1, q0, r6\n"
      "  vfma.f32   q0, q1, r5\n"
      "  vfma.f32   q1, q0, r6\n"
      "  vcvtn.s32.f32 q1, q1\n"
      "  vadd.i32   q1, q1, r8\n"
      "  vstrb.32   q1, [r3], #4\n"
      "  letp       lr, 1b\n"
      "2:\n"
      "  pop        {r4-r8, pc}\n");
}

#else

/* n elements. */
TC_NOINLINE static void tc_quantize_fours(const tc_quantize_job *job,
                                          const float *x, int32_t n,
                                          int8_t *y) {
  int32_t i;
  for (i = 0; i < n; ++i) {
    float a = x[i] > job->lo ? x[i] : job->lo;
    float v;
    a = a < job->hi ? a : job->hi;
    v = fmaf(a, job->inverse, a * job->rest);
    v = fmaf(fmaf(v, job->minus_scale, a), job->inverse, v);
    y[i] = (int8_t)(tc_round_small(v) + job->zero);
  }
}

#endif

/* n elements with one scale and zero point. */
TC_INLINE void tc_quantize_run(const float *x, int32_t n, float scale,
                               int32_t zero, int8_t *y) {
  int32_t i;
  if (tc_quantize_is_plain(scale)) {
    tc_quantize_job job;
    job.lo = (float)(-128 - zero) * scale;
    job.hi = (float)(127 - zero) * scale;
    job.minus_scale = -scale;
    job.inverse = 1.0f / scale;
    job.rest = fmaf(job.inverse, job.minus_scale, 1.0f) * job.inverse;
    job.zero = zero;
    tc_quantize_fours(&job, x, n, y);
    return;
  }
  for (i = 0; i < n; ++i) {
    y[i] =
        (int8_t)(tc_quantize_one(x[i], scale, -128 - zero, 127 - zero) + zero);
  }
}

TC_KERNEL void tc_quantize_s8_mve(const tc_quantize_shape *s, const float *x,
                                  const float *scale, const int32_t *zero,
                                  int8_t *y) {
  const int32_t whole = s->channels == 1; /* one run */
  const int32_t length = whole ? s->outer * s->inner : s->inner;
  const int32_t runs = whole ? 1 : s->outer * s->channels;
  int32_t run;
  if (s->block == 0 && length >= 8) {
    for (run = 0; run < runs; ++run) {
      const int32_t at = run % s->channels;
      tc_quantize_run(x, length, scale[at], zero[at], y);
      x += length;
      y += length;
    }
  } else {
    TC_QUANTIZE_BODY(float, int8_t,
                     tc_quantize_one(a, sa, -128 - za, 127 - za) + za)
  }
}

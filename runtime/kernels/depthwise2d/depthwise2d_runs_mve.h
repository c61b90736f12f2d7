/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with Helium, where rows of outputs come one
 * by one: 8 channels of an output at a time, whose taps are runs of neighbours
 * in the image, or outside of it.
 */
#ifndef TC_DEPTHWISE2D_RUNS_MVE_H_
#define TC_DEPTHWISE2D_RUNS_MVE_H_

#include <string.h>

#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_runs_asm.h"
#include "tc_bytes.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The most rows of a kernel, and the runs of its windows. */
#define TC_DEPTHWISE2D_RUN_ROWS 7
#define TC_DEPTHWISE2D_RUNS (3 * TC_DEPTHWISE2D_RUN_ROWS + 2)

#if !TC_MVE_ASM

/* All that a job tells. */
TC_NOINLINE static void tc_depthwise2d_eights(
    const tc_depthwise2d_runs_job *job) {
  int32_t n;
  int32_t t;
  int32_t c;
  for (n = 0; n < 8 * job->eights; n += 8) {
    const int8_t *w = job->w + n;
    tc_depthwise2d_run *run;
    int32_t sum[8];
    for (c = 0; c < 8; ++c) sum[c] = job->bias[n + c];
    for (run = job->runs; run != job->runs_end; ++run) {
      for (t = 0; t < run->taps; ++t) {
        for (c = 0; c < 8; ++c) sum[c] += run->x[t * run->x_step + c] * w[c];
        w += job->w_step;
      }
      run->x += run->x_next;
    }
    for (c = 0; c < 8; ++c) {
      const int32_t v = tc_requant(sum[c], job->mult[n + c], job->shift);
      job->y[n + c] = (int8_t)tc_clamp(v + job->zero, -128, 127);
    }
  }
}

#endif

/* Whether this is for such a layer. */
TC_INLINE int32_t tc_depthwise2d_has_runs(const tc_depthwise2d_shape *s,
                                          const int32_t *w_zero) {
  return w_zero == NULL && s->in_c == s->out_c && s->out_c >= 8 &&
         (s->kernel_w == 1 || s->kernel_h <= TC_DEPTHWISE2D_RUN_ROWS);
}

/* Adds a run; x is NULL outside the image. */
TC_INLINE tc_depthwise2d_run *tc_depthwise2d_add_run(tc_depthwise2d_run *run,
                                                     const int8_t *outside,
                                                     const int8_t *x,
                                                     int32_t x_step,
                                                     int32_t taps) {
  if (taps == 0) return run;
  run->x = x == NULL ? outside : x;
  run->x_step = x == NULL ? 0 : x_step;
  run->x_next = x == NULL ? 0 : 8;
  run->taps = taps;
  return run + 1;
}

/* The runs of the window whose first tap is x[at], or would be, of which these
 * rows and columns lie inside.  Returns their end. */
TC_INLINE tc_depthwise2d_run *tc_depthwise2d_runs_of(
    const tc_depthwise2d_shape *s, const int8_t *outside, const int8_t *x,
    int32_t at, tc_range ky, tc_range kx, tc_depthwise2d_run *run) {
  const int32_t x_step = s->dilation_w * s->in_c;
  const int32_t x_row = s->dilation_h * s->in_w * s->in_c;
  int32_t i;
  run = tc_depthwise2d_add_run(run, outside, NULL, 0, ky.first * s->kernel_w);
  if (s->kernel_w == 1) { /* rows are one run */
    run = tc_depthwise2d_add_run(
        run, outside, kx.first < kx.last ? x + (at + ky.first * x_row) : NULL,
        x_row, ky.last - ky.first);
  } else {
    for (i = ky.first; i < ky.last; ++i) {
      run = tc_depthwise2d_add_run(run, outside, NULL, 0, kx.first);
      run = tc_depthwise2d_add_run(run, outside,
                                   x + (at + i * x_row + kx.first * x_step),
                                   x_step, kx.last - kx.first);
      run =
          tc_depthwise2d_add_run(run, outside, NULL, 0, s->kernel_w - kx.last);
    }
  }
  return tc_depthwise2d_add_run(run, outside, NULL, 0,
                                (s->kernel_h - ky.last) * s->kernel_w);
}

/* The same for a window that lies inside, where `run` has those of another one
 * already. */
TC_INLINE tc_depthwise2d_run *tc_depthwise2d_move_runs(
    const tc_depthwise2d_shape *s, const int8_t *x, tc_depthwise2d_run *run) {
  const int32_t runs = s->kernel_w == 1 ? 1 : s->kernel_h;
  int32_t i;
  for (i = 0; i < runs; ++i) {
    run[i].x = x + i * s->dilation_h * s->in_w * s->in_c;
  }
  return run + runs;
}

/* One row of outputs.  The last channels of a number that 8 does not divide are
 * computed twice. */
TC_INLINE void tc_depthwise2d_runs_row(const tc_depthwise2d_shape *s,
                                       const tc_depthwise2d_s8_quant *quant,
                                       const int8_t *x, const int8_t *w,
                                       const int32_t *bias, const int32_t *mult,
                                       int32_t oy, int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const int32_t rest = s->out_c % 8;
  tc_depthwise2d_run runs[TC_DEPTHWISE2D_RUNS];
  tc_depthwise2d_runs_job job;
  int8_t outside[8];
  int32_t ready = 0; /* runs are those of a window inside */
  int32_t ox;
  memset(outside, q.in_zero, sizeof outside);
  job.w_step = s->out_c;
  job.shift = q.shift;
  job.zero = q.out_zero;
  job.runs = runs;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    const int32_t inside =
        ky.last - ky.first == s->kernel_h && kx.last - kx.first == s->kernel_w;
    int32_t o = 0;
    job.eights = s->out_c / 8;
    for (;;) {
      const int32_t at = (top * s->in_w + left) * s->in_c + o;
      job.runs_end = inside && ready ? tc_depthwise2d_move_runs(s, x + at, runs)
                                     : tc_depthwise2d_runs_of(s, outside, x, at,
                                                              ky, kx, runs);
      ready = inside;
      job.bias = bias + o;
      job.mult = mult + o;
      job.w = w + o;
      job.y = y + o;
      tc_depthwise2d_eights(&job);
      if (rest == 0 || o != 0) break;
      o = s->out_c - 8;
      job.eights = 1;
    }
    tc_clamp_bytes(y, s->out_c, q.lo, q.hi);
    y += s->out_c;
  }
}

#endif /* TC_DEPTHWISE2D_RUNS_MVE_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of quantized depthwise convolution for cores whose vectors are as long
 * as they are told to be (RISC-V): up to 32 channels of an output at a time, or
 * of several neighbours where an output has few.  The taps of a window are runs
 * of neighbours in a row of the image, or outside of it.
 */
#ifndef TC_DEPTHWISE2D_RVV_H_
#define TC_DEPTHWISE2D_RVV_H_

#include <string.h>

#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_rvv_asm.h"
#include "depthwise2d/depthwise2d_rvv_layer.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The most rows of a kernel, and the runs of its windows. */
#define TC_DEPTHWISE2D_RVV_ROWS 7
#define TC_DEPTHWISE2D_RVV_RUNS (3 * TC_DEPTHWISE2D_RVV_ROWS)

#if !TC_RVV_ASM

/* All that a job tells. */
TC_NOINLINE static void tc_depthwise2d_rvv(const tc_depthwise2d_rvv_job *job) {
  ptrdiff_t i;
  ptrdiff_t t;
  ptrdiff_t c;
  for (i = 0; i < job->pixels; ++i) {
    for (c = 0; c < job->channels; ++c) {
      const tc_depthwise2d_rvv_run *run;
      const int8_t *w = job->w + c;
      int32_t sum = job->bias[c];
      for (run = job->runs; run != job->runs_end; ++run) {
        const int8_t *const x =
            run->x + i * run->x_pixel + c / 32 * run->x_block + c % 32;
        for (t = 0; t < run->taps; ++t) {
          sum += x[t * run->x_step] * *w;
          w += job->w_step;
        }
      }
      sum = tc_requant(sum, job->mult[c], (int32_t)job->shift);
      job->y[i * job->y_pixel + c] =
          (int8_t)tc_clamp(sum + (int32_t)job->zero, -128, 127);
    }
  }
}

/* `pixels` times n (up to 32) bytes, a step apart, side by side. */
TC_NOINLINE static void tc_depthwise2d_rvv_copy(const int8_t *x, ptrdiff_t step,
                                                ptrdiff_t pixels, ptrdiff_t n,
                                                int8_t *to) {
  ptrdiff_t i;
  for (i = 0; i < pixels; ++i) memcpy(to + i * n, x + i * step, (size_t)n);
}

#endif

/* Whether this is for such a layer. */
TC_INLINE int32_t tc_depthwise2d_has_rvv(const tc_depthwise2d_shape *s,
                                         const int32_t *w_zero) {
  return w_zero == NULL && s->in_c == s->out_c &&
         s->kernel_h <= TC_DEPTHWISE2D_RVV_ROWS;
}

/* Whether it is for such a layer, whose windows are one column of the image. */
TC_INLINE int32_t tc_depthwise2d_has_rvv_columns(const tc_depthwise2d_shape *s,
                                                 const int32_t *w_zero) {
  return w_zero == NULL && s->in_c == s->out_c && s->kernel_w == 1 &&
         s->pad_left <= 0 &&
         (s->out_w - 1) * s->stride_w - s->pad_left < s->in_w;
}

/* A row of the operand as windows find it, from column 0 on: NULL outside.  Or
 * rows that lie apart evenly, of windows of one column, from the first one in
 * the image on. */
typedef struct {
  const int8_t *x;
  int32_t pixel; /* from a column to the next one */
  int32_t row;   /* from a row to the next one; 0: this is one row */
  tc_range taps; /* of the window, that lie in the image */
} tc_depthwise2d_rvv_source;

/* Adds a run; x is NULL outside the image. */
TC_INLINE tc_depthwise2d_rvv_run *tc_depthwise2d_rvv_add(
    tc_depthwise2d_rvv_run *run, const tc_depthwise2d_rvv_layer *l,
    const int8_t *x, int32_t x_step, int32_t taps, int32_t x_pixel) {
  if (taps == 0) return run;
  run->x = x == NULL ? l->outside : x;
  run->x_step = x == NULL ? 0 : x_step;
  run->taps = taps;
  run->x_pixel = x == NULL ? 0 : x_pixel;
  run->x_block = x == NULL ? 0 : 32;
  return run + 1;
}

/* The runs of the windows from column `left` on, of which kx are inside. */
TC_INLINE tc_depthwise2d_rvv_run *tc_depthwise2d_rvv_runs(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_rvv_layer *l,
    const tc_depthwise2d_rvv_source *sources, int32_t left, tc_range kx,
    int32_t outputs, tc_depthwise2d_rvv_run *run) {
  int32_t i;
  if (sources->row != 0) {
    const tc_range ky = sources->taps;
    run = tc_depthwise2d_rvv_add(run, l, NULL, 0, ky.first, 0);
    run = tc_depthwise2d_rvv_add(run, l, sources->x + left * sources->pixel,
                                 sources->row, ky.last - ky.first,
                                 outputs * sources->pixel);
    return tc_depthwise2d_rvv_add(run, l, NULL, 0, s->kernel_h - ky.last, 0);
  }
  for (i = 0; i < s->kernel_h; ++i) {
    const int8_t *const x = sources[i].x;
    const int32_t pixel = sources[i].pixel;
    if (x == NULL) {
      run = tc_depthwise2d_rvv_add(run, l, NULL, 0, s->kernel_w, 0);
      continue;
    }
    run = tc_depthwise2d_rvv_add(run, l, NULL, 0, kx.first, 0);
    run = tc_depthwise2d_rvv_add(
        run, l, x + (left + kx.first * s->dilation_w) * pixel,
        s->dilation_w * pixel, kx.last - kx.first, outputs * pixel);
    run = tc_depthwise2d_rvv_add(run, l, NULL, 0, s->kernel_w - kx.last, 0);
  }
  return run;
}

/* n channels of a row of outputs, from y on. */
TC_INLINE void tc_depthwise2d_rvv_row(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s8_quant *q,
                                      const tc_depthwise2d_rvv_layer *l,
                                      const tc_depthwise2d_rvv_source *sources,
                                      int32_t o, int32_t n, int8_t *y) {
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  tc_depthwise2d_rvv_run runs[TC_DEPTHWISE2D_RVV_RUNS];
  tc_depthwise2d_rvv_job job;
  int32_t ox = 0;
  job.runs = runs;
  job.bias = l->bias + o;
  job.mult = l->mult + o;
  job.w = l->w + o;
  job.w_step = l->w_step;
  job.shift = q->shift;
  job.zero = q->out_zero;
  while (ox < s->out_w) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    const int32_t same =
        ox >= inside.first && ox < inside.last ? inside.last - ox : 1;
    const int32_t group = n == s->out_c ? tc_min(l->group, same) : 1;
    job.pixels = same / group;
    job.channels = group * n;
    job.y = y + ox * s->out_c;
    job.y_pixel = group * s->out_c;
    job.runs_end = tc_depthwise2d_rvv_runs(s, l, sources, left, kx,
                                           group * s->stride_w, runs);
    tc_depthwise2d_rvv(&job);
    ox += (int32_t)job.pixels * group;
  }
}

#endif /* TC_DEPTHWISE2D_RVV_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution in place with Helium, of images so small that
 * what a channel by itself needs (depthwise2d_mve.h) is more than its products:
 * 8 channels at a time, which are copied.
 *
 * The zero point is taken from the copy, so that padding is 0 and its taps are
 * left out; the sums begin with what they lack by that, in_zero times the
 * weights.
 */
#ifndef TC_DEPTHWISE2D_SMALL_MVE_H_
#define TC_DEPTHWISE2D_SMALL_MVE_H_

#include <string.h>

#include "depthwise2d/depthwise2d_mve.h"
#include "depthwise2d/depthwise2d_small_asm.h"

/* The most taps whose weights add up to 16 bits. */
#define TC_DEPTHWISE2D_SMALL_TAPS 255

#if !TC_MVE_ASM

/* All that a job tells. */
TC_NOINLINE static void tc_depthwise2d_small(
    const tc_depthwise2d_small_job *job) {
  const tc_depthwise2d_small_row *row;
  const tc_depthwise2d_small_column *column;
  int8_t *y = job->y;
  int32_t c;
  int32_t i;
  int32_t j;
  for (c = 0; c < job->channels; ++c) {
    for (i = 0; i < job->pixels; ++i) {
      job->image[8 * i + c] =
          (int16_t)(job->x[i * job->step + c] - job->in_zero);
    }
    for (i = 0; i < job->taps; ++i) {
      job->weights[8 * i + c] = job->w[i * job->step + c];
    }
  }
  for (row = job->rows; row != job->rows_end; ++row) {
    for (column = job->columns; column != job->columns_end; ++column) {
      for (c = 0; c < job->channels; ++c) {
        const int16_t *x = job->image + (row->x_at + column->x_at) / 2 + c;
        const int8_t *w = job->weights + row->w_at + column->w_at + c;
        int32_t sum = job->bias[c];
        for (i = 0; i < job->taps; ++i) {
          sum += job->in_zero * job->weights[8 * i + c];
        }
        for (i = 0; i < row->taps; ++i) {
          for (j = 0; j < column->taps; ++j) sum += x[8 * j] * w[8 * j];
          x += 8 * column->taps + column->x_next / 2;
          w += 8 * column->taps + column->w_next;
        }
        sum = tc_requant(sum, job->mult[c], job->shift);
        y[c] = (int8_t)tc_saturate8(sum + job->out_zero);
      }
      y += job->step;
    }
  }
}

#endif

/* Bytes of scratch: two tables, the copy and its weights. */
TC_INLINE int32_t tc_depthwise2d_small_bytes(const tc_depthwise2d_shape *s) {
  return s->in_h * (int32_t)sizeof(tc_depthwise2d_small_row) +
         s->in_w * (int32_t)sizeof(tc_depthwise2d_small_column) +
         16 * s->in_h * s->in_w + 8 * s->kernel_h * s->kernel_w;
}

/* About how many instructions 8 channels take: `inside` taps of the windows of
 * all rows or columns lie inside the image. */
TC_INLINE int32_t tc_depthwise2d_taps_inside(int32_t size, int32_t kernel,
                                             int32_t pad) {
  int32_t inside = 0;
  int32_t i;
  for (i = 0; i < size; ++i) {
    const tc_range taps = tc_valid_taps(i - pad, kernel, 1, size);
    inside += taps.last - taps.first;
  }
  return inside;
}

TC_INLINE int32_t tc_depthwise2d_small_cost(const tc_depthwise2d_shape *s) {
  const int32_t rows =
      tc_depthwise2d_taps_inside(s->in_h, s->kernel_h, s->pad_top);
  const int32_t columns =
      tc_depthwise2d_taps_inside(s->in_w, s->kernel_w, s->pad_left);
  return 150 + 6 * (s->in_h * s->in_w + s->kernel_h * s->kernel_w) +
         22 * s->in_h * s->in_w + (5 * s->in_w + 7 * columns) * rows;
}

/*
 * Whether this is for such a layer: it takes less than channel by channel, and
 * its scratch is little beside the image, or by itself.
 */
TC_INLINE int32_t tc_depthwise2d_is_small(const tc_depthwise2d_shape *s) {
  const tc_depthwise2d_lines l = tc_depthwise2d_lines_of(s);
  if (s->in_c != s->out_c || s->in_h * s->in_w > 256 || s->dilation_h != 1 ||
      s->dilation_w != 1 || s->pad_top >= s->kernel_h ||
      s->pad_left >= s->kernel_w ||
      s->kernel_h * s->kernel_w > TC_DEPTHWISE2D_SMALL_TAPS) {
    return 0;
  }
  if (tc_depthwise2d_small_bytes(s) >
      tc_max(1024, s->in_h * s->in_w * s->in_c / 4)) {
    return 0;
  }
  return !tc_depthwise2d_has_lines(s) ||
         tc_depthwise2d_small_cost(s) * ((s->in_c + 7) / 8) <
             tc_depthwise2d_lines_cost(&l) * s->in_c;
}

/* The bytes of `line` that the kernel of Helium takes, unless w_zero is not
 * NULL. */
TC_INLINE int32_t tc_depthwise2d_mve_bytes(const tc_depthwise2d_shape *s) {
  return tc_depthwise2d_is_small(s) ? tc_depthwise2d_small_bytes(s)
                                    : tc_depthwise2d_ring_bytes(s);
}

/* Which taps lie inside. */
TC_INLINE void tc_depthwise2d_small_tables(
    const tc_depthwise2d_shape *s, tc_depthwise2d_small_row *rows,
    tc_depthwise2d_small_column *columns) {
  int32_t i;
  for (i = 0; i < s->in_h; ++i) {
    const tc_range taps =
        tc_valid_taps(i - s->pad_top, s->kernel_h, 1, s->in_h);
    rows[i].x_at = (i - s->pad_top + taps.first) * s->in_w * 16;
    rows[i].w_at = taps.first * s->kernel_w * 8;
    rows[i].taps = taps.last - taps.first;
  }
  for (i = 0; i < s->in_w; ++i) {
    const tc_range taps =
        tc_valid_taps(i - s->pad_left, s->kernel_w, 1, s->in_w);
    columns[i].x_at = (i - s->pad_left + taps.first) * 16;
    columns[i].w_at = taps.first * 8;
    columns[i].taps = taps.last - taps.first;
    columns[i].x_next = (s->in_w - columns[i].taps) * 16;
    columns[i].w_next = (s->kernel_w - columns[i].taps) * 8;
  }
}

/* All channels, with scratch as above at a multiple of 4. */
TC_INLINE void tc_depthwise2d_small_image(const tc_depthwise2d_shape *s,
                                          const tc_depthwise2d_s8_quant *q,
                                          const int8_t *x, const int8_t *w,
                                          const int32_t *bias,
                                          const int32_t *mult, int8_t *scratch,
                                          int8_t *y) {
  tc_depthwise2d_small_column *const columns =
      (tc_depthwise2d_small_column *)(void *)scratch;
  tc_depthwise2d_small_row *const rows =
      (tc_depthwise2d_small_row *)(void *)(columns + s->in_w);
  int32_t last[2][8]; /* channels that do not make 8 */
  tc_depthwise2d_small_job job;
  int32_t o;
  tc_depthwise2d_small_tables(s, rows, columns);
  job.step = s->in_c;
  job.pixels = s->in_h * s->in_w;
  job.taps = s->kernel_h * s->kernel_w;
  job.image = (int16_t *)(void *)(rows + s->in_h);
  job.weights = (int8_t *)(job.image + 8 * job.pixels);
  job.in_zero = q->in_zero;
  job.shift = q->shift;
  job.out_zero = q->out_zero;
  job.rows = rows;
  job.rows_end = rows + s->in_h;
  job.columns = columns;
  job.columns_end = columns + s->in_w;
  for (o = 0; o < s->in_c; o += 8) {
    job.x = x + o;
    job.w = w + o;
    job.y = y + o;
    job.bias = bias + o;
    job.mult = mult + o;
    job.channels = tc_min(s->in_c - o, 8);
    if (job.channels < 8) {
      memset(last, 0, sizeof last);
      memcpy(last[0], job.bias, (size_t)job.channels * sizeof last[0][0]);
      memcpy(last[1], job.mult, (size_t)job.channels * sizeof last[0][0]);
      job.bias = last[0];
      job.mult = last[1];
    }
    tc_depthwise2d_small(&job);
  }
}

#endif /* TC_DEPTHWISE2D_SMALL_MVE_H_ */

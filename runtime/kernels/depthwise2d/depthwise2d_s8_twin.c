/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution for Armv6-M: one channel of a row at a time,
 * whose windows are gathered two by two into words.
 */
#include "depthwise2d/depthwise2d_s8.h"
#include "depthwise2d/depthwise2d_twin.h"

/* The most words of the windows of a call, and the most weights. */
#define TC_DEPTHWISE2D_TWIN_ROOM 50 /* those of 7x7 */

/* Words of two windows. */
TC_INLINE int32_t tc_depthwise2d_twin_words(const tc_depthwise2d_shape *s) {
  return (s->kernel_h * s->kernel_w + 1) / 2 * 2;
}

/* The weights of a channel, which w begins at.  Whether no pair is twice -128,
 * so that tc_depthwise2d_twin_rows is for them. */
TC_INLINE int32_t tc_depthwise2d_twin_load(const tc_depthwise2d_shape *s,
                                           const int8_t *w, int32_t *to) {
  const int32_t taps = s->kernel_h * s->kernel_w;
  int32_t least = 1;
  int32_t k;
  for (k = 0; k < taps; ++k) {
    to[k] = w[k * s->out_c];
    if (k % 2 != 0 && to[k] + to[k - 1] == -256) least = 0;
  }
  if (taps % 2 != 0) to[taps] = 0;
  return least;
}

/* The words of a row of two windows that begin at columns a and a + b of the
 * row p of the image, which they reach out of. */
TC_INLINE void tc_depthwise2d_twin_edge(const tc_depthwise2d_shape *s,
                                        int32_t in_zero, const int8_t *p,
                                        int32_t a, int32_t b, uint32_t *words) {
  int32_t j;
  for (j = 0; j < s->kernel_w; ++j) {
    const int32_t at = a + j * s->dilation_w;
    int32_t u = in_zero;
    int32_t v = in_zero;
    if (at >= 0 && at < s->in_w) u = p[at * s->in_c];
    if (at + b >= 0 && at + b < s->in_w) v = p[(at + b) * s->in_c];
    *words++ = (uint32_t)u + ((uint32_t)v << 16);
  }
}

/* The words of two windows that begin in row `top` at columns a and a + b; x
 * begins at the channel. */
TC_INLINE void tc_depthwise2d_twin_gather(const tc_depthwise2d_shape *s,
                                          int32_t in_zero, const int8_t *x,
                                          int32_t top, int32_t a, int32_t b,
                                          uint32_t *words) {
  const int32_t reach = b + (s->kernel_w - 1) * s->dilation_w;
  const int32_t inside = a >= 0 && a + reach < s->in_w;
  const int32_t step = s->dilation_w * s->in_c;
  int32_t i;
  int32_t j;
  for (i = 0; i < s->kernel_h; ++i) {
    const int32_t iy = top + i * s->dilation_h;
    const int8_t *const row = x + iy * s->in_w * s->in_c;
    if (iy < 0 || iy >= s->in_h) {
      for (j = 0; j < s->kernel_w; ++j) words[j] = (uint32_t)in_zero * 0x10001u;
    } else if (inside) {
      const int8_t *u = row + a * s->in_c;
      const int8_t *v = u + b * s->in_c;
      for (j = 0; j < s->kernel_w; ++j) {
        words[j] = (uint32_t)*u + ((uint32_t)*v << 16);
        u += step;
        v += step;
      }
    } else {
      tc_depthwise2d_twin_edge(s, in_zero, row, a, b, words);
    }
    words += s->kernel_w;
  }
}

/* tc_depthwise2d_twin_rows for all weights, tap by tap. */
TC_NOINLINE static void tc_depthwise2d_twin_taps(
    const tc_depthwise2d_twin_job *job) {
  const int32_t mult = job->mult_high * 65536 + job->mult_low;
  const uint32_t *x = job->x;
  int8_t *y;
  int32_t k;
  for (y = job->y; y != job->y_end; y += job->y_step) {
    int32_t first = job->bias;
    int32_t second = job->bias;
    for (k = 0; k < 2 * job->pairs; ++k) {
      const int32_t u = (int32_t)(x[k] << 16) >> 16;
      first += u * job->w[k];
      second += ((int32_t)(x[k] - (uint32_t)u) >> 16) * job->w[k];
    }
    first = tc_clamp(tc_requant(first, mult, job->shift), job->lo, job->hi);
    second = tc_clamp(tc_requant(second, mult, job->shift), job->lo, job->hi);
    y[job->second] = (int8_t)(second + job->zero);
    y[0] = (int8_t)(first + job->zero);
    x += job->x_step / 4;
  }
}

/* The outputs ox and ox + 1 and so on of `job`'s channel; x begins at it, and
 * job->y at output ox. */
TC_INLINE void tc_depthwise2d_twin_channel(const tc_depthwise2d_shape *s,
                                           int32_t in_zero, const int8_t *x,
                                           int32_t oy, int32_t fits,
                                           uint32_t *words,
                                           tc_depthwise2d_twin_job *job) {
  const int32_t step = tc_depthwise2d_twin_words(s);
  const int32_t most = TC_DEPTHWISE2D_TWIN_ROOM / step;
  const int32_t top = oy * s->stride_h - s->pad_top;
  int32_t ox = 0;
  while (ox < s->out_w) {
    /* An output that is left over is both. */
    const int32_t two = ox + 1 < s->out_w;
    const int32_t pairs = two ? tc_min(most, (s->out_w - ox) / 2) : 1;
    int32_t n;
    for (n = 0; n < pairs; ++n) {
      const int32_t a = (ox + 2 * n) * s->stride_w - s->pad_left;
      tc_depthwise2d_twin_gather(s, in_zero, x, top, a, two ? s->stride_w : 0,
                                 words + n * step);
    }
    job->second = two ? s->out_c : 0;
    job->y_end = job->y + pairs * job->y_step;
    if (fits) {
      tc_depthwise2d_twin_rows(job);
    } else {
      tc_depthwise2d_twin_taps(job);
    }
    job->y = job->y_end;
    ox += 2 * pairs;
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_depthwise2d_twin_row(const tc_depthwise2d_shape *s,
                                       const tc_depthwise2d_s8_quant *q,
                                       const int8_t *x, const int8_t *w,
                                       const int32_t *bias, const int32_t *mult,
                                       int32_t oy, int8_t *y) {
  const int32_t multiplier = s->out_c / s->in_c;
  uint32_t words[TC_DEPTHWISE2D_TWIN_ROOM];
  int32_t weights[TC_DEPTHWISE2D_TWIN_ROOM];
  tc_depthwise2d_twin_job job;
  int32_t o;
  job.x = words;
  job.pairs = tc_depthwise2d_twin_words(s) / 2;
  job.w = weights;
  job.w_end = weights + 2 * job.pairs;
  job.shift = q->shift;
  job.lo = q->lo - q->out_zero;
  job.hi = q->hi - q->out_zero;
  job.zero = q->out_zero;
  job.y_step = 2 * s->out_c;
  job.x_step = 8 * job.pairs;
  for (o = 0; o < TC_DEPTHWISE2D_TWIN_ROOM; ++o) words[o] = 0;
  for (o = 0; o < s->out_c; ++o) {
    const int32_t fits = tc_depthwise2d_twin_load(s, w + o, weights);
    job.mult_low = mult[o] & 0xffff;
    job.mult_high = mult[o] >> 16;
    job.bias = bias[o];
    job.y = y + o;
    tc_depthwise2d_twin_channel(s, q->in_zero, x + o / multiplier, oy, fits,
                                words, &job);
  }
}

TC_KERNEL void tc_depthwise2d_s8_twin(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s8_quant *q,
                                      const int8_t *x, const int8_t *w,
                                      const int32_t *bias, const int32_t *mult,
                                      const int32_t *w_zero, int8_t *y) {
  const int32_t fits = w_zero == NULL && s->out_w >= 2 &&
                       s->kernel_h * s->kernel_w <= TC_DEPTHWISE2D_TWIN_ROOM;
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      if (fits) {
        tc_depthwise2d_twin_row(s, q, x, w, bias, mult, oy, y);
      } else {
        tc_depthwise2d_s8_row(s, q, x, w, bias, mult, w_zero, oy, y);
      }
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution in place for Armv6-M: one channel of the
 * whole image at a time, two rows of outputs at a time, whose windows' words
 * are kept from one such pair of rows to the next.
 */
#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_twin.h"

/* Puts the next two rows of the image into the words of a column of windows. */
TC_INLINE void tc_depthwise2d_twin_roll(int32_t kernel_h, int32_t a, int32_t b,
                                        uint32_t *words) {
  const int32_t last = (((int32_t)words[kernel_h - 1] >> 15) + 1) >> 1;
  int32_t i;
  for (i = 0; i + 2 < kernel_h; ++i) words[i] = words[i + 2];
  words[kernel_h - 2] = (uint32_t)last + ((uint32_t)a << 16);
  words[kernel_h - 1] = (uint32_t)a + ((uint32_t)b << 16);
}

/* The same with rows iy and iy + 1 for all columns of the image; x begins at
 * the channel. */
TC_INLINE void tc_depthwise2d_twin_two_rows(const tc_depthwise2d_shape *s,
                                            const int8_t *in_zero,
                                            const int8_t *x, int32_t iy,
                                            uint32_t *words) {
  const int32_t has_a = iy >= 0 && iy < s->in_h;
  const int32_t has_b = iy + 1 >= 0 && iy + 1 < s->in_h;
  const int32_t step_a = has_a ? s->in_c : 0;
  const int32_t step_b = has_b ? s->in_c : 0;
  const int8_t *a = has_a ? x + iy * s->in_w * s->in_c : in_zero;
  const int8_t *b = has_b ? x + (iy + 1) * s->in_w * s->in_c : in_zero;
  int32_t ix;
  words += s->pad_left * s->kernel_h;
  for (ix = 0; ix < s->in_w; ++ix) {
    tc_depthwise2d_twin_roll(s->kernel_h, *a, *b, words);
    words += s->kernel_h;
    a += step_a;
    b += step_b;
  }
}

/* The weights of a channel, which w begins at, column by column. */
TC_INLINE void tc_depthwise2d_twin_weights(const tc_depthwise2d_shape *s,
                                           const int8_t *w, int32_t *to) {
  int32_t i;
  int32_t j;
  for (j = 0; j < s->kernel_w; ++j) {
    for (i = 0; i < s->kernel_h; ++i) {
      *to++ = w[(i * s->kernel_w + j) * s->out_c];
    }
  }
}

/* line: the weights, then the words and one more. */
TC_KERNEL void tc_depthwise2d_s8_in_place_twin(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  const int32_t taps = s->kernel_h * s->kernel_w;
  const int32_t columns = s->in_w + s->kernel_w - 1;
  const int32_t row = s->out_w * s->out_c;
  const int8_t in_zero = (int8_t)q->in_zero;
  int32_t *const weights = (int32_t *)line;
  tc_depthwise2d_twin_job job;
  uint32_t *words;
  int32_t o;
  int32_t oy;
  (void)w_zero;
  job.pairs = (taps + 1) / 2;
  job.w = weights;
  job.w_end = weights + 2 * job.pairs;
  job.shift = q->shift;
  job.lo = q->lo - q->out_zero;
  job.hi = q->hi - q->out_zero;
  job.zero = q->out_zero;
  job.y_step = s->out_c;
  job.x_step = 4 * s->kernel_h;
  words = (uint32_t *)(weights + 2 * job.pairs);
  job.x = words;
  weights[2 * job.pairs - 1] = 0;
  for (o = 0; o <= columns * s->kernel_h; ++o) {
    words[o] = (uint32_t)in_zero * 0x10001u;
  }
  for (o = 0; o < s->out_c; ++o) {
    tc_depthwise2d_twin_weights(s, w + o, weights);
    job.mult_low = mult[o] & 0xffff;
    job.mult_high = mult[o] >> 16;
    job.bias = bias[o];
    job.y = y + o;
    for (oy = -(s->kernel_h / 2 * 2); oy < s->out_h; oy += 2) {
      tc_depthwise2d_twin_two_rows(s, &in_zero, x + o,
                                   oy + s->kernel_h - 1 - s->pad_top, words);
      if (oy < 0) continue;
      job.second = oy + 1 < s->out_h ? row : 0;
      job.y_end = job.y + row;
      tc_depthwise2d_twin_rows(&job);
      job.y += 2 * row;
    }
  }
}

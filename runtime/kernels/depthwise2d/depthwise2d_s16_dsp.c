/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Depthwise convolution of 16-bit activations with 8-bit weights for cores that
 * multiply halves of words: 4 channels at a time, whose weights for a tap are a
 * word, of 2 neighbouring outputs where there are two.
 */
#include "depthwise2d/depthwise2d_s16.h"
#include "tc_dsp.h"
#include "tc_halves.h"
#include "tc_result16.h"

/* 4 channels of a row. */
typedef struct {
  const int16_t *x; /* of the image */
  const int8_t *w;
  const int32_t *mult;
  int16_t *y; /* of the row */
  int32_t in_zero;
  int32_t top;
  tc_range ky;
  int32_t bias[4];
} tc_depthwise2d_s16_four;

/* sum[c] = the bias and the taps outside the image. */
TC_NOINLINE static void tc_depthwise2d_s16_dsp_pad(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s16_four *f,
    tc_range kx, int32_t *sum) {
  int32_t c;
  for (c = 0; c < 4; ++c) {
    sum[c] = f->bias[c] + f->in_zero * (int32_t)tc_depthwise2d_s16_outside(
                                           s, f->w, f->ky, kx, c);
  }
}

/*
 * sum[p][c] += the products of 4 channels, for the outputs p < pixels, 1 or 2,
 * whose taps `of`[p] lie inside the image; tap 0 of the first one is in column
 * `left`.
 */
TC_INLINE void tc_depthwise2d_s16_dsp_sums(const tc_depthwise2d_shape *s,
                                           const tc_depthwise2d_s16_four *f,
                                           int32_t left, const int32_t pixels,
                                           const tc_range of[2],
                                           int32_t sum[2][4]) {
  const int32_t step = s->dilation_w * s->in_c;
  const int32_t next = s->stride_w * s->in_c;
  int32_t a0 = sum[0][0], a1 = sum[0][1], a2 = sum[0][2], a3 = sum[0][3];
  int32_t b0 = sum[1][0], b1 = sum[1][1], b2 = sum[1][2], b3 = sum[1][3];
  int32_t i;
  int32_t j;
  for (i = f->ky.first; i < f->ky.last; ++i) {
    const int16_t *const x =
        f->x + ((f->top + i * s->dilation_h) * s->in_w + left) * s->in_c;
    const int8_t *const w = f->w + i * s->kernel_w * s->out_c;
    for (j = 0; j < s->kernel_w; ++j) {
      const uint32_t v = tc_load4(w + j * s->out_c);
      const uint32_t v02 = tc_even_bytes(v);
      const uint32_t v13 = tc_odd_bytes(v);
      if (j >= of[0].first && j < of[0].last) {
        const uint32_t x01 = tc_load4(x + j * step);
        const uint32_t x23 = tc_load4(x + j * step + 2);
        a0 = tc_mac_low_low(x01, v02, a0);
        a1 = tc_mac_high_low(x01, v13, a1);
        a2 = tc_mac_low_high(x23, v02, a2);
        a3 = tc_mac_high_high(x23, v13, a3);
      }
      if (pixels == 2 && j >= of[1].first && j < of[1].last) {
        const uint32_t x01 = tc_load4(x + j * step + next);
        const uint32_t x23 = tc_load4(x + j * step + next + 2);
        b0 = tc_mac_low_low(x01, v02, b0);
        b1 = tc_mac_high_low(x01, v13, b1);
        b2 = tc_mac_low_high(x23, v02, b2);
        b3 = tc_mac_high_high(x23, v13, b3);
      }
    }
  }
  sum[0][0] = a0, sum[0][1] = a1, sum[0][2] = a2, sum[0][3] = a3;
  sum[1][0] = b0, sum[1][1] = b1, sum[1][2] = b2, sum[1][3] = b3;
}

/* The `pixels` outputs, 1 or 2, from column ox on; `inside`: all their taps lie
 * between the left and the right edge. */
TC_INLINE void tc_depthwise2d_s16_dsp_outputs(const tc_depthwise2d_shape *s,
                                              const tc_result16 *r,
                                              const tc_depthwise2d_s16_four *f,
                                              int32_t ox, const int32_t pixels,
                                              const int32_t inside) {
  const int32_t left = ox * s->stride_w - s->pad_left;
  const int32_t rows = f->ky.last - f->ky.first;
  int16_t *y = f->y + ox * s->out_c;
  tc_range of[2];
  int32_t sum[2][4];
  int32_t p;
  for (p = 0; p < 2; ++p) {
    int32_t padded[4];
    const int32_t *start = f->bias;
    of[p] = tc_valid_taps(left + p * s->stride_w, s->kernel_w, s->dilation_w,
                          s->in_w);
    if (inside) of[p].first = 0;
    if (inside) of[p].last = s->kernel_w;
    if (f->in_zero != 0 && (!inside || rows < s->kernel_h)) {
      tc_depthwise2d_s16_dsp_pad(s, f, of[p], padded);
      start = padded;
    }
    sum[p][0] = start[0], sum[p][1] = start[1];
    sum[p][2] = start[2], sum[p][3] = start[3];
  }
  tc_depthwise2d_s16_dsp_sums(s, f, left, pixels, of, sum);
  for (p = 0; p < pixels; ++p) {
    tc_store_pair(
        y, tc_result16_two(r, sum[p][0], f->mult[0], sum[p][1], f->mult[1]));
    tc_store_pair(y + 2, tc_result16_two(r, sum[p][2], f->mult[2], sum[p][3],
                                         f->mult[3]));
    y += s->out_c;
  }
}

/* One output row of 4 channels: a pair at each end that is not inside, pairs
 * inside, and what is left. */
TC_INLINE void tc_depthwise2d_s16_dsp_row(const tc_depthwise2d_shape *s,
                                          const tc_result16 *r,
                                          const tc_depthwise2d_s16_four *f) {
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  const int32_t first = inside.first == 1 && s->out_w >= 4 ? 2 : 0;
  const int32_t last =
      inside.last == s->out_w - 1 && s->out_w >= 4 ? s->out_w - 2 : s->out_w;
  int32_t ox = first;
  if (first > 0) tc_depthwise2d_s16_dsp_outputs(s, r, f, 0, 2, 0);
  while (ox < last) {
    if (ox >= inside.first && ox + 1 < tc_min(inside.last, last)) {
      tc_depthwise2d_s16_dsp_outputs(s, r, f, ox, 2, 1);
      ox += 2;
    } else if (ox >= inside.first && ox < inside.last) {
      tc_depthwise2d_s16_dsp_outputs(s, r, f, ox, 1, 1);
      ox += 1;
    } else {
      tc_depthwise2d_s16_dsp_outputs(s, r, f, ox, 1, 0);
      ox += 1;
    }
  }
  if (last < s->out_w) tc_depthwise2d_s16_dsp_outputs(s, r, f, last, 2, 0);
}

/* Any channels of a row, which few layers have: apart, for the code's sake. */
TC_NOINLINE static void tc_depthwise2d_s16_dsp_rest(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s16_quant *q,
    const int16_t *x, const int8_t *w, const int64_t *bias, const int32_t *mult,
    int32_t oy, int32_t first, int32_t last, int16_t *y) {
  tc_depthwise2d_s16_row(s, q, x, w, bias, mult, oy, first, last, y);
}

TC_KERNEL void tc_depthwise2d_s16_dsp(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s16_quant *quant,
                                      const int16_t *x, const int8_t *w,
                                      const int64_t *bias, const int32_t *mult,
                                      int16_t *y) {
  const tc_depthwise2d_s16_quant q = *quant; /* y might be its bytes */
  const tc_result16 r = tc_result16_of(&q);
  const int32_t fours = s->in_c == s->out_c && tc_result16_scales(&q) &&
                        s->kernel_h * s->kernel_w <= TC_RESULT16_PRODUCTS &&
                        tc_result16_fits(bias, s->out_c);
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      int32_t channels;
      int32_t o;
      for (o = 0; o < s->out_c; o += channels) {
        channels = fours ? tc_min(4, s->out_c - o) : s->out_c;
        if (fours && channels == 4) {
          tc_depthwise2d_s16_four f;
          int32_t c;
          f.x = x + o;
          f.w = w + o;
          f.mult = mult + o;
          f.y = y + o;
          f.in_zero = q.in_zero;
          f.top = oy * s->stride_h - s->pad_top;
          f.ky = tc_valid_taps(f.top, s->kernel_h, s->dilation_h, s->in_h);
          for (c = 0; c < 4; ++c) f.bias[c] = (int32_t)bias[o + c];
          tc_depthwise2d_s16_dsp_row(s, &r, &f);
        } else {
          tc_depthwise2d_s16_dsp_rest(s, &q, x, w, bias, mult, oy, o,
                                      o + channels, y);
        }
      }
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}

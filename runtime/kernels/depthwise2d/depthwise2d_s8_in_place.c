/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution in place for any 32-bit processor: one
 * channel of the whole image at a time, which goes through a ring of kernel_h
 * padded rows, so that no window differs from others.  Row r of the padded
 * image is row r mod kernel_h of the ring.
 *
 * The ring has x + 128, since cores without loads of signed bytes at constant
 * offsets have such of unsigned ones; where the sums begin makes up for it.
 */
#include "depthwise2d/depthwise2d_s8_in_place.h"

/* The most taps that a channel may have. */
#define TC_DEPTHWISE2D_TAPS 49

/* Whether this is for such a layer. */
TC_INLINE int32_t tc_depthwise2d_has_planes(const tc_depthwise2d_shape *s,
                                            const int32_t *w_zero) {
  return w_zero == NULL && s->dilation_h == 1 && s->dilation_w == 1 &&
         s->kernel_h <= 7 && s->kernel_h * s->kernel_w <= TC_DEPTHWISE2D_TAPS &&
         s->kernel_h * (s->in_w + s->kernel_w - 1) <=
             tc_depthwise2d_line_bytes(s);
}

/* A channel: its weights row by row, and where its sums begin. */
typedef struct {
  int32_t w[TC_DEPTHWISE2D_TAPS];
  int32_t bias;
  int32_t mult;
} tc_depthwise2d_plane;

/* Pads row x of the image into the ring; all of it is padding if x is NULL. */
TC_INLINE void tc_depthwise2d_plane_pad(const tc_depthwise2d_shape *s,
                                        int32_t in_zero, const int8_t *x,
                                        uint8_t *to) {
  const uint8_t zero = (uint8_t)(in_zero + 128);
  const int32_t inside = x == NULL ? 0 : s->in_w;
  int32_t i;
  for (i = 0; i < s->pad_left; ++i) *to++ = zero;
  for (i = 0; i < inside; ++i) to[i] = (uint8_t)(x[i * s->in_c] + 128);
  for (; i < s->in_w + s->kernel_w - 1 - s->pad_left; ++i) to[i] = zero;
}

/* The products of a row of a window. */
TC_INLINE int32_t tc_depthwise2d_plane_taps(const tc_depthwise2d_shape *s,
                                            const uint8_t *x,
                                            const int32_t *w) {
  int32_t sum = 0;
  int32_t j;
  if (s->kernel_w == 3) return x[0] * w[0] + x[1] * w[1] + x[2] * w[2];
  for (j = 0; j < s->kernel_w; ++j) sum += x[j] * w[j];
  return sum;
}

/* A row of outputs; tap 0 is in row `oldest` of the ring. */
TC_INLINE void tc_depthwise2d_plane_row(const tc_depthwise2d_shape *s,
                                        const tc_depthwise2d_s8_quant *q,
                                        const tc_depthwise2d_plane *p,
                                        const uint8_t *ring, int32_t oldest,
                                        int8_t *y) {
  const int32_t width = s->in_w + s->kernel_w - 1;
  const uint8_t *rows[7];
  int32_t ox;
  int32_t i;
  for (i = 0; i < s->kernel_h; ++i) {
    const int32_t at = oldest + i;
    rows[i] = ring + (at < s->kernel_h ? at : at - s->kernel_h) * width;
  }
  for (ox = 0; ox < s->out_w; ++ox) {
    int32_t acc = p->bias;
    for (i = 0; i < s->kernel_h; ++i) {
      acc += tc_depthwise2d_plane_taps(s, rows[i] + ox, p->w + i * s->kernel_w);
    }
    y[ox * s->out_c] = (int8_t)tc_clamp_offset(
        tc_requant(acc, p->mult, q->shift), q->out_zero, q->lo, q->hi);
  }
}

/* One channel; x, w and y begin at it. */
TC_INLINE void tc_depthwise2d_in_plane(const tc_depthwise2d_shape *s,
                                       const tc_depthwise2d_s8_quant *q,
                                       const int8_t *x, const int8_t *w,
                                       int32_t bias, int32_t mult,
                                       uint8_t *ring, int8_t *y) {
  const int32_t width = s->in_w + s->kernel_w - 1;
  tc_depthwise2d_plane p;
  int32_t oldest = 0; /* row of the ring, which the next one overwrites */
  int32_t iy;
  int32_t i;
  p.bias = bias;
  p.mult = mult;
  for (i = 0; i < s->kernel_h * s->kernel_w; ++i) {
    p.w[i] = w[i * s->out_c];
    p.bias -= 128 * p.w[i];
  }
  for (iy = -s->pad_top; iy < s->in_h - s->pad_top + s->kernel_h - 1; ++iy) {
    const int32_t oy = iy + s->pad_top - (s->kernel_h - 1);
    tc_depthwise2d_plane_pad(
        s, q->in_zero,
        iy < 0 || iy >= s->in_h ? NULL : x + iy * s->in_w * s->in_c,
        ring + oldest * width);
    oldest = oldest + 1 == s->kernel_h ? 0 : oldest + 1;
    if (oy < 0) continue;
    tc_depthwise2d_plane_row(s, q, &p, ring, oldest,
                             y + oy * s->out_w * s->out_c);
  }
}

TC_KERNEL void tc_depthwise2d_s8_in_place(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *quant,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  int32_t o;
  if (!tc_depthwise2d_has_planes(s, w_zero)) {
    tc_depthwise2d_s8_in_place_any(s, quant, x, w, bias, mult, w_zero, line, y);
    return;
  }
  for (o = 0; o < s->out_c; ++o) {
    tc_depthwise2d_in_plane(s, &q, x + o, w + o, bias[o], mult[o],
                            (uint8_t *)line, y + o);
  }
}

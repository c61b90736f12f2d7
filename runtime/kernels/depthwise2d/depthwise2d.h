/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 2-D convolution of every channel by itself, into out_c / in_c outputs each:
 * output channel o reads input channel o / (out_c / in_c).
 * Weights are [kernel_h][kernel_w][out_c].
 */
#ifndef TC_DEPTHWISE2D_H_
#define TC_DEPTHWISE2D_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

typedef struct {
  int32_t batch;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c; /* out_c is a multiple of in_c */
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left; /* below and on the right: as far as needed */
  int32_t dilation_h, dilation_w;
} tc_depthwise2d_shape;

typedef tc_weighted_quant tc_depthwise2d_s8_quant;
typedef tc_weighted_quant tc_depthwise2d_s16_quant;

/* The arithmetic of each is that of its conv2d counterpart. */
typedef void tc_depthwise2d_f32_fn(const tc_depthwise2d_shape *s,
                                   const tc_act_f32 *act, const float *x,
                                   const float *w, const float *bias, float *y);

typedef void tc_depthwise2d_s8_fn(const tc_depthwise2d_shape *s,
                                  const tc_depthwise2d_s8_quant *q,
                                  const int8_t *x, const int8_t *w,
                                  const int32_t *bias, const int32_t *mult,
                                  const int32_t *w_zero, int8_t *y);

typedef void tc_depthwise2d_s16_fn(const tc_depthwise2d_shape *s,
                                   const tc_depthwise2d_s16_quant *q,
                                   const int16_t *x, const int8_t *w,
                                   const int64_t *bias, const int32_t *mult,
                                   int16_t *y);

/* Rows and columns exchanged. */
TC_INLINE tc_depthwise2d_shape
tc_depthwise2d_turned(const tc_depthwise2d_shape *s) {
  tc_depthwise2d_shape t = *s;
  t.in_h = s->in_w;
  t.in_w = s->in_h;
  t.out_h = s->out_w;
  t.out_w = s->out_h;
  t.kernel_h = s->kernel_w;
  t.kernel_w = s->kernel_h;
  t.stride_h = s->stride_w;
  t.stride_w = s->stride_h;
  t.pad_top = s->pad_left;
  t.pad_left = s->pad_top;
  t.dilation_h = s->dilation_w;
  t.dilation_w = s->dilation_h;
  return t;
}

/* Whether 4 outputs at a time are rather neighbours in a column. */
TC_INLINE int32_t tc_depthwise2d_is_narrow(const tc_depthwise2d_shape *s) {
  return s->out_w < 8 && s->out_h >= 2 * s->out_w && s->kernel_h > 1;
}

/* Bytes of `line` below. */
TC_INLINE int64_t tc_depthwise2d_line_bytes(const tc_depthwise2d_shape *s) {
  const tc_depthwise2d_shape t =
      tc_depthwise2d_is_narrow(s) ? tc_depthwise2d_turned(s) : *s;
  const int64_t rows = (s->pad_top + (int64_t)1) * s->in_w;
  const int64_t pairs = t.kernel_h * (((int64_t)t.in_w + t.kernel_w) / 2);
  return 4 * (rows > pairs ? rows : pairs);
}

/* How many channels at a time the row of RISC-V's vectors takes in place: few
 * enough for scratch that is little beside the image, or by itself. */
TC_INLINE int32_t tc_depthwise2d_rvv_block(const tc_depthwise2d_shape *s) {
  const int32_t line = (s->pad_top + 1) * s->in_w;
  const int32_t room = tc_max(2048, s->in_h * s->in_w * s->in_c / 8);
  int32_t block = 32;
  while (block > 4 && tc_min(block, s->in_c) * line > room) block /= 2;
  return tc_min(block, s->in_c);
}

/* The bytes of `line` below that it has, if that is more. */
TC_INLINE int64_t tc_depthwise2d_rvv_bytes(const tc_depthwise2d_shape *s) {
  return (int64_t)tc_depthwise2d_rvv_block(s) * (s->pad_top + 1) * s->in_w;
}

/*
 * As depthwise2d_s8 without strides, with as many channels, rows and columns in
 * the result as in the operand, and y may be x.  `line` is scratch at a
 * multiple of 4; the row of Helium has tc_depthwise2d_mve_bytes of
 * depthwise2d_small_mve.h if that is more, that of RISC-V's vectors
 * tc_depthwise2d_rvv_bytes.
 */
typedef void tc_depthwise2d_s8_in_place_fn(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y);

/* The same for the layers of tc_depthwise2d_has_twin, with symmetric weights
 * greater than -128, and `line` of tc_depthwise2d_twin_bytes: see
 * depthwise2d_twin.h. */
typedef tc_depthwise2d_s8_in_place_fn tc_depthwise2d_s8_in_place_twin_fn;

/*
 * Adds to the accumulators of n channels from o on the taps outside the image,
 * which read in_zero; inside are the rows ky and columns kx of the window.
 */
TC_INLINE void tc_depthwise2d_s8_pad(const tc_depthwise2d_shape *s,
                                     int32_t in_zero, const int8_t *w,
                                     const int32_t *w_zero, tc_range ky,
                                     tc_range kx, int32_t o, int32_t n,
                                     int32_t acc[4]) {
  int32_t i;
  int32_t j;
  int32_t c;
  if (in_zero == 0) return;
  for (i = 0; i < s->kernel_h; ++i) {
    const int32_t inside = i >= ky.first && i < ky.last;
    for (j = 0; j < s->kernel_w; ++j) {
      if (inside && j >= kx.first && j < kx.last) continue;
      for (c = 0; c < n; ++c) {
        const int32_t zero = w_zero == NULL ? 0 : w_zero[o + c];
        acc[c] +=
            in_zero * (w[(i * s->kernel_w + j) * s->out_c + o + c] - zero);
      }
    }
  }
}

#endif /* TC_DEPTHWISE2D_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 2-D convolution, optionally in groups.
 *
 *   y[oy][ox][o] = act(bias[o] + sum over ky, kx, ci of
 *       w[o][ky][kx][ci] * x[oy * stride_h - pad_top + ky * dilation_h]
 *                           [ox * stride_w - pad_left + kx * dilation_w][ci])
 *
 * Weights are a matrix [out_c][K], K = kernel_h * kernel_w * (in_c / group), in
 * (ky, kx, ci) order, cut into blocks of the row's `weight_block` output
 * channels.  A block does not cross a group; the last one of a group may be
 * narrower.  A block of n channels is stored [K][n].
 */
#ifndef TC_CONV2D_H_
#define TC_CONV2D_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

typedef struct {
  int32_t batch;
  int32_t in_h, in_w, in_c; /* in_c and out_c are of all groups together */
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left; /* below and on the right: as far as needed */
  int32_t dilation_h, dilation_w;
  int32_t group;
} tc_conv2d_shape;

typedef tc_weighted_quant tc_conv2d_s8_quant;
typedef tc_weighted_quant tc_conv2d_s16_quant;

typedef void tc_conv2d_f32_fn(const tc_conv2d_shape *s, const tc_act_f32 *act,
                              const float *x, const float *w, const float *bias,
                              float *y);

/*
 * y = clamp(tc_requant(acc, mult[o], shift) + out_zero, lo, hi) with
 * acc = bias[o] + sum of w * x - w_zero[o] * sum of x over all taps, where a
 * tap outside the image reads in_zero.  The bias makes up for in_zero.
 * w_zero may be NULL: all zeros.
 */
typedef void tc_conv2d_s8_fn(const tc_conv2d_shape *s,
                             const tc_conv2d_s8_quant *q, const int8_t *x,
                             const int8_t *w, const int32_t *bias,
                             const int32_t *mult, const int32_t *w_zero,
                             int8_t *y);

/*
 * The same with symmetric weights in one of the formats of tc_compressed.h, in
 * one group and without dilation of columns.  A run is a row of the kernel.
 */
typedef void tc_conv2d_s8_compressed_fn(const tc_conv2d_shape *s,
                                        const tc_conv2d_s8_quant *q,
                                        const int8_t *x, const uint8_t *w,
                                        const int32_t *bias,
                                        const int32_t *mult, int8_t *y);
typedef tc_conv2d_s8_compressed_fn tc_conv2d_s8_skip_fn;
typedef tc_conv2d_s8_compressed_fn tc_conv2d_s8_mask_fn;
typedef tc_conv2d_s8_compressed_fn tc_conv2d_s8_2of4_fn;
typedef tc_conv2d_s8_compressed_fn tc_conv2d_s8_1of4_fn;
typedef tc_conv2d_s8_compressed_fn tc_conv2d_s8_codes_fn;

/*
 * The same in one group, with symmetric weights, biases and multipliers in the
 * form of tc_paired.h; a run is a row of the kernel, or one tap of it where
 * columns are dilated.
 */
typedef void tc_conv2d_s8_paired_fn(const tc_conv2d_shape *s,
                                    const tc_conv2d_s8_quant *q,
                                    const int8_t *x, const uint32_t *w,
                                    uint32_t *scratch, int8_t *y);

/* The same for windows of 3x3 at stride 1 without dilation and 4 * n channels,
 * in the form of tc_winograd.h; q->shift is in the weights. */
typedef void tc_conv2d_s8_winograd_fn(const tc_conv2d_shape *s,
                                      const tc_conv2d_s8_quant *q,
                                      const int8_t *x, const uint32_t *w,
                                      uint32_t *scratch, int8_t *y);

/* The same in the form of tc_winograd_bytes.h; q->shift is 0. */
typedef tc_conv2d_s8_winograd_fn tc_conv2d_s8_winograd_bytes_fn;

/* The same in the form of tc_by16.h. */
typedef void tc_conv2d_s8_by16_fn(const tc_conv2d_shape *s,
                                  const tc_conv2d_s8_quant *q, const int8_t *x,
                                  const uint32_t *w, int8_t *scratch,
                                  int8_t *y);

/* The same in the form of tc_twin.h. */
typedef void tc_conv2d_s8_twin_fn(const tc_conv2d_shape *s,
                                  const tc_conv2d_s8_quant *q, const int8_t *x,
                                  const uint32_t *w, uint32_t *scratch,
                                  int8_t *y);

/*
 * As conv2d_s8 with symmetric weights of 4 bits, packed as tc_packed.h says:
 * element i of the blocks, one after the other without gaps, is the i-th.
 */
typedef void tc_conv2d_s8s4_fn(const tc_conv2d_shape *s,
                               const tc_conv2d_s8_quant *q, const int8_t *x,
                               const uint8_t *w, const int32_t *bias,
                               const int32_t *mult, int8_t *y);

/* As conv2d_s8 with 64-bit accumulators, tc_requant64 and symmetric weights. */
typedef void tc_conv2d_s16_fn(const tc_conv2d_shape *s,
                              const tc_conv2d_s16_quant *q, const int16_t *x,
                              const int8_t *w, const int64_t *bias,
                              const int32_t *mult, int16_t *y);

/*
 * The inner products of a block of output channels, for one type of numbers:
 *
 *   name##_mac1: acc[c] += sum over k < n of x[k] * w[k][c], for `width`
 *                channels, at most 4
 *   name##_mac2: the same for 4 channels and two pixels, x_step apart
 */
#define TC_CONV2D_MACS(name, T, acc_t)                                        \
  TC_INLINE void name##_mac1(acc_t acc[4], const T *x, const T *w, int32_t n, \
                             int32_t width) {                                 \
    int32_t k;                                                                \
    int32_t c;                                                                \
    if (width == 4) {                                                         \
      acc_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];               \
      for (k = 0; k < n; ++k) {                                               \
        const acc_t v = x[k];                                                 \
        a0 += v * w[0];                                                       \
        a1 += v * w[1];                                                       \
        a2 += v * w[2];                                                       \
        a3 += v * w[3];                                                       \
        w += 4;                                                               \
      }                                                                       \
      acc[0] = a0, acc[1] = a1, acc[2] = a2, acc[3] = a3;                     \
    } else {                                                                  \
      for (k = 0; k < n; ++k) {                                               \
        for (c = 0; c < width; ++c) acc[c] += x[k] * *w++;                    \
      }                                                                       \
    }                                                                         \
  }                                                                           \
  TC_INLINE void name##_mac2(acc_t acc[2][4], const T *x, int32_t x_step,     \
                             const T *w, int32_t n) {                         \
    acc_t a0 = acc[0][0], a1 = acc[0][1], a2 = acc[0][2], a3 = acc[0][3];     \
    acc_t b0 = acc[1][0], b1 = acc[1][1], b2 = acc[1][2], b3 = acc[1][3];     \
    int32_t k;                                                                \
    for (k = 0; k < n; ++k) {                                                 \
      const acc_t u = x[k];                                                   \
      const acc_t v = x[k + x_step];                                          \
      a0 += u * w[0];                                                         \
      b0 += v * w[0];                                                         \
      a1 += u * w[1];                                                         \
      b1 += v * w[1];                                                         \
      a2 += u * w[2];                                                         \
      b2 += v * w[2];                                                         \
      a3 += u * w[3];                                                         \
      b3 += v * w[3];                                                         \
      w += 4;                                                                 \
    }                                                                         \
    acc[0][0] = a0, acc[0][1] = a1, acc[0][2] = a2, acc[0][3] = a3;           \
    acc[1][0] = b0, acc[1][1] = b1, acc[1][2] = b2, acc[1][3] = b3;           \
  }

#endif /* TC_CONV2D_H_ */

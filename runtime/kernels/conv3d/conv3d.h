/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution over up to three dimensions, optionally in groups, of an input
 * that is spread out: between neighbours lie spread - 1 zeros.  It is there for
 * volumes, for transposed convolutions and for doubles; conv2d is faster where
 * it will do.
 *
 *   y[p][o] = act(bias[o] + sum over k, ci of
 *                 w[o][k][ci] * x'[p * stride - pad + k * dilation][ci])
 *   x'[q * spread] = x[q], 0 elsewhere
 *
 * Weights are as in conv2d, in the order (kz, ky, kx, ci) and in blocks of
 * TC_CONV3D_BLOCK output channels.
 */
#ifndef TC_CONV3D_H_
#define TC_CONV3D_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

#define TC_CONV3D_BLOCK 4

/* Dimensions are depth, height and width; those that are not there are 1. */
typedef struct {
  int32_t batch;
  int32_t in[3];
  int32_t out[3];
  int32_t kernel[3];
  int32_t stride[3];
  int32_t pad[3]; /* before the first element */
  int32_t dilation[3];
  int32_t in_c, out_c; /* of all groups together */
  int32_t group;
  int32_t spread[3];
  int32_t tap_step[3]; /* spread / gcd(spread, dilation): of so many taps in */
                       /* a row, at most one meets an element */
} tc_conv3d_shape;

typedef tc_weighted_quant tc_conv3d_s8_quant;
typedef tc_weighted_quant tc_conv3d_s16_quant;

typedef void tc_conv3d_f32_fn(const tc_conv3d_shape *s, const tc_act_f32 *act,
                              const float *x, const float *w, const float *bias,
                              float *y);
typedef void tc_conv3d_f64_fn(const tc_conv3d_shape *s, const tc_act_f32 *act,
                              const double *x, const double *w,
                              const double *bias, double *y);

/*
 * y = clamp(tc_requant(acc, mult[o], shift) + out_zero, lo, hi) with
 * acc = bias[o] + sum of (w - w_zero[o]) * (x - in_zero) over the taps that
 * meet an element.  w_zero may be NULL: all zeros.
 */
typedef void tc_conv3d_s8_fn(const tc_conv3d_shape *s,
                             const tc_conv3d_s8_quant *q, const int8_t *x,
                             const int8_t *w, const int32_t *bias,
                             const int32_t *mult, const int32_t *w_zero,
                             int8_t *y);

/* The same with 64-bit accumulators, tc_requant64 and symmetric weights. */
typedef void tc_conv3d_s16_fn(const tc_conv3d_shape *s,
                              const tc_conv3d_s16_quant *q, const int16_t *x,
                              const int8_t *w, const int64_t *bias,
                              const int32_t *mult, int16_t *y);

/* The taps of one output along one dimension that meet an element of x. */
typedef struct {
  int32_t count;
  int32_t tap; /* the first one */
  int32_t at;  /* the element that it meets */
} tc_conv3d_taps;

/* How far apart the elements are that neighbours among those taps meet. */
TC_INLINE int32_t tc_conv3d_step(const tc_conv3d_shape *s, int32_t d) {
  return s->dilation[d] * s->tap_step[d] / s->spread[d];
}

TC_INLINE tc_conv3d_taps tc_conv3d_taps_of(const tc_conv3d_shape *s, int32_t d,
                                           int32_t o) {
  const int32_t start = o * s->stride[d] - s->pad[d];
  const int32_t step = s->tap_step[d];
  tc_conv3d_taps taps;
  tc_range inside;
  int32_t first = 0;
  int32_t n = 0;
  while (first < step && (start + first * s->dilation[d]) % s->spread[d] != 0) {
    ++first;
  }
  if (first < step && first < s->kernel[d]) {
    n = (s->kernel[d] - first + step - 1) / step;
  }
  taps.at = (start + first * s->dilation[d]) / s->spread[d];
  inside = tc_valid_taps(taps.at, n, tc_conv3d_step(s, d), s->in[d]);
  taps.count = inside.last - inside.first;
  taps.tap = first + inside.first * step;
  taps.at += inside.first * tc_conv3d_step(s, d);
  return taps;
}

/*
 * acc[c] += v * w[k][c] for the k-th of `run` channels, in a block of `width`
 * outputs; `value` is v, an expression of the element a.
 */
#define TC_CONV3D_MAC(T, acc_t, value)                        \
  if (width == TC_CONV3D_BLOCK) {                             \
    acc_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3]; \
    for (k = 0; k < run; ++k, ws += 4) {                      \
      const T a = xs[k];                                      \
      const acc_t v = (value);                                \
      sum += v;                                               \
      a0 += v * ws[0];                                        \
      a1 += v * ws[1];                                        \
      a2 += v * ws[2];                                        \
      a3 += v * ws[3];                                        \
    }                                                         \
    acc[0] = a0, acc[1] = a1, acc[2] = a2, acc[3] = a3;       \
  } else {                                                    \
    for (k = 0; k < run; ++k) {                               \
      const T a = xs[k];                                      \
      const acc_t v = (value);                                \
      sum += v;                                               \
      for (c = 0; c < width; ++c) acc[c] += v * *ws++;        \
    }                                                         \
  }

/*
 * The body of a kernel with weights W: every output o is `result`, an
 * expression of acc[c] and of `sum`, that of all v.
 */
#define TC_CONV3D_BODY(T, W, acc_t, value, result)                         \
  const int32_t run = s->in_c / s->group;                                  \
  const int32_t out_c = s->out_c / s->group;                               \
  const int32_t taps = s->kernel[0] * s->kernel[1] * s->kernel[2];         \
  const int32_t step_z = tc_conv3d_step(s, 0);                             \
  const int32_t step_y = tc_conv3d_step(s, 1);                             \
  const int32_t step_x = tc_conv3d_step(s, 2);                             \
  int32_t n, oz, oy, ox, block, width, iz, iy, ix, k, c;                   \
  for (n = 0; n < s->batch; ++n) {                                         \
    for (oz = 0; oz < s->out[0]; ++oz) {                                   \
      const tc_conv3d_taps tz = tc_conv3d_taps_of(s, 0, oz);               \
      for (oy = 0; oy < s->out[1]; ++oy) {                                 \
        const tc_conv3d_taps ty = tc_conv3d_taps_of(s, 1, oy);             \
        for (ox = 0; ox < s->out[2]; ++ox) {                               \
          const tc_conv3d_taps tx = tc_conv3d_taps_of(s, 2, ox);           \
          for (block = 0; block < s->out_c; block += width) {              \
            const int32_t group = block / out_c;                           \
            const W *const w_block = w + block * taps * run;               \
            acc_t acc[TC_CONV3D_BLOCK];                                    \
            acc_t sum = 0;                                                 \
            width = tc_min(TC_CONV3D_BLOCK, (group + 1) * out_c - block);  \
            for (c = 0; c < width; ++c) acc[c] = bias[block + c];          \
            for (iz = 0; iz < tz.count; ++iz) {                            \
              const int32_t z = tz.at + iz * step_z;                       \
              const int32_t kz = tz.tap + iz * s->tap_step[0];             \
              for (iy = 0; iy < ty.count; ++iy) {                          \
                const int32_t row = z * s->in[1] + ty.at + iy * step_y;    \
                const int32_t k_row =                                      \
                    kz * s->kernel[1] + ty.tap + iy * s->tap_step[1];      \
                for (ix = 0; ix < tx.count; ++ix) {                        \
                  const int32_t at = row * s->in[2] + tx.at + ix * step_x; \
                  const int32_t tap =                                      \
                      k_row * s->kernel[2] + tx.tap + ix * s->tap_step[2]; \
                  const T *const xs = x + at * s->in_c + group * run;      \
                  const W *ws = w_block + tap * run * width;               \
                  TC_CONV3D_MAC(T, acc_t, value)                           \
                }                                                          \
              }                                                            \
            }                                                              \
            (void)sum;                                                     \
            for (c = 0; c < width; ++c) {                                  \
              const int32_t o = block + c;                                 \
              y[o] = (T)(result);                                          \
            }                                                              \
          }                                                                \
          y += s->out_c;                                                   \
        }                                                                  \
      }                                                                    \
    }                                                                      \
    x += s->in[0] * s->in[1] * s->in[2] * s->in_c;                         \
  }

#endif /* TC_CONV3D_H_ */

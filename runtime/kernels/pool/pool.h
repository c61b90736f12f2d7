/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows over up to three spatial dimensions, folded channel by channel:
 * maximum, average and p-norm.  Padding is never the maximum and adds nothing
 * to a sum.
 */
#ifndef TC_POOL_H_
#define TC_POOL_H_

#include <math.h>
#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* Dimensions are depth, height and width; those that are not there are 1. */
typedef struct {
  int32_t batch;
  int32_t in[3];
  int32_t out[3];
  int32_t kernel[3];
  int32_t stride[3];
  int32_t pad[3]; /* before the first element */
  int32_t dilation[3];
  int32_t channels;
  int32_t count_include_pad; /* an average divides by the taps inside the */
                             /* padded input, not just inside the input */
  int32_t pad_end[3];
  int32_t uniform; /* every window has the same divisor: mult has one entry */
  int32_t column_major; /* positions count the first dimension fastest */
  int32_t p;            /* of a p-norm */
} tc_pool_shape;

typedef struct {
  int32_t in_zero;
  int32_t out_zero;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_avg_pool_quant;

/* Output `o` along dimension `d`: its taps that lie inside the input. */
TC_INLINE tc_range tc_pool_taps(const tc_pool_shape *s, int32_t d, int32_t o) {
  return tc_valid_taps(o * s->stride[d] - s->pad[d], s->kernel[d],
                       s->dilation[d], s->in[d]);
}

/* The number of its taps that an average counts. */
TC_INLINE int32_t tc_pool_count(const tc_pool_shape *s, int32_t d, int32_t o) {
  tc_range taps = tc_pool_taps(s, d, o);
  if (s->count_include_pad) {
    taps = tc_valid_taps(o * s->stride[d], s->kernel[d], s->dilation[d],
                         s->pad[d] + s->in[d] + s->pad_end[d]);
  }
  return taps.last - taps.first;
}

/* Where its tap `k` is. */
TC_INLINE int32_t tc_pool_at(const tc_pool_shape *s, int32_t d, int32_t o,
                             int32_t k) {
  return o * s->stride[d] - s->pad[d] + k * s->dilation[d];
}

/*
 * The body of a pooling kernel.  For every output, starts with `acc_t acc =
 * init`, does `step` with each element a of the window, which is the
 * position-th of its channel, and stores `result`, a U.
 */
#define TC_POOL_BODY(T, U, acc_t, init, step, result)                        \
  const int32_t volume = s->in[0] * s->in[1] * s->in[2];                     \
  int32_t n, oz, oy, ox, c, kz, ky, kx;                                      \
  for (n = 0; n < s->batch; ++n, x += volume * s->channels) {                \
    for (oz = 0; oz < s->out[0]; ++oz) {                                     \
      const tc_range z = tc_pool_taps(s, 0, oz);                             \
      for (oy = 0; oy < s->out[1]; ++oy) {                                   \
        const tc_range h = tc_pool_taps(s, 1, oy);                           \
        for (ox = 0; ox < s->out[2]; ++ox) {                                 \
          const tc_range w = tc_pool_taps(s, 2, ox);                         \
          const int32_t divisor = tc_pool_count(s, 0, oz) *                  \
                                  tc_pool_count(s, 1, oy) *                  \
                                  tc_pool_count(s, 2, ox);                   \
          for (c = 0; c < s->channels; ++c) {                                \
            acc_t acc = init;                                                \
            for (kz = z.first; kz < z.last; ++kz) {                          \
              const int32_t iz = tc_pool_at(s, 0, oz, kz);                   \
              for (ky = h.first; ky < h.last; ++ky) {                        \
                const int32_t iy = tc_pool_at(s, 1, oy, ky);                 \
                for (kx = w.first; kx < w.last; ++kx) {                      \
                  const int32_t position = (iz * s->in[1] + iy) * s->in[2] + \
                                           tc_pool_at(s, 2, ox, kx);         \
                  const T a = x[position * s->channels + c];                 \
                  step;                                                      \
                }                                                            \
              }                                                              \
            }                                                                \
            (void)divisor;                                                   \
            *y++ = (U)(result);                                              \
          }                                                                  \
        }                                                                    \
      }                                                                      \
    }                                                                        \
  }

#define TC_MAX_POOL_PROTO(symbol, T, lowest) \
  void symbol(const tc_pool_shape *s, const T *x, T *y)

#define TC_MAX_POOL(symbol, T, lowest)                            \
  TC_KERNEL TC_MAX_POOL_PROTO(symbol, T, lowest) {                \
    TC_POOL_BODY(T, T, T, (T)(lowest), if (a > acc) acc = a, acc) \
  }

#define TC_AVG_POOL_PROTO(symbol, T) \
  void symbol(const tc_pool_shape *s, const T *x, T *y)

#define TC_AVG_POOL(symbol, T)                           \
  TC_KERNEL TC_AVG_POOL_PROTO(symbol, T) {               \
    TC_POOL_BODY(T, T, T, 0, acc += a, acc / (T)divisor) \
  }

/*
 * acc is the sum of x - in_zero; mult[n - 1] renders s_x / (s_y * n) for a
 * divisor of n.
 */
#define TC_AVG_POOL_QUANT_PROTO(symbol, T, acc_t, requant)                    \
  void symbol(const tc_pool_shape *s, const tc_avg_pool_quant *q, const T *x, \
              const int32_t *mult, T *y)

#define TC_AVG_POOL_QUANT(symbol, T, acc_t, requant)                    \
  TC_KERNEL TC_AVG_POOL_QUANT_PROTO(symbol, T, acc_t, requant) {        \
    TC_POOL_BODY(                                                       \
        T, T, acc_t, 0, acc += a - q->in_zero,                          \
        tc_clamp_offset(                                                \
            requant(acc, mult[s->uniform ? 0 : divisor - 1], q->shift), \
            q->out_zero, q->lo, q->hi))                                 \
  }

/*
 * Where the greatest element of a window is: its index in the tensor if that
 * were [batch][channels][in...].  Of equal ones the first; a NaN only if there
 * is nothing else.
 */
TC_INLINE int64_t tc_pool_index(const tc_pool_shape *s, int32_t n, int32_t c,
                                int32_t position) {
  const int32_t area = s->in[1] * s->in[2];
  const int32_t volume = s->in[0] * area;
  if (s->column_major) {
    const int32_t iz = position / area;
    const int32_t iy = position / s->in[2] % s->in[1];
    const int32_t ix = position % s->in[2];
    position = iz + s->in[0] * (iy + s->in[1] * ix);
  }
  return (int64_t)(n * s->channels + c) * volume + position;
}

#define TC_ARG_MAX_POOL_PROTO(symbol, T) \
  void symbol(const tc_pool_shape *s, const T *x, int64_t *y)

#define TC_ARG_MAX_POOL(symbol, T)                                        \
  TC_KERNEL TC_ARG_MAX_POOL_PROTO(symbol, T) {                            \
    TC_POOL_BODY(T, int64_t, int32_t, -1,                                 \
                 const T best = acc < 0 ? a : x[acc * s->channels + c];   \
                 if (acc < 0 || a > best || best != best) acc = position, \
                 tc_pool_index(s, n, c, acc))                             \
  }

/* (sum of |a|^p)^(1/p) */
#define TC_LP_POOL_PROTO(symbol, T, abs, sqrt, pow) \
  void symbol(const tc_pool_shape *s, const T *x, T *y)

#define TC_LP_POOL(symbol, T, abs, sqrt, pow)               \
  TC_KERNEL TC_LP_POOL_PROTO(symbol, T, abs, sqrt, pow) {   \
    TC_POOL_BODY(T, T, T, 0,                                \
                 acc += s->p == 1   ? abs(a)                \
                        : s->p == 2 ? a * a                 \
                                    : pow(abs(a), (T)s->p), \
                 s->p == 1   ? acc                          \
                 : s->p == 2 ? sqrt(acc)                    \
                             : pow(acc, 1 / (T)s->p))       \
  }

#endif /* TC_POOL_H_ */

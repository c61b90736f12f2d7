/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fourier transform of any length: one stage per prime factor of it, each from
 * one buffer into the other.
 *
 * After the factors whose product is l, element [k][r] of [l][n / l] is number
 * k of the transform of the elements r, r + n / l, r + 2 n / l, ... of the
 * frame.  A stage for the factor p makes that for l * p out of it:
 *
 *   b[k][r] = sum over u < p of root(u * k * m) * a[k mod l][r + u * m]
 *
 * with m = n / (l * p).  The results are in order, and inner loops contiguous.
 */
#include "dft/dft.h"
#include "tc_kernel.h"

typedef struct {
  float re;
  float im;
} tc_complex_f32;

/* The least prime factor of n, which is at least 2. */
TC_INLINE int32_t tc_dft_factor(int32_t n) {
  int32_t p;
  for (p = 2; p <= n / p; ++p) {
    if (n % p == 0) return p;
  }
  return n;
}

/* A stage for the factor 2. */
TC_INLINE void tc_dft_stage2(int32_t l, int32_t m, const tc_complex_f32 *roots,
                             const tc_complex_f32 *a, tc_complex_f32 *b) {
  int32_t k;
  int32_t r;
  for (k = 0; k < l; ++k) {
    const tc_complex_f32 w = roots[k * m];
    for (r = 0; r < m; ++r) {
      const tc_complex_f32 even = a[r];
      const tc_complex_f32 odd = a[m + r];
      const float re = w.re * odd.re - w.im * odd.im;
      const float im = w.re * odd.im + w.im * odd.re;
      b[r].re = even.re + re;
      b[r].im = even.im + im;
      b[l * m + r].re = even.re - re;
      b[l * m + r].im = even.im - im;
    }
    a += 2 * m;
    b += m;
  }
}

TC_INLINE tc_complex_f32 tc_complex_mul(tc_complex_f32 a, tc_complex_f32 b) {
  tc_complex_f32 y;
  y.re = a.re * b.re - a.im * b.im;
  y.im = a.re * b.im + a.im * b.re;
  return y;
}

/* y = a + c * p + d * q + i * (e * u + f * v), and the same with -i. */
TC_INLINE void tc_dft_pair(tc_complex_f32 a, float c, tc_complex_f32 p, float d,
                           tc_complex_f32 q, float e, tc_complex_f32 u, float f,
                           tc_complex_f32 v, tc_complex_f32 *y,
                           tc_complex_f32 *other) {
  const float re = a.re + c * p.re + d * q.re;
  const float im = a.im + c * p.im + d * q.im;
  const float turned_re = -(e * u.im + f * v.im);
  const float turned_im = e * u.re + f * v.re;
  y->re = re + turned_re;
  y->im = im + turned_im;
  other->re = re - turned_re;
  other->im = im - turned_im;
}

/* A stage for the factor 5, frequent in frames of milliseconds. */
TC_INLINE void tc_dft_stage5(int32_t l, int32_t m, const tc_complex_f32 *roots,
                             const tc_complex_f32 *a, tc_complex_f32 *b) {
  const tc_complex_f32 w1 = roots[l * m];
  const tc_complex_f32 w2 = roots[2 * l * m];
  const int32_t step = l * m;
  int32_t k;
  int32_t r;
  for (k = 0; k < l; ++k) {
    for (r = 0; r < m; ++r) {
      const tc_complex_f32 x0 = a[r];
      const tc_complex_f32 x1 = tc_complex_mul(a[m + r], roots[k * m]);
      const tc_complex_f32 x2 = tc_complex_mul(a[2 * m + r], roots[2 * k * m]);
      const tc_complex_f32 x3 = tc_complex_mul(a[3 * m + r], roots[3 * k * m]);
      const tc_complex_f32 x4 = tc_complex_mul(a[4 * m + r], roots[4 * k * m]);
      const tc_complex_f32 p = {x1.re + x4.re, x1.im + x4.im};
      const tc_complex_f32 u = {x1.re - x4.re, x1.im - x4.im};
      const tc_complex_f32 q = {x2.re + x3.re, x2.im + x3.im};
      const tc_complex_f32 v = {x2.re - x3.re, x2.im - x3.im};
      b[r].re = x0.re + p.re + q.re;
      b[r].im = x0.im + p.im + q.im;
      tc_dft_pair(x0, w1.re, p, w2.re, q, w1.im, u, w2.im, v, &b[step + r],
                  &b[4 * step + r]);
      tc_dft_pair(x0, w2.re, p, w1.re, q, w2.im, u, -w1.im, v, &b[2 * step + r],
                  &b[3 * step + r]);
    }
    a += 5 * m;
    b += m;
  }
}

/* A stage for any factor. */
TC_INLINE void tc_dft_stage(int32_t p, int32_t l, int32_t m,
                            const tc_complex_f32 *roots,
                            const tc_complex_f32 *a, tc_complex_f32 *b) {
  const int32_t n = p * l * m;
  int32_t k, u, r;
  for (k = 0; k < l * p; ++k) {
    const tc_complex_f32 *from = a + k % l * (p * m);
    int32_t at = 0;
    for (r = 0; r < m; ++r) b[r] = from[r];
    for (u = 1; u < p; ++u) {
      from += m;
      at += k * m;
      at -= at >= n ? n : 0;
      for (r = 0; r < m; ++r) {
        b[r].re += roots[at].re * from[r].re - roots[at].im * from[r].im;
        b[r].im += roots[at].re * from[r].im + roots[at].im * from[r].re;
      }
    }
    b += m;
  }
}

/* Element j of a frame whose first element is x. */
TC_INLINE tc_complex_f32 tc_dft_load(const tc_dft_shape *s, const float *x,
                                     const float *window, int32_t j) {
  tc_complex_f32 v = {0.0f, 0.0f};
  if (j < s->used) {
    x += j * s->inner * s->in_parts;
    v.re = x[0];
    if (s->in_parts == 2) v.im = x[1];
    if (window != NULL) {
      v.re *= window[j];
      v.im *= window[j];
    }
  }
  return v;
}

/* The frame, or the whole spectrum of which the frame is one half. */
TC_INLINE void tc_dft_frame(const tc_dft_shape *s, const float *x,
                            const float *window, tc_complex_f32 *a) {
  int32_t j;
  if (s->half == 0) {
    for (j = 0; j < s->n; ++j) a[j] = tc_dft_load(s, x, window, j);
    return;
  }
  for (j = 0; j <= s->n / 2; ++j) {
    tc_complex_f32 v = tc_dft_load(s, x, window, j);
    /* What is its own conjugate is real. */
    if (j == 0 || 2 * j == s->n) v.im = 0.0f;
    a[j] = v;
    if (j > 0 && 2 * j < s->n) {
      a[s->n - j].re = v.re;
      a[s->n - j].im = -v.im;
    }
  }
}

/* One frame. */
TC_INLINE void tc_dft_line(const tc_dft_shape *s, const float *x,
                           const float *window, const tc_complex_f32 *roots,
                           tc_complex_f32 *scratch, float *y) {
  tc_complex_f32 *a = scratch;
  tc_complex_f32 *b = scratch + s->n;
  int32_t l = 1;
  int32_t k;
  tc_dft_frame(s, x, window, a);
  while (l < s->n) {
    const int32_t p = tc_dft_factor(s->n / l);
    const int32_t m = s->n / l / p;
    tc_complex_f32 *const done = b;
    if (p == 2) {
      tc_dft_stage2(l, m, roots, a, b);
    } else if (p == 5) {
      tc_dft_stage5(l, m, roots, a, b);
    } else {
      tc_dft_stage(p, l, m, roots, a, b);
    }
    b = a;
    a = done;
    l *= p;
  }
  /* Of a real signal this is real; butterflies leave a rounding error there. */
  if (s->in_parts == 1 && s->n % 2 == 0) a[s->n / 2].im = 0.0f;
  for (k = 0; k < s->out; ++k) {
    y[0] = s->scale * a[k].re;
    if (s->out_parts == 2) y[1] = s->scale * a[k].im;
    y += s->inner * s->out_parts;
  }
}

TC_KERNEL void tc_dft_f32(const tc_dft_shape *s, const float *x,
                          const float *window, const float *roots,
                          float *scratch, float *y) {
  const int32_t in_step = s->inner * s->in_parts;
  const int32_t out_frame = s->out * s->inner * s->out_parts;
  int32_t o, f, i;
  for (o = 0; o < s->outer; ++o) {
    for (f = 0; f < s->frames; ++f) {
      for (i = 0; i < s->inner; ++i) {
        tc_dft_line(s, x + f * s->step * in_step + i * s->in_parts, window,
                    (const tc_complex_f32 *)roots, (tc_complex_f32 *)scratch,
                    y + i * s->out_parts);
      }
      y += out_frame;
    }
    x += s->signal * in_step;
  }
}

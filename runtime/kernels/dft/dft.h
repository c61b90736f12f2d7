/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discrete Fourier transforms along one dimension of [outer][signal][inner],
 * of the whole signal or of frames of it.  A number is one float (real) or two
 * (complex: real part, imaginary part).
 */
#ifndef TC_DFT_H_
#define TC_DFT_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t signal;
  int32_t inner;
  int32_t frames; /* of each signal */
  int32_t step;   /* from the beginning of one frame to that of the next */
  int32_t used;   /* elements of a frame, at most n; those beyond are 0 */
  int32_t n;      /* the length of the transform */
  int32_t out;    /* how many elements of the transform are wanted */
  int32_t in_parts;
  int32_t out_parts; /* 1: the real parts only */
  int32_t half;      /* x is the first half of a spectrum, of which element
                        n - k is the conjugate of element k */
  float scale;       /* of the result */
} tc_dft_shape;

/*
 * y[f][k] = scale * sum over j of x[f * step + j] * window[j] * roots[j * k]
 *
 * roots: the n complex numbers exp(-2 pi i k / n), or with +i for the inverse;
 * the index is taken modulo n.  window: `used` numbers, or NULL: all 1.
 * scratch: 4 * n floats.  y: [outer][frames][out][inner].
 */
typedef void tc_dft_f32_fn(const tc_dft_shape *s, const float *x,
                           const float *window, const float *roots,
                           float *scratch, float *y);

#endif /* TC_DFT_H_ */

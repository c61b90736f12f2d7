/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one 16-bit number, as pieces of quadratics. */
#ifndef TC_PIECES_H_
#define TC_PIECES_H_

#include <stdint.h>

#include "pointwise/unary.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

typedef struct {
  int32_t bits; /* 2^bits numbers make a piece */
} tc_pieces_quant;

/*
 * With u = x + 2^15, t = u mod 2^bits and c the three coefficients of piece
 * u / 2^bits, in 2^-12 of a step of y:
 * y = saturate((c[0] + (c[1] + c[2] * t / 2^bits) * t / 2^bits + 2^11) / 2^12),
 * every quotient rounded down.  y may be x.
 */
typedef void tc_pieces_s16_fn(const tc_unary_shape *s, const tc_pieces_quant *q,
                              const int16_t *x, const int32_t *coefficients,
                              int16_t *y);

#endif /* TC_PIECES_H_ */

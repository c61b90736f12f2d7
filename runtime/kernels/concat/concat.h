/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Concatenation along any dimension but the first: pixel by pixel, where a
 * pixel is what follows the dimensions in front of it.
 */
#ifndef TC_CONCAT_H_
#define TC_CONCAT_H_

#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

#define TC_CONCAT_OPERANDS 4

typedef struct {
  int32_t pixels;
  int32_t bytes[TC_CONCAT_OPERANDS]; /* of each operand's pixel; 0: none */
} tc_concat_shape;

/* y[i] = {a[i], b[i], c[i], d[i]}; an operand without bytes may be NULL. */
typedef void tc_concat_fn(const tc_concat_shape *s, const void *a,
                          const void *b, const void *c, const void *d, void *y);

#endif /* TC_CONCAT_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Averages over all of an image that is not there at once.
 */
#ifndef TC_POOL_PART_H_
#define TC_POOL_PART_H_

#include <stdint.h>

#include "pool/pool.h"

typedef struct {
  int32_t pixels; /* of this part */
  int32_t channels;
  int32_t first; /* whether this is the first part */
  int32_t last;  /* and the last one */
  int32_t count; /* pixels of the whole image, by which floats are divided */
} tc_avg_pool_part_shape;

/*
 * Adds a part to `sum`, scratch for a sum per channel, and with the last one
 * computes y as avg_pool_s8 does; mult has one entry.
 */
typedef void tc_avg_pool_part_s8_fn(const tc_avg_pool_part_shape *s,
                                    const tc_avg_pool_quant *q, const int8_t *x,
                                    const int32_t *mult, int32_t *sum,
                                    int8_t *y);

/*
 * The same as avg_pool_f32 does: to the bit when the parts come from the first
 * row to the last.
 */
typedef void tc_avg_pool_part_f32_fn(const tc_avg_pool_part_shape *s,
                                     const float *x, float *sum, float *y);

#endif /* TC_POOL_PART_H_ */

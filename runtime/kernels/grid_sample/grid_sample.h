/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of an image or a volume at given coordinates.
 *
 * x is [batch][channels][in...], grid [batch][points][rank] with the coordinate
 * of the last dimension first, -1 and 1 being the ends of x; y is
 * [batch][channels][points].
 */
#ifndef TC_GRID_SAMPLE_H_
#define TC_GRID_SAMPLE_H_

#include <math.h>
#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t batch;
  int32_t channels;
  int32_t rank;    /* 2 or 3 */
  int32_t in[3];   /* depth, height, width; a depth that is not there is 1 */
  int32_t points;  /* of one image of the grid */
  int32_t mode;    /* 0 nearest, 1 linear, 2 cubic */
  int32_t padding; /* 0 zeros, 1 border, 2 reflection */
  int32_t align_corners; /* the ends are the centres of the outermost */
                         /* elements, not their outer edges */
} tc_grid_sample_shape;

typedef void tc_grid_sample_f32_fn(const tc_grid_sample_shape *s,
                                   const float *x, const float *grid, float *y);

#endif /* TC_GRID_SAMPLE_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions of images at one size, by bilinear samples.
 *
 * x is [batch][channels][in_h][in_w]; a region is (x1, y1, x2, y2) of the image
 * image_of[r], times scale; y is [regions][channels][out_h][out_w].  Each
 * output is the mean or the maximum of the samples of its cell.
 */
#ifndef TC_ROI_ALIGN_H_
#define TC_ROI_ALIGN_H_

#include <math.h>
#include <stdint.h>

#include "tc_kernel.h"

/* No cell has more samples along a side, whatever a region at run time says. */
#define TC_ROI_ALIGN_MAX_SAMPLES 1024

typedef struct {
  int32_t batch, channels;
  int32_t in_h, in_w;
  int32_t regions;
  int32_t out_h, out_w;
  int32_t samples; /* along each side of a cell; 0: one for every element */
  int32_t maximum; /* of the samples' weighted elements, not the mean */
  int32_t
      half_pixel; /* coordinates are those of corners, not of centres, and */
                  /* a region may be smaller than an element */
} tc_roi_align_shape;

typedef struct {
  float scale;
} tc_roi_align_scale;

typedef void tc_roi_align_f32_fn(const tc_roi_align_shape *s,
                                 const tc_roi_align_scale *scale,
                                 const float *x, const float *regions,
                                 const int64_t *image_of, float *y);

#endif /* TC_ROI_ALIGN_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of float images. */
#include "roi_align/roi_align.h"
#include "tc_kernel.h"

/* One side of a region. */
typedef struct {
  float start;
  float cell;      /* the size of a cell */
  int32_t samples; /* along it */
} tc_roi_side;

TC_INLINE tc_roi_side tc_roi_side_of(const tc_roi_align_shape *s, float from,
                                     float to, int32_t cells) {
  const float offset = s->half_pixel ? 0.5f : 0.0f;
  tc_roi_side side;
  float size = to - from;
  if (!s->half_pixel && !(size > 1.0f)) size = 1.0f;
  side.start = from - offset;
  side.cell = size / (float)cells;
  side.samples = s->samples;
  if (side.samples == 0) {
    const float n = ceilf(side.cell);
    if (n >= (float)TC_ROI_ALIGN_MAX_SAMPLES) {
      side.samples = TC_ROI_ALIGN_MAX_SAMPLES;
    } else if (n > 0.0f) {
      side.samples = (int32_t)n;
    }
  }
  return side;
}

/* A coordinate between two neighbours. */
typedef struct {
  int32_t low;
  int32_t high;
  float low_weight;
  float high_weight;
} tc_roi_pair;

/* The neighbours of sample `i` of a cell; weights of 0 beyond the image. */
TC_INLINE tc_roi_pair tc_roi_pair_at(const tc_roi_side *side, int32_t cell,
                                     int32_t i, int32_t size) {
  float v = side->start + (float)cell * side->cell +
            ((float)i + 0.5f) * side->cell / (float)side->samples;
  tc_roi_pair pair = {0, 0, 0.0f, 0.0f};
  if (!(v >= -1.0f && v <= (float)size)) return pair;
  if (v < 0.0f) v = 0.0f;
  pair.low = tc_min((int32_t)v, size - 1);
  pair.high = tc_min(pair.low + 1, size - 1);
  if (pair.low == size - 1) v = (float)pair.low;
  pair.high_weight = v - (float)pair.low;
  pair.low_weight = 1.0f - pair.high_weight;
  return pair;
}

TC_INLINE float tc_roi_cell(const tc_roi_align_shape *s, const tc_roi_side *h,
                            const tc_roi_side *w, const float *x, int32_t oy,
                            int32_t ox) {
  float sum = 0.0f;
  float most = 0.0f;
  int32_t i, j, k;
  for (i = 0; i < h->samples; ++i) {
    const tc_roi_pair py = tc_roi_pair_at(h, oy, i, s->in_h);
    const float *const low = x + py.low * s->in_w;
    const float *const high = x + py.high * s->in_w;
    for (j = 0; j < w->samples; ++j) {
      const tc_roi_pair px = tc_roi_pair_at(w, ox, j, s->in_w);
      const float v[4] = {py.low_weight * px.low_weight * low[px.low],
                          py.low_weight * px.high_weight * low[px.high],
                          py.high_weight * px.low_weight * high[px.low],
                          py.high_weight * px.high_weight * high[px.high]};
      if (i == 0 && j == 0) most = v[0];
      for (k = 0; k < 4; ++k) {
        sum += v[k];
        most = v[k] > most ? v[k] : most;
      }
    }
  }
  if (s->maximum) return most;
  return sum / (float)tc_max(h->samples * w->samples, 1);
}

TC_KERNEL void tc_roi_align_f32(const tc_roi_align_shape *s,
                                const tc_roi_align_scale *scale, const float *x,
                                const float *regions, const int64_t *image_of,
                                float *y) {
  const int32_t area = s->in_h * s->in_w;
  int32_t r, c, oy, ox;
  for (r = 0; r < s->regions; ++r, regions += 4) {
    const tc_roi_side w = tc_roi_side_of(s, regions[0] * scale->scale,
                                         regions[2] * scale->scale, s->out_w);
    const tc_roi_side h = tc_roi_side_of(s, regions[1] * scale->scale,
                                         regions[3] * scale->scale, s->out_h);
    const int64_t image = image_of[r];
    const int32_t known = image >= 0 && image < s->batch;
    for (c = 0; c < s->channels; ++c) {
      const float *const xs =
          x + (known ? ((int32_t)image * s->channels + c) * area : 0);
      for (oy = 0; oy < s->out_h; ++oy) {
        for (ox = 0; ox < s->out_w; ++ox) {
          *y++ = known ? tc_roi_cell(s, &h, &w, xs, oy, ox) : 0.0f;
        }
      }
    }
  }
}

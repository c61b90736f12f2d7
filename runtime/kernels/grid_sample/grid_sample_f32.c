/* SPDX-License-Identifier: Apache-2.0 */
/* Grid sampling of floats: the taps of a point are found once for all
 * channels. */
#include "grid_sample/grid_sample.h"
#include "tc_kernel.h"

/* The elements that one coordinate reads, and their weights. */
typedef struct {
  int32_t n;
  int32_t at[4];
  float weight[4]; /* 0 for an element outside that reads as 0 */
} tc_grid_taps;

/* `v` mirrored at lo and hi until it lies between them. */
TC_INLINE float tc_grid_reflect(float v, float lo, float hi) {
  const float range = hi - lo;
  float r;
  if (v >= lo && v <= hi) return v;
  if (!(range > 0.0f)) return lo;
  r = fmodf(v < lo ? lo - v : v - hi, 2.0f * range);
  if (v < lo) return r <= range ? lo + r : hi - (r - range);
  return r <= range ? hi - r : lo + (r - range);
}

/* The weight of an element at the distance `t`, Keys' filter with a = -3/4. */
TC_INLINE float tc_grid_cubic(float t) {
  t = fabsf(t);
  if (t <= 1.0f) return (1.25f * t - 2.25f) * t * t + 1.0f;
  return ((-0.75f * t + 3.75f) * t - 6.0f) * t + 3.0f;
}

TC_INLINE tc_grid_taps tc_grid_taps_at(const tc_grid_sample_shape *s, int32_t d,
                                       float coordinate) {
  const float size = (float)s->in[d];
  const float lo = s->align_corners ? 0.0f : -0.5f;
  const float hi = s->align_corners ? size - 1.0f : size - 0.5f;
  tc_grid_taps taps;
  float v = s->align_corners ? (coordinate + 1.0f) / 2.0f * (size - 1.0f)
                             : ((coordinate + 1.0f) * size - 1.0f) / 2.0f;
  int32_t first;
  int32_t k;
  if (s->mode == 0) v = rintf(v);
  if (!(v >= lo && v <= hi)) {
    if (s->padding == 1) v = v > hi ? size - 1.0f : 0.0f;
    if (s->padding == 2) v = tc_grid_reflect(v, lo, hi);
  }
  /* So far outside that no tap is inside, where an int32_t can be further. */
  if (!(v >= -4.0f)) v = -4.0f;
  if (v > size + 4.0f) v = size + 4.0f;
  first = (int32_t)floorf(v) - (s->mode == 2 ? 1 : 0);
  taps.n = 1 << s->mode;
  for (k = 0; k < taps.n; ++k) {
    const float distance = v - (float)(first + k);
    int32_t at = first + k;
    taps.weight[k] = s->mode == 0   ? 1.0f
                     : s->mode == 1 ? 1.0f - fabsf(distance)
                                    : tc_grid_cubic(distance);
    if (at < 0 || at >= s->in[d]) {
      if (s->padding == 0) taps.weight[k] = 0.0f;
      if (s->padding == 2) at = (int32_t)tc_grid_reflect((float)at, lo, hi);
      at = tc_min(tc_max(at, 0), s->in[d] - 1);
    }
    taps.at[k] = at;
  }
  return taps;
}

TC_KERNEL void tc_grid_sample_f32(const tc_grid_sample_shape *s, const float *x,
                                  const float *grid, float *y) {
  const int32_t volume = s->in[0] * s->in[1] * s->in[2];
  int32_t n, p, c, i, j, k;
  for (n = 0; n < s->batch; ++n) {
    for (p = 0; p < s->points; ++p) {
      tc_grid_taps tz = {1, {0, 0, 0, 0}, {1.0f, 0.0f, 0.0f, 0.0f}};
      const tc_grid_taps tx = tc_grid_taps_at(s, 2, grid[0]);
      const tc_grid_taps ty = tc_grid_taps_at(s, 1, grid[1]);
      if (s->rank == 3) tz = tc_grid_taps_at(s, 0, grid[2]);
      grid += s->rank;
      for (c = 0; c < s->channels; ++c) {
        const float *const xs = x + c * volume;
        float sum = 0.0f;
        for (i = 0; i < tz.n; ++i) {
          for (j = 0; j < ty.n; ++j) {
            const float w = tz.weight[i] * ty.weight[j];
            const float *const row =
                xs + (tz.at[i] * s->in[1] + ty.at[j]) * s->in[2];
            for (k = 0; k < tx.n; ++k) {
              /* Not a product with 0, which an infinity would spoil. */
              if (w != 0.0f && tx.weight[k] != 0.0f) {
                sum += w * tx.weight[k] * row[tx.at[k]];
              }
            }
          }
        }
        y[c * s->points + p] = sum;
      }
    }
    x += s->channels * volume;
    y += s->channels * s->points;
  }
}

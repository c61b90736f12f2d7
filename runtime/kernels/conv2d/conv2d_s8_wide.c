/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution for hosts with wide vectors.  Products are summed as
 * floats, which is exact for up to 1024 products of two 8-bit numbers: windows
 * are gathered and weights widened in chunks of that order, and the sums of a
 * chunk go to integer accumulators.
 */
#include "conv2d/conv2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_wide.h"

/* Taps in a chunk, and channels in a block of weights. */
#define TC_CONV2D_S8_WIDE_CHUNK 256
#define TC_CONV2D_S8_WIDE_BLOCK 32

typedef struct {
  float x[TC_WIDE_PIXELS][TC_CONV2D_S8_WIDE_CHUNK];
  /* [taps][channels of the block], and room for a vector to reach beyond. */
  float w[TC_CONV2D_S8_WIDE_CHUNK * TC_CONV2D_S8_WIDE_BLOCK + TC_WIDE_COLS];
  const int8_t *w_from; /* where w was widened from */
} tc_conv2d_s8_wide_chunk;

/*
 * The n taps from k on, in the order of the weights, of the window of output
 * (oy, ox); x is the first channel of the group.
 */
TC_INLINE void tc_conv2d_s8_wide_gather(const tc_conv2d_shape *s,
                                        int32_t in_zero, const int8_t *x,
                                        int32_t oy, int32_t ox, int32_t k,
                                        int32_t n, float *out) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const int32_t left = ox * s->stride_w - s->pad_left;
  /* Taps that are neighbours in memory: a row of the kernel, or one pixel. */
  const int32_t whole_rows = s->group == 1 && s->dilation_w == 1 && left >= 0 &&
                             left + s->kernel_w <= s->in_w;
  const int32_t pixels = whole_rows ? s->kernel_w : 1;
  const int32_t run = pixels * in_c;
  while (n > 0) {
    const int32_t tap = k / run * pixels;
    const int32_t iy = top + tap / s->kernel_w * s->dilation_h;
    const int32_t ix = left + tap % s->kernel_w * s->dilation_w;
    const int32_t skip = k % run;
    const int32_t count = tc_min(run - skip, n);
    int32_t i;
    if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
      const int8_t *const from = x + (iy * s->in_w + ix) * s->in_c + skip;
      for (i = 0; i < count; ++i) out[i] = (float)from[i];
    } else {
      for (i = 0; i < count; ++i) out[i] = (float)in_zero;
    }
    out += count;
    k += count;
    n -= count;
  }
}

/* Widens the weights of n taps of a block of `width` channels. */
TC_INLINE void tc_conv2d_s8_wide_weights(tc_conv2d_s8_wide_chunk *chunk,
                                         const int8_t *w, int32_t n,
                                         int32_t width) {
  int32_t i;
  if (chunk->w_from == w) return;
  for (i = 0; i < n * width; ++i) chunk->w[i] = (float)w[i];
  for (i = 0; i < TC_WIDE_COLS; ++i) chunk->w[n * width + i] = 0.0f;
  chunk->w_from = w;
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_s8_wide_row(const tc_conv2d_shape *s,
                                     const tc_conv2d_s8_quant *q,
                                     const int8_t *x, const int8_t *w,
                                     const int32_t *bias, const int32_t *mult,
                                     const int32_t *w_zero,
                                     tc_conv2d_s8_wide_chunk *chunk, int32_t oy,
                                     int8_t *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t taps = s->kernel_h * s->kernel_w * in_c;
  int32_t block;
  int32_t width;
  int32_t ox;
  int32_t pixels;
  for (block = 0; block < s->out_c; block += width) {
    const int32_t group = block / out_c;
    width = tc_min(TC_CONV2D_S8_WIDE_BLOCK, (group + 1) * out_c - block);
    for (ox = 0; ox < s->out_w; ox += pixels) {
      int32_t acc[TC_WIDE_PIXELS][TC_CONV2D_S8_WIDE_BLOCK];
      int32_t sum[TC_WIDE_PIXELS] = {0};
      int32_t p;
      int32_t c;
      int32_t k;
      int32_t n;
      pixels = tc_wide_pixels(s->out_w - ox);
      for (p = 0; p < pixels; ++p) {
        for (c = 0; c < width; ++c) acc[p][c] = bias[block + c];
      }
      for (k = 0; k < taps; k += n) {
        int32_t o;
        n = tc_min(TC_CONV2D_S8_WIDE_CHUNK, taps - k);
        tc_conv2d_s8_wide_weights(chunk, w + block * taps + k * width, n,
                                  width);
        for (p = 0; p < pixels; ++p) {
          tc_conv2d_s8_wide_gather(s, q->in_zero, x + group * in_c, oy, ox + p,
                                   k, n, chunk->x[p]);
        }
        for (o = 0; o < width; o += TC_WIDE_COLS) {
          const int32_t cols = tc_min(TC_WIDE_COLS, width - o);
          tc_wide_tile tile = {{{0}}};
          tc_wide_mac_vectors(tile.sum, pixels, cols > TC_WIDE_LANES ? 2 : 1,
                              chunk->x[0], TC_CONV2D_S8_WIDE_CHUNK,
                              chunk->w + o, width, n);
          for (p = 0; p < pixels; ++p) {
            for (c = 0; c < cols; ++c) {
              acc[p][o + c] += (int32_t)tile.sum[p][c];
            }
          }
        }
        if (w_zero != NULL) {
          for (p = 0; p < pixels; ++p) {
            for (c = 0; c < n; ++c) sum[p] += (int32_t)chunk->x[p][c];
          }
        }
      }
      for (p = 0; p < pixels; ++p) {
        int8_t *const out = y + (ox + p) * s->out_c + block;
        for (c = 0; c < width; ++c) {
          int32_t v = acc[p][c];
          if (w_zero != NULL) v -= w_zero[block + c] * sum[p];
          out[c] =
              (int8_t)tc_clamp_offset(tc_requant(v, mult[block + c], q->shift),
                                      q->out_zero, q->lo, q->hi);
        }
      }
    }
  }
}

TC_KERNEL void tc_conv2d_s8_wide(const tc_conv2d_shape *s,
                                 const tc_conv2d_s8_quant *q, const int8_t *x,
                                 const int8_t *w, const int32_t *bias,
                                 const int32_t *mult, const int32_t *w_zero,
                                 int8_t *y) {
  tc_conv2d_s8_wide_chunk chunk;
  tc_conv2d_shape flat = *s;
  int32_t n;
  int32_t oy;
  chunk.w_from = NULL;
  if (s->kernel_h == 1 && s->kernel_w == 1 && s->stride_h == 1 &&
      s->stride_w == 1 && s->out_h == s->in_h && s->out_w == s->in_w) {
    /* All images together are one row of pixels. */
    flat.in_w = flat.out_w = s->batch * s->out_h * s->out_w;
    flat.batch = flat.in_h = flat.out_h = 1;
  }
  for (n = 0; n < flat.batch; ++n) {
    for (oy = 0; oy < flat.out_h; ++oy) {
      tc_conv2d_s8_wide_row(&flat, q, x, w, bias, mult, w_zero, &chunk, oy, y);
      y += flat.out_w * s->out_c;
    }
    x += flat.in_h * flat.in_w * s->in_c;
  }
}

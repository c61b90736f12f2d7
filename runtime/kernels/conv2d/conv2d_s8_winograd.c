/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized 3x3 convolution at stride 1 for cores that multiply pairs of 16-bit
 * numbers, with the weights and by the sums of tc_winograd.h.  Two rows of the
 * result are computed at a time.
 *
 * The four rows that these need are copied, padding included, before any of
 * their results is written; of the next four, two are there already.  So the
 * result may lie over rows that have been read.
 */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_padded_row.h"
#include "tc_bytes.h"
#include "tc_dsp.h"
#include "tc_kernel.h"
#include "tc_winograd.h"

/* The results of one or two rows, whose four rows of activations are `in->row`,
 * each `width` pixels. */
TC_INLINE void tc_conv2d_s8_two_rows(const tc_conv2d_shape *s,
                                     tc_winograd_input *in,
                                     tc_winograd_output *out, const uint32_t *w,
                                     int8_t *y) {
  uint32_t *const sums = in->columns;
  int32_t ox;
  int32_t o;
  int32_t i;
  for (ox = 0; ox < s->out_w; ox += 4) {
    const uint32_t *block = w;
    const int32_t last = tc_min(3, s->out_w - ox - 1);
    for (i = 0; i < 3; ++i) out->column[i] = tc_min(i + 1, last) * s->out_c;
    tc_winograd_transform(in);
    for (o = 0; o < s->out_c; o += 4) {
      tc_winograd_multiply(block, in->v, sums, s->in_c / 2);
      out->bias = block + 32 * s->in_c;
      out->y = y + ox * s->out_c + o;
      out->y_end = out->y + tc_min(4, s->out_c - o);
      tc_winograd_finish(out);
      block += tc_winograd_block(s->in_c);
    }
    for (i = 0; i < 4; ++i) in->row[i] += 4 * s->in_c;
  }
}

/* One body for all layers of a model. */
TC_NOINLINE static void tc_conv2d_s8_winograd_layer(
    const tc_conv2d_shape *s, const tc_conv2d_s8_quant *q, const int8_t *x,
    const uint32_t *w, uint32_t *scratch, int8_t *y) {
  const int32_t width = (s->out_w + 3) / 4 * 4 + 2;
  const int32_t row = s->out_w * s->out_c;
  int8_t *const ring = (int8_t *)(scratch + TC_WINOGRAD_SUMS + 16 * s->in_c);
  tc_winograd_input in;
  tc_winograd_output out;
  int32_t n;
  int32_t oy;
  int32_t i;
  in.channels = s->in_c;
  in.columns = scratch;
  in.v = scratch + TC_WINOGRAD_SUMS;
  out.sums = scratch;
  out.zero = q->out_zero;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; oy += 2) {
      const int32_t rows = tc_min(2, s->out_h - oy);
      for (i = 0; i < 4; ++i) {
        int8_t *const to = ring + (oy + i) % 4 * width * s->in_c;
        if (oy == 0 || i >= 2) {
          tc_conv2d_s8_pad_row(s, q->in_zero, x, oy - s->pad_top + i, width,
                               to);
        }
        in.row[i] = to;
      }
      out.row = (rows - 1) * row;
      tc_conv2d_s8_two_rows(s, &in, &out, w, y);
      tc_clamp_bytes(y, rows * row, q->lo, q->hi);
      y += rows * row;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}

/* scratch: the sums, v of two tiles, and four rows of x with their padding. */
TC_KERNEL void tc_conv2d_s8_winograd(const tc_conv2d_shape *s,
                                     const tc_conv2d_s8_quant *q,
                                     const int8_t *x, const uint32_t *w,
                                     uint32_t *scratch, int8_t *y) {
  tc_conv2d_s8_winograd_layer(s, q, x, w, scratch, y);
}

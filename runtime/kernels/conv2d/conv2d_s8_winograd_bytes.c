/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_s8_winograd.c with weights that are bytes and are transformed while it
 * runs, by tc_winograd_bytes.h.  Some pairs of rows of the result, a pass, are
 * computed at a time: all that their activations become is kept, so that the
 * weights of a block of channels are transformed once a pass.
 *
 * The rows that a pass needs are copied, padding included, before any of its
 * results is written; of those of the next pass, two are there already.  So the
 * result may lie over rows that have been read.
 */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_padded_row.h"
#include "tc_bytes.h"
#include "tc_kernel.h"
#include "tc_winograd.h"
#include "tc_winograd_bytes.h"

/* A pass. */
typedef struct {
  uint32_t *sums;
  uint32_t *block; /* the transformed weights of 4 channels */
  uint32_t *v;     /* [pair of rows][pair of tiles] */
  int8_t *ring;    /* of padded rows */
  int32_t slots;   /* of the ring */
  int32_t width;   /* of a padded row, pixels */
  int32_t first;   /* row of the result */
  int32_t rows;
} tc_winograd_pass;

/* v of a pass. */
TC_INLINE void tc_winograd_bytes_transform(const tc_conv2d_shape *s,
                                           const tc_winograd_pass *pass) {
  tc_winograd_input in;
  int32_t oy;
  int32_t ox;
  int32_t i;
  in.channels = s->in_c;
  in.columns = pass->sums;
  in.v = pass->v;
  for (oy = pass->first; oy < pass->first + pass->rows; oy += 2) {
    for (ox = 0; ox < s->out_w; ox += 4) {
      for (i = 0; i < 4; ++i) {
        in.row[i] =
            pass->ring + ((oy + i) % pass->slots * pass->width + ox) * s->in_c;
      }
      tc_winograd_transform(&in);
      in.v += 16 * s->in_c;
    }
  }
}

/* The results of a pass for the 4 channels from o on; y: of its first row. */
TC_INLINE void tc_winograd_bytes_channels(const tc_conv2d_shape *s,
                                          const tc_winograd_pass *pass,
                                          tc_winograd_output *out, int32_t o,
                                          int8_t *y) {
  const int32_t row = s->out_w * s->out_c;
  const uint32_t *v = pass->v;
  int32_t oy;
  int32_t ox;
  int32_t i;
  for (oy = 0; oy < pass->rows; oy += 2) {
    out->row = oy + 1 < pass->rows ? row : 0;
    for (ox = 0; ox < s->out_w; ox += 4) {
      const int32_t last = tc_min(3, s->out_w - ox - 1);
      for (i = 0; i < 3; ++i) out->column[i] = tc_min(i + 1, last) * s->out_c;
      out->y = y + oy * row + ox * s->out_c + o;
      out->y_end = out->y + tc_min(4, s->out_c - o);
      tc_winograd_multiply(pass->block, v, pass->sums, s->in_c / 2);
      tc_winograd_finish(out);
      v += 16 * s->in_c;
    }
  }
}

/* One body for all layers of a model. */
TC_NOINLINE static void tc_conv2d_s8_winograd_bytes_layer(
    const tc_conv2d_shape *s, const tc_conv2d_s8_quant *q, const int8_t *x,
    const uint32_t *w, uint32_t *scratch, int8_t *y) {
  const int32_t row = s->out_w * s->out_c;
  const int32_t strips = (int32_t)*w++;
  const int32_t tiles = (s->out_w + 3) / 4;
  tc_winograd_pass pass;
  tc_winograd_output out;
  int32_t n;
  int32_t o;
  int32_t i;
  pass.sums = scratch;
  pass.block = pass.sums + TC_WINOGRAD_SUMS;
  pass.v = pass.block + 32 * s->in_c;
  pass.ring = (int8_t *)(pass.v + strips * tiles * 16 * s->in_c);
  pass.slots = 2 * strips + 2;
  pass.width = 4 * tiles + 2;
  out.sums = pass.sums;
  out.zero = q->out_zero;
  for (n = 0; n < s->batch; ++n) {
    for (pass.first = 0; pass.first < s->out_h; pass.first += pass.rows) {
      const uint32_t *block = w;
      pass.rows = tc_min(2 * strips, s->out_h - pass.first);
      for (i = pass.first == 0 ? 0 : 2; i < (pass.rows + 1) / 2 * 2 + 2; ++i) {
        const int32_t slot = (pass.first + i) % pass.slots;
        tc_conv2d_s8_pad_row(s, q->in_zero, x, pass.first - s->pad_top + i,
                             pass.width,
                             pass.ring + slot * pass.width * s->in_c);
      }
      tc_winograd_bytes_transform(s, &pass);
      for (o = 0; o < s->out_c; o += 4) {
        tc_winograd_expand(block, s->in_c, pass.block);
        out.bias = block + 9 * s->in_c;
        tc_winograd_bytes_channels(s, &pass, &out, o, y);
        block += tc_winograd_bytes_block(s->in_c);
      }
      tc_clamp_bytes(y, pass.rows * row, q->lo, q->hi);
      y += pass.rows * row;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}

/* scratch: the sums, the weights of 4 channels, v of `strips` pairs of rows,
 * and two more rows of x than these have, with their padding. */
TC_KERNEL void tc_conv2d_s8_winograd_bytes(const tc_conv2d_shape *s,
                                           const tc_conv2d_s8_quant *q,
                                           const int8_t *x, const uint32_t *w,
                                           uint32_t *scratch, int8_t *y) {
  tc_conv2d_s8_winograd_bytes_layer(s, q, x, w, scratch, y);
}

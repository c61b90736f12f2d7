/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of 3x3 at stride 1 with fewer products: Winograd's F(2x2, 3x3), in
 * integers, for cores that multiply pairs of 16-bit numbers.
 *
 * A tile is 2x2 results of a channel, which read 4x4 activations d.  With g the
 * 3x3 weights,
 *
 *   4 * tile = A' ((G g G') . (B' d B)) A      . : element by element
 *
 *        1  0 -1  0         2  0  0         1  1  1  0
 *   B' = 0  1  1  0    G =  1  1  1    A' = 0  1 -1 -1
 *        0 -1  1  0         1 -1  1
 *        0  1  0 -1         0  0  2
 *
 * so that 16 products do the work of 36.  There is nothing to round: B' d B is
 * within -512..510, G g G' within -1152..1147, and the sums over the input
 * channels are right modulo 2^32, with which 4 * tile agrees if it fits.
 *
 * The 16 positions of a tile are numbered by rows.  Two neighbouring tiles are
 * computed at a time, for four output channels, and input channels go in pairs,
 * of four channels first 0 and 2, then 1 and 3.  The memory that is read:
 *
 *   v        [pair][position][tile]         B' d B, a pair of halfwords each
 *   sums     [position][channel][tile]      of products
 *   weights  blocks of 4 channels, the last one filled up with zeros:
 *              [position][pair][channel]    (G g G') * 2^shift
 *              4 words                      bias * 2^(shift + 2)
 *              4 words                      the multipliers of tc_requant
 */
#ifndef TC_WINOGRAD_H_
#define TC_WINOGRAD_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_winograd_asm.h"
#include "tc_winograd_finish_asm.h"
#include "tc_winograd_transform_asm.h"

/* The words of `sums`; those of v take 16 for each input channel. */
#define TC_WINOGRAD_SUMS 128

/* The words of a block of weights. */
TC_INLINE int32_t tc_winograd_block(int32_t in_c) { return 32 * in_c + 8; }

#if !TC_DSP_ASM

/* t = B' d for the 4 activations of a column, a pair of channels each. */
TC_INLINE void tc_winograd_column(const uint32_t d[4], uint32_t t[4]) {
  const int32_t from[4] = {0, 1, 2, 1};
  const int32_t with[4] = {2, 2, 1, 3};
  int32_t i;
  for (i = 0; i < 4; ++i) {
    const int32_t sign = i == 1 ? 1 : -1;
    const uint32_t a = d[from[i]];
    const uint32_t b = d[with[i]];
    t[i] =
        tc_pair(tc_low(a) + sign * tc_low(b), tc_high(a) + sign * tc_high(b));
  }
}

/* v of two tiles. */
TC_NOINLINE static void tc_winograd_transform(const tc_winograd_input *in) {
  uint32_t *v = in->v;
  int32_t k;
  int32_t odd;
  int32_t i;
  int32_t j;
  for (k = 0; k < in->channels; k += 4) {
    for (odd = 0; odd < 2; ++odd) {
      uint32_t t[6][4]; /* by columns */
      for (j = 0; j < 6; ++j) {
        uint32_t d[4];
        for (i = 0; i < 4; ++i) {
          const uint32_t x = tc_load4(in->row[i] + j * in->channels + k);
          d[i] = odd ? tc_odd_bytes(x) : tc_even_bytes(x);
        }
        tc_winograd_column(d, t[j]);
      }
      for (i = 0; i < 4; ++i) {
        for (j = 0; j < 2; ++j) {
          const uint32_t d[4] = {t[2 * j][i], t[2 * j + 1][i], t[2 * j + 2][i],
                                 t[2 * j + 3][i]};
          uint32_t row[4];
          int32_t c;
          tc_winograd_column(d, row);
          for (c = 0; c < 4; ++c) v[2 * (4 * i + c) + j] = row[c];
        }
      }
      v += 32;
    }
  }
}

/* The sums of products over `pairs` pairs of input channels, an even number. */
TC_NOINLINE static void tc_winograd_multiply(const uint32_t *w,
                                             const uint32_t *v, uint32_t *sums,
                                             int32_t pairs) {
  int32_t p;
  int32_t k;
  int32_t i;
  for (p = 0; p < 16; ++p) {
    int32_t sum[8] = {0};
    for (k = 0; k < pairs; ++k) {
      for (i = 0; i < 8; ++i) {
        sum[i] = tc_mac2(w[i / 2], v[32 * k + 2 * p + i % 2], sum[i]);
      }
      w += 4;
    }
    for (i = 0; i < 8; ++i) *sums++ = (uint32_t)sum[i];
  }
}

/* y of the channels of a block. */
TC_NOINLINE static void tc_winograd_finish(const tc_winograd_output *out) {
  const uint32_t *m = out->sums;
  const uint32_t *bias = out->bias;
  int8_t *y;
  int32_t tile;
  int32_t r;
  int32_t c;
  for (y = out->y; y != out->y_end; ++y) {
    uint32_t u[2][2][4]; /* A' m, of each row the columns */
    for (tile = 0; tile < 2; ++tile) {
      for (c = 0; c < 4; ++c) {
        const uint32_t *const at = m + 8 * c + tile;
        const uint32_t m1 = at[32] + (c == 1 ? *bias : 0);
        u[0][tile][c] = at[0] + m1 + at[64];
        u[1][tile][c] = m1 - at[64] - at[96];
      }
    }
    for (r = 1; r >= 0; --r) {
      for (c = 3; c >= 0; --c) {
        const uint32_t *const t = u[r][c / 2];
        const uint32_t sum =
            c % 2 == 0 ? t[0] + t[1] + t[2] : t[1] - t[2] - t[3];
        const int32_t v =
            tc_requant_add((int32_t)sum >> 2, (int32_t)bias[4], out->zero);
        y[r * out->row + (c > 0 ? out->column[c - 1] : 0)] =
            (int8_t)tc_saturate8(v);
      }
    }
    m += 2;
    ++bias;
  }
}

#endif

#endif /* TC_WINOGRAD_H_ */

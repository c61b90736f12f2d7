/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of a depthwise layer and the one after it, of one channel, for cores
 * whose one multiplication has results of 32 bits: activations of both rows in
 * a word, as tc_twin.h explains.
 *
 * Words are column by column, those of a column of windows together, so that a
 * window is neighbours.  Word i of a column has tap i of the window of the
 * first row and that of the second row, which is a row of the image further
 * down.
 */
#ifndef TC_DEPTHWISE2D_TWIN_H_
#define TC_DEPTHWISE2D_TWIN_H_

#include <stdint.h>

#include "depthwise2d/depthwise2d.h"
#include "tc_asm.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_twin_asm.h"

/* Whether this is for such a layer.  The two rows that are read last must not
 * lie where a row of the result does, and rows must be worth a call. */
TC_INLINE int32_t tc_depthwise2d_has_twin(const tc_depthwise2d_shape *s) {
  return s->dilation_h == 1 && s->dilation_w == 1 && s->kernel_h >= 2 &&
         s->pad_top <= s->kernel_h - 2 && s->out_w >= 3;
}

/* Bytes of `line` of tc_depthwise2d_s8_in_place_twin. */
TC_INLINE int64_t tc_depthwise2d_twin_bytes(const tc_depthwise2d_shape *s) {
  const int64_t columns = (int64_t)s->in_w + s->kernel_w - 1;
  const int64_t taps = (int64_t)s->kernel_h * s->kernel_w;
  return 4 * (columns * s->kernel_h + 1 + (taps + 1) / 2 * 2);
}

/* The windows of a row and of the next one.  The assembly knows the order of
 * the members. */
typedef struct {
  const uint32_t *x; /* the words of the first window */
  int8_t *y;
  const int32_t *w_end; /* behind the weights of `pairs` pairs of taps */
  int32_t pairs;
  int32_t mult_low; /* the halves of tc_requant's multiplier */
  int32_t mult_high;
  int32_t bias;
  int32_t shift;
  int32_t lo; /* bounds of y less its zero point */
  int32_t hi;
  int32_t zero;
  int32_t second;   /* from y to that of the next row; 0 if there is none */
  const int32_t *w; /* column by column; no pair is twice -128 */
  int32_t y_step;   /* to the next window's result */
  int8_t *y_end;
  int32_t x_step; /* bytes of a column */
} tc_depthwise2d_twin_job;

#if TC_THUMB1_ASM

/* A pair of taps: words at r0, weights at r1; to r7 and r8.  16 bytes. */
#define TC_DEPTHWISE2D_TWIN_PAIR \
  "  ldm   r0!, {r2, r3}\n"      \
  "  ldm   r1!, {r4, r5}\n"      \
  "  muls  r2, r4, r2\n"         \
  "  muls  r3, r5, r3\n"         \
  "  adds  r2, r2, r3\n"         \
  "  add   r8, r8, r2\n"         \
  "  asrs  r2, r2, #16\n"        \
  "  adcs  r7, r7, r2\n" /* rounded */

/* Of a window: sum of the words in r8, of the second row in r7.  The others:
 * r9 w_end, r10 the words of the window, r11 the job's mult_low, r12 y, lr
 * where to enter the loop. */
TC_ASM_FUNCTION static void tc_depthwise2d_twin_rows(
    const tc_depthwise2d_twin_job *job __attribute__((unused))) {
  __asm__ volatile(
      "  .syntax unified\n"
      "  push  {r4-r7, lr}\n"
      "  mov   r4, r8\n"
      "  mov   r5, r9\n"
      "  mov   r6, r10\n"
      "  mov   r7, r11\n"
      "  push  {r4-r7}\n"
      "  ldm   r0!, {r1-r4}\n"
      "  mov   r9, r3\n"
      "  mov   r10, r1\n"
      "  mov   r11, r0\n"
      "  mov   r12, r2\n"
      "  negs  r4, r4\n"
      "  lsls  r4, r4, #29\n"
      "  lsrs  r4, r4, #25\n" /* of the first 8 pairs, what to leave out */
      "  adr   r3, 3f\n"
      "  adds  r3, r3, r4\n"
      "  adds  r3, r3, #1\n"
      "  mov   lr, r3\n"
      "  ldr   r1, [r0, #32]\n"
      "  mov   r0, r10\n"
      "2:\n" /* a window */
      "  movs  r7, #0\n"
      "  mov   r8, r7\n"
      "  bx    lr\n"
      "  .balign 4\n"
      "3:\n" TC_DEPTHWISE2D_TWIN_PAIR TC_DEPTHWISE2D_TWIN_PAIR
          TC_DEPTHWISE2D_TWIN_PAIR TC_DEPTHWISE2D_TWIN_PAIR
              TC_DEPTHWISE2D_TWIN_PAIR TC_DEPTHWISE2D_TWIN_PAIR
                  TC_DEPTHWISE2D_TWIN_PAIR TC_DEPTHWISE2D_TWIN_PAIR
      "  cmp   r1, r9\n"
      "  bne   3b\n"
      "  mov   r0, r8\n"
      "  lsls  r2, r7, #16\n"
      "  subs  r0, r0, r2\n"
      "  movs  r1, r7\n"
      "  mov   r7, r11\n"
      "  ldm   r7!, {r2-r5}\n"
      "  adds  r0, r0, r4\n"
      "  adds  r1, r1, r4\n"
      "  lsls  r0, r0, r5\n"
      "  lsls  r1, r1, r5\n" TC_TWIN_REQUANT("r0") TC_TWIN_REQUANT("r1")
      "  ldm   r7!, {r2-r5}\n" TC_TWIN_CLAMP("r0") TC_TWIN_CLAMP("r1")
      "  mov   r6, r12\n"
      "  strb  r1, [r6, r5]\n"
      "  strb  r0, [r6]\n"
      "  ldm   r7!, {r1-r4}\n"
      "  adds  r6, r6, r2\n"
      "  mov   r12, r6\n"
      "  mov   r0, r10\n"
      "  adds  r0, r0, r4\n"
      "  mov   r10, r0\n"
      "  cmp   r6, r3\n"
      "  beq   4f\n"
      "  b     2b\n"
      "4:\n"
      "  pop   {r4-r7}\n"
      "  mov   r8, r4\n"
      "  mov   r9, r5\n"
      "  mov   r10, r6\n"
      "  mov   r11, r7\n"
      "  pop   {r4-r7, pc}\n");
}

#else

TC_NOINLINE static void tc_depthwise2d_twin_rows(
    const tc_depthwise2d_twin_job *job) {
  const int32_t mult = job->mult_high * 65536 + job->mult_low;
  const uint32_t *x = job->x;
  int8_t *y;
  int32_t k;
  for (y = job->y; y != job->y_end; y += job->y_step) {
    uint32_t sum = 0; /* of the words */
    int32_t second = 0;
    int32_t first;
    for (k = 0; k < 2 * job->pairs; k += 2) {
      const uint32_t v =
          x[k] * (uint32_t)job->w[k] + x[k + 1] * (uint32_t)job->w[k + 1];
      sum += v;
      second += (int32_t)(v + 0x8000u) >> 16;
    }
    first = (int32_t)(sum - ((uint32_t)second << 16)) + job->bias;
    second += job->bias;
    first = tc_clamp(tc_requant(first, mult, job->shift), job->lo, job->hi);
    second = tc_clamp(tc_requant(second, mult, job->shift), job->lo, job->hi);
    y[job->second] = (int8_t)(second + job->zero);
    y[0] = (int8_t)(first + job->zero);
    x += job->x_step / 4;
  }
}

#endif

#endif /* TC_DEPTHWISE2D_TWIN_H_ */

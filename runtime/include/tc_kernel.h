/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every kernel needs: how a kernel is declared, and the types that more
 * than one family shares.
 *
 * A kernel is a function of a shape struct, optionally a quantization struct,
 * and pointers.  Compiled alone it is an ordinary external function; inside an
 * emitted model (TC_MODEL) it is inlined into a caller that passes the shape as
 * a literal, so that every test and every loop bound on the shape folds.
 * All tensors are contiguous and in NHWC order unless a struct has strides.
 */
#ifndef TC_KERNEL_H_
#define TC_KERNEL_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TC_INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define TC_NOINLINE __attribute__((noinline, unused))
#else
/* noclone: gcc 12 drops calls of clones specialised for addresses in the arena
 * (PR 110702, ivopts: their stores look as if they went nowhere). */
#define TC_NOINLINE __attribute__((noinline, noclone, unused))
#endif
#else
#define TC_INLINE static inline
#define TC_NOINLINE
#endif

/* The linkage of a kernel. */
#if defined(TC_MODEL)
#define TC_KERNEL TC_INLINE
#else
#define TC_KERNEL
#endif

#if defined(__GNUC__)
#define TC_RESTRICT __restrict
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define TC_RESTRICT restrict
#else
#define TC_RESTRICT
#endif

/* The largest rank a kernel with strides takes. */
#define TC_MAX_RANK 8

/* What a target must be capable of, the `needs` of a row in an .inc file. */
#define TC_CAP_WIDE \
  1                  /* vectors of 256 bits or more through autovectorization */
#define TC_CAP_DSP 2 /* 16-bit pair multiplies: SMLAD */
#define TC_CAP_MVE 4 /* Helium */
#define TC_CAP_FPU 8 /* float in hardware */
#define TC_CAP_THUMB1 16 /* 8 registers for most instructions: Armv6-M */
#define TC_CAP_RVV 32    /* RISC-V's vectors */

/*
 * The `order` of a row: it computes the rows of its result from the first to
 * the last, and while it computes one it reads no more of its operand than the
 * rows of that row's window.  A row of the result may then lie where the
 * operand had rows that no later window has.
 */
#define TC_BY_ROWS 1

/* The fused activation of a float kernel: y = min(max(y, lo), hi). */
typedef struct {
  float lo; /* -INFINITY: no lower bound */
  float hi; /* +INFINITY: no upper bound */
} tc_act_f32;

/* The same for plain integers. */
typedef struct {
  int32_t lo;
  int32_t hi;
} tc_act_int;

TC_INLINE int32_t tc_min(int32_t a, int32_t b) { return a < b ? a : b; }

TC_INLINE int32_t tc_max(int32_t a, int32_t b) { return a > b ? a : b; }

/* A NaN stays a NaN. */
TC_INLINE float tc_activate(float v, const tc_act_f32 *act) {
  v = v < act->lo ? act->lo : v;
  return v > act->hi ? act->hi : v;
}

#endif /* TC_KERNEL_H_ */

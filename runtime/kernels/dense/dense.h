/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fully connected layer: y[r][o] = act(bias[o] + sum over i of w[o][i]
 * x[r][i]). Weights [out][in] are cut into blocks of the row's `weight_block`
 * outputs, the last one perhaps narrower; a block of n outputs is stored
 * [in][n].
 */
#ifndef TC_DENSE_H_
#define TC_DENSE_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"

typedef struct {
  int32_t rows; /* the batch */
  int32_t in;   /* features */
  int32_t out;
} tc_dense_shape;

typedef tc_weighted_quant tc_dense_s8_quant; /* in_zero is not used */
typedef tc_weighted_quant tc_dense_s16_quant;

/* The arithmetic of each is that of its conv2d counterpart. */
typedef void tc_dense_f32_fn(const tc_dense_shape *s, const tc_act_f32 *act,
                             const float *x, const float *w, const float *bias,
                             float *y);

typedef void tc_dense_s8_fn(const tc_dense_shape *s, const tc_dense_s8_quant *q,
                            const int8_t *x, const int8_t *w,
                            const int32_t *bias, const int32_t *mult,
                            const int32_t *w_zero, int8_t *y);

/*
 * The same with symmetric weights in one of the formats of tc_compressed.h.  A
 * run is all inputs.
 */
typedef void tc_dense_s8_compressed_fn(const tc_dense_shape *s,
                                       const tc_dense_s8_quant *q,
                                       const int8_t *x, const uint8_t *w,
                                       const int32_t *bias, const int32_t *mult,
                                       int8_t *y);
typedef tc_dense_s8_compressed_fn tc_dense_s8_skip_fn;
typedef tc_dense_s8_compressed_fn tc_dense_s8_mask_fn;
typedef tc_dense_s8_compressed_fn tc_dense_s8_2of4_fn;
typedef tc_dense_s8_compressed_fn tc_dense_s8_1of4_fn;
typedef tc_dense_s8_compressed_fn tc_dense_s8_codes_fn;

/* The same in the form of tc_paired.h; a run is all inputs. */
typedef void tc_dense_s8_paired_fn(const tc_dense_shape *s,
                                   const tc_dense_s8_quant *q, const int8_t *x,
                                   const uint32_t *w, uint32_t *scratch,
                                   int8_t *y);

/* The same in the form of tc_by16.h. */
typedef void tc_dense_s8_by16_fn(const tc_dense_shape *s,
                                 const tc_dense_s8_quant *q, const int8_t *x,
                                 const uint32_t *w, int8_t *scratch, int8_t *y);

typedef void tc_dense_s8s4_fn(const tc_dense_shape *s,
                              const tc_dense_s8_quant *q, const int8_t *x,
                              const uint8_t *w, const int32_t *bias,
                              const int32_t *mult, int8_t *y);

typedef void tc_dense_s16_fn(const tc_dense_shape *s,
                             const tc_dense_s16_quant *q, const int16_t *x,
                             const int8_t *w, const int64_t *bias,
                             const int32_t *mult, int16_t *y);

#endif /* TC_DENSE_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of a recurrent layer: RNN, GRU or LSTM, as ONNX defines them.
 *
 * Weights are matrices [gates * hidden][columns], in the order of ONNX: LSTM
 * i, o, f, c; GRU z, r, h.  The rows of each gate are cut into blocks of the
 * kernel row's `weight_block`, the last one perhaps narrower; a block of n rows
 * is stored [columns][n].
 *
 * All state of a run is in its arguments: to feed a layer step by step, give it
 * the last state of one run as the first of the next.
 */
#ifndef TC_RECURRENT_H_
#define TC_RECURRENT_H_

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

/* The cell. */
#define TC_RNN 0
#define TC_GRU 1
#define TC_GRU_RESET_AFTER 2 /* linear_before_reset */
#define TC_LSTM 3
#define TC_LSTM_COUPLED 4 /* input_forget: the forget gate is 1 - i */

/* The activation functions. */
#define TC_ACT_AFFINE 0
#define TC_ACT_RELU 1
#define TC_ACT_LEAKY_RELU 2
#define TC_ACT_THRESHOLDED_RELU 3
#define TC_ACT_TANH 4
#define TC_ACT_SCALED_TANH 5
#define TC_ACT_SIGMOID 6
#define TC_ACT_HARD_SIGMOID 7
#define TC_ACT_ELU 8
#define TC_ACT_SOFTSIGN 9
#define TC_ACT_SOFTPLUS 10

typedef struct {
  int32_t cell;
  int32_t act[3]; /* f, g, h of ONNX, as far as the cell has them */
  int32_t steps;  /* time steps of x and y */
  int32_t batch;
  int32_t in;
  int32_t hidden;
  int32_t chunk;        /* steps whose inputs are multiplied at once */
  int32_t x_step;       /* elements from one step to the next */
  int32_t x_sample;     /* and from one sample of the batch to the next */
  int32_t y_step;       /* the same of y */
  int32_t y_sample;     /* */
  int32_t state_sample; /* the same of the first and the last states */
} tc_recurrent_shape;

/* In what the directions of one layer differ, beside their weights. */
typedef struct {
  int32_t reverse; /* from the last step to the first */
  float clip;      /* bounds what goes into f, g, and h of a GRU */
  float alpha[3];  /* parameters of act */
  float beta[3];
} tc_recurrent_direction;

/*
 * b: [gates * hidden], with GRU_RESET_AFTER [4 * hidden]: the recurrent bias of
 * the gate h comes last.  p: the peepholes i, o, f of an LSTM.  lengths: the
 * number of steps of each sample; what is beyond is 0 in y, and the states of a
 * sample without steps are 0.  h0, c0: the first states.  b, p, lengths, h0
 * and c0 may be NULL, which means all steps and zeros, and so may y and the
 * last states h and c.
 *
 * scratch: chunk * gates * hidden, and 2 * hidden (RNN: hidden) floats.
 */
typedef void tc_recurrent_f32_fn(const tc_recurrent_shape *s,
                                 const tc_recurrent_direction *d,
                                 const float *x, const float *w, const float *r,
                                 const float *b, const int32_t *lengths,
                                 const float *h0, const float *c0,
                                 const float *p, float *scratch, float *y,
                                 float *h, float *c);

TC_INLINE int32_t tc_recurrent_gates(const tc_recurrent_shape *s) {
  return s->cell == TC_RNN ? 1 : s->cell >= TC_LSTM ? 4 : 3;
}

/* The steps of sample i; whatever is in `lengths`, no other memory is read. */
TC_INLINE int32_t tc_recurrent_steps(const tc_recurrent_shape *s,
                                     const int32_t *lengths, int32_t i) {
  if (lengths == NULL) return s->steps;
  return tc_max(0, tc_min(lengths[i], s->steps));
}

/* Copies a vector; NULL is one of zeros. */
TC_INLINE void tc_recurrent_copy(float *to, const float *from, int32_t n) {
  int32_t i;
  for (i = 0; i < n; ++i) to[i] = from == NULL ? 0.0f : from[i];
}

/* Activation number i of the cell: 0 is f, 1 is g, 2 is h. */
TC_INLINE float tc_recurrent_act(const tc_recurrent_shape *s,
                                 const tc_recurrent_direction *d, int32_t i,
                                 float v) {
  const float alpha = d->alpha[i];
  const float beta = d->beta[i];
  switch (s->act[i]) {
    case TC_ACT_RELU:
      return v < 0.0f ? 0.0f : v;
    case TC_ACT_LEAKY_RELU:
      return v < 0.0f ? alpha * v : v;
    case TC_ACT_THRESHOLDED_RELU:
      return v < alpha ? 0.0f : v;
    case TC_ACT_TANH:
      return tanhf(v);
    case TC_ACT_SCALED_TANH:
      return alpha * tanhf(beta * v);
    case TC_ACT_SIGMOID:
      return 1.0f / (1.0f + expf(-v));
    case TC_ACT_HARD_SIGMOID:
      v = alpha * v + beta;
      return v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v;
    case TC_ACT_ELU:
      return v < 0.0f ? alpha * expm1f(v) : v;
    case TC_ACT_SOFTSIGN:
      return v / (1.0f + fabsf(v));
    case TC_ACT_SOFTPLUS:
      return log1pf(expf(-fabsf(v))) + (v < 0.0f ? 0.0f : v);
    default:
      return alpha * v + beta;
  }
}

/* The same of a gate, which is clipped. */
TC_INLINE float tc_recurrent_gate(const tc_recurrent_shape *s,
                                  const tc_recurrent_direction *d, int32_t i,
                                  float v) {
  v = v < -d->clip ? -d->clip : v;
  return tc_recurrent_act(s, d, i, v > d->clip ? d->clip : v);
}

/* The end of an LSTM's step; z: the sums of its gates without peepholes. */
TC_INLINE void tc_lstm_cell(const tc_recurrent_shape *s,
                            const tc_recurrent_direction *d, const float *z,
                            const float *p, float *h, float *c) {
  const int32_t n = s->hidden;
  int32_t u;
  for (u = 0; u < n; ++u) {
    float zi = z[u];
    float zo = z[n + u];
    float zf = z[2 * n + u];
    float i, f;
    if (p != NULL) {
      zi += p[u] * c[u];
      zf += p[2 * n + u] * c[u];
    }
    i = tc_recurrent_gate(s, d, 0, zi);
    f = s->cell == TC_LSTM_COUPLED ? 1.0f - i : tc_recurrent_gate(s, d, 0, zf);
    c[u] = f * c[u] + i * tc_recurrent_gate(s, d, 1, z[3 * n + u]);
    if (p != NULL) zo += p[n + u] * c[u];
    h[u] = tc_recurrent_gate(s, d, 0, zo) * tc_recurrent_act(s, d, 2, c[u]);
  }
}

/* The end of a GRU's step; z: the sums of its gates z and h, and r. */
TC_INLINE void tc_gru_cell(const tc_recurrent_shape *s,
                           const tc_recurrent_direction *d, const float *z,
                           float *h) {
  int32_t u;
  for (u = 0; u < s->hidden; ++u) {
    const float keep = tc_recurrent_gate(s, d, 0, z[u]);
    const float fresh = tc_recurrent_gate(s, d, 1, z[2 * s->hidden + u]);
    h[u] = (1.0f - keep) * fresh + keep * h[u];
  }
}

#endif /* TC_RECURRENT_H_ */

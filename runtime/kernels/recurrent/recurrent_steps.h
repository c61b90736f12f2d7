/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a float recurrent layer, for kernels that differ in how they
 * multiply.
 *
 * The inputs of a chunk of steps are multiplied first, two steps at a time, so
 * that each weight is loaded for two products; then come the steps, each of
 * which needs the state that the one before has left.
 */
#ifndef TC_RECURRENT_STEPS_H_
#define TC_RECURRENT_STEPS_H_

#include "recurrent/recurrent.h"
#include "tc_kernel.h"

/* y[o] += sum over i < n of w[o][i] * x[i], for the `hidden` rows of each of
 * some gates. */
typedef void tc_recurrent_mac_fn(int32_t gates, int32_t hidden, int32_t n,
                                 const float *w, const float *x, float *y);

/* The same for two inputs and results. */
typedef void tc_recurrent_mac2_fn(int32_t gates, int32_t hidden, int32_t n,
                                  const float *w, const float *x0,
                                  const float *x1, float *y0, float *y1);

/* z[k] = b + W x[k] for a chunk of steps, whose x are x_step apart. */
TC_INLINE void tc_recurrent_project(tc_recurrent_mac_fn *mac,
                                    tc_recurrent_mac2_fn *mac2,
                                    const tc_recurrent_shape *s, int32_t steps,
                                    const float *x, int32_t x_step,
                                    const float *w, const float *b, float *z) {
  const int32_t gates = tc_recurrent_gates(s);
  const int32_t width = gates * s->hidden;
  int32_t k;
  for (k = 0; k < steps; ++k) {
    tc_recurrent_copy(z + k * width, b, width);
  }
  for (k = 0; k + 2 <= steps; k += 2) {
    mac2(gates, s->hidden, s->in, w, x + k * x_step, x + (k + 1) * x_step,
         z + k * width, z + (k + 1) * width);
  }
  if (k < steps) {
    mac(gates, s->hidden, s->in, w, x + k * x_step, z + k * width);
  }
}

/* One step: h and c become the next state.  c: of a GRU, room for a vector. */
TC_INLINE void tc_recurrent_step(tc_recurrent_mac_fn *mac,
                                 const tc_recurrent_shape *s,
                                 const tc_recurrent_direction *d, float *z,
                                 const float *r, const float *b, const float *p,
                                 float *h, float *c) {
  const int32_t n = s->hidden;
  int32_t u;
  if (s->cell == TC_RNN) {
    mac(1, n, n, r, h, z);
    for (u = 0; u < n; ++u) h[u] = tc_recurrent_gate(s, d, 0, z[u]);
  } else if (s->cell >= TC_LSTM) {
    mac(4, n, n, r, h, z);
    tc_lstm_cell(s, d, z, p, h, c);
  } else {
    mac(2, n, n, r, h, z);
    for (u = n; u < 2 * n; ++u) z[u] = tc_recurrent_gate(s, d, 0, z[u]);
    if (s->cell == TC_GRU) {
      for (u = 0; u < n; ++u) c[u] = z[n + u] * h[u];
      mac(1, n, n, r + 2 * n * n, c, z + 2 * n);
    } else {
      tc_recurrent_copy(c, b == NULL ? NULL : b + 3 * n, n);
      mac(1, n, n, r + 2 * n * n, h, c);
      for (u = 0; u < n; ++u) z[2 * n + u] += z[n + u] * c[u];
    }
    tc_gru_cell(s, d, z, h);
  }
}

/* As tc_recurrent_f32_fn. */
TC_INLINE void tc_recurrent_run(tc_recurrent_mac_fn *mac,
                                tc_recurrent_mac2_fn *mac2,
                                const tc_recurrent_shape *s,
                                const tc_recurrent_direction *d, const float *x,
                                const float *w, const float *r, const float *b,
                                const int32_t *lengths, const float *h0,
                                const float *c0, const float *p, float *scratch,
                                float *y, float *h, float *c) {
  const int32_t width = tc_recurrent_gates(s) * s->hidden;
  float *const z = scratch;
  float *const h_now = z + s->chunk * width;
  float *const c_now = h_now + s->hidden;
  int32_t i, done, k;
  for (i = 0; i < s->batch; ++i) {
    const float *const xi = x + i * s->x_sample;
    const int32_t state = i * s->state_sample;
    const int32_t steps = tc_recurrent_steps(s, lengths, i);
    const int32_t first = d->reverse != 0 ? steps - 1 : 0;
    const int32_t next = d->reverse != 0 ? -1 : 1;
    float *const yi = y == NULL ? NULL : y + i * s->y_sample;
    tc_recurrent_copy(h_now, h0 == NULL || steps == 0 ? NULL : h0 + state,
                      s->hidden);
    if (s->cell >= TC_LSTM) {
      tc_recurrent_copy(c_now, c0 == NULL || steps == 0 ? NULL : c0 + state,
                        s->hidden);
    }
    for (done = 0; done < steps; done += s->chunk) {
      const int32_t chunk = tc_min(s->chunk, steps - done);
      const int32_t t = first + done * next;
      tc_recurrent_project(mac, mac2, s, chunk, xi + t * s->x_step,
                           next * s->x_step, w, b, z);
      for (k = 0; k < chunk; ++k) {
        tc_recurrent_step(mac, s, d, z + k * width, r, b, p, h_now, c_now);
        if (y != NULL) {
          tc_recurrent_copy(yi + (t + k * next) * s->y_step, h_now, s->hidden);
        }
      }
    }
    if (y != NULL) {
      for (k = steps; k < s->steps; ++k) {
        tc_recurrent_copy(yi + k * s->y_step, NULL, s->hidden);
      }
    }
    if (h != NULL) tc_recurrent_copy(h + state, h_now, s->hidden);
    if (c != NULL) tc_recurrent_copy(c + state, c_now, s->hidden);
  }
}

#endif /* TC_RECURRENT_STEPS_H_ */

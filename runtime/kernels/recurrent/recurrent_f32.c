/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float recurrent layer for any processor: blocks of 4 rows of the weights.
 *
 * The inputs of a chunk of steps are multiplied first, two steps at a time, so
 * that each weight is loaded for two products; then come the steps, each of
 * which needs the state that the one before has left.
 */
#include "recurrent/recurrent.h"
#include "tc_kernel.h"

/*
 * y[o] += sum over i < n of w[o][i] * x[i], for the `hidden` rows of each of
 * some gates.  One copy for all layers: its loops are long, its bounds few.
 */
TC_NOINLINE static void tc_recurrent_mac(int32_t gates, int32_t hidden,
                                         int32_t n, const float *w,
                                         const float *x, float *y) {
  int32_t g, o, i, c;
  for (g = 0; g < gates; ++g) {
    for (o = 0; o + 4 <= hidden; o += 4) {
      float a0 = y[o], a1 = y[o + 1], a2 = y[o + 2], a3 = y[o + 3];
      for (i = 0; i < n; ++i) {
        const float v = x[i];
        a0 += v * w[0];
        a1 += v * w[1];
        a2 += v * w[2];
        a3 += v * w[3];
        w += 4;
      }
      y[o] = a0, y[o + 1] = a1, y[o + 2] = a2, y[o + 3] = a3;
    }
    /* The last block has fewer rows: w[i][0 .. hidden - o - 1]. */
    for (i = 0; i < n; ++i) {
      for (c = o; c < hidden; ++c) y[c] += x[i] * *w++;
    }
    y += hidden;
  }
}

/* The same for two inputs and results. */
TC_NOINLINE static void tc_recurrent_mac2(int32_t gates, int32_t hidden,
                                          int32_t n, const float *w,
                                          const float *x0, const float *x1,
                                          float *y0, float *y1) {
  int32_t g, o, i, c;
  for (g = 0; g < gates; ++g) {
    for (o = 0; o + 4 <= hidden; o += 4) {
      float a0 = y0[o], a1 = y0[o + 1], a2 = y0[o + 2], a3 = y0[o + 3];
      float b0 = y1[o], b1 = y1[o + 1], b2 = y1[o + 2], b3 = y1[o + 3];
      for (i = 0; i < n; ++i) {
        const float u = x0[i];
        const float v = x1[i];
        a0 += u * w[0], b0 += v * w[0];
        a1 += u * w[1], b1 += v * w[1];
        a2 += u * w[2], b2 += v * w[2];
        a3 += u * w[3], b3 += v * w[3];
        w += 4;
      }
      y0[o] = a0, y0[o + 1] = a1, y0[o + 2] = a2, y0[o + 3] = a3;
      y1[o] = b0, y1[o + 1] = b1, y1[o + 2] = b2, y1[o + 3] = b3;
    }
    for (i = 0; i < n; ++i) {
      for (c = o; c < hidden; ++c) {
        y0[c] += x0[i] * *w;
        y1[c] += x1[i] * *w++;
      }
    }
    y0 += hidden;
    y1 += hidden;
  }
}

/* z[k] = b + W x[k] for a chunk of steps, whose x are x_step apart. */
TC_INLINE void tc_recurrent_project(const tc_recurrent_shape *s, int32_t steps,
                                    const float *x, int32_t x_step,
                                    const float *w, const float *b, float *z) {
  const int32_t gates = tc_recurrent_gates(s);
  const int32_t width = gates * s->hidden;
  int32_t k;
  for (k = 0; k < steps; ++k) {
    tc_recurrent_copy(z + k * width, b, width);
  }
  for (k = 0; k + 2 <= steps; k += 2) {
    tc_recurrent_mac2(gates, s->hidden, s->in, w, x + k * x_step,
                      x + (k + 1) * x_step, z + k * width, z + (k + 1) * width);
  }
  if (k < steps) {
    tc_recurrent_mac(gates, s->hidden, s->in, w, x + k * x_step, z + k * width);
  }
}

/* One step: h and c become the next state.  c: of a GRU, room for a vector. */
TC_INLINE void tc_recurrent_step(const tc_recurrent_shape *s,
                                 const tc_recurrent_direction *d, float *z,
                                 const float *r, const float *b, const float *p,
                                 float *h, float *c) {
  const int32_t n = s->hidden;
  int32_t u;
  if (s->cell == TC_RNN) {
    tc_recurrent_mac(1, n, n, r, h, z);
    for (u = 0; u < n; ++u) h[u] = tc_recurrent_gate(s, d, 0, z[u]);
  } else if (s->cell >= TC_LSTM) {
    tc_recurrent_mac(4, n, n, r, h, z);
    tc_lstm_cell(s, d, z, p, h, c);
  } else {
    tc_recurrent_mac(2, n, n, r, h, z);
    for (u = n; u < 2 * n; ++u) z[u] = tc_recurrent_gate(s, d, 0, z[u]);
    if (s->cell == TC_GRU) {
      for (u = 0; u < n; ++u) c[u] = z[n + u] * h[u];
      tc_recurrent_mac(1, n, n, r + 2 * n * n, c, z + 2 * n);
    } else {
      tc_recurrent_copy(c, b == NULL ? NULL : b + 3 * n, n);
      tc_recurrent_mac(1, n, n, r + 2 * n * n, h, c);
      for (u = 0; u < n; ++u) z[2 * n + u] += z[n + u] * c[u];
    }
    tc_gru_cell(s, d, z, h);
  }
}

TC_KERNEL void tc_recurrent_f32(const tc_recurrent_shape *s,
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
      tc_recurrent_project(s, chunk, xi + t * s->x_step, next * s->x_step, w, b,
                           z);
      for (k = 0; k < chunk; ++k) {
        tc_recurrent_step(s, d, z + k * width, r, b, p, h_now, c_now);
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

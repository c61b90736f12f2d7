/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention, query by query: the scores of one query with all keys are a row of
 * scratch, and no matrix of scores is ever in memory.
 *
 *   score[j] = cap(scale * sum over d of q[d] * k[j][d]) + bias[j]
 *   y        = sum over j of softmax(score)[j] * v[j]
 *
 * cap(x) = softcap * tanh(x / softcap), or x when softcap is 0.
 *
 * Query i takes part with the keys j inside its window,
 *   i + offset - left <= j <= i + offset + right
 * (a side of -1 has no bound), that the masks let through.  A query without
 * keys gives 0.
 */
#ifndef TC_ATTENTION_H_
#define TC_ATTENTION_H_

#include <math.h>
#include <stdint.h>

#include "tc_kernel.h"

/* What `scores` receives. */
#define TC_ATTENTION_RAW 0     /* scaled products */
#define TC_ATTENTION_CAPPED 1  /* the same within the cap */
#define TC_ATTENTION_BIASED 2  /* the score, -inf for keys left out */
#define TC_ATTENTION_WEIGHTS 3 /* the softmax */

typedef struct {
  float scale;
  float softcap;
  int32_t batches;
  int32_t heads;
  int32_t group; /* query heads for one head of keys and values */
  int32_t queries;
  int32_t keys;
  int32_t size;        /* elements of a query and of a key */
  int32_t v_size;      /* elements of a value */
  int32_t q_stride[3]; /* elements from batch, head, query to the next */
  int32_t k_stride[3]; /* from batch, head, key to the next */
  int32_t v_stride[3];
  int32_t y_stride[3];
  int32_t mask_stride[3]; /* of `allowed` and `bias`, from batch, head, query */
  int32_t mask_keys;      /* keys from here on are left out */
  int32_t offset;
  int32_t left;
  int32_t right;
  int32_t stage; /* TC_ATTENTION_ */
} tc_attention_shape;

/* The part of the keys that query i sees, of `keys` ones. */
typedef struct {
  int32_t first;
  int32_t last; /* the one after it */
} tc_attention_window;

TC_INLINE tc_attention_window tc_attention_keys(const tc_attention_shape *s,
                                                int32_t center, int32_t keys) {
  tc_attention_window w = {0, keys};
  if (s->left >= 0) w.first = tc_min(tc_max(center - s->left, 0), keys);
  if (s->right >= 0) w.last = tc_min(tc_max(center + s->right + 1, 0), keys);
  w.last = tc_max(w.first, w.last);
  return w;
}

/*
 * allowed, bias: null when there is no such mask.  A bias of -inf leaves a key
 * out.  lengths: null, or how many keys each batch has; its queries then are
 * the last positions before that.  row: of s->keys elements.  scores: null, or
 * [batch][head][query][key].
 */
#define TC_ATTENTION_PROTO(symbol, T, exp, tanh)                               \
  void symbol(const tc_attention_shape *s, const T *q, const T *k, const T *v, \
              const uint8_t *allowed, const T *bias, const int64_t *lengths,   \
              T *row, T *y, T *scores)

#define TC_ATTENTION(symbol, T, exp, tanh)                                    \
  TC_INLINE T symbol##_product(const tc_attention_shape *s, const T *q,       \
                               const T *k) {                                  \
    T sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;                                 \
    int32_t d;                                                                \
    for (d = 0; d + 4 <= s->size; d += 4) {                                   \
      sum0 += q[d] * k[d];                                                    \
      sum1 += q[d + 1] * k[d + 1];                                            \
      sum2 += q[d + 2] * k[d + 2];                                            \
      sum3 += q[d + 3] * k[d + 3];                                            \
    }                                                                         \
    for (; d < s->size; ++d) sum0 += q[d] * k[d];                             \
    return (T)s->scale * ((sum0 + sum1) + (sum2 + sum3));                     \
  }                                                                           \
                                                                              \
  TC_INLINE T symbol##_cap(const tc_attention_shape *s, T score) {            \
    const T cap = (T)s->softcap;                                              \
    return s->softcap > 0 ? cap * tanh(score / cap) : score;                  \
  }                                                                           \
                                                                              \
  /* y = sum of row[j] * v[j] / sum of row[j], 4 elements at a time. */       \
  TC_INLINE void symbol##_mix(const tc_attention_shape *s,                    \
                              const tc_attention_window w, const T *row,      \
                              const T *v, const T factor, T *y) {             \
    const int32_t step = s->v_stride[2];                                      \
    int32_t d, j;                                                             \
    for (d = 0; d + 4 <= s->v_size; d += 4) {                                 \
      T sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;                               \
      for (j = w.first; j < w.last; ++j) {                                    \
        const T *vj = v + j * step + d;                                       \
        sum0 += row[j] * vj[0];                                               \
        sum1 += row[j] * vj[1];                                               \
        sum2 += row[j] * vj[2];                                               \
        sum3 += row[j] * vj[3];                                               \
      }                                                                       \
      y[d] = factor * sum0;                                                   \
      y[d + 1] = factor * sum1;                                               \
      y[d + 2] = factor * sum2;                                               \
      y[d + 3] = factor * sum3;                                               \
    }                                                                         \
    for (; d < s->v_size; ++d) {                                              \
      T sum = 0;                                                              \
      for (j = w.first; j < w.last; ++j) sum += row[j] * v[j * step + d];     \
      y[d] = factor * sum;                                                    \
    }                                                                         \
  }                                                                           \
                                                                              \
  TC_KERNEL TC_ATTENTION_PROTO(symbol, T, exp, tanh) {                        \
    int32_t b, h, i, j;                                                       \
    for (b = 0; b < s->batches; ++b) {                                        \
      int32_t keys = s->mask_keys;                                            \
      int32_t offset = s->offset;                                             \
      if (lengths != NULL) {                                                  \
        const int64_t length = lengths[b] < 0 ? 0 : lengths[b];               \
        keys = length < keys ? (int32_t)length : keys;                        \
        offset = length < s->keys ? (int32_t)length : s->keys;                \
        offset -= s->queries;                                                 \
      }                                                                       \
      for (h = 0; h < s->heads; ++h) {                                        \
        const int32_t g = h / s->group;                                       \
        const T *kg = k + b * s->k_stride[0] + g * s->k_stride[1];            \
        const T *vg = v + b * s->v_stride[0] + g * s->v_stride[1];            \
        for (i = 0; i < s->queries; ++i) {                                    \
          const tc_attention_window w =                                       \
              tc_attention_keys(s, i + offset, keys);                         \
          const T *qi = q + b * s->q_stride[0] + h * s->q_stride[1] +         \
                        i * s->q_stride[2];                                   \
          const int32_t m = b * s->mask_stride[0] + h * s->mask_stride[1] +   \
                            i * s->mask_stride[2];                            \
          T max = -INFINITY;                                                  \
          T sum = 0;                                                          \
          T factor;                                                           \
          for (j = w.first; j < w.last; ++j) {                                \
            T score = -INFINITY;                                              \
            if ((allowed == NULL || allowed[m + j] != 0) &&                   \
                (bias == NULL || bias[m + j] != -INFINITY)) {                 \
              score = symbol##_cap(                                           \
                  s, symbol##_product(s, qi, kg + j * s->k_stride[2]));       \
              if (bias != NULL) score += bias[m + j];                         \
            }                                                                 \
            if (!(score <= max)) max = score; /* a NaN is kept */             \
            row[j] = score;                                                   \
          }                                                                   \
          if (scores != NULL && s->stage <= TC_ATTENTION_CAPPED) {            \
            for (j = 0; j < s->keys; ++j) {                                   \
              const T raw = symbol##_product(s, qi, kg + j * s->k_stride[2]); \
              scores[j] =                                                     \
                  s->stage == TC_ATTENTION_RAW ? raw : symbol##_cap(s, raw);  \
            }                                                                 \
          }                                                                   \
          if (scores != NULL && s->stage == TC_ATTENTION_BIASED) {            \
            for (j = 0; j < s->keys; ++j) {                                   \
              scores[j] = j < w.first || j >= w.last ? -INFINITY : row[j];    \
            }                                                                 \
          }                                                                   \
          for (j = w.first; j < w.last; ++j) {                                \
            row[j] = max == -INFINITY ? 0 : exp(row[j] - max);                \
            sum += row[j];                                                    \
          }                                                                   \
          factor = sum == 0 ? 0 : 1 / sum;                                    \
          symbol##_mix(s, w, row, vg, factor,                                 \
                       y + b * s->y_stride[0] + h * s->y_stride[1] +          \
                           i * s->y_stride[2]);                               \
          if (scores != NULL && s->stage == TC_ATTENTION_WEIGHTS) {           \
            for (j = 0; j < s->keys; ++j) {                                   \
              scores[j] = j < w.first || j >= w.last ? 0 : factor * row[j];   \
            }                                                                 \
          }                                                                   \
          if (scores != NULL) scores += s->keys;                              \
        }                                                                     \
      }                                                                       \
    }                                                                         \
  }

#endif /* TC_ATTENTION_H_ */

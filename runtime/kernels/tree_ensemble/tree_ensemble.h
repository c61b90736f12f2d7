/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decision trees: each leads a row of features to a leaf, whose votes are
 * numbers for some of the targets.
 *
 *   branch >= 0   the node of that number; otherwise a leaf, the votes from
 *                 ~branch on
 *   node          its test and the branches for true and for false
 *   test          16 * feature + 8 * (a NaN is true) + TC_TREE_ comparison
 *   vote          its target, or ~target for the last vote of a leaf
 */
#ifndef TC_TREE_ENSEMBLE_H_
#define TC_TREE_ENSEMBLE_H_

#include <math.h>
#include <stdint.h>

#include "tc_kernel.h"

enum {
  TC_TREE_LEQ,
  TC_TREE_LT,
  TC_TREE_GTE,
  TC_TREE_GT,
  TC_TREE_EQ,
  TC_TREE_NEQ,
  TC_TREE_NAN_IS_TRUE = 8,
  TC_TREE_FEATURE = 16
};

enum { TC_TREES_SUM, TC_TREES_MIN, TC_TREES_MAX };

typedef struct {
  int32_t rows;
  int32_t features;
  int32_t trees;
  int32_t targets;
  int32_t comparison; /* of all nodes; -1: each has its own */
  int32_t aggregate;  /* TC_TREES_: of the votes for one target */
} tc_tree_ensemble_shape;

/* x: [rows][features]; roots: [trees], branches; nodes: [][3], with one of
 * `splits` each, which the feature is compared with; votes and weights: [];
 * y: [rows][targets], 0 for a target without votes. */
#define TC_TREE_ENSEMBLE_PROTO(symbol, T, I)                               \
  void symbol(const tc_tree_ensemble_shape *s, const T *x, const I *roots, \
              const I *nodes, const T *splits, const I *votes,             \
              const T *weights, T *y)

#define TC_TREE_ENSEMBLE(symbol, T, I)                                         \
  TC_INLINE int symbol##_compare(int32_t comparison, T value, T split) {       \
    switch (comparison) {                                                      \
      case TC_TREE_LEQ:                                                        \
        return value <= split;                                                 \
      case TC_TREE_LT:                                                         \
        return value < split;                                                  \
      case TC_TREE_GTE:                                                        \
        return value >= split;                                                 \
      case TC_TREE_GT:                                                         \
        return value > split;                                                  \
      case TC_TREE_EQ:                                                         \
        return value == split;                                                 \
      default:                                                                 \
        return value != split;                                                 \
    }                                                                          \
  }                                                                            \
                                                                               \
  /* The leaf that a tree leads to, as its first vote. */                      \
  TC_INLINE int32_t symbol##_leaf(const tc_tree_ensemble_shape *s, const T *x, \
                                  int32_t branch, const I *nodes,              \
                                  const T *splits) {                           \
    while (branch >= 0) {                                                      \
      const I *const node = nodes + 3 * branch;                                \
      const uint32_t test = (uint32_t)node[0];                                 \
      const T value = x[test / TC_TREE_FEATURE];                               \
      const int32_t comparison = s->comparison >= 0                            \
                                     ? s->comparison                           \
                                     : (int32_t)(test % TC_TREE_NAN_IS_TRUE);  \
      const int yes = symbol##_compare(comparison, value, splits[branch]) ||   \
                      ((test & TC_TREE_NAN_IS_TRUE) != 0 && value != value);   \
      branch = yes ? node[1] : node[2];                                        \
    }                                                                          \
    return ~branch;                                                            \
  }                                                                            \
                                                                               \
  /* Adds the votes of a leaf to a row of y, where NaN is no vote yet. */      \
  TC_INLINE void symbol##_vote(int32_t aggregate, const I *votes,              \
                               const T *weights, T *y) {                       \
    int32_t v = -1;                                                            \
    do {                                                                       \
      T *to;                                                                   \
      ++v;                                                                     \
      to = y + (votes[v] < 0 ? ~votes[v] : votes[v]);                          \
      if (aggregate == TC_TREES_SUM) {                                         \
        *to += weights[v];                                                     \
      } else if (aggregate == TC_TREES_MIN ? !(*to <= weights[v])              \
                                           : !(*to >= weights[v])) {           \
        *to = weights[v];                                                      \
      }                                                                        \
    } while (votes[v] >= 0);                                                   \
  }                                                                            \
                                                                               \
  TC_KERNEL TC_TREE_ENSEMBLE_PROTO(symbol, T, I) {                             \
    const T none = s->aggregate == TC_TREES_SUM ? 0 : (T)NAN;                  \
    int32_t r, t;                                                              \
    for (r = 0; r < s->rows; ++r) {                                            \
      for (t = 0; t < s->targets; ++t) y[t] = none;                            \
      for (t = 0; t < s->trees; ++t) {                                         \
        const int32_t leaf = symbol##_leaf(s, x, roots[t], nodes, splits);     \
        symbol##_vote(s->aggregate, votes + leaf, weights + leaf, y);          \
      }                                                                        \
      for (t = 0; t < s->targets && s->aggregate != TC_TREES_SUM; ++t) {       \
        if (y[t] != y[t]) y[t] = 0;                                            \
      }                                                                        \
      x += s->features;                                                        \
      y += s->targets;                                                         \
    }                                                                          \
  }

#endif /* TC_TREE_ENSEMBLE_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two integers, defined for all of them.  Narrower types are
 * computed in 32 bits; the result is cut to size.
 */
#ifndef TC_INTEGERS_H_
#define TC_INTEGERS_H_

#include <stdint.h>

#include "pointwise/binary.h"
#include "tc_kernel.h"

/*
 * tc_div: the quotient, truncated; by 0 it is 0.  The least integer by -1 is
 *   itself.
 * tc_fmod, tc_mod: the remainder with the sign of a, of b; by 0 it is 0.
 * tc_pow: a^b, wrapped; a negative exponent truncates, and 0 gives 0.
 * tc_prelu: a, times b when a is negative; wrapped.
 * tc_shift_left, tc_shift_right: by an amount that is negative or too large,
 *   all bits leave: what is left is 0, or the sign of a shifted to the right.
 */
#define TC_INTEGERS(bits)                                                   \
  TC_INLINE uint##bits##_t tc_div_u##bits##_of(uint##bits##_t a,            \
                                               uint##bits##_t b) {          \
    return b == 0 ? 0 : a / b;                                              \
  }                                                                         \
  TC_INLINE int##bits##_t tc_div_i##bits##_of(int##bits##_t a,              \
                                              int##bits##_t b) {            \
    if (b == 0) return 0;                                                   \
    return b == -1 ? (int##bits##_t)(0 - (uint##bits##_t)a) : a / b;        \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_fmod_u##bits##_of(uint##bits##_t a,           \
                                                uint##bits##_t b) {         \
    return b == 0 ? 0 : a % b;                                              \
  }                                                                         \
  TC_INLINE int##bits##_t tc_fmod_i##bits##_of(int##bits##_t a,             \
                                               int##bits##_t b) {           \
    return b == 0 || b == -1 ? 0 : a % b;                                   \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_mod_u##bits##_of(uint##bits##_t a,            \
                                               uint##bits##_t b) {          \
    return tc_fmod_u##bits##_of(a, b);                                      \
  }                                                                         \
  TC_INLINE int##bits##_t tc_mod_i##bits##_of(int##bits##_t a,              \
                                              int##bits##_t b) {            \
    const int##bits##_t rest = tc_fmod_i##bits##_of(a, b);                  \
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;            \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_pow_u##bits##_of(uint##bits##_t a,            \
                                               uint##bits##_t b) {          \
    uint##bits##_t power = 1;                                               \
    for (; b != 0; b >>= 1) {                                               \
      if (b & 1) power *= a;                                                \
      a *= a;                                                               \
    }                                                                       \
    return power;                                                           \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_pow_i##bits##_of(int##bits##_t a,             \
                                               int##bits##_t b) {           \
    const uint##bits##_t base = (uint##bits##_t)a;                          \
    if (b >= 0) return tc_pow_u##bits##_of(base, (uint##bits##_t)b);        \
    if (a == -1 && b % 2 != 0) return base;                                 \
    return a == 1 || a == -1;                                               \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_prelu_u##bits##_of(uint##bits##_t a,          \
                                                 uint##bits##_t b) {        \
    (void)b;                                                                \
    return a;                                                               \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_prelu_i##bits##_of(int##bits##_t a,           \
                                                 int##bits##_t b) {         \
    return (uint##bits##_t)a * (a < 0 ? (uint##bits##_t)b : 1);             \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_shift_left_u##bits##_of(uint##bits##_t a,     \
                                                      uint##bits##_t by) {  \
    return by < bits ? a << by : 0;                                         \
  }                                                                         \
  TC_INLINE uint##bits##_t tc_shift_right_u##bits##_of(uint##bits##_t a,    \
                                                       uint##bits##_t by) { \
    return by < bits ? a >> by : 0;                                         \
  }                                                                         \
  TC_INLINE int##bits##_t tc_shift_right_i##bits##_of(int##bits##_t a,      \
                                                      uint##bits##_t by) {  \
    if (by >= bits) by = bits - 1;                                          \
    return a < 0 ? ~(~a >> by) : a >> by;                                   \
  }

TC_INTEGERS(32)
TC_INTEGERS(64)

#endif /* TC_INTEGERS_H_ */

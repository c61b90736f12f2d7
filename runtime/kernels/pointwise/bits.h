/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of 1, 2, 4 or 8 bits, packed: the first of a byte are its low bits.
 */
#ifndef TC_BITS_H_
#define TC_BITS_H_

#include <stdint.h>

#include "tc_kernel.h"

/* The elements in `n` numbers of `bits` bits each. */
typedef struct {
  int32_t n;
  int32_t bits;
  int32_t sign; /* 1 << (bits - 1) for signed numbers, else 0 */
} tc_bits_shape;

TC_INLINE uint32_t tc_get_bits(const uint8_t *x, int32_t i, int32_t bits) {
  const int32_t per_byte = 8 / bits;
  return (uint32_t)x[i / per_byte] >> (i % per_byte * bits) &
         ((1u << bits) - 1);
}

/* For i in ascending order: the first element of a byte clears it. */
TC_INLINE void tc_put_bits(uint8_t *y, int32_t i, int32_t bits, uint32_t v) {
  const int32_t per_byte = 8 / bits;
  const int32_t at = i % per_byte * bits;
  const uint32_t others = at == 0 ? 0 : y[i / per_byte];
  y[i / per_byte] = (uint8_t)(others | v << at);
}

/* The low bits of the bytes x. */
#define TC_PACK_PROTO(symbol, T) \
  void symbol(const tc_bits_shape *s, const T *x, T *y)

#define TC_PACK(symbol, T)                                      \
  TC_KERNEL TC_PACK_PROTO(symbol, T) {                          \
    int32_t i;                                                  \
    for (i = 0; i < s->n; ++i) {                                \
      tc_put_bits(y, i, s->bits, x[i] & ((1u << s->bits) - 1)); \
    }                                                           \
  }

/* Bytes that are the same numbers. */
#define TC_UNPACK_PROTO(symbol, T) \
  void symbol(const tc_bits_shape *s, const T *x, T *y)

#define TC_UNPACK(symbol, T)                                  \
  TC_KERNEL TC_UNPACK_PROTO(symbol, T) {                      \
    const uint32_t sign = (uint32_t)s->sign;                  \
    int32_t i;                                                \
    for (i = 0; i < s->n; ++i) {                              \
      y[i] = (T)((tc_get_bits(x, i, s->bits) ^ sign) - sign); \
    }                                                         \
  }

#endif /* TC_BITS_H_ */

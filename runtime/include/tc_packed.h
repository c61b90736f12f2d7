/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed integers of 4 bits, two in a byte: element i lies in byte i / 2, in
 * its low half when i is even (the order of ONNX).  As in tc_fixed.h, a right
 * shift of a negative number is taken to be arithmetic.
 */
#ifndef TC_PACKED_H_
#define TC_PACKED_H_

#include <stdint.h>

#include "tc_kernel.h"

TC_INLINE int32_t tc_s4_low(uint8_t byte) {
  return (int32_t)((uint32_t)byte << 28) >> 28;
}

TC_INLINE int32_t tc_s4_high(uint8_t byte) {
  return (int32_t)((uint32_t)byte << 24) >> 28;
}

TC_INLINE int32_t tc_s4_at(const uint8_t *packed, int32_t i) {
  const uint8_t byte = packed[i >> 1];
  return (i & 1) != 0 ? tc_s4_high(byte) : tc_s4_low(byte);
}

#endif /* TC_PACKED_H_ */

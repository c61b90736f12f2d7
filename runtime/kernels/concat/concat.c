/* SPDX-License-Identifier: Apache-2.0 */
#include "concat/concat.h"

#include <string.h>

#include "tc_kernel.h"

TC_KERNEL void tc_concat(const tc_concat_shape *s, const void *a, const void *b,
                         const void *c, const void *d, void *y) {
  const unsigned char *from[TC_CONCAT_OPERANDS];
  unsigned char *to = (unsigned char *)y;
  int32_t i, k;
  from[0] = (const unsigned char *)a;
  from[1] = (const unsigned char *)b;
  from[2] = (const unsigned char *)c;
  from[3] = (const unsigned char *)d;
  for (i = 0; i < s->pixels; ++i) {
    for (k = 0; k < TC_CONCAT_OPERANDS; ++k) {
      const size_t bytes = (size_t)s->bytes[k];
      if (bytes == 0) continue;
      memcpy(to, from[k], bytes);
      from[k] += bytes;
      to += bytes;
    }
  }
}

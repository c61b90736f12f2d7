/* SPDX-License-Identifier: Apache-2.0 */
/* What the functions of tc_winograd.h take. */
#ifndef TC_WINOGRAD_TYPES_H_
#define TC_WINOGRAD_TYPES_H_

#include <stdint.h>

/* Activations of two neighbouring tiles. */
typedef struct {
  const int8_t *row[4]; /* of 6 pixels */
  int32_t channels;     /* a multiple of 4 */
  uint32_t *columns;    /* 48 words to work with */
  uint32_t *v;          /* what comes of them */
} tc_winograd_input;

/* Results of two neighbouring tiles. */
typedef struct {
  const uint32_t *sums;
  const uint32_t *bias; /* those of the block, its multipliers behind them */
  int8_t *y;            /* the first channel of the first pixel */
  int32_t zero;         /* zero point of y */
  int32_t column[3]; /* from y to pixels 1 to 3; where there are fewer, to the
                        last one */
  int32_t row;       /* from a row to the next; 0 where there is only one */
  int8_t *y_end;     /* behind the last channel of the block */
} tc_winograd_output;

#endif /* TC_WINOGRAD_TYPES_H_ */

/* SPDX-License-Identifier: Apache-2.0 */
/* Counting the instructions of the calls of a model; see layers.c. */
#ifndef TINYC_BENCHMARKS_MCU_LAYERS_H_
#define TINYC_BENCHMARKS_MCU_LAYERS_H_

/* Forgets what was counted, and measures what counting costs. */
void layers_start(void);

/* A line "CALL place calls instructions" for each place of a call. */
void layers_print(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts the instructions of every call that an emitted model makes, by the
 * place of the call: the hooks of -finstrument-functions, which enclose the
 * bodies of the calls but no kernel (layers.py).
 */
#include "layers.h"

#include <stdio.h>

#include "mcu_bench.h"

#define HOOK __attribute__((no_instrument_function))

typedef struct {
  const void *place; /* where the call returns to */
  uint32_t calls;
  int64_t insn;
} call_site;

static call_site sites[512];
static unsigned num_sites;
static int depth; /* the calls of calls are theirs */
static uint64_t entered;
static int64_t own_cost; /* of an empty call */

void __cyg_profile_func_enter(void *fn, void *place);
void __cyg_profile_func_exit(void *fn, void *place);

HOOK void __cyg_profile_func_enter(void *fn, void *place) {
  (void)fn;
  (void)place;
  if (depth++ == 0) entered = mcu_insn_now();
}

HOOK void __cyg_profile_func_exit(void *fn, void *place) {
  uint64_t left;
  unsigned i;
  if (--depth != 0) return;
  left = mcu_insn_now();
  (void)fn;
  for (i = 0; i < num_sites && sites[i].place != place; ++i) {
  }
  if (i == sizeof sites / sizeof sites[0]) return;
  if (i == num_sites) sites[num_sites++].place = place;
  ++sites[i].calls;
  sites[i].insn += (int64_t)(left - entered) - own_cost;
}

__attribute__((noinline)) static void empty(void) { __asm volatile(""); }

HOOK void layers_start(void) {
  own_cost = 0;
  empty();
  num_sites = 0;
  empty();
  own_cost = sites[0].insn;
  num_sites = 0;
}

HOOK void layers_print(void) {
  unsigned i;
  for (i = 0; i < num_sites; ++i) {
    printf("CALL %lx %lu %ld\n", (unsigned long)(uintptr_t)sites[i].place,
           (unsigned long)sites[i].calls, (long)sites[i].insn);
  }
}

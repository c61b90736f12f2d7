/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin of QEMU that writes down which blocks of instructions ran, how
 * often, and how often each was left by a jump, from the first time that the
 * function `run` is entered until it has returned to mcu_measure.
 *
 *   -plugin blocks.so,to=FILE   =>   one line a block: address (hexadecimal),
 *                                    bytes, executions, jumps
 *
 * Debian has no qemu-plugin.h; below is what this needs of version 1 of QEMU's
 * plugin API (QEMU documentation, "TCG Plugins").
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

void qemu_plugin_register_vcpu_tb_trans_cb(
    plugin_id id, void (*translated)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
                                          void (*executed)(unsigned, void *),
                                          int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *tb, size_t index);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

typedef struct block {
  struct block *next;
  uint64_t address;
  uint64_t bytes;
  uint64_t executions;
  uint64_t jumps; /* what ran next was not what follows in memory */
  int begins;     /* of `run` */
  int ends;       /* of mcu_measure */
} block;

static block *blocks;
static block *previous; /* that ran, since `run` was entered */
static enum { BEFORE, INSIDE, AFTER } state;
static const char *to;

static void write_blocks(void) {
  FILE *file = fopen(to, "w");
  const block *b;
  if (file == NULL) {
    perror(to);
    exit(1);
  }
  for (b = blocks; b != NULL; b = b->next) {
    if (b->executions == 0) continue;
    fprintf(file, "%" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
            b->address, b->bytes, b->executions, b->jumps);
  }
  fclose(file);
}

static void executed(unsigned cpu, void *data) {
  block *const b = data;
  (void)cpu;
  if (state == BEFORE && b->begins) state = INSIDE;
  if (state != INSIDE) return;
  if (previous != NULL && previous->address + previous->bytes != b->address) {
    ++previous->jumps;
  }
  previous = b;
  if (b->ends) {
    state = AFTER;
    write_blocks();
    return;
  }
  ++b->executions;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb) {
  block *const b = calloc(1, sizeof *b);
  const char *symbol;
  size_t i;
  (void)id;
  if (b == NULL) abort();
  b->address = qemu_plugin_tb_vaddr(tb);
  for (i = 0; i < qemu_plugin_tb_n_insns(tb); ++i) {
    b->bytes += qemu_plugin_insn_size(qemu_plugin_tb_get_insn(tb, i));
  }
  symbol = qemu_plugin_insn_symbol(qemu_plugin_tb_get_insn(tb, 0));
  b->begins = symbol != NULL && strcmp(symbol, "run") == 0;
  b->ends = symbol != NULL && strcmp(symbol, "mcu_measure") == 0;
  b->next = blocks;
  blocks = b;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, b);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc,
                               char **argv) {
  (void)info;
  if (argc != 1 || strncmp(argv[0], "to=", 3) != 0) {
    fprintf(stderr, "blocks: to=FILE, please\n");
    return 1;
  }
  to = strdup(argv[0] + 3);
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  return 0;
}

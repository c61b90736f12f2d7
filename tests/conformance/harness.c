/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the compiled model `conformance_model` on the data sets of a file and
 * writes what it computes:
 *
 *   ./prog in.bin out.bin
 *
 * in.bin, all numbers of 32 bits:
 *   data sets
 *   per data set: inputs, outputs, then per tensor, inputs first:
 *     dtype, rank, dims, bytes; an input's contents follow
 * out.bin: per data set, for each of two calls, the outputs one after another.
 *
 * What the model says of itself must agree with the file.  Buffers lie between
 * guard bytes and outputs begin as garbage, another in the second call; inputs
 * must come back unchanged.  Exit code 1, and a line on stderr, otherwise.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

#define GUARD 64u
#define GUARD_BYTE 0xA5
#define MAX_TENSORS 64u
#define MAX_RANK 16u
#define CALLS 2

typedef struct {
  uint32_t bytes;
  unsigned char *memory;  /* guard, contents, guard */
  unsigned char *initial; /* contents of an input; NULL for an output */
} buffer;

static void die(const char *what, uint32_t number) {
  fprintf(stderr, "%s %lu\n", what, (unsigned long)number);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *const memory = malloc(bytes + 1);
  if (memory == NULL) die("no memory for bytes:", (uint32_t)bytes);
  return memory;
}

static void read_bytes(FILE *file, void *to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) die("in.bin is short at tensor", 0);
}

static uint32_t read_number(FILE *file) {
  uint32_t number = 0;
  read_bytes(file, &number, sizeof(number));
  return number;
}

/* Reads a tensor's header and compares it with the model's own. */
static uint32_t read_header(FILE *file, const tc_tensor *declared,
                            const char *side, uint32_t i) {
  const uint32_t dtype = read_number(file);
  const uint32_t rank = read_number(file);
  int32_t dims[MAX_RANK];
  uint32_t bytes;
  uint32_t d;
  if (rank > MAX_RANK) die("rank out of range:", rank);
  for (d = 0; d < rank; ++d) dims[d] = (int32_t)read_number(file);
  bytes = read_number(file);

  if (declared->dtype != (int32_t)dtype || declared->rank != (int32_t)rank) {
    fprintf(stderr, "%s %lu: type %ld of rank %ld, expected %lu of rank %lu\n",
            side, (unsigned long)i, (long)declared->dtype, (long)declared->rank,
            (unsigned long)dtype, (unsigned long)rank);
    exit(1);
  }
  for (d = 0; d < rank; ++d) {
    if (declared->dims[d] != dims[d]) {
      fprintf(stderr, "%s %lu: dimension %lu is %ld, expected %ld\n", side,
              (unsigned long)i, (unsigned long)d, (long)declared->dims[d],
              (long)dims[d]);
      exit(1);
    }
  }
  if (declared->bytes != bytes) {
    fprintf(stderr, "%s %lu: %lu bytes, expected %lu\n", side, (unsigned long)i,
            (unsigned long)declared->bytes, (unsigned long)bytes);
    exit(1);
  }
  return bytes;
}

static buffer read_buffer(FILE *file, const tc_tensor *declared, int is_input,
                          uint32_t i) {
  buffer b;
  b.bytes = read_header(file, declared, is_input ? "input" : "output", i);
  b.memory = allocate(b.bytes + 2 * GUARD);
  b.initial = NULL;
  if (is_input) {
    b.initial = allocate(b.bytes);
    read_bytes(file, b.initial, b.bytes);
  }
  return b;
}

static void prepare(const buffer *b, int call) {
  memset(b->memory, GUARD_BYTE, b->bytes + 2 * GUARD);
  if (b->initial != NULL) {
    memcpy(b->memory + GUARD, b->initial, b->bytes);
  } else {
    memset(b->memory + GUARD, call == 0 ? 0xCD : 0x32, b->bytes);
  }
}

static void check(const buffer *b, const char *side, uint32_t i) {
  uint32_t k;
  for (k = 0; k < GUARD; ++k) {
    if (b->memory[k] != GUARD_BYTE ||
        b->memory[GUARD + b->bytes + k] != GUARD_BYTE) {
      fprintf(stderr, "writes out of the bounds of ");
      die(side, i);
    }
  }
  if (b->initial != NULL &&
      memcmp(b->memory + GUARD, b->initial, b->bytes) != 0) {
    die("changes input", i);
  }
}

static void run_data_set(FILE *in, FILE *out) {
  const tc_model *const model = &conformance_model;
  const uint32_t inputs = read_number(in);
  const uint32_t outputs = read_number(in);
  buffer buffers[2 * MAX_TENSORS];
  const void *in_pointers[MAX_TENSORS];
  void *out_pointers[MAX_TENSORS];
  uint32_t i;
  int call;
  if (inputs > MAX_TENSORS || outputs > MAX_TENSORS) die("too many tensors", 0);
  if (model->num_inputs != (int32_t)inputs) {
    die("wrong number of inputs, expected", inputs);
  }
  if (model->num_outputs != (int32_t)outputs) {
    die("wrong number of outputs, expected", outputs);
  }
  for (i = 0; i < inputs; ++i) {
    buffers[i] = read_buffer(in, &model->inputs[i], 1, i);
    in_pointers[i] = buffers[i].memory + GUARD;
  }
  for (i = 0; i < outputs; ++i) {
    buffers[inputs + i] = read_buffer(in, &model->outputs[i], 0, i);
    out_pointers[i] = buffers[inputs + i].memory + GUARD;
  }
  if (model->reset != NULL) model->reset(NULL);
  for (call = 0; call < CALLS; ++call) {
    int error;
    for (i = 0; i < inputs + outputs; ++i) prepare(&buffers[i], call);
    error = model->run(NULL, in_pointers, out_pointers);
    if (error != 0) {
      fprintf(stderr, "run returns %d\n", error);
      exit(1);
    }
    for (i = 0; i < inputs; ++i) check(&buffers[i], "input", i);
    for (i = 0; i < outputs; ++i) {
      const buffer *const b = &buffers[inputs + i];
      check(b, "output", i);
      if (fwrite(b->memory + GUARD, 1, b->bytes, out) != b->bytes) {
        die("cannot write output", i);
      }
    }
  }
  for (i = 0; i < inputs + outputs; ++i) {
    free(buffers[i].memory);
    free(buffers[i].initial);
  }
}

int main(int argc, char **argv) {
  FILE *const in = argc == 3 ? fopen(argv[1], "rb") : NULL;
  FILE *const out = argc == 3 ? fopen(argv[2], "wb") : NULL;
  uint32_t sets;
  if (in == NULL || out == NULL) die("cannot open the files of", 0);
  if (conformance_model.abi != 1) die("unknown abi", conformance_model.abi);
  for (sets = read_number(in); sets > 0; --sets) run_data_set(in, out);
  fclose(in);
  return fclose(out) != 0;
}

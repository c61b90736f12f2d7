/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs an emitted model (tinyc --prefix=model) on the bytes of its inputs, read
 * from stdin one after the other, and writes those of its outputs to stdout.
 * Every buffer has exactly the bytes that the model says, so that a sanitizer
 * sees a step beyond it.  The model runs twice, and must give the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

enum { kBuffers = 64, kPoison = 0xcd };

static void fail(const char *what) {
  fprintf(stderr, "run_model: %s\n", what);
  exit(1);
}

static void *allocate(uint32_t bytes) {
  void *buffer = malloc(bytes == 0 ? 1 : bytes);
  if (buffer == NULL) fail("out of memory");
  memset(buffer, kPoison, bytes);
  return buffer;
}

int main(void) {
  const tc_model *const model = &model_model;
  const void *inputs[kBuffers];
  void *outputs[kBuffers];
  void *again[kBuffers];
  int32_t i;
  if (model->num_inputs > kBuffers || model->num_outputs > kBuffers) {
    fail("too many inputs or outputs");
  }
  for (i = 0; i < model->num_inputs; ++i) {
    const uint32_t bytes = model->inputs[i].bytes;
    void *const buffer = allocate(bytes);
    if (fread(buffer, 1, bytes, stdin) != bytes) fail("stdin is too short");
    inputs[i] = buffer;
  }
  if (getchar() != EOF) fail("stdin is too long");
  for (i = 0; i < model->num_outputs; ++i) {
    outputs[i] = allocate(model->outputs[i].bytes);
    again[i] = allocate(model->outputs[i].bytes);
  }
  if (model->run(NULL, inputs, outputs) != 0) fail("the first run failed");
  if (model->run(NULL, inputs, again) != 0) fail("the second run failed");
  for (i = 0; i < model->num_outputs; ++i) {
    const uint32_t bytes = model->outputs[i].bytes;
    if (memcmp(outputs[i], again[i], bytes) != 0) fail("the runs differ");
    if (fwrite(outputs[i], 1, bytes, stdout) != bytes) fail("cannot write");
    free(outputs[i]);
    free(again[i]);
  }
  for (i = 0; i < model->num_inputs; ++i) free((void *)inputs[i]);
  return 0;
}

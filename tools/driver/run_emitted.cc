// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/run_emitted.h"

#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "compiler/base/file.h"

namespace tinyc {
namespace {

// Reads the inputs of argv[3] samples from the file argv[1], one after the
// other, and writes the outputs to the file argv[2] likewise.
constexpr char kMainProgram[] = R"(
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include TINYC_HEADER

enum { kGuard = 64, kGuardByte = 0xa5 };

static void fail(const char *why) {
  printf("%s\n", why);
  exit(1);
}

/* `bytes` bytes at a multiple of `align`, after and before guard bytes. */
static unsigned char *buffer(size_t bytes, size_t align) {
  unsigned char *p = malloc(bytes + 2 * kGuard + align);
  if (p == NULL) fail("out of memory");
  memset(p, kGuardByte, bytes + 2 * kGuard + align);
  p += kGuard;
  while ((uintptr_t)p % align != 0) ++p;
  return p;
}

static void check_guards(const unsigned char *p, size_t bytes) {
  for (int i = 1; i <= kGuard; ++i) {
    if (p[-i] != kGuardByte || p[bytes + (size_t)i - 1] != kGuardByte) {
      fail("the model wrote outside of a buffer");
    }
  }
}

static void **buffers(const tc_tensor *tensors, int32_t count) {
  void **all = malloc(((size_t)count + 1) * sizeof *all);
  if (all == NULL) fail("out of memory");
  for (int32_t i = 0; i < count; ++i) all[i] = buffer(tensors[i].bytes, 16);
  return all;
}

int main(int argc, char **argv) {
  const tc_model *m = &TINYC_MODEL;
  if (argc != 4) return 1;
  FILE *in = fopen(argv[1], "rb");
  FILE *out = fopen(argv[2], "wb");
  if (in == NULL || out == NULL) fail("cannot open the samples");
  void **inputs = buffers(m->inputs, m->num_inputs);
  void **outputs = buffers(m->outputs, m->num_outputs);
  const size_t align = m->arena_align == 0 ? 1 : m->arena_align;
  unsigned char *arena = buffer(m->arena_size, align);
  for (long n = atol(argv[3]); n > 0; --n) {
    for (int32_t i = 0; i < m->num_inputs; ++i) {
      const size_t bytes = m->inputs[i].bytes;
      if (fread(inputs[i], 1, bytes, in) != bytes) fail("samples are missing");
    }
    if (m->reset != NULL) m->reset(arena);
    const int code = m->run(arena, (const void *const *)inputs, outputs);
    if (code != 0) {
      printf("the model returned %d\n", code);
      return 1;
    }
    check_guards(arena, m->arena_size);
    for (int32_t i = 0; i < m->num_inputs; ++i) {
      check_guards(inputs[i], m->inputs[i].bytes);
    }
    for (int32_t i = 0; i < m->num_outputs; ++i) {
      const size_t bytes = m->outputs[i].bytes;
      check_guards(outputs[i], bytes);
      if (fwrite(outputs[i], 1, bytes, out) != bytes) fail("cannot write");
    }
  }
  if (fclose(out) != 0) fail("cannot write");
  return 0;
}
)";

void AppendBytes(const Tensor& tensor, std::string* text) {
  text->append(reinterpret_cast<const char*>(tensor.bytes().data()),
               tensor.bytes().size());
}

}  // namespace

std::vector<std::string> HostFlags(const Target& target) {
  if (target.name == "host") return {"-std=c99", "-O3", "-march=native"};
  return {"-std=c99", "-O2"};
}

absl::StatusOr<EmittedModel> EmittedModel::Build(
    absl::Span<const OutputFile> files, const std::string& prefix,
    absl::Span<const std::string> flags) {
  TINYC_ASSIGN_OR_RETURN(ScratchDir dir, ScratchDir::Create());
  const char* compiler = std::getenv("CC");
  std::vector<std::string> command = absl::StrSplit(
      compiler == nullptr ? "cc" : compiler, ' ', absl::SkipWhitespace());
  if (command.empty()) command = {"cc"};
  command.insert(command.end(), flags.begin(), flags.end());
  command.push_back(absl::StrCat("-DTINYC_MODEL=", prefix, "_model"));
  const OutputFile* header = nullptr;
  for (const OutputFile& file : files) {
    TINYC_RETURN_IF_ERROR(dir.Write(file.name, file.text));
    if (absl::EndsWith(file.name, ".c")) {
      command.push_back(dir.File(file.name));
    } else if (header == nullptr && absl::EndsWith(file.name, ".h")) {
      header = &file;
    }
  }
  TINYC_CHECK(header != nullptr);
  command.push_back(absl::StrCat("-DTINYC_HEADER=\"", header->name, "\""));
  // A name that no emitted file has: those are C identifiers and folders.
  constexpr absl::string_view kMainFile = "main-program.c";
  TINYC_RETURN_IF_ERROR(dir.Write(kMainFile, kMainProgram));
  for (const std::string& more :
       {absl::StrCat("-I", dir.path()), dir.File(kMainFile), std::string("-o"),
        dir.File("program"), std::string("-lm")}) {
    command.push_back(more);
  }
  TINYC_ASSIGN_OR_RETURN(const ProcessEnd end,
                         RunProcess(command, dir.File("log")));
  if (end.exit_code != 0) {
    return Internal(command[0], " refuses the emitted C:\n", end.text);
  }
  return EmittedModel(std::move(dir));
}

absl::StatusOr<std::vector<std::vector<Tensor>>> EmittedModel::Run(
    const Graph& graph, absl::Span<const std::vector<Tensor>> samples) const {
  std::string bytes;
  for (const std::vector<Tensor>& sample : samples) {
    for (const Tensor& input : sample) AppendBytes(input, &bytes);
  }
  TINYC_RETURN_IF_ERROR(dir_.Write("inputs", bytes));
  TINYC_ASSIGN_OR_RETURN(
      const ProcessEnd end,
      RunProcess({dir_.File("program"), dir_.File("inputs"),
                  dir_.File("outputs"), absl::StrCat(samples.size())},
                 dir_.File("log")));
  if (end.exit_code != 0) {
    return Internal("the emitted C failed when run (exit code ", end.exit_code,
                    "): ", end.text);
  }
  TINYC_ASSIGN_OR_RETURN(bytes, ReadFile(dir_.File("outputs")));
  size_t at = 0;
  std::vector<std::vector<Tensor>> outputs(samples.size());
  for (std::vector<Tensor>& sample : outputs) {
    for (const Value* output : graph.outputs()) {
      Tensor tensor(output->type());
      const size_t size = tensor.bytes().size();
      if (bytes.size() - at < size) {
        return Internal("the emitted C wrote ", bytes.size(),
                        " bytes of outputs, which are too few");
      }
      if (size > 0) {
        std::memcpy(tensor.bytes().data(), bytes.data() + at, size);
      }
      at += size;
      sample.push_back(std::move(tensor));
    }
  }
  if (at != bytes.size()) {
    return Internal("the emitted C wrote ", bytes.size(), " bytes of outputs, ",
                    at, " were expected");
  }
  return outputs;
}

}  // namespace tinyc

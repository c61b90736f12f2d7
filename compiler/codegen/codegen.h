// SPDX-License-Identifier: Apache-2.0
// A planned module => C99 text, which compiles as C++ too.
#ifndef TINYC_COMPILER_CODEGEN_CODEGEN_H_
#define TINYC_COMPILER_CODEGEN_CODEGEN_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

struct EmitOptions {
  // Begins every name that the text exports; made a C identifier.
  std::string prefix = "model";
  // Of the files: <stem>.c and <stem>.h; empty: the prefix.
  std::string stem = "";
  // The arena is a parameter of <prefix>_run instead of a static buffer.
  bool caller_arena = false;
  // The stem of the files that EmitSharedArena writes: the arena is theirs,
  // instead of a static buffer of this model; empty: it is not shared.
  std::string shared_arena = "";
  // The kernels go to files of their own, kernels/*, to be compiled as C and
  // linked, instead of into <stem>.c.
  bool split = false;
  // Layers of several shapes share one function of their kernel, which takes
  // the shape as a parameter: less code, which takes more time.
  bool share_code = false;
  // <stem>.c shows the result of each layer to EmitSelfTest's functions when it
  // is compiled with TC_SELFTEST.
  bool selftest = false;
  // For tests: bytes of the arena that hold nothing that is needed are
  // overwritten before the first node and after each one, and under
  // AddressSanitizer nobody may touch them, so that a wrong plan or pointer
  // shows.
  bool poison = false;
};

struct OutputFile {
  std::string name;  // "kws.c", "kernels/conv2d_s8.c"
  std::string text;
};

// <stem>.c, <stem>.h and, when split, the kernels.  The same module and options
// give the same bytes.
absl::StatusOr<std::vector<OutputFile>> EmitC(const Module& module,
                                              const EmitOptions& options);

// A model whose arena is shared.
struct ArenaUser {
  std::string stem;  // of its files
  const Module* module = nullptr;
};

// <stem>.c with one arena that is large enough for each of `users`, of which
// one runs at a time, and <stem>.h, which includes their headers.
std::vector<OutputFile> EmitSharedArena(const std::string& stem,
                                        absl::Span<const ArenaUser> users);

// The body of <prefix>_run alone: the calls with their comments.
absl::StatusOr<std::string> EmitCalls(const Module& module,
                                      const EmitOptions& options);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_CODEGEN_H_

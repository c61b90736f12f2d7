// SPDX-License-Identifier: Apache-2.0
//
// A model as text, through the backend, and run by every engine.

#ifndef TINYC_TESTS_SUPPORT_BACKEND_H_
#define TINYC_TESTS_SUPPORT_BACKEND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/ir/module.h"

namespace tinyc {

// The module of a textual IR after `passes`.
absl::StatusOr<Module> RunPasses(absl::string_view text,
                                 absl::string_view passes = "backend",
                                 absl::string_view target = "generic");

// A module of it with a memory plan; fails the test when there is none.
Module Planned(absl::string_view text, absl::string_view passes = "backend");

// A chain of 4x4 matrices of 64 bytes each.  %a is the operand of two nodes,
// and matmul cannot work in place.
inline constexpr absl::string_view kMatmulChain = R"(
graph(%x: f32[4,4]) -> (%y) {
  %a = matmul(%x, %x) : f32[?]
  %b = matmul(%a, %a) : f32[?]
  %c = matmul(%b, %a) : f32[?]
  %y = matmul(%c, %c) : f32[?]
  return %y
})";

// Numbers for every input, the same on every machine.
std::vector<Tensor> RandomInputs(const Graph& graph, uint64_t seed);

// Runs a planned module by its kernels, over poisoned memory, and compares the
// results with the interpreter's: integers to the bit, floats to 1e-5 of their
// size.  "" or the first difference.
std::string DifferenceOfKernels(const Module& module);

// The same, and by its emitted C, built with warnings as errors and with
// sanitizers, over poisoned memory, too.
// "" or the first difference.
std::string DifferenceOfEngines(const Module& module, EmitOptions options = {});

// The models of a program in C, and its main.c.
struct EmittedProgram {
  std::vector<OutputFile> files;
  std::string main;

  // Adds `module` as C, which C++ compilers accept too.
  void Add(const Module& module, const EmitOptions& options);
};

// Builds it with warnings as errors and with sanitizers, and runs it.  What
// main returns, or -1 where there is no such program, which fails the test.
int BuildAndRun(const EmittedProgram& program);

// What a C++17 compiler says about the emitted C; "" when it accepts it.
std::string CxxComplaints(const std::vector<OutputFile>& files);

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_BACKEND_H_

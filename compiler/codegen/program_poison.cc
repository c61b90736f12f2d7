// SPDX-License-Identifier: Apache-2.0
// Poison: between the nodes, bytes that hold nothing that is needed are made
// useless, which a test of a plan and of the emitted pointers wants.
//
//   model_dead(arena + 64, 128);      after a node: nobody reads these
//   model_live(arena + 64, 32);       before a node: it writes these
//   relu_f32_1(x, (float *)(arena + 64));
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/program_builder.h"
#include "compiler/lowering/control.h"

namespace tinyc {

void ProgramBuilder::AddMark(const std::string& function, int64_t begin,
                             int64_t end) {
  // What lies behind the arena stays forbidden.
  end = std::min(end, module_.plan->arena_bytes);
  const auto add = [&](int64_t from, int64_t to) {
    if (from >= to) return;
    program_.steps.push_back(
        {CStep::Kind::kCall,
         "",
         function,
         {PointerText(InArena(from), "void *"), absl::StrCat(to - from)}});
  };
  if (program_.parts.empty()) add(begin, end);
  for (const CPart& part : program_.parts) {
    add(std::max(begin, part.part.begin), std::min(end, part.part.end()));
  }
}

void ProgramBuilder::AddUnpoisonAll() {
  if (options_.poison) AddMark(program_.live, 0, module_.plan->arena_bytes);
}

void ProgramBuilder::PoisonAfter(const Frame& frame, const DeadBytes& dead,
                                 int step) {
  for (const ByteRange& range : dead.After(step)) {
    AddMark(program_.dead, frame.arena + range.begin, frame.arena + range.end);
  }
}

void ProgramBuilder::UnpoisonResults(const Frame& frame, const Node& node,
                                     int64_t window_bytes) {
  const MemoryPlan& plan = *frame.module.plan;
  for (const Value* output : node.outputs()) {
    const auto place = plan.values.find(output);
    if (place == plan.values.end() ||
        place->second.kind != Place::Kind::kArena) {
      continue;
    }
    const int64_t begin = frame.arena + place->second.offset;
    AddMark(program_.live, begin,
            begin + (window_bytes < 0 ? output->type().bytes() : window_bytes));
  }
  const auto scratch = plan.scratch.find(&node);
  if (scratch == plan.scratch.end()) return;
  const int64_t begin = frame.arena + scratch->second;
  AddMark(program_.live, begin, begin + ScratchBytes(frame.module, node));
}

std::string PoisonFunctions(const CProgram& program) {
  const auto called = [&](const std::string& function) {
    return std::any_of(
        program.steps.begin(), program.steps.end(),
        [&](const CStep& step) { return step.text == function; });
  };
  if (program.dead.empty() || !called(program.live)) return "";
  CWriter w;
  w.Line();
  w.Comment("For tests: bytes that nobody may touch, and bytes in use.");
  w.Line("#if defined(__SANITIZE_ADDRESS__)");
  w.Line("#include <sanitizer/asan_interface.h>");
  w.Line("#else");
  w.Line("#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))");
  w.Line("#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))");
  w.Line("#endif");
  const std::vector<std::string> params = {"uint8_t *p", "size_t n"};
  w.Function(absl::StrCat("static void ", program.live), params);
  w.Line("ASAN_UNPOISON_MEMORY_REGION(p, n);");
  w.End();
  if (!called(program.dead)) return w.text();
  w.Function(absl::StrCat("static void ", program.dead), params);
  w.Line("ASAN_UNPOISON_MEMORY_REGION(p, n);");
  w.Line("memset(p, 0xff, n);");
  w.Line("ASAN_POISON_MEMORY_REGION(p, n);");
  w.End();
  return w.text();
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
//
// See same_module.h.

#include "tests/support/same_module.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace tinyc {
namespace {

bool SameArg(const KernelArg& a, const KernelArg& b) {
  const bool same_constant = a.constant == b.constant ||
                             (a.constant != nullptr && b.constant != nullptr &&
                              *a.constant == *b.constant);
  return same_constant && a.kind == b.kind && a.index == b.index &&
         a.offset == b.offset && a.name == b.name &&
         a.pack_rows == b.pack_rows && a.pack_group_rows == b.pack_group_rows &&
         a.row_stride == b.row_stride && a.dims == b.dims &&
         a.strides == b.strides;
}

class Comparison {
 public:
  Comparison(const Module& a, const Module& b) : a_(a), b_(b) {}

  std::string Run() {
    if (a_.name != b_.name) return "the names of the modules";
    if (a_.target != b_.target) return "the targets";
    if (a_.stage != b_.stage) return "the stages";
    if (a_.lowering.has_value() != b_.lowering.has_value()) {
      return "whether there is a lowering";
    }
    if (a_.plan.has_value() != b_.plan.has_value()) {
      return "whether there is a plan";
    }
    if (a_.plan && (a_.plan->arena_bytes != b_.plan->arena_bytes ||
                    a_.plan->lower_bound != b_.plan->lower_bound ||
                    a_.plan->optimal != b_.plan->optimal)) {
      return "the arenas";
    }
    return CompareGraphs(*a_.graph, *b_.graph);
  }

 private:
  std::string CompareGraphs(const Graph& a, const Graph& b) {
    if (a.inputs().size() != b.inputs().size()) return "the number of inputs";
    if (a.outputs().size() != b.outputs().size()) {
      return "the number of outputs";
    }
    if (a.nodes().size() != b.nodes().size()) return "the number of nodes";
    for (size_t i = 0; i < a.inputs().size(); ++i) {
      const std::string difference =
          CompareValues(a.inputs()[i], b.inputs()[i]);
      if (!difference.empty()) return difference;
    }
    auto of_b = b.nodes().begin();
    for (const auto& of_a : a.nodes()) {
      const std::string difference = CompareNodes(*of_a, **of_b++);
      if (!difference.empty()) {
        return absl::StrCat(difference, " of ", of_a->op().name(), " %",
                            of_a->output()->name());
      }
    }
    for (size_t i = 0; i < a.outputs().size(); ++i) {
      const std::string difference =
          CompareValues(a.outputs()[i], b.outputs()[i]);
      if (!difference.empty()) return difference;
    }
    return "";
  }

  std::string CompareNodes(const Node& a, const Node& b) {
    if (!a.op().Equals(b.op())) return "the operator";
    if (!(a.loc() == b.loc())) return "the origin";
    for (size_t i = 0; i < std::max(a.inputs().size(), b.inputs().size());
         ++i) {
      const std::string difference = CompareValues(a.input(i), b.input(i));
      if (!difference.empty())
        return absl::StrCat("operand ", i, ": ", difference);
    }
    if (a.outputs().size() != b.outputs().size()) {
      return "the number of results";
    }
    for (size_t i = 0; i < a.outputs().size(); ++i) {
      const std::string difference = CompareValues(a.output(i), b.output(i));
      if (!difference.empty())
        return absl::StrCat("result ", i, ": ", difference);
    }
    if (a.regions().size() != b.regions().size()) {
      return "the number of regions";
    }
    for (size_t i = 0; i < a.regions().size(); ++i) {
      const std::string difference =
          CompareGraphs(*a.regions()[i], *b.regions()[i]);
      if (!difference.empty())
        return absl::StrCat("region ", i, ": ", difference);
      const auto body_a = a_.bodies.find(a.regions()[i].get());
      const auto body_b = b_.bodies.find(b.regions()[i].get());
      if ((body_a == a_.bodies.end()) != (body_b == b_.bodies.end())) {
        return absl::StrCat("whether region ", i, " has a body");
      }
      if (body_a == a_.bodies.end()) continue;
      const std::string tables =
          Comparison(*body_a->second, *body_b->second).Run();
      if (!tables.empty()) return absl::StrCat("body ", i, ": ", tables);
    }
    if (!SameCalls(a, b)) return "the kernel calls";
    if (a_.plan && Scratch(*a_.plan, a) != Scratch(*b_.plan, b)) {
      return "the scratch";
    }
    return "";
  }

  std::string CompareValues(const Value* a, const Value* b) {
    if (a == nullptr || b == nullptr) {
      return a == b ? "" : "whether there is a value";
    }
    const auto [known, fresh] = twin_.emplace(a, b);
    if (!fresh) return known->second == b ? "" : "the identity of a value";
    if (a->name() != b->name()) return "the name of a value";
    if (!(a->type() == b->type())) return "the type of a value";
    const Tensor* const of_a = a->constant().get();
    const Tensor* const of_b = b->constant().get();
    if ((of_a == nullptr) != (of_b == nullptr)) return "whether it is constant";
    if (of_a != nullptr && !(*of_a == *of_b)) return "the numbers";
    if (a_.plan && !SamePlace(a, b)) return "the place in memory";
    return "";
  }

  bool SameCalls(const Node& a, const Node& b) const {
    if (!a_.lowering) return true;
    const auto of_a = a_.lowering->calls.find(&a);
    const auto of_b = b_.lowering->calls.find(&b);
    if (of_a == a_.lowering->calls.end() || of_b == b_.lowering->calls.end()) {
      return of_a == a_.lowering->calls.end() &&
             of_b == b_.lowering->calls.end();
    }
    return std::equal(
        of_a->second.begin(), of_a->second.end(), of_b->second.begin(),
        of_b->second.end(), [](const LoweredCall& x, const LoweredCall& y) {
          return x.kernel == y.kernel && x.call.family == y.call.family &&
                 x.call.shape == y.call.shape && x.call.quant == y.call.quant &&
                 x.call.scratch_bytes == y.call.scratch_bytes &&
                 std::equal(x.call.args.begin(), x.call.args.end(),
                            y.call.args.begin(), y.call.args.end(), SameArg);
        });
  }

  bool SamePlace(const Value* a, const Value* b) const {
    const auto of_a = a_.plan->values.find(a);
    const auto of_b = b_.plan->values.find(b);
    const bool has_a = of_a != a_.plan->values.end();
    const bool has_b = of_b != b_.plan->values.end();
    return has_a == has_b && (!has_a || of_a->second == of_b->second);
  }

  static int64_t Scratch(const MemoryPlan& plan, const Node& node) {
    const auto found = plan.scratch.find(&node);
    return found == plan.scratch.end() ? -1 : found->second;
  }

  const Module& a_;
  const Module& b_;
  absl::flat_hash_map<const Value*, const Value*> twin_;  // of a, in b
};

}  // namespace

std::string DifferenceBetween(const Module& a, const Module& b) {
  return Comparison(a, b).Run();
}

}  // namespace tinyc

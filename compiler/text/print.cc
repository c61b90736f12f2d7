// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/print.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/lowering/arranged_weights.h"
#include "compiler/lowering/pack_calls.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/text/lexer.h"

namespace tinyc {
namespace {

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
}

std::string WordText(absl::string_view word) {
  return IsPlainWord(word) ? std::string(word) : Quoted(word);
}

std::string NameText(const Value* value) {
  if (value == nullptr) return "_";
  return absl::StrCat(
      "%", IsPlainName(value->name()) ? value->name() : Quoted(value->name()));
}

std::string Names(absl::Span<Value* const> values) {
  return absl::StrJoin(values, ", ", [](std::string* out, const Value* value) {
    absl::StrAppend(out, NameText(value));
  });
}

std::string PlaceText(const Place& place) {
  switch (place.kind) {
    case Place::Kind::kArena:
      return absl::StrCat(
          "arena+", place.offset,
          place.rows == 0 ? "" : absl::StrCat(" rows(", place.rows, ")"));
    case Place::Kind::kModelInput:
      return absl::StrCat("input(", place.index, ")+", place.offset);
    case Place::Kind::kModelOutput:
      return absl::StrCat("output(", place.index, ")+", place.offset);
  }
  return "";
}

class Printer {
 public:
  Printer(const Module& module, const PrintOptions& options)
      : module_(&module), options_(options) {}

  std::string Run() {
    PrintHeader();
    PrintGraph(*module_->graph, 0);
    return std::move(text_);
  }

 private:
  template <typename... Args>
  void Add(const Args&... args) {
    absl::StrAppend(&text_, args...);
  }

  const MemoryPlan* plan() const {
    return module_->plan ? &*module_->plan : nullptr;
  }

  void PrintHeader() {
    const Module defaults;
    if (module_->name == defaults.name && module_->target == nullptr &&
        module_->stage == Stage::kGraph && !module_->io_in_arena) {
      return;
    }
    Add("module ", WordText(module_->name));
    if (module_->target != nullptr) Add(" target(", module_->target->name, ")");
    if (module_->io_in_arena) Add(" io(arena)");
    if (module_->stage != Stage::kGraph) {
      Add(" stage(", AttrText(module_->stage), ")");
    }
    PrintArena();
    Add("\n");
  }

  void PrintArena() {
    if (module_->stage < Stage::kPlanned || plan() == nullptr) return;
    Add(" arena(", plan()->arena_bytes, ", bound=", plan()->lower_bound,
        plan()->optimal ? ", optimal" : "");
    for (const ArenaPart& part : plan()->parts) {
      Add(", ", part.name, "=", part.begin, "+", part.bytes);
    }
    for (const ConstantMemory& memory : plan()->constant_memories) {
      Add(", ", memory.name, "=const+", memory.bytes);
    }
    Add(")");
  }

  // ` at arena+64, _` when a value has a place.
  std::string Places(absl::Span<Value* const> values) const {
    if (module_->stage < Stage::kPlanned || plan() == nullptr) return "";
    bool any = false;
    const std::string places =
        absl::StrJoin(values, ", ", [&](std::string* out, const Value* value) {
          const auto found = plan()->values.find(value);
          any |= found != plan()->values.end();
          absl::StrAppend(out, found == plan()->values.end()
                                   ? "_"
                                   : PlaceText(found->second));
        });
    return any ? " at " + places : "";
  }

  void PrintGraph(const Graph& graph, int indent) {
    Add("graph(");
    for (Value* const& input : graph.inputs()) {
      Add(&input == &graph.inputs().front() ? "" : ", ", NameText(input), ": ",
          ToString(input->type()), Places({&input, 1}));
    }
    Add(") -> (", Names(graph.outputs()), ")");
    if (indent > 0) PrintArena();
    Add(" {\n");
    const std::string margin(static_cast<size_t>(indent) + 2, ' ');
    absl::flat_hash_set<const Value*> printed;
    const auto add_constants = [&](absl::Span<Value* const> values) {
      for (const Value* value : values) {
        if (value == nullptr || value->constant() == nullptr ||
            !printed.insert(value).second) {
          continue;
        }
        Add(margin, NameText(value), " = const ", ConstantOf(value->constant()),
            "\n");
      }
    };
    for (const auto& node : graph.nodes()) {
      add_constants(node->inputs());
      Add(margin);
      PrintNode(*node, indent + 2);
      Add("\n");
    }
    add_constants(graph.outputs());
    Add(margin, graph.outputs().empty() ? "return" : "return ",
        Names(graph.outputs()), "\n", std::string(margin.size() - 2, ' '), "}");
    if (indent == 0) Add("\n");
  }

  // What follows `const`.
  std::string ConstantOf(const std::shared_ptr<const Tensor>& tensor) {
    if (options_.texts != nullptr) {
      for (const ConstantText& source : *options_.texts) {
        if (source.tensor == tensor || *source.tensor == *tensor) {
          return source.text;
        }
      }
    }
    std::string numbers = ShortConstantNumbers(*tensor);
    if (numbers.empty() && options_.elide) {
      numbers = "...";
    } else if (numbers.empty() && options_.blob != nullptr) {
      BlobSink& blob = *options_.blob;
      numbers = absl::StrCat("blob(", Quoted(blob.file), ", ", blob.size, ")");
      blob.tensors.push_back(tensor);
      blob.size += tensor->type().bytes();
    } else if (numbers.empty()) {
      numbers = ConstantNumbers(*tensor);
    }
    return absl::StrCat(numbers, " : ", ToString(tensor->type()));
  }

  void PrintNode(const Node& node, int indent) {
    absl::Span<Value* const> inputs = node.inputs();
    while (!inputs.empty() && inputs.back() == nullptr) inputs.remove_suffix(1);
    Add(Names(node.outputs()), " = ", node.op().name(), "(", Names(inputs),
        ")");
    const std::vector<Op::NamedText> attrs = node.op().Attrs();
    if (!attrs.empty()) {
      Add(" {",
          absl::StrJoin(attrs, ", ",
                        [](std::string* out, const Op::NamedText& attr) {
                          absl::StrAppend(out, attr.name, "=", attr.text);
                        }),
          "}");
    }
    for (const auto& region : node.regions()) {
      Add(" ");
      const Module* const outer = module_;
      const auto body = outer->bodies.find(region.get());
      if (body != outer->bodies.end()) module_ = body->second.get();
      PrintGraph(*region, indent);
      module_ = outer;
    }
    Add(" : ", absl::StrJoin(node.outputs(), ", ",
                             [](std::string* out, const Value* value) {
                               absl::StrAppend(out, ToString(value->type()));
                             }));
    PrintBackend(node);
    if (node.loc().empty()) return;
    Add("  loc(",
        absl::StrJoin(node.loc().origins(), ", ",
                      [](std::string* out, const Origin& origin) {
                        absl::StrAppend(out, origin.index, " ",
                                        WordText(origin.op), " ",
                                        Quoted(origin.name));
                      }),
        ")");
  }

  // The chosen kernels and the places in memory.
  void PrintBackend(const Node& node) {
    if (module_->stage >= Stage::kLowered && module_->lowering) {
      const auto found = module_->lowering->calls.find(&node);
      if (found != module_->lowering->calls.end() && !found->second.empty()) {
        Add(" using ",
            absl::StrJoin(found->second, ", ",
                          [](std::string* out, const LoweredCall& call) {
                            absl::StrAppend(out, call.kernel == nullptr
                                                     ? "_"
                                                     : call.kernel->symbol);
                          }));
        for (const LoweredCall& call : found->second) {
          if (!ChoosesScratch(call.call)) continue;
          Add(" within(", call.call.scratch_bytes, ")");
        }
        Add(std::all_of(found->second.begin(), found->second.end(), IsPacked)
                ? ""
                : " unpacked");
      }
    }
    Add(Places(node.outputs()));
    if (module_->stage >= Stage::kPlanned && plan() != nullptr) {
      const auto found = plan()->scratch.find(&node);
      if (found != plan()->scratch.end()) {
        Add(" scratch arena+", found->second);
      }
      PrintStream(node);
    }
  }

  // ` stream(0)`, with the index of the node's stream.
  void PrintStream(const Node& node) {
    const Stream* stream = StreamOf(*plan(), node);
    if (stream == nullptr) return;
    Add(" stream(", stream - plan()->streams.data(),
        stream->upwards ? ", up" : "",
        stream->strips == 1 ? "" : absl::StrCat(", strips=", stream->strips),
        stream->seam ? absl::StrCat(", seam=", *stream->seam) : "", ")");
  }

  const Module* module_;  // of the graph that is being printed
  const PrintOptions& options_;
  std::string text_;
};

}  // namespace

std::string BlobSink::Contents() const {
  std::string contents;
  for (const auto& tensor : tensors) {
    const absl::Span<const uint8_t> bytes = tensor->bytes();
    contents.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return contents;
}

std::string PrintModule(const Module& module, const PrintOptions& options) {
  return Printer(module, options).Run();
}

}  // namespace tinyc

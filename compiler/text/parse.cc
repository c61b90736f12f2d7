// SPDX-License-Identifier: Apache-2.0
#include "compiler/text/parse.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "compiler/base/nearest.h"
#include "compiler/ops/registry.h"
#include "compiler/targets/registry.h"
#include "compiler/text/lexer.h"
#include "compiler/text/parse_constant.h"
#include "compiler/text/parse_lowering.h"
#include "compiler/text/parse_type.h"

namespace tinyc {
namespace {

// Deeper nesting than any model has; keeps the recursion bounded.
constexpr int kMostNestedRegions = 100;

// Calls parse() for each item of a list separated by commas.
template <typename Parse>
absl::Status ForEachItem(Lexer& lexer, Parse parse) {
  do {
    TINYC_RETURN_IF_ERROR(parse());
  } while (lexer.Accept(","));
  return absl::OkStatus();
}

std::string UnknownOp(absl::string_view name) {
  std::vector<absl::string_view> names;
  for (const auto& [known, op] : OpRegistry::Get().ops()) {
    names.push_back(known);
  }
  return absl::StrCat("there is no operator ", name, DidYouMean(name, names));
}

class Parser {
 public:
  Parser(Lexer& lexer, const ParseOptions& options)
      : lexer_(lexer), constants_(lexer, options) {}

  absl::StatusOr<Module> Run() {
    Module module;
    module_ = &module;
    TINYC_RETURN_IF_ERROR(Header());
    TINYC_ASSIGN_OR_RETURN(module.graph, ParseGraph(0));
    if (lexer_.peek().kind != Token::Kind::kEnd) {
      return lexer_.Error("expected the end of the text, found ",
                          lexer_.peek().text);
    }
    StampTables(module);
    return module;
  }

 private:
  using Values = absl::flat_hash_map<std::string, Value*>;

  static void StampTables(Module& module) {
    const uint64_t revision = module.graph->revision();
    if (module.lowering) module.lowering->revision = revision;
    if (module.plan) module.plan->revision = revision;
  }

  absl::Status Header() {
    if (!lexer_.Accept("module")) return absl::OkStatus();
    TINYC_ASSIGN_OR_RETURN(module_->name,
                           lexer_.WordOrString("the module's name"));
    if (lexer_.Accept("target")) TINYC_RETURN_IF_ERROR(ParseTarget());
    if (lexer_.Accept("io")) {
      for (const char* part : {"(", "arena", ")"}) {
        TINYC_RETURN_IF_ERROR(lexer_.Expect(part));
      }
      module_->io_in_arena = true;
    }
    if (lexer_.Accept("stage")) {
      TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
      const Token token = lexer_.peek();
      TINYC_ASSIGN_OR_RETURN(const std::string stage, lexer_.Word("a stage"));
      if (!ParseAttr(stage, &module_->stage)) {
        return lexer_.ErrorAt(token, "there is no stage ", stage);
      }
      TINYC_RETURN_IF_ERROR(lexer_.Expect(")"));
    }
    if (module_->stage >= Stage::kLowered) module_->lowering.emplace();
    if (module_->stage >= Stage::kPlanned) {
      module_->plan.emplace();
      TINYC_RETURN_IF_ERROR(ParseArena(lexer_, &*module_->plan));
    }
    return absl::OkStatus();
  }

  absl::Status ParseTarget() {
    TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
    const Token token = lexer_.peek();
    TINYC_ASSIGN_OR_RETURN(const std::string name, lexer_.Word("a target"));
    module_->target = FindTarget(name);
    if (module_->target == nullptr) {
      std::vector<absl::string_view> names;
      for (const Target& target : AllTargets()) names.push_back(target.name);
      return lexer_.ErrorAt(token, "there is no target ", name,
                            DidYouMean(name, names));
    }
    return lexer_.Expect(")");
  }

  absl::StatusOr<std::unique_ptr<Graph>> ParseGraph(int depth) {
    if (depth > kMostNestedRegions) {
      return lexer_.Error("regions are nested too deeply");
    }
    auto graph = std::make_unique<Graph>();
    Values values;
    TINYC_RETURN_IF_ERROR(lexer_.Expect("graph"));
    TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
    if (!lexer_.At(")")) {
      TINYC_RETURN_IF_ERROR(
          ForEachItem(lexer_, [&] { return ParseInput(graph.get(), values); }));
    }
    TINYC_RETURN_IF_ERROR(lexer_.Expect(")"));
    TINYC_RETURN_IF_ERROR(lexer_.Expect("->"));
    TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
    std::vector<std::string> outputs;
    if (!lexer_.At(")")) {
      TINYC_RETURN_IF_ERROR(ForEachItem(lexer_, [&]() -> absl::Status {
        TINYC_ASSIGN_OR_RETURN(std::string name, lexer_.Name("an output"));
        outputs.push_back(std::move(name));
        return absl::OkStatus();
      }));
    }
    TINYC_RETURN_IF_ERROR(lexer_.Expect(")"));
    if (depth > 0 && module_->plan) {
      TINYC_RETURN_IF_ERROR(ParseArena(lexer_, &*module_->plan));
    }
    TINYC_RETURN_IF_ERROR(lexer_.Expect("{"));
    while (!lexer_.At("return")) {
      TINYC_RETURN_IF_ERROR(ParseStatement(graph.get(), values, depth));
    }
    const Token end = lexer_.Next();
    std::vector<std::string> returned;
    if (!lexer_.At("}")) {
      TINYC_RETURN_IF_ERROR(ForEachItem(lexer_, [&]() -> absl::Status {
        TINYC_ASSIGN_OR_RETURN(Value* const value, UseValue(values));
        returned.push_back(value->name());
        graph->AddOutput(value);
        return absl::OkStatus();
      }));
    }
    TINYC_RETURN_IF_ERROR(lexer_.Expect("}"));
    if (returned != outputs) {
      return lexer_.ErrorAt(
          end, "the graph returns other values than its first line says");
    }
    return graph;
  }

  // Where the module is lowered, the region becomes a body.
  absl::StatusOr<std::shared_ptr<Graph>> ParseRegion(int depth) {
    Module* const outer = module_;
    if (outer->stage == Stage::kGraph) return ParseGraph(depth);
    auto body = std::make_unique<Module>();
    body->target = outer->target;
    body->stage = outer->stage;
    body->lowering.emplace();
    if (outer->plan) body->plan.emplace();
    module_ = body.get();
    auto region = ParseGraph(depth);
    module_ = outer;
    TINYC_RETURN_IF_ERROR(region.status());
    body->graph = *std::move(region);
    StampTables(*body);
    std::shared_ptr<Graph> graph = body->graph;
    outer->bodies[graph.get()] = std::move(body);
    return graph;
  }

  absl::Status ParseInput(Graph* graph, Values& values) {
    TINYC_ASSIGN_OR_RETURN(const std::string name, NewName(values));
    TINYC_RETURN_IF_ERROR(lexer_.Expect(":"));
    const Token token = lexer_.peek();
    TINYC_ASSIGN_OR_RETURN(const ParsedType parsed, ParseType(lexer_));
    if (parsed.inferred_shape) {
      return lexer_.ErrorAt(token, "an input needs a shape");
    }
    Value* input = graph->AddInput(name, parsed.type);
    values[name] = input;
    return ParsePlaces(lexer_, {&input, 1}, module_);
  }

  // A name that no value has.
  absl::StatusOr<std::string> NewName(const Values& values) {
    const Token token = lexer_.peek();
    TINYC_ASSIGN_OR_RETURN(std::string name, lexer_.Name("a value"));
    if (name.empty()) return lexer_.ErrorAt(token, "the name is empty");
    if (values.contains(name)) {
      return lexer_.ErrorAt(token, token.text, " is defined twice");
    }
    return name;
  }

  absl::StatusOr<Value*> UseValue(const Values& values) {
    const Token token = lexer_.peek();
    TINYC_ASSIGN_OR_RETURN(const std::string name, lexer_.Name("a value"));
    const auto found = values.find(name);
    if (found == values.end()) {
      return lexer_.ErrorAt(token, token.text, " is not defined before");
    }
    return found->second;
  }

  absl::Status ParseStatement(Graph* graph, Values& values, int depth) {
    std::vector<std::string> names;
    TINYC_RETURN_IF_ERROR(ForEachItem(lexer_, [&]() -> absl::Status {
      const Token token = lexer_.peek();
      TINYC_ASSIGN_OR_RETURN(std::string name, NewName(values));
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        return lexer_.ErrorAt(token, token.text, " is defined twice");
      }
      names.push_back(std::move(name));
      return absl::OkStatus();
    }));
    TINYC_RETURN_IF_ERROR(lexer_.Expect("="));
    if (!lexer_.At("const")) {
      return ParseNode(graph, std::move(names), values, depth);
    }
    const Token token = lexer_.Next();
    TINYC_ASSIGN_OR_RETURN(Tensor tensor, constants_.Parse());
    if (names.size() != 1) {
      return lexer_.ErrorAt(token, "a constant has one name");
    }
    values[names[0]] = graph->AddConstant(std::move(tensor), names[0]);
    return absl::OkStatus();
  }

  absl::Status ParseNode(Graph* graph, std::vector<std::string> names,
                         Values& values, int depth) {
    const Token op_token = lexer_.peek();
    TINYC_ASSIGN_OR_RETURN(const std::string op_name,
                           lexer_.Word("an operator"));
    std::unique_ptr<Op> op = OpRegistry::Get().Make(op_name);
    if (op == nullptr) return lexer_.ErrorAt(op_token, UnknownOp(op_name));
    TINYC_ASSIGN_OR_RETURN(std::vector<Value*> inputs, ParseOperands(values));
    TINYC_RETURN_IF_ERROR(ParseAttrs(op.get()));
    Graph::Options options;
    options.names = names;
    while (lexer_.At("graph")) {
      TINYC_ASSIGN_OR_RETURN(options.regions.emplace_back(),
                             ParseRegion(depth + 1));
    }
    std::vector<std::pair<Token, ParsedType>> types;
    if (lexer_.Accept(":")) {
      TINYC_RETURN_IF_ERROR(ForEachItem(lexer_, [&]() -> absl::Status {
        const Token token = lexer_.peek();
        TINYC_ASSIGN_OR_RETURN(ParsedType parsed, ParseType(lexer_));
        options.want.push_back(parsed.type.elem());
        types.emplace_back(token, std::move(parsed));
        return absl::OkStatus();
      }));
    }
    const absl::StatusOr<Node*> inserted =
        graph->Append(std::move(op), std::move(inputs), std::move(options));
    if (!inserted.ok()) return lexer_.Wrap(op_token, inserted.status());
    Node* node = *inserted;
    if (node->outputs().size() != names.size()) {
      return lexer_.ErrorAt(op_token, "the number of results is ",
                            node->outputs().size(), ", not ", names.size());
    }
    if (!types.empty() && types.size() != names.size()) {
      return lexer_.ErrorAt(types[0].first, "the number of types is ",
                            names.size(), ", not ", types.size());
    }
    for (size_t i = 0; i < types.size(); ++i) {
      const auto& [token, parsed] = types[i];
      TensorType wanted = parsed.type;
      const TensorType& type = node->output(i)->type();
      if (parsed.inferred_shape) wanted.shape = type.shape;
      if (!(wanted == type)) {
        return lexer_.ErrorAt(token, "the result has type ", ToString(type));
      }
    }
    for (size_t i = 0; i < names.size(); ++i)
      values[names[i]] = node->output(i);
    TINYC_RETURN_IF_ERROR(ParseKernels(lexer_, *node, module_));
    TINYC_RETURN_IF_ERROR(ParsePlaces(lexer_, node->outputs(), module_));
    TINYC_RETURN_IF_ERROR(ParseScratch(lexer_, *node, module_));
    TINYC_RETURN_IF_ERROR(ParseStream(lexer_, *node, module_));
    return ParseLoc(graph, node);
  }

  absl::StatusOr<std::vector<Value*>> ParseOperands(const Values& values) {
    std::vector<Value*> inputs;
    TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
    while (!lexer_.Accept(")")) {
      if (!inputs.empty()) TINYC_RETURN_IF_ERROR(lexer_.Expect(","));
      if (lexer_.Accept("_")) {
        inputs.push_back(nullptr);
        continue;
      }
      TINYC_ASSIGN_OR_RETURN(Value * value, UseValue(values));
      inputs.push_back(value);
    }
    return inputs;
  }

  absl::Status ParseAttrs(Op* op) {
    if (!lexer_.Accept("{")) return absl::OkStatus();
    TINYC_RETURN_IF_ERROR(ForEachItem(lexer_, [&]() -> absl::Status {
      const Token token = lexer_.peek();
      TINYC_ASSIGN_OR_RETURN(const std::string name,
                             lexer_.Word("an attribute"));
      TINYC_RETURN_IF_ERROR(lexer_.Expect("="));
      TINYC_ASSIGN_OR_RETURN(const absl::string_view text, lexer_.RawValue());
      return lexer_.Wrap(token, op->SetAttr(name, text));
    }));
    return lexer_.Expect("}");
  }

  absl::Status ParseLoc(Graph* graph, Node* node) {
    if (!lexer_.Accept("loc")) return absl::OkStatus();
    TINYC_RETURN_IF_ERROR(lexer_.Expect("("));
    Loc loc;
    TINYC_RETURN_IF_ERROR(ForEachItem(lexer_, [&]() -> absl::Status {
      TINYC_ASSIGN_OR_RETURN(const int64_t index, lexer_.Int("a node's index"));
      TINYC_ASSIGN_OR_RETURN(std::string op,
                             lexer_.WordOrString("an ONNX operator"));
      TINYC_ASSIGN_OR_RETURN(std::string name, lexer_.String("a node's name"));
      loc = Loc::Join(loc, Loc(Origin{static_cast<int32_t>(index),
                                      std::move(op), std::move(name)}));
      return absl::OkStatus();
    }));
    graph->SetLoc(node, std::move(loc));
    return lexer_.Expect(")");
  }

  Lexer& lexer_;
  ConstantParser constants_;
  Module* module_ = nullptr;  // of the graph that is being parsed
};

}  // namespace

absl::StatusOr<Module> ParseModule(absl::string_view text,
                                   const ParseOptions& options) {
  TINYC_ASSIGN_OR_RETURN(Lexer lexer, Lexer::Of(text));
  return Parser(lexer, options).Run();
}

}  // namespace tinyc

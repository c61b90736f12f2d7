// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/map.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "pointwise/map.h"

static auto BlockFields(const tc_map_shape*) {
  using T = tc_map_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_map_shape",
      std::tuple{BlockMember{"rows", &T::rows}, BlockMember{"n", &T::n},
                 BlockMember{"row_step", &T::row_step},
                 BlockMember{"step", &T::step}}};
}

namespace tinyc {
namespace {

std::string StepText(const MapStep& step) {
  std::string text(step.op->name());
  for (const int64_t operand : step.operands) {
    absl::StrAppend(&text, " ", operand);
  }
  const std::vector<Op::NamedText> attrs = step.op->Attrs();
  for (size_t i = 0; i < attrs.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " {" : ", ", attrs[i].name, "=",
                    attrs[i].text);
  }
  return attrs.empty() ? text : text + "}";
}

// No attribute of an elementwise operator is a list or a text.
bool ParseAttrs(absl::string_view text, Op* op) {
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> attr =
        absl::StrSplit(item, absl::MaxSplits('=', 1));
    if (!op->SetAttr(absl::StripAsciiWhitespace(attr.first),
                     absl::StripAsciiWhitespace(attr.second))
             .ok()) {
      return false;
    }
  }
  return true;
}

bool ParseStep(absl::string_view text, MapStep* step) {
  absl::string_view attrs;
  text = absl::StripAsciiWhitespace(text);
  if (absl::ConsumeSuffix(&text, "}")) {
    const size_t open = text.find('{');
    if (open == text.npos) return false;
    attrs = text.substr(open + 1);
    text = text.substr(0, open);
  }
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (words.empty()) return false;
  std::unique_ptr<Op> op = OpRegistry::Get().Make(words[0]);
  if (op == nullptr || (!attrs.empty() && !ParseAttrs(attrs, op.get()))) {
    return false;
  }
  for (size_t i = 1; i < words.size(); ++i) {
    if (!absl::SimpleAtoi(words[i], &step->operands.emplace_back())) {
      return false;
    }
  }
  step->op = std::move(op);
  return true;
}

// The elements of `all` that a step takes.
template <typename T>
std::vector<const T*> OperandsOf(const MapStep& step,
                                 absl::Span<const T* const> all) {
  std::vector<const T*> operands;
  for (const int64_t i : step.operands) {
    operands.push_back(all[static_cast<size_t>(i)]);
  }
  return operands;
}

// The types of all results, given those of the operands.
absl::StatusOr<std::vector<TensorType>> StepTypes(
    absl::Span<const MapStep> steps, absl::Span<const TensorType* const> in) {
  std::vector<TensorType> results;
  results.reserve(steps.size());
  std::vector<const TensorType*> all(in.begin(), in.end());
  for (const MapStep& step : steps) {
    for (const int64_t i : step.operands) {
      if (i < 0 || i >= static_cast<int64_t>(all.size())) {  // map_c1
        return Invalid("a step takes %", i, ", which no step before computes");
      }
    }
    if (step.operands.size() != step.op->operands().size()) {  // map_c2
      return Invalid("the step ", step.op->name(), " takes ",
                     step.op->operands().size(), " operands, not ",
                     step.operands.size());
    }
    TINYC_ASSIGN_OR_RETURN(
        std::vector<TensorType> types,
        step.op->InferTypes({.in = OperandsOf<TensorType>(step, all)}));
    if (types.size() != 1 || types[0].quantized()) {  // map_c3
      return Invalid("the step ", step.op->name(),
                     " does not compute one plain result");
    }
    results.push_back(std::move(types[0]));
    all.push_back(&results.back());
  }
  return results;
}

}  // namespace

void RegisterMap(OpRegistry& registry) {
  registry.Add(std::make_unique<Map>());
}

std::string AttrText(const std::vector<MapStep>& steps) {
  std::string text;
  for (const MapStep& step : steps) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", StepText(step));
  }
  return AttrText(text);
}

bool ParseAttr(absl::string_view text, std::vector<MapStep>* steps) {
  std::string list;
  if (!ParseAttr(text, &list)) return false;
  steps->clear();
  for (const absl::string_view item : absl::StrSplit(list, ';')) {
    if (!ParseStep(item, &steps->emplace_back())) return false;
  }
  return true;
}

absl::StatusOr<std::vector<TensorType>> Map::InferTypes(
    const InferArgs& args) const {
  if (steps.empty()) return Invalid("map has no steps");  // map_c4
  TINYC_ASSIGN_OR_RETURN(std::vector<TensorType> types,
                         StepTypes(steps, args.in));
  Shape shape;
  for (const TensorType* operand : args.in) {  // map_c5
    TINYC_ASSIGN_OR_RETURN(shape, BroadcastShapes(shape, operand->shape));
  }
  if (shape != types.back().shape) {  // map_c6
    return Invalid("the last step does not depend on every operand");
  }
  return std::vector{std::move(types.back())};
}

absl::Status Map::Evaluate(const EvalArgs& args) const {
  std::vector<const TensorType*> in;
  for (const Tensor* tensor : args.in) in.push_back(&tensor->type());
  TINYC_ASSIGN_OR_RETURN(const std::vector<TensorType> types,
                         StepTypes(steps, in));
  std::vector<Tensor> results;
  results.reserve(types.size());
  std::vector<const Tensor*> all(args.in.begin(), args.in.end());
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    if (!last) results.emplace_back(types[i]);
    Tensor* result = last ? args.out[0] : &results.back();
    TINYC_RETURN_IF_ERROR(
        steps[i].op->Evaluate({.in = OperandsOf<Tensor>(steps[i], all),
                               .out = {&result, 1},
                               .regions = {},
                               .run = args.run}));
    all.push_back(result);
  }
  return absl::OkStatus();
}

absl::StatusOr<Block> MapShape(absl::Span<const Shape* const> operands,
                               const Shape& y) {
  if (operands.size() > TC_MAP_OPERANDS) {
    return Unimplemented("a map of ", operands.size(),
                         " operands has no C kernel");
  }
  Shape dims = y;
  std::vector<Shape> strides;
  for (const Shape* operand : operands) {
    strides.push_back(BroadcastStrides(*operand, y));
  }
  std::vector<Shape*> merged;
  for (Shape& stride : strides) merged.push_back(&stride);
  MergeDims(dims, merged);
  if (dims.size() > 2) {
    return Unimplemented("a map over more than rows has no C kernel");
  }
  const bool flat = dims.size() == 1;
  tc_map_shape shape = {};
  shape.rows = flat ? 1 : Int32(dims[0]);
  shape.n = Int32(dims.back());
  for (size_t i = 0; i < strides.size(); ++i) {
    shape.row_step[i] = flat ? 0 : Int32(strides[i][0]);
    shape.step[i] = Int32(strides[i].back());
  }
  return Block::Of(shape);
}

absl::StatusOr<std::vector<KernelCall>> Map::Lower(const Node& node) const {
  const TensorType& y = node.output()->type();
  if (y.num_elements() == 0) return std::vector<KernelCall>();
  KernelCall call;
  call.family = "map";
  std::vector<const Shape*> shapes;
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    shapes.push_back(&node.input(i)->type().shape);
    call.args.push_back(KernelArg::Input(static_cast<int>(i)));
  }
  call.args.push_back(KernelArg::Output(0));
  TINYC_ASSIGN_OR_RETURN(call.shape, MapShape(shapes, y.shape));
  return std::vector{std::move(call)};
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/map_kernel.h"

#include <map>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "compiler/lowering/row_expression.h"
#include "compiler/ops/map.h"
#include "compiler/targets/registry.h"
#include "pointwise/map.h"

namespace tinyc {
namespace {

// One step with the row that computes it alone.
struct RowStep {
  const Kernel* row = nullptr;
  Block quant;  // the parameters of a function that has any
  std::vector<size_t> operands;
  DType result = DType::kF32;
};

// What Kernel points to.
struct MapText {
  std::string symbol;
  std::string headers;
  std::string text;
  std::vector<std::string> arg_types;
  std::vector<absl::string_view> arg_views;
};

struct StoredMap {
  Kernel kernel;
  MapText text;
  std::vector<DType> operands;
  std::vector<RowStep> steps;
};

// The row and the parameters of an elementwise node; nullopt when it is none.
std::optional<RowStep> StepOf(const Node& node) {
  if (!node.regions().empty() || node.outputs().size() != 1 ||
      node.output()->type().quantized()) {
    return std::nullopt;
  }
  for (const Value* input : node.inputs()) {
    if (input == nullptr || input->type().quantized()) return std::nullopt;
  }
  absl::StatusOr<std::vector<KernelCall>> calls = node.op().Lower(node);
  if (!calls.ok() || calls->size() != 1) return std::nullopt;
  KernelCall& call = (*calls)[0];
  for (const Kernel* row : KernelsFor(call.family, *FindTarget("generic"))) {
    if (!HasExpression(*row)) continue;
    RowStep step;
    step.row = row;
    step.quant = std::move(call.quant);
    step.result = node.output()->type().dtype;
    return step;
  }
  return std::nullopt;
}

// The steps of a map on single elements of the types of its operands.
absl::StatusOr<std::vector<RowStep>> StepsOf(const Map& map,
                                             absl::Span<const DType> operands) {
  Graph graph;
  std::vector<Value*> values;
  for (const DType dtype : operands) {
    values.push_back(graph.AddInput("", TensorType(dtype, Shape{1})));
  }
  std::vector<RowStep> steps;
  for (const MapStep& step : map.steps) {
    std::vector<Value*> inputs;
    for (const int64_t i : step.operands) {
      inputs.push_back(values[static_cast<size_t>(i)]);
    }
    TINYC_ASSIGN_OR_RETURN(const Node* node,
                           graph.Append(step.op->Clone(), inputs, {}));
    values.push_back(node->output());
    std::optional<RowStep> row = StepOf(*node);
    if (!row) {
      return Unimplemented("a map with ", step.op->name(), " has no C kernel");
    }
    row->operands.assign(step.operands.begin(), step.operands.end());
    steps.push_back(*std::move(row));
  }
  return steps;
}

// FNV-1a (Fowler, Noll, Vo): http://www.isthe.com/chongo/tech/comp/fnv
uint32_t Hash(absl::string_view text) {
  uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash;
}

// "tc_map_sigmoid_mul", of the first few steps.
std::string Stem(const Map& map) {
  constexpr size_t kNamed = 4;
  std::string stem = "tc_map";
  for (size_t i = 0; i < std::min(kNamed, map.steps.size()); ++i) {
    absl::StrAppend(&stem, "_", map.steps[i].op->name());
  }
  return stem;
}

// What the loop does with one element.  An operand is read where it is first
// needed: few values are alive across the calls of a function.
std::string LoopBody(const StoredMap& map) {
  std::string body;
  std::vector<TypedName> values;
  for (const DType dtype : map.operands) {
    values.push_back(
        {std::string(InfoOf(dtype).c_type), absl::StrCat("v", values.size())});
  }
  std::vector<bool> read(map.operands.size(), false);
  for (const RowStep& step : map.steps) {
    std::vector<TypedName> operands;
    for (const size_t k : step.operands) {
      operands.push_back(values[k]);
      if (k >= read.size() || read[k]) continue;
      read[k] = true;
      absl::StrAppend(&body, "      const ", values[k].type, " v", k,
                      " = s->step[", k, "] != 0 ? x", k, "[i] : first", k,
                      ";\n");
    }
    const std::string type(InfoOf(step.result).c_type);
    const std::string name = absl::StrCat("v", values.size());
    absl::StrAppend(
        &body, "      ",
        &step == &map.steps.back() ? "y[i]"
                                   : absl::StrCat("const ", type, " ", name),
        " = ", RowExpression(*step.row, step.quant, operands, type), ";\n");
    values.push_back({type, name});
  }
  return body;
}

// The function; `symbol` stands before its parameters.
std::string Definition(const StoredMap& map, absl::string_view symbol) {
  std::vector<std::string> params = {"const tc_map_shape *s"};
  std::string row_begin, row_end;
  for (size_t k = 0; k < map.operands.size(); ++k) {
    const absl::string_view type = InfoOf(map.operands[k]).c_type;
    params.push_back(absl::StrCat("const ", type, " *x", k));
    absl::StrAppend(&row_begin, "    const ", type, " first", k, " = x", k,
                    "[0];\n");
    absl::StrAppend(&row_end, "    x", k, " += s->row_step[", k, "];\n");
  }
  params.push_back(absl::StrCat(InfoOf(map.steps.back().result).c_type, " *y"));
  return absl::StrCat(
      "TC_KERNEL void ", symbol, "(\n    ", absl::StrJoin(params, ", "),
      ") {\n  int32_t row;\n  int32_t i;\n"
      "  for (row = 0; row < s->rows; ++row) {\n",
      row_begin, "    for (i = 0; i < s->n; ++i) {\n", LoopBody(map), "    }\n",
      row_end, "    y += s->n;\n  }\n}");
}

MapText TextOf(const Map& map, const StoredMap& stored) {
  MapText text;
  const std::string steps = AttrText(map.steps);
  text.text = Definition(stored, "");
  text.symbol = absl::StrFormat("%s_%08x", Stem(map),
                                Hash(absl::StrCat(steps, text.text)));
  text.text =
      absl::StrCat("/* ", absl::string_view(steps).substr(1, steps.size() - 2),
                   " */\n", Definition(stored, text.symbol));
  std::set<absl::string_view> headers;
  for (const RowStep& step : stored.steps) headers.insert(step.row->header);
  text.headers = absl::StrCat("pointwise/map.h ", absl::StrJoin(headers, " "));
  for (const DType dtype : stored.operands) {
    text.arg_types.push_back(
        absl::StrCat("const ", InfoOf(dtype).c_type, " *"));
  }
  text.arg_types.push_back(
      absl::StrCat(InfoOf(stored.steps.back().result).c_type, " *"));
  return text;
}

// All kernels of maps made so far, by symbol.
class Maps {
 public:
  static Maps& Get() {
    static auto* const maps = new Maps;
    return *maps;
  }

  absl::StatusOr<const Kernel*> Add(StoredMap map) {
    absl::MutexLock lock(&mutex_);
    auto [found, added] = maps_.try_emplace(map.text.symbol);
    StoredMap& stored = found->second;
    if (!added) {
      if (stored.text.text == map.text.text) return &stored.kernel;
      return Internal("two maps are called ", map.text.symbol);
    }
    stored = std::move(map);
    MapText& text = stored.text;
    text.arg_views.assign(text.arg_types.begin(), text.arg_types.end());
    stored.kernel = {.symbol = text.symbol,
                     .family = "map",
                     .header = text.headers,
                     .instantiation = text.text,
                     .arg_types = text.arg_views,
                     .run = nullptr};
    return &stored.kernel;
  }

  const StoredMap& Find(absl::string_view symbol) {
    absl::MutexLock lock(&mutex_);
    const auto found = maps_.find(std::string(symbol));
    TINYC_CHECK(found != maps_.end());
    return found->second;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, StoredMap> maps_;
};

size_t BytesOf(DType dtype) {
  return static_cast<size_t>(InfoOf(dtype).bits / 8);
}

// The elements of a broadcast operand, written out.
std::vector<uint8_t> WrittenOut(const uint8_t* x, size_t bytes,
                                const tc_map_shape& s, size_t k) {
  std::vector<uint8_t> all;
  all.reserve(static_cast<size_t>(s.rows) * static_cast<size_t>(s.n) * bytes);
  for (int32_t row = 0; row < s.rows; ++row) {
    for (int32_t i = 0; i < s.n; ++i) {
      const int64_t at = int64_t{row} * s.row_step[k] + int64_t{i} * s.step[k];
      const uint8_t* const from = x + static_cast<size_t>(at) * bytes;
      all.insert(all.end(), from, from + bytes);
    }
  }
  return all;
}

}  // namespace

bool CanMap(const Node& node) {
  return node.As<Map>() != nullptr || StepOf(node).has_value();
}

absl::StatusOr<const Kernel*> MapKernel(const Node& node) {
  const Map* map = node.As<Map>();
  TINYC_CHECK(map != nullptr);
  StoredMap stored;
  for (const Value* input : node.inputs()) {
    stored.operands.push_back(input->type().dtype);
  }
  TINYC_ASSIGN_OR_RETURN(stored.steps, StepsOf(*map, stored.operands));
  stored.text = TextOf(*map, stored);
  return Maps::Get().Add(std::move(stored));
}

void RunMap(const Kernel& kernel, const Block& shape, void* const* args) {
  const StoredMap& map = Maps::Get().Find(kernel.symbol);
  const auto& s = *static_cast<const tc_map_shape*>(shape.data());
  std::vector<std::vector<uint8_t>> values;
  for (size_t k = 0; k < map.operands.size(); ++k) {
    values.push_back(WrittenOut(static_cast<const uint8_t*>(args[k]),
                                BytesOf(map.operands[k]), s, k));
  }
  const int64_t n = int64_t{s.rows} * s.n;
  for (const RowStep& step : map.steps) {
    std::vector<uint8_t> result(static_cast<size_t>(n) * BytesOf(step.result));
    std::vector<void*> pointers;
    for (const size_t i : step.operands) pointers.push_back(values[i].data());
    pointers.push_back(result.data());
    RunRow(*step.row, static_cast<int32_t>(n), step.quant, pointers);
    values.push_back(std::move(result));
  }
  std::copy(values.back().begin(), values.back().end(),
            static_cast<uint8_t*>(args[map.operands.size()]));
}

}  // namespace tinyc

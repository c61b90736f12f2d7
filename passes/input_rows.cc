// SPDX-License-Identifier: Apache-2.0
// Lets the caller hand in inputs of the model row by row, so that nobody has to
// hold all of one.
//
//   %y = conv(%x, ...)  =>  %r = read_rows(%x);  %y = conv(%r, ...)
//
// Rows are those of the image that the first layer sees:
//
//   %a = reshape(%x) {shape=[1,28,28,1]}  =>  %r = read_rows(reshape(%x))
//   %a = transpose(%x) {perm=[0,2,3,1]}   =>  %r = read_rows(%x) {planar}
//
// for which shapes and channels are brought in front of elementwise nodes.
// Runs on a graph in which the forms of layers are settled.  The option
// `input=NAME` means one input, which has to have rows; without it every input
// that has any is meant.  The numbers stay the same.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "compiler/base/nearest.h"
#include "compiler/ops/read_rows.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/sink_rules.h"

namespace tinyc {
namespace {

bool HasRows(const TensorType& type) {
  return type.rank() >= 3 && type.shape[0] == 1 && type.shape[1] > 1 &&
         type.num_elements() > 0 && InfoOf(type.dtype).bits >= 8;
}

// Brings the channels of a planar image behind its pixels.
bool IsFromPlanes(const Node& node) {
  const Transpose* transpose = node.As<Transpose>();
  const TensorType& x = node.input(0)->type();
  return transpose != nullptr &&
         transpose->perm == std::vector<int64_t>{0, 2, 3, 1} &&
         (!x.quantized() || x.quant->per_tensor());
}

// Whether the node says where the elements of an image lie, and nothing else.
bool ShapesImage(const Node& node) {
  return HasRows(node.output()->type()) &&
         (node.As<Reshape>() != nullptr || IsFromPlanes(node));
}

bool HasOneScale(const Value& value) {
  return !value.type().quantized() || value.type().quant->per_tensor();
}

//   move(f(x))  =>  f(move(x))
// for elementwise nodes that alone read `input` or each other, in front of a
// node that shapes the image.
absl::Status HoistShape(Graph& graph, const Value& input) {
  std::vector<Node*> chain;
  Node* move = OnlyUser(input);
  while (move != nullptr && !ShapesImage(*move)) {
    if (move->inputs().size() != 1 || !IsElementwise(*move) ||
        !HasOneScale(*move->input(0)) || !HasOneScale(*move->output())) {
      return absl::OkStatus();
    }
    chain.push_back(move);
    move = OnlyUser(*move->output());
  }
  if (move == nullptr || chain.empty()) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(Value * moved,
                         AddNode(graph,
                                 {.before = chain[0],
                                  .from = {move},
                                  .want = {chain[0]->input(0)->type().elem()}},
                                 move->op().Clone(), {chain[0]->input(0)}));
  for (Node* node : chain) {
    TINYC_ASSIGN_OR_RETURN(moved,
                           AddNode(graph,
                                   {.before = chain[0],
                                    .from = {node},
                                    .want = {node->output()->type().elem()}},
                                   node->op().Clone(), {moved}));
  }
  ReplaceAndRename(graph, move->output(), moved);
  graph.Erase(move);
  for (size_t i = chain.size(); i-- > 0;) graph.Erase(chain[i]);
  return absl::OkStatus();
}

// The value with the rows of `input`: itself or another shape of it.  Null when
// there is none.  `planes`: a node that makes pixels of its planes.
struct Image {
  Value* value = nullptr;
  Node* planes = nullptr;
};
Image ImageOf(Value* input) {
  Image image;
  for (Value* value = input; value != nullptr;) {
    if (HasRows(value->type())) image.value = value;
    Node* const user = OnlyUser(*value);
    if (user != nullptr && IsFromPlanes(*user) &&
        HasRows(user->output()->type())) {
      return {value, user};
    }
    value = user != nullptr && user->As<Reshape>() != nullptr ? user->output()
                                                              : nullptr;
  }
  return image;
}

// Reads `input` by rows, if it has any; false when it has none.
absl::StatusOr<bool> ReadByRows(Graph& graph, Value* input) {
  TINYC_RETURN_IF_ERROR(HoistShape(graph, *input));
  const Image image = ImageOf(input);
  if (image.value == nullptr) return false;
  // A copy, since the uses change.
  const std::vector<Use> uses(image.value->uses().begin(),
                              image.value->uses().end());
  Node* before = nullptr;
  for (const auto& node : graph.nodes()) {
    const bool reads = std::any_of(uses.begin(), uses.end(), [&](Use use) {
      return use.node == node.get();
    });
    if (reads && before == nullptr) before = node.get();
  }
  ReadRows read;
  read.planar = image.planes != nullptr;
  Graph::Options options;
  options.names = {input->name() + "_rows"};
  TINYC_ASSIGN_OR_RETURN(
      Node* const node,
      graph.Insert(before, std::make_unique<ReadRows>(std::move(read)),
                   {image.value}, std::move(options)));
  if (image.planes != nullptr) {
    Replace(graph, image.planes->output(), node->output());
    graph.Erase(image.planes);
    return true;
  }
  for (const Use& use : uses) {
    if (use.node == nullptr) {
      graph.SetOutput(static_cast<size_t>(use.index), node->output());
    } else {
      graph.SetInput(use.node, static_cast<size_t>(use.index), node->output());
    }
  }
  return true;
}

std::string ShapeText(const Value& value) {
  return absl::StrCat(InfoOf(value.type().dtype).text, " ",
                      value.type().shape.empty()
                          ? "scalar"
                          : absl::StrJoin(value.type().shape, "x"));
}

constexpr absl::string_view kWhatHasRows =
    "rows take a batch of 1, at least three dimensions and elements of whole "
    "bytes";

absl::StatusOr<Value*> InputCalled(const Graph& graph,
                                   const std::string& name) {
  std::vector<absl::string_view> names;
  for (Value* input : graph.inputs()) {
    if (input->name() == name) return input;
    names.push_back(input->name());
  }
  return Invalid("the model has no input \"", name, "\"",
                 DidYouMean(name, names));
}

}  // namespace

absl::Status InputRows(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({"input"}));
  Graph& graph = *module.graph;
  if (options.Has("input")) {
    TINYC_ASSIGN_OR_RETURN(Value* const input,
                           InputCalled(graph, options.Get("input", "")));
    if (ReaderOf(*input) != nullptr) return absl::OkStatus();
    if (input->uses().empty()) {
      return Invalid("nothing reads the input \"", input->name(),
                     "\", so that it has no rows to hand in");
    }
    TINYC_ASSIGN_OR_RETURN(const bool done, ReadByRows(graph, input));
    if (!done) {
      return Invalid("the input \"", input->name(), "\", ", ShapeText(*input),
                     ", has no rows to hand in: ", kWhatHasRows);
    }
    return absl::OkStatus();
  }
  bool any = false;
  for (Value* input : graph.inputs()) {
    any |= ReaderOf(*input) != nullptr;
    if (ReaderOf(*input) != nullptr || input->uses().empty()) continue;
    TINYC_ASSIGN_OR_RETURN(const bool done, ReadByRows(graph, input));
    any |= done;
  }
  if (any) return absl::OkStatus();
  return Invalid("no input of the model has rows to hand in: ", kWhatHasRows);
}

}  // namespace tinyc

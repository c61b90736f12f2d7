// SPDX-License-Identifier: Apache-2.0
// Makes the quantized form of inputs and outputs the model's interface.
//
//   graph(%x: f32[4]) -> (%y) {           graph(%x: s8[4] q(0.1, 3)) -> (%y) {
//     %xq = quantize(%x) q(0.1, 3)          %1 = dequantize(%x)
//     %1 = dequantize(%xq)            =>    %y = quantize(%2) q(0.5, 0)
//     %yq = quantize(%2) q(0.5, 0)          return %y
//     %y = dequantize(%yq)                }
//     return %y
//   }
//
// Option type=int8 or int16.  What the model stores in the other size it
// converts, from or to numbers of the same range.  Inputs and outputs of other
// types, and floats that are not quantized, stay.  Run after the passes that
// choose scales and before integerize.
#include <algorithm>

#include "compiler/ops/quantize.h"
#include "passes/pass.h"
#include "passes/quantization/formats.h"
#include "passes/quantization/insertion.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

bool IsStored(const Value& value) {
  const TensorType& type = value.type();
  return (type.dtype == DType::kS8 || type.dtype == DType::kS16) &&
         type.quantized() && type.quant->per_tensor();
}

// The type that an interface of type `io` gives numbers of `elem`.
ElemType InterfaceElem(const ElemType& elem, Activations io) {
  return elem.dtype == FormatOf(io).dtype ? elem
                                          : ActivationElem(io, RangeOf(elem));
}

// Takes `input` as the integers to which its only user quantizes it.
absl::Status StoreInput(Graph& graph, Value* input, Activations io) {
  Node* quantize = OnlyUser(*input);
  if (input->type().dtype != DType::kF32 || quantize == nullptr ||
      quantize->As<QuantizeOp>() == nullptr || !IsStored(*quantize->output())) {
    return absl::OkStatus();
  }
  Value* stored = quantize->output();
  const ElemType elem = InterfaceElem(stored->type().elem(), io);
  const bool same = elem == stored->type().elem();
  // Another value holds the place of the input for a moment.
  graph.SetInput(quantize, 0, nullptr);
  graph.SetInputType(input, TensorType(elem, input->type().shape));
  if (same) {
    graph.ReplaceUses(stored, input);
    return absl::OkStatus();
  }
  TINYC_ASSIGN_OR_RETURN(
      Value* const real,
      AddNode(graph, {.before = quantize, .from = {quantize}}, Dequantize(),
              {input}));
  graph.SetInput(quantize, 0, real);
  return absl::OkStatus();
}

// Gives output `i` out as the integers that it is made from.
absl::Status StoreOutput(Graph& graph, size_t i, Activations io) {
  Value* output = graph.outputs()[i];
  if (ProducedBy<Dequantize>(output) == nullptr) return absl::OkStatus();
  Value* stored = output->producer()->input(0);
  if (!IsStored(*stored)) return absl::OkStatus();
  const ElemType elem = InterfaceElem(stored->type().elem(), io);
  if (!(elem == stored->type().elem())) {
    const Node* from = output->producer();
    TINYC_ASSIGN_OR_RETURN(
        stored,
        AddNode(graph, {.before = nullptr, .from = {from}, .want = {elem}},
                QuantizeOp(), {output}));
  }
  if (IsGraphInput(*stored) || IsGraphOutput(*stored)) return absl::OkStatus();
  graph.SetOutput(i, stored);
  if (!IsGraphOutput(*output)) TakeName(graph, output, stored);
  return absl::OkStatus();
}

}  // namespace

absl::Status QuantizeIo(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({"type"}));
  TINYC_ASSIGN_OR_RETURN(const Activations io,
                         ReadActivations(options, "type"));
  Graph& graph = *module.graph;
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    TINYC_RETURN_IF_ERROR(StoreInput(graph, graph.inputs()[i], io));
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    TINYC_RETURN_IF_ERROR(StoreOutput(graph, i, io));
  }
  EraseDeadNodes(graph);
  return absl::OkStatus();
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Scan: a loop along an axis of its operands.
//
// Other axes than the first are transposed to the front.  In operator set 8,
// operands and results have a batch axis in front, along which the whole scan
// is repeated: a loop around the loop.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ops/loop.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/nested_graphs.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

TensorType WithoutFirst(const TensorType& type) {
  TensorType rest = type;
  rest.shape.erase(rest.shape.begin());
  return rest;
}

// One Scan of the model.
class ScanImporter {
 public:
  explicit ScanImporter(OnnxNode& node)
      : node_(node), batched_(node.version() < 9) {}

  absl::Status Run() {
    TINYC_RETURN_IF_ERROR(ReadAttributes());
    TINYC_RETURN_IF_ERROR(ReadOperands());
    captures_ = CapturesOf(node_, {&body_, 1});
    Region body(node_, *body_, "its body");
    body.graph().AddInput("iteration", Tensor::Scalar<int64_t>(0).type());
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const TensorType& type = InnerType(i);
      body.AddInput(i < num_states_ ? type : WithoutFirst(type));
    }
    body.AddCaptures(captures_);
    if (!body.Import() || body.has_lost_results()) return node_.Lose();
    for (size_t r = 0; r < body.results().size(); ++r) {
      TINYC_RETURN_IF_ERROR(body.AddResult(r));
    }
    std::shared_ptr<Graph> region = body.Take();
    for (size_t r = num_states_; r < region->outputs().size(); ++r) {
      TINYC_RETURN_IF_ERROR(CheckSize(region->outputs()[r]->type()));
    }
    DropUnusedCaptures(1 + inputs_.size(), {region.get()}, &captures_);

    auto loop = std::make_unique<Loop>();
    loop->trips = trips_;
    loop->carried = static_cast<int64_t>(num_states_);
    loop->scanned = static_cast<int64_t>(inputs_.size() - num_states_);
    loop->backward = backward_;
    std::vector<Value*> operands = {nullptr, nullptr};
    operands.insert(operands.end(), inputs_.begin(), inputs_.end());
    operands.insert(operands.end(), captures_.begin(), captures_.end());
    if (!batched_) return Finish(std::move(loop), operands, std::move(region));
    TINYC_ASSIGN_OR_RETURN(std::shared_ptr<Graph> scan,
                           OneOfBatch(std::move(loop), std::move(region)));
    auto batches = std::make_unique<Loop>();
    batches->trips = batch_;
    batches->scanned = static_cast<int64_t>(inputs_.size());
    return Finish(std::move(batches), operands, std::move(scan));
  }

 private:
  absl::Status ReadAttributes() {
    TINYC_ASSIGN_OR_RETURN(body_, node_.GraphAttr("body"));
    const size_t first = batched_ ? 1 : 0;
    const int64_t scans = node_.Int("num_scan_inputs", 0);
    const int64_t operands = static_cast<int64_t>(node_.num_inputs() - first);
    if (scans < 1 || scans > operands ||
        body_->input_size() != static_cast<int>(operands)) {
      return Invalid("its body has ", body_->input_size(), " inputs, the node ",
                     operands, " operands, of which ", scans, " are scanned");
    }
    num_states_ = static_cast<size_t>(operands - scans);
    const int64_t collected =
        body_->output_size() - static_cast<int64_t>(num_states_);
    if (collected < 0 ||
        node_.num_outputs() != static_cast<size_t>(body_->output_size())) {
      return Invalid("its body has ", body_->output_size(),
                     " outputs, the node ", node_.num_outputs());
    }
    TINYC_ASSIGN_OR_RETURN(
        backward_,
        ReadList(batched_ ? "directions" : "scan_input_directions", scans));
    TINYC_ASSIGN_OR_RETURN(in_axes_, ReadList("scan_input_axes", scans));
    TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> backward_out,
                           ReadList("scan_output_directions", collected));
    TINYC_ASSIGN_OR_RETURN(out_axes_, ReadList("scan_output_axes", collected));
    backward_.insert(backward_.end(), backward_out.begin(), backward_out.end());
    for (const int64_t direction : backward_) {
      if (direction != 0 && direction != 1) {
        return Invalid("a direction is ", direction, ", not 0 or 1");
      }
    }
    if (std::count(backward_.begin(), backward_.end(), 0) ==
        static_cast<std::ptrdiff_t>(backward_.size())) {
      backward_.clear();
    }
    return absl::OkStatus();
  }

  // An attribute with one entry per scanned tensor; all 0 when it is absent.
  absl::StatusOr<std::vector<int64_t>> ReadList(absl::string_view name,
                                                int64_t count) {
    std::vector<int64_t> list = node_.Ints(name);
    if (list.empty()) list.assign(static_cast<size_t>(count), 0);
    if (static_cast<int64_t>(list.size()) != count) {
      return Invalid("attribute ", name, " has ", list.size(), " entries, not ",
                     count);
    }
    return list;
  }

  absl::Status ReadOperands() {
    for (size_t i = batched_ ? 1 : 0; i < node_.num_inputs(); ++i) {
      TINYC_ASSIGN_OR_RETURN(Value * value, node_.Input(i));
      const size_t operand = inputs_.size();
      if (operand >= num_states_) {
        TINYC_ASSIGN_OR_RETURN(
            const int64_t axis,
            NormalAxis(in_axes_[operand - num_states_],
                       value->type().rank() - (batched_ ? 1 : 0)));
        std::vector<int64_t> perm(value->type().shape.size());
        std::iota(perm.begin(), perm.end(), 0);
        std::rotate(perm.begin(), perm.begin() + axis, perm.begin() + axis + 1);
        if (!batched_) {
          TINYC_ASSIGN_OR_RETURN(value,
                                 TransposeTo(node_, value, std::move(perm)));
        }
      }
      inputs_.push_back(value);
      const Shape& shape = value->type().shape;
      if (shape.size() <
          (batched_ ? 1u : 0u) + (operand >= num_states_ ? 1u : 0u)) {
        return Invalid("operand ", i, " has no axis to scan along");
      }
      if (batched_ && batch_ < 0) batch_ = shape[0];
      if (batched_ && shape[0] != batch_) {
        return Invalid("operand ", i, " has a batch of ", shape[0], ", not ",
                       batch_);
      }
      if (operand < num_states_) continue;
      const int64_t length = shape[batched_ ? 1 : 0];
      if (trips_ < 0) trips_ = length;
      if (length != trips_) {
        return Invalid("operand ", i, " is scanned ", length, " times, not ",
                       trips_);
      }
    }
    if (!batched_) return absl::OkStatus();
    TINYC_ASSIGN_OR_RETURN(const auto lengths, node_.IntsInput(0));
    if (lengths && std::count(lengths->begin(), lengths->end(), trips_) !=
                       static_cast<std::ptrdiff_t>(lengths->size())) {
      return Unimplemented("sequences of different lengths are not supported");
    }
    return absl::OkStatus();
  }

  // The type of an operand of the loop along the scanned axis.
  TensorType InnerType(size_t i) const {
    const TensorType& type = inputs_[i]->type();
    return batched_ ? WithoutFirst(type) : type;
  }

  absl::Status CheckSize(const TensorType& piece) const {
    std::vector<int64_t> shape(piece.shape.begin(), piece.shape.end());
    shape.insert(shape.begin(), trips_);
    if (batched_) shape.insert(shape.begin(), batch_);
    return CheckedType(piece.dtype, shape).status();
  }

  // A graph that runs `loop` on one entry of the batch.
  absl::StatusOr<std::shared_ptr<Graph>> OneOfBatch(
      std::unique_ptr<const Op> loop, std::shared_ptr<Graph> region) const {
    auto graph = std::make_shared<Graph>();
    graph->AddInput("entry", Tensor::Scalar<int64_t>(0).type());
    std::vector<Value*> operands = {nullptr, nullptr};
    for (size_t i = 0; i < inputs_.size(); ++i) {
      operands.push_back(graph->AddInput(inputs_[i]->name(), InnerType(i)));
    }
    for (const Value* value : captures_) {
      operands.push_back(graph->AddInput(value->name(), value->type()));
    }
    Graph::Options options;
    options.regions.push_back(std::move(region));
    TINYC_ASSIGN_OR_RETURN(Node* const node,
                           graph->Append(std::move(loop), std::move(operands),
                                         std::move(options)));
    graph->SetLoc(node, node_.loc());
    for (Value* output : node->outputs()) graph->AddOutput(output);
    return graph;
  }

  absl::Status Finish(std::unique_ptr<const Op> op,
                      const std::vector<Value*>& operands,
                      std::shared_ptr<Graph> region) {
    GraphBuilder& builder = *node_.scope().builder;
    std::vector<std::string> names;
    for (size_t i = 0; i < node_.num_outputs(); ++i) {
      const std::string name =
          absl::StrCat(node_.scope().prefix, node_.OutputName(i));
      const bool moved = i >= num_states_ && out_axes_[i - num_states_] != 0;
      names.push_back(moved ? builder.FreshName(absl::StrCat(name, "_slices"))
                            : builder.TakeName(name));
    }
    TINYC_ASSIGN_OR_RETURN(Node* const added,
                           AddRegions(node_, std::move(op), operands,
                                      {std::move(region)}, std::move(names)));
    for (size_t i = 0; i < node_.num_outputs(); ++i) {
      Value* value = added->output(i);
      if (i >= num_states_ && out_axes_[i - num_states_] != 0) {
        TINYC_ASSIGN_OR_RETURN(
            const int64_t axis,
            NormalAxis(out_axes_[i - num_states_], value->type().rank()));
        std::vector<int64_t> perm(value->type().shape.size());
        std::iota(perm.begin(), perm.end(), 0);
        std::rotate(perm.begin(), perm.begin() + 1, perm.begin() + axis + 1);
        TINYC_ASSIGN_OR_RETURN(value,
                               TransposeTo(node_, value, std::move(perm)));
      }
      TINYC_RETURN_IF_ERROR(node_.SetOutput(i, value));
    }
    return absl::OkStatus();
  }

  OnnxNode& node_;
  const bool batched_;
  const onnx::GraphProto* body_ = nullptr;
  size_t num_states_ = 0;
  std::vector<int64_t> backward_;  // as of Loop
  std::vector<int64_t> in_axes_;
  std::vector<int64_t> out_axes_;
  std::vector<Value*> inputs_;  // states, then what is scanned
  std::vector<Value*> captures_;
  int64_t batch_ = -1;
  int64_t trips_ = -1;
};

}  // namespace

absl::Status ImportScan(OnnxNode& node) { return ScanImporter(node).Run(); }

}  // namespace tinyc

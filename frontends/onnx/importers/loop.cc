// SPDX-License-Identifier: Apache-2.0
// Loop: a loop that only constants decide about, or that carries sequences, or
// whose sizes change from one iteration to the next, is unrolled when the
// number of its iterations is known.  Every other one becomes the IR's `loop`.
#include "compiler/ops/loop.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/control.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// A loop is unrolled up to so many nodes.
constexpr int64_t kMostUnrolledNodes = 20000;

bool Lost(const std::vector<Binding>& bindings) {
  return std::any_of(bindings.begin(), bindings.end(),
                     [](const Binding& b) { return b.lost(); });
}

// Puts pieces [...] side by side as [n, ...].
absl::StatusOr<Value*> Stack(OnnxNode& node,
                             const std::vector<Binding>& pieces) {
  std::vector<Value*> rows;
  for (const Binding& piece : pieces) {
    if (!piece.is_tensor()) {
      return Unimplemented("it collects what is no tensor");
    }
    std::vector<int64_t> shape(piece.type().shape.begin(),
                               piece.type().shape.end());
    shape.insert(shape.begin(), 1);
    TINYC_ASSIGN_OR_RETURN(rows.emplace_back(),
                           ReshapeTo(node, node.ValueOf(piece), shape));
  }
  return node.Emit("concat", std::move(rows), {{"axis", int64_t{0}}});
}

// One Loop of the model.
class LoopImporter {
 public:
  explicit LoopImporter(OnnxNode& node) : node_(node) {}

  absl::Status Run() {
    TINYC_RETURN_IF_ERROR(ReadOperands());
    if (MayUnroll() && (HasLists() || trips_ <= 1 || OnlyConstants())) {
      return Unroll();
    }
    const size_t mark = node_.nested().Mark();
    const absl::StatusOr<bool> done = AsRegion();
    if (done.ok() && *done) return absl::OkStatus();
    // What has no fixed shapes may have them when each iteration stands for
    // itself.
    if (trips_ > 0 && MayUnroll()) {
      node_.nested().Rollback(mark);
      return Unroll();
    }
    return done.ok() ? node_.Lose() : done.status();
  }

 private:
  absl::Status ReadOperands() {
    if (node_.HasInput(0)) {
      TINYC_ASSIGN_OR_RETURN(const TensorType type, node_.InputType(0));
      if (type.dtype != DType::kS64 || type.num_elements() != 1) {
        return Invalid("the number of trips is ", ToString(type),
                       ", not one s64");
      }
      TINYC_ASSIGN_OR_RETURN(const auto trips, node_.InputIfConstant(0));
      if (trips != nullptr) {
        trips_ = std::max<int64_t>(trips->IntAt(0), 0);
        // Exporters write "no limit" like this.
        if (trips_ == std::numeric_limits<int64_t>::max()) trips_ = -1;
      } else {
        TINYC_ASSIGN_OR_RETURN(trips_value_, node_.Input(0));
      }
    }
    has_condition_ = node_.HasInput(1);
    if (has_condition_) {
      TINYC_ASSIGN_OR_RETURN(const Condition go, ReadCondition(node_, 1));
      go_ = go.value;
      if (go.known != nullptr && go.known->IntAt(0) == 0) {
        trips_ = 0;
        trips_value_ = nullptr;
      }
    }
    for (size_t i = 2; i < node_.num_inputs(); ++i) {
      TINYC_ASSIGN_OR_RETURN(carried_.emplace_back(), node_.InputBinding(i));
    }
    TINYC_ASSIGN_OR_RETURN(body_, node_.GraphAttr("body"));
    const size_t outputs = static_cast<size_t>(body_->output_size());
    if (static_cast<size_t>(body_->input_size()) != carried_.size() + 2 ||
        outputs < carried_.size() + 1 || node_.num_outputs() > outputs - 1) {
      return Invalid("its body has ", body_->input_size(), " inputs and ",
                     outputs, " outputs, which do not fit ", carried_.size(),
                     " carried values");
    }
    return absl::OkStatus();
  }

  // --- in place -------------------------------------------------------------

  bool MayUnroll() const {
    return trips_ >= 0 && go_ == nullptr &&
           trips_ <= kMostUnrolledNodes / std::max(body_->node_size(), 1);
  }
  bool HasLists() const {
    return std::any_of(carried_.begin(), carried_.end(),
                       [](const Binding& b) { return !b.is_tensor(); });
  }
  bool OnlyConstants() const {
    return std::all_of(carried_.begin(), carried_.end(),
                       [](const Binding& b) { return b.known() != nullptr; }) &&
           CapturesOf(node_, {&body_, 1}).empty();
  }

  absl::Status Unroll() {
    const Tensor go = Tensor::Scalar<bool>(true);
    std::vector<Binding> carried = carried_;
    std::vector<std::vector<Binding>> collected(
        static_cast<size_t>(body_->output_size()) - 1 - carried.size());
    for (int64_t i = 0; i < trips_; ++i) {
      std::vector<Binding> inputs = {IterationBinding(i), ConditionBinding()};
      inputs.insert(inputs.end(), carried.begin(), carried.end());
      const auto results = ImportInPlace(
          node_, *body_, inputs, absl::StrCat("iteration ", i, " of its body"),
          absl::StrCat(node_.OutputName(0), "/", i));
      if (!results || Lost(*results)) return node_.Lose();
      for (size_t r = 1; r < results->size(); ++r) {
        if (r <= carried.size()) {
          carried[r - 1] = (*results)[r];
        } else {
          collected[r - 1 - carried.size()].push_back((*results)[r]);
        }
      }
      TINYC_ASSIGN_OR_RETURN(const bool more, GoesOn((*results)[0]));
      if (!more) break;
    }
    SetOutputs(node_, carried);
    for (size_t c = 0; c < collected.size(); ++c) {
      const size_t output = carried.size() + c;
      if (collected[c].empty()) {
        TINYC_RETURN_IF_ERROR(CollectNothing(output));
      } else {
        TINYC_RETURN_IF_ERROR(
            node_.SetOutput(output, Stack(node_, collected[c])));
      }
    }
    return absl::OkStatus();
  }

  // Whether an unrolled iteration is followed by another.
  absl::StatusOr<bool> GoesOn(const Binding& condition) const {
    const auto known = condition.is_tensor() ? condition.known() : nullptr;
    if (known == nullptr || known->dtype() != DType::kBool ||
        known->size() != 1) {
      return Unimplemented(
          "it must be unrolled, since sizes or sequences in it change from one "
          "iteration to the next, but its condition is known at run time only");
    }
    return known->IntAt(0) != 0 || !has_condition_;
  }

  // A result without slices; the body tells the rest of its type.
  absl::Status CollectNothing(size_t output) {
    if (!node_.OutputUsed(output)) {
      node_.SetOutput(output, Tensor(TensorType(DType::kF32, {0})));
      return absl::OkStatus();
    }
    TINYC_ASSIGN_OR_RETURN(const std::optional<Region> body, ImportBody());
    if (!body) return node_.Lose();
    const Binding& piece = body->results()[output + 1];
    if (!piece.is_tensor()) return node_.Lose();
    std::vector<int64_t> shape(piece.type().shape.begin(),
                               piece.type().shape.end());
    shape.insert(shape.begin(), 0);
    TINYC_ASSIGN_OR_RETURN(const TensorType type,
                           CheckedType(piece.type().dtype, shape));
    node_.SetOutput(output, Tensor(type));
    return absl::OkStatus();
  }

  // The iteration and the condition, as the body declares them: scalars or
  // lists of one.
  Shape DeclaredShape(int input) const {
    const auto& type = body_->input(input).type().tensor_type();
    return type.has_shape() && type.shape().dim_size() == 1 ? Shape{1}
                                                            : Shape{};
  }
  Binding IterationBinding(int64_t i) const {
    return {.constant = std::make_shared<const Tensor>(
                Tensor::Of<int64_t>(DeclaredShape(0), {i}))};
  }
  // It is true whenever the body runs.
  Binding ConditionBinding() const {
    return {.constant = std::make_shared<const Tensor>(
                Tensor::Of<bool>(DeclaredShape(1), {true}))};
  }

  // --- as a region ----------------------------------------------------------

  // The body with its captures; nothing when there were errors.
  absl::StatusOr<std::optional<Region>> ImportBody() {
    captures_ = CapturesOf(node_, {&body_, 1});
    std::optional<Region> body(std::in_place, node_, *body_, "its body");
    body->AddInput(TensorType(DType::kS64, DeclaredShape(0)));
    body->AddKnown(ConditionBinding().constant);
    for (const Binding& start : carried_) {
      if (!start.is_tensor()) {
        return Unimplemented(
            "it carries a sequence or optional, and the number of its "
            "iterations is known at run time only, or is too large");
      }
      body->AddInput(start.type());
    }
    body->AddCaptures(captures_);
    if (!body->Import()) body.reset();
    return body;
  }

  // The number of slices of what is collected.
  absl::StatusOr<int64_t> CollectedTrips(bool asks) const {
    if (trips_ >= 0 && !asks && go_ == nullptr) return trips_;
    for (size_t i = carried_.size(); i < node_.num_outputs(); ++i) {
      const auto shape =
          node_.nested().DeclaredShape(node_.OutputName(i), node_.scope());
      if (shape && !shape->empty()) return (*shape)[0];
    }
    return Unimplemented(
        "the number of its iterations is known at run time only, and so is "
        "the size of output ",
        carried_.size(), " (\"", node_.OutputName(carried_.size()),
        "\"); export the model with a constant number of iterations or with "
        "the shape of this output");
  }

  // False: there were errors, which are reported.
  absl::StatusOr<bool> AsRegion() {
    TINYC_ASSIGN_OR_RETURN(std::optional<Region> body, ImportBody());
    if (!body || body->has_lost_results()) return false;
    auto loop = std::make_unique<Loop>();
    loop->carried = static_cast<int64_t>(carried_.size());
    TINYC_RETURN_IF_ERROR(AddCondition(*body, loop.get()));
    // What the node's outputs do not name is not collected.
    for (size_t r = 0; r < carried_.size(); ++r) {
      TINYC_RETURN_IF_ERROR(body->AddResult(r + 1));
      const TensorType& next = body->graph().outputs().back()->type();
      if (!(next == carried_[r].type())) {
        return Unimplemented("carried value ", r, " (\"", node_.OutputName(r),
                             "\") is ", ToString(carried_[r].type()),
                             " before an iteration and ", ToString(next),
                             " after it; a tensor has one size in C");
      }
    }
    std::vector<size_t> outputs;
    for (size_t i = 0; i < node_.num_outputs(); ++i) {
      if (i >= carried_.size()) {
        if (!node_.OutputUsed(i)) continue;
        TINYC_RETURN_IF_ERROR(body->AddResult(i + 1));
      }
      outputs.push_back(i);
    }
    const bool collects =
        body->graph().outputs().size() > carried_.size() + (loop->asks ? 1 : 0);
    loop->trips = trips_;
    if (collects) {
      TINYC_ASSIGN_OR_RETURN(loop->trips, CollectedTrips(loop->asks));
      for (size_t r = loop->region_result(carried_.size());
           r < body->graph().outputs().size(); ++r) {
        const TensorType& piece = body->graph().outputs()[r]->type();
        std::vector<int64_t> shape(piece.shape.begin(), piece.shape.end());
        shape.insert(shape.begin(), loop->trips);
        TINYC_RETURN_IF_ERROR(CheckedType(piece.dtype, shape).status());
      }
      // The limit stays one beside the number that the results ask for.
      if (trips_ >= 0 && loop->trips != trips_) {
        return Invalid("output \"", node_.OutputName(carried_.size()),
                       "\" is declared with ", loop->trips,
                       " slices, and there are ", trips_, " trips");
      }
    }
    std::vector<Value*> inputs = {trips_value_, go_};
    for (const Binding& start : carried_)
      inputs.push_back(node_.ValueOf(start));
    for (size_t c = 0; c < carried_.size(); ++c) {
      if (inputs[2 + c]->type().quantized()) {
        return Unimplemented("a carried value is quantized");
      }
    }
    std::vector<std::shared_ptr<Graph>> regions;
    regions.push_back(body->Take());
    DropUnusedCaptures(1 + carried_.size(), {regions[0].get()}, &captures_);
    inputs.insert(inputs.end(), captures_.begin(), captures_.end());
    TINYC_RETURN_IF_ERROR(AddControl(node_, std::move(loop), std::move(inputs),
                                     std::move(regions), outputs));
    return true;
  }

  // The body's condition, as a result of the region when it decides anything.
  absl::Status AddCondition(Region& body, Loop* loop) const {
    const Binding& condition = body.results()[0];
    if (!condition.is_tensor() || condition.type().dtype != DType::kBool ||
        condition.type().num_elements() != 1) {
      return Invalid("the condition that its body computes is not one bool");
    }
    const auto known = condition.known();
    if (known != nullptr && known->IntAt(0) != 0) return absl::OkStatus();
    if (!has_condition_) {
      return Unimplemented(
          "it has no condition, but its body computes one, which runtimes "
          "treat in different ways; give it the condition true");
    }
    loop->asks = true;
    return body.AddResult(0);
  }

  OnnxNode& node_;
  const onnx::GraphProto* body_ = nullptr;
  int64_t trips_ = -1;            // -1: no limit known
  Value* trips_value_ = nullptr;  // null: known, or none
  bool has_condition_ = false;
  Value* go_ = nullptr;           // null: known, or none
  std::vector<Binding> carried_;  // before the first iteration
  std::vector<Value*> captures_;
};

}  // namespace

absl::Status ImportLoop(OnnxNode& node) { return LoopImporter(node).Run(); }

}  // namespace tinyc

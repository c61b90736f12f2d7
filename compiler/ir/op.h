// SPDX-License-Identifier: Apache-2.0
// What an operator is: attributes and five methods.  A pass that needs a sixth
// switches on As<T>() in its own file.
#ifndef TINYC_COMPILER_IR_OP_H_
#define TINYC_COMPILER_IR_OP_H_

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/tensor.h"
#include "compiler/ir/type.h"

namespace tinyc {

class Graph;
class Node;

// What InferTypes sees of a node.
struct InferArgs {
  absl::Span<const TensorType* const> in;  // null: an absent optional operand
  // The element types that the node's outputs are to have, as far as the
  // operator leaves a choice (the scale of a quantized result); may be empty.
  absl::Span<const ElemType> want = {};
  absl::Span<const Graph* const> regions = {};

  // want[i], or `otherwise` where nothing is wanted.
  ElemType WantedOr(size_t i, const ElemType& otherwise) const {
    return i < want.size() ? want[i] : otherwise;
  }
};

// What Evaluate sees: operands (null: absent) and results, which are typed and
// all zeros on entry.
struct EvalArgs {
  absl::Span<const Tensor* const> in;
  absl::Span<Tensor* const> out;
  absl::Span<const Graph* const> regions = {};
  // Runs a region on its inputs; results in the order of its outputs.
  absl::FunctionRef<absl::StatusOr<std::vector<Tensor>>(
      const Graph* region, absl::Span<const Tensor* const> in)>
      run;
};

// How an operator takes part in integer arithmetic; data for passes.
struct QuantRule {
  enum class Kind {
    kFloatOnly,  // has no integer form
    kSameScale,  // moves or selects values: result and data operands share
                 // one quantization
    kWeighted,   // sum of products with constants: int32 (int64 for 16-bit
                 // activations) accumulator, requantized once
    kTable,      // a function of one value: an 8-bit input makes it a table
    kFree,       // operands and result each have a scale of their own
  };
  Kind kind = Kind::kFloatOnly;
  int weight = -1;       // kWeighted: operand index
  int weight_axis = -1;  // kWeighted: its output channels; per-axis scales
                         // are allowed along it
  int bias = -1;         // kWeighted: operand index, stored as s32 or s64 with
                         // scale s_x * s_w and zero point 0
};

// One operand in the signature of an operator.
struct Operand {
  // kVariadic: one or more; kAny: none or more.  Only the last one is either.
  enum class Mode { kRequired, kOptional, kVariadic, kAny };
  absl::string_view name;
  Mode mode = Mode::kRequired;
};

class Op {
 public:
  virtual ~Op() = default;
  virtual absl::string_view name() const = 0;  // "conv"
  virtual absl::Span<const Operand> operands() const = 0;
  // How many operands InferTypes and Evaluate see at least, absent ones as
  // null.
  size_t min_operands() const {
    const absl::Span<const Operand> all = operands();
    const bool any = !all.empty() && all.back().mode == Operand::Mode::kAny;
    return all.size() - (any ? 1 : 0);
  }
  virtual std::unique_ptr<Op> Clone() const = 0;
  virtual bool Equals(const Op& other) const = 0;

  struct NamedText {
    absl::string_view name;
    std::string text;
  };
  // Attributes that differ from their defaults, in declaration order.
  virtual std::vector<NamedText> Attrs() const = 0;
  // All attributes, in declaration order.
  virtual std::vector<NamedText> AllAttrs() const = 0;
  virtual absl::Status SetAttr(absl::string_view name,
                               absl::string_view text) = 0;

  // Types of the outputs, or one sentence on what is wrong.  Arity and absent
  // operands have been checked against operands().
  virtual absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const = 0;
  // The meaning: index loops; floats accumulate in double; integers exactly as
  // docs/numbers.md says.
  virtual absl::Status Evaluate(const EvalArgs& args) const = 0;
  virtual QuantRule Quantization() const { return {}; }
  // Multiply-accumulates of one execution; 0 for operators without products.
  virtual int64_t Macs(const Node& node) const;
  // Kernel calls in order.  The default has none and says so.
  virtual absl::StatusOr<std::vector<KernelCall>> Lower(const Node& node) const;
};

// Gives an operator its attribute methods from T::kName, T::kOperands and
// T::kAttrs (a std::tuple of Attr, possibly empty).
template <typename T, typename Base = Op>
class OpBase : public Base {
 public:
  absl::string_view name() const override { return T::kName; }
  absl::Span<const Operand> operands() const override { return T::kOperands; }
  std::unique_ptr<Op> Clone() const override {
    return std::make_unique<T>(self());
  }
  bool Equals(const Op& other) const override {
    const T* that = dynamic_cast<const T*>(&other);
    if (that == nullptr || that->name() != this->name()) return false;
    return std::apply(
        [&](const auto&... attr) {
          return ((self().*attr.field == that->*attr.field) && ...);
        },
        T::kAttrs);
  }
  std::vector<Op::NamedText> Attrs() const override {
    std::vector<Op::NamedText> texts;
    const T defaults = T();
    const auto add = [&](const auto& attr) {
      if (self().*attr.field == defaults.*attr.field) return;
      texts.push_back({attr.name, AttrText(self().*attr.field)});
    };
    std::apply([&](const auto&... attr) { (add(attr), ...); }, T::kAttrs);
    return texts;
  }
  std::vector<Op::NamedText> AllAttrs() const override {
    return std::apply(
        [&](const auto&... attr) {
          return std::vector<Op::NamedText>{
              {attr.name, AttrText(self().*attr.field)}...};
        },
        T::kAttrs);
  }
  absl::Status SetAttr(absl::string_view name,
                       absl::string_view text) override {
    absl::Status status = Invalid(this->name(), " has no attribute ", name);
    const auto set = [&](const auto& attr) {
      if (attr.name != name) return;
      status = ParseAttr(text, &(static_cast<T&>(*this).*attr.field))
                   ? absl::OkStatus()
                   : Invalid("\"", text, "\" is not a value of ", name);
    };
    std::apply([&](const auto&... attr) { (set(attr), ...); }, T::kAttrs);
    return status;
  }

 private:
  const T& self() const { return static_cast<const T&>(*this); }
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_OP_H_

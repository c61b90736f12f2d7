// SPDX-License-Identifier: Apache-2.0
// Recurrent layers: RNN, GRU and LSTM.  THE list of cells is the table in
// recurrent.cc: every row is an operator.
#ifndef TINYC_COMPILER_OPS_RECURRENT_H_
#define TINYC_COMPILER_OPS_RECURRENT_H_

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

enum class Direction { kForward, kReverse, kBidirectional };
template <>
struct EnumNames<Direction> {
  static constexpr absl::string_view kNames[] = {"forward", "reverse",
                                                 "bidirectional"};
};

// A function that a gate or state goes through.
struct RecurrentActivation {
  absl::string_view name;  // that of ONNX in lower case
  int32_t code;            // TC_ACT_*
  bool has_alpha;
  bool has_beta;
  double (*function)(double v, double alpha, double beta);
};
// Null when there is none.
const RecurrentActivation* FindRecurrentActivation(absl::string_view name);

struct RecurrentRow {
  absl::string_view name;  // "lstm"
  int64_t gates;           // in the order of ONNX: zrh, iofc
  size_t activations;      // f, g, h of ONNX, for each direction
  absl::string_view default_activations;
  bool has_cell_state;
};

// ONNX RNN, GRU and LSTM (https://onnx.ai/onnx/operators/onnx__LSTM.html) with
// T steps, batch N, I inputs, H hidden units, D directions and G gates.
//   x: [T,N,I]; w: [D,G*H,I]; r: [D,G*H,H]; h, c: [D,N,H], the first states;
//   b: [D,G*H], both biases of ONNX summed; for a GRU with linear_before_reset
//      [D,4*H], whose last part is the recurrent bias of the gate h;
//   lengths: s32[N], the steps of each sample, limited to 0..T; y is 0 beyond,
//      and the last states of a sample without steps are 0 as well;
//   p: [D,3*H], peepholes i, o, f.
// Results, as far as the attributes of these names ask for them, in this order:
//   y: [T,D,N,H], the state h after every step; last_h, last_c: [D,N,H].
// With batch_first the dimension N is the first one of x, y and states.
class Recurrent final : public OpBase<Recurrent> {
 public:
  static constexpr absl::string_view kName = "recurrent";  // name(): the row's
  static constexpr Operand kOperands[] = {{"x"},
                                          {"w"},
                                          {"r"},
                                          {"b", Operand::Mode::kOptional},
                                          {"lengths", Operand::Mode::kOptional},
                                          {"h", Operand::Mode::kOptional},
                                          {"c", Operand::Mode::kOptional},
                                          {"p", Operand::Mode::kOptional}};

  Direction direction = Direction::kForward;
  bool batch_first = false;
  std::string activations;   // "sigmoid,tanh,tanh", for every direction; empty:
                             // the default ones
  std::vector<float> alpha;  // one per activation, empty: none needs it
  std::vector<float> beta;
  float clip = std::numeric_limits<float>::infinity();  // of what enters a gate
  bool linear_before_reset = false;  // GRU: r scales a product, not its operand
  bool input_forget = false;         // LSTM: the forget gate is 1 - i
  bool y = true;
  bool last_h = false;
  bool last_c = false;

  static constexpr auto kAttrs =
      std::tuple{Attr{"direction", &Recurrent::direction},
                 Attr{"batch_first", &Recurrent::batch_first},
                 Attr{"activations", &Recurrent::activations},
                 Attr{"alpha", &Recurrent::alpha},
                 Attr{"beta", &Recurrent::beta},
                 Attr{"clip", &Recurrent::clip},
                 Attr{"linear_before_reset", &Recurrent::linear_before_reset},
                 Attr{"input_forget", &Recurrent::input_forget},
                 Attr{"y", &Recurrent::y},
                 Attr{"last_h", &Recurrent::last_h},
                 Attr{"last_c", &Recurrent::last_c}};

  Recurrent();  // of the first row
  explicit Recurrent(const RecurrentRow* row) : row_(row) {}

  const RecurrentRow& row() const { return *row_; }
  int64_t directions() const {
    return direction == Direction::kBidirectional ? 2 : 1;
  }

  absl::string_view name() const override { return row_->name; }
  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  // QuantRule: kFloatOnly.
  int64_t Macs(const Node& node) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

 private:
  // One activation with its parameters.
  struct Activation {
    const RecurrentActivation* function = nullptr;
    float alpha = 0;
    float beta = 0;

    double operator()(double v) const {
      return function->function(v, double{alpha}, double{beta});
    }
  };
  // row().activations of them for each direction, or what is wrong.
  absl::StatusOr<std::vector<Activation>> Activations() const;

  struct Sizes {
    int64_t steps = 0;
    int64_t batch = 0;
    int64_t in = 0;
    int64_t hidden = 0;
  };
  Sizes SizesOf(const Shape& x, const Shape& r) const;
  // The number of rows of the bias of one direction.
  int64_t BiasRows(int64_t hidden) const;

  // Offset of the row of h or y that belongs to a sample; `step` is 0 and
  // `steps` 1 for a state.
  int64_t RowOf(const Sizes& sizes, int64_t steps, int64_t step, int64_t d,
                int64_t sample) const;
  // One direction for one sample.
  void EvaluateSample(const EvalArgs& args, absl::Span<const Activation> act,
                      int64_t d, int64_t sample) const;

  const RecurrentRow* row_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_RECURRENT_H_

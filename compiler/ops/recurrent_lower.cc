// SPDX-License-Identifier: Apache-2.0
// Recurrent layers onto the recurrent kernels: one call per direction.
#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/recurrent.h"
#include "recurrent/recurrent.h"

static auto BlockFields(const tc_recurrent_shape*) {
  using T = tc_recurrent_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_recurrent_shape",
      std::tuple{
          BlockMember{"cell", &T::cell}, BlockMember{"act", &T::act},
          BlockMember{"steps", &T::steps}, BlockMember{"batch", &T::batch},
          BlockMember{"in", &T::in}, BlockMember{"hidden", &T::hidden},
          BlockMember{"chunk", &T::chunk}, BlockMember{"x_step", &T::x_step},
          BlockMember{"x_sample", &T::x_sample},
          BlockMember{"y_step", &T::y_step},
          BlockMember{"y_sample", &T::y_sample},
          BlockMember{"state_sample", &T::state_sample}}};
}

static auto BlockFields(const tc_recurrent_direction*) {
  using T = tc_recurrent_direction;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_recurrent_direction",
      std::tuple{BlockMember{"reverse", &T::reverse},
                 BlockMember{"clip", &T::clip}, BlockMember{"alpha", &T::alpha},
                 BlockMember{"beta", &T::beta}}};
}

namespace tinyc {
namespace {

// Beyond it, more steps at once save no more loads of weights.
constexpr int64_t kMaxChunk = 8;

// How many steps' inputs to multiply at once, when the sums of one take
// `step_bytes`: as many as take at most a quarter of what the node's operands
// and results hold anyway.
int64_t ChunkOf(const Node& node, int64_t steps, int64_t step_bytes) {
  int64_t bytes = node.input(0)->type().bytes();
  for (const Value* result : node.outputs()) bytes += result->type().bytes();
  const int64_t affordable = bytes / 4 / std::max<int64_t>(step_bytes, 1);
  return std::clamp<int64_t>(std::min(steps, affordable), 1, kMaxChunk);
}

// Part number d of `parts` equal ones of operand `i`, or null.
KernelArg Part(const Node& node, int i, int64_t d, int64_t parts) {
  const Value* value = node.input(static_cast<size_t>(i));
  if (value == nullptr) return KernelArg::Null();
  return KernelArg::Input(i, value->type().bytes() / parts * d);
}

// Direction d of the weights, operand `i`: [D][gates * hidden][columns].
KernelArg Weights(const Node& node, int i, int64_t d, int64_t hidden) {
  const Value& value = *node.input(static_cast<size_t>(i));
  const Shape& shape = value.type().shape;
  if (value.constant() == nullptr) {
    KernelArg arg = Part(node, i, d, shape[0]);
    arg.pack_rows = shape[1];
    arg.pack_group_rows = hidden;
    arg.row_stride = shape[2];
    arg.dims = {shape[2]};
    arg.strides = {1};
    return arg;
  }
  Tensor rows(TensorType(value.type().dtype, {shape[1], shape[2]}));
  const auto bytes = static_cast<size_t>(rows.type().bytes());
  const absl::Span<const uint8_t> part =
      value.constant()->bytes().subspan(static_cast<size_t>(d) * bytes, bytes);
  std::copy(part.begin(), part.end(), rows.bytes().begin());
  const char* const names[] = {"", "w", "r"};
  return KernelArg::Rows(absl::StrCat(names[i], shape[0] > 1 ? d : 0),
                         std::move(rows), shape[1], hidden);
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> Recurrent::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const Sizes sizes = SizesOf(x.shape, node.input(2)->type().shape);
  if (sizes.hidden == 0 || sizes.batch == 0) return std::vector<KernelCall>();
  TINYC_ASSIGN_OR_RETURN(const std::vector<Activation> act, Activations());
  const int64_t width = row().gates * sizes.hidden;
  const int64_t parts = directions();

  tc_recurrent_shape shape = {};
  shape.cell = row().gates == 1 ? TC_RNN
               : row().gates == 3
                   ? linear_before_reset ? TC_GRU_RESET_AFTER : TC_GRU
               : input_forget ? TC_LSTM_COUPLED
                              : TC_LSTM;
  shape.steps = Int32(sizes.steps);
  shape.batch = Int32(sizes.batch);
  shape.in = Int32(sizes.in);
  shape.hidden = Int32(sizes.hidden);
  const int64_t chunk = ChunkOf(node, sizes.steps, 4 * width);
  shape.chunk = Int32(chunk);
  shape.x_step = Int32(batch_first ? sizes.in : sizes.batch * sizes.in);
  shape.x_sample = Int32(batch_first ? sizes.steps * sizes.in : sizes.in);
  // Offsets of the rows next to the first.
  shape.y_step = Int32(RowOf(sizes, sizes.steps, 1, 0, 0));
  shape.y_sample = Int32(RowOf(sizes, sizes.steps, 0, 0, 1));
  shape.state_sample = Int32(RowOf(sizes, 1, 0, 0, 1));

  std::vector<KernelCall> calls;
  for (int64_t d = 0; d < parts; ++d) {
    KernelCall call;
    TINYC_ASSIGN_OR_RETURN(call.family, ArithmeticFamily("recurrent", x));
    tc_recurrent_direction data = {};
    data.reverse = direction == Direction::kReverse || d == 1;
    data.clip = clip;
    for (size_t i = 0; i < row().activations; ++i) {
      const Activation& a = act[static_cast<size_t>(d) * row().activations + i];
      shape.act[i] = a.function->code;
      data.alpha[i] = a.alpha;
      data.beta[i] = a.beta;
    }
    call.shape = Block::Of(shape);
    call.quant = Block::Of(data);
    call.scratch_bytes =
        4 * (chunk * width + (row().gates == 1 ? 1 : 2) * sizes.hidden);

    const int64_t state = 4 * RowOf(sizes, 1, 0, d, 0);
    const auto state_input = [&](int i) {
      return node.input(static_cast<size_t>(i)) == nullptr
                 ? KernelArg::Null()
                 : KernelArg::Input(i, state);
    };
    int result = 0;
    const auto output = [&](bool wanted, int64_t offset) {
      return wanted ? KernelArg::Output(result++, offset) : KernelArg::Null();
    };
    call.args = {KernelArg::Input(0),
                 Weights(node, 1, d, sizes.hidden),
                 Weights(node, 2, d, sizes.hidden),
                 Part(node, 3, d, parts),
                 Part(node, 4, 0, 1),
                 state_input(5),
                 state_input(6),
                 Part(node, 7, d, parts),
                 KernelArg::Scratch(),
                 output(y, 4 * RowOf(sizes, sizes.steps, 0, d, 0)),
                 output(last_h, state),
                 output(last_c, state)};
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace tinyc

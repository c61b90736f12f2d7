// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "attention/attention.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"

static auto BlockFields(const tc_attention_shape*) {
  using T = tc_attention_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_attention_shape",
      std::tuple{
          BlockMember{"scale", &T::scale}, BlockMember{"softcap", &T::softcap},
          BlockMember{"batches", &T::batches}, BlockMember{"heads", &T::heads},
          BlockMember{"group", &T::group}, BlockMember{"queries", &T::queries},
          BlockMember{"keys", &T::keys}, BlockMember{"size", &T::size},
          BlockMember{"v_size", &T::v_size},
          BlockMember{"q_stride", &T::q_stride},
          BlockMember{"k_stride", &T::k_stride},
          BlockMember{"v_stride", &T::v_stride},
          BlockMember{"y_stride", &T::y_stride},
          BlockMember{"mask_stride", &T::mask_stride},
          BlockMember{"mask_keys", &T::mask_keys},
          BlockMember{"offset", &T::offset}, BlockMember{"left", &T::left},
          BlockMember{"right", &T::right}, BlockMember{"stage", &T::stage}}};
}

namespace tinyc {
namespace {

// An operand of either layout as [batch, head, position, element].
struct Heads {
  int64_t batches = 0;
  int64_t heads = 0;
  int64_t positions = 0;
  int64_t size = 0;
  int64_t strides[3] = {0, 0, 0};  // of batch, head and position

  int64_t At(int64_t batch, int64_t head, int64_t position) const {
    return batch * strides[0] + head * strides[1] + position * strides[2];
  }
};

absl::StatusOr<Heads> HeadsOf(const Shape& shape, int64_t heads) {
  if (heads == 0 && shape.size() == 4) {
    return Heads{
        shape[0],
        shape[1],
        shape[2],
        shape[3],
        {shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3]}};
  }
  if (heads <= 0 || shape.size() != 3 || shape[2] % heads != 0) {
    return Invalid("an operand of shape ", ToString(shape), " is not made of ",
                   heads, " heads");
  }
  const int64_t size = shape[2] / heads;
  return Heads{
      shape[0], heads, shape[1], size, {shape[1] * shape[2], size, shape[2]}};
}

struct Sizes {
  Heads q;
  Heads k;
  Heads v;
  Shape scores;  // [B,H,S,L]
  int64_t mask_keys = 0;
  int64_t mask_strides[3] = {0, 0, 0};  // of batch, head and query
};

absl::StatusOr<Sizes> SizesOf(const Attention& op, const Shape& q,
                              const Shape& k, const Shape& v,
                              const TensorType* mask) {
  Sizes sizes;
  TINYC_ASSIGN_OR_RETURN(sizes.q, HeadsOf(q, op.q_heads));
  TINYC_ASSIGN_OR_RETURN(sizes.k, HeadsOf(k, op.kv_heads));
  TINYC_ASSIGN_OR_RETURN(sizes.v, HeadsOf(v, op.kv_heads));
  const Heads& keys = sizes.k;
  if (sizes.q.batches != keys.batches || sizes.v.batches != keys.batches ||
      sizes.v.positions != keys.positions || sizes.v.heads != keys.heads ||
      sizes.q.size != keys.size) {  // attention_c1
    return Invalid("the shapes ", ToString(q), ", ", ToString(k), " and ",
                   ToString(v), " of queries, keys and values do not fit");
  }
  if (keys.heads == 0 || sizes.q.heads % keys.heads != 0) {  // attention_c2
    return Invalid(sizes.q.heads, " heads of queries are no multiple of ",
                   keys.heads, " heads of keys");
  }
  sizes.scores = {keys.batches, sizes.q.heads, sizes.q.positions,
                  keys.positions};
  sizes.mask_keys = keys.positions;
  if (mask == nullptr) return sizes;
  if (mask->rank() == 0 || mask->rank() > 4 ||
      mask->shape.back() > keys.positions) {  // attention_c3
    return Invalid("a mask of shape ", ToString(mask->shape),
                   " does not fit scores of shape ", ToString(sizes.scores));
  }
  sizes.mask_keys = mask->shape.back();
  Shape masked = sizes.scores;
  masked.back() = sizes.mask_keys;
  const absl::StatusOr<Shape> common = BroadcastShapes(mask->shape, masked);
  if (!common.ok() || *common != masked) {  // attention_c4
    return Invalid("a mask of shape ", ToString(mask->shape),
                   " does not broadcast to ", ToString(masked));
  }
  const Shape strides = BroadcastStrides(mask->shape, masked);
  std::copy(strides.begin(), strides.begin() + 3, sizes.mask_strides);
  return sizes;
}

// The meaning of one query, in double.
class Query {
 public:
  Query(const Attention& op, const Sizes& sizes, const EvalArgs& args)
      : op_(op), sizes_(sizes), args_(args) {}

  void Run(int64_t b, int64_t h, int64_t i) {
    const int64_t n = sizes_.k.positions;
    const int64_t row = ((b * sizes_.q.heads + h) * sizes_.q.positions + i) * n;
    std::vector<double> score(static_cast<size_t>(n));
    double greatest = -std::numeric_limits<double>::infinity();
    bool nan = false;
    for (int64_t j = 0; j < n; ++j) {
      const double raw = Product(b, h, i, j);
      const double cap{op_.softcap};
      const double capped = cap > 0 ? cap * std::tanh(raw / cap) : raw;
      double& one = score[static_cast<size_t>(j)];
      one = capped + Mask(b, h, i, j);
      if (std::isinf(Mask(b, h, i, j))) one = Mask(b, h, i, j);
      greatest = std::max(greatest, one);
      nan = nan || std::isnan(one);
      if (op_.scores == AttentionScores::kRaw) Score(row + j, raw);
      if (op_.scores == AttentionScores::kCapped) Score(row + j, capped);
      if (op_.scores == AttentionScores::kBiased) Score(row + j, one);
    }
    if (nan) greatest = std::numeric_limits<double>::quiet_NaN();
    double sum = 0;
    for (double& one : score) {
      const bool none = greatest == -std::numeric_limits<double>::infinity();
      one = none ? 0 : std::exp(one - greatest);
      sum += one;
    }
    const int64_t head = h / (sizes_.q.heads / sizes_.k.heads);
    Tensor& y = *args_.out[0];
    for (int64_t d = 0; d < sizes_.v.size; ++d) {
      double acc = 0;
      for (int64_t j = 0; j < n; ++j) {
        const double weight = score[static_cast<size_t>(j)];
        if (weight == 0) continue;  // whatever the value is
        acc += weight / sum * args_.in[2]->At(sizes_.v.At(b, head, j) + d);
      }
      const Heads out = OutputHeads();
      y.Set(out.At(b, h, i) + d, acc);
    }
    if (op_.scores != AttentionScores::kWeights) return;
    for (int64_t j = 0; j < n; ++j) {
      const double weight = score[static_cast<size_t>(j)];
      Score(row + j, weight == 0 ? 0 : weight / sum);
    }
  }

 private:
  Heads OutputHeads() const {
    return *HeadsOf(args_.out[0]->shape(), op_.q_heads);
  }
  void Score(int64_t at, double value) { args_.out[1]->Set(at, value); }

  double Product(int64_t b, int64_t h, int64_t i, int64_t j) const {
    const int64_t head = h / (sizes_.q.heads / sizes_.k.heads);
    double sum = 0;
    for (int64_t d = 0; d < sizes_.q.size; ++d) {
      sum += args_.in[0]->At(sizes_.q.At(b, h, i) + d) *
             args_.in[1]->At(sizes_.k.At(b, head, j) + d);
    }
    return double{op_.scale} * sum;
  }

  // What is added to a score: -inf for a key that is left out.
  double Mask(int64_t b, int64_t h, int64_t i, int64_t j) const {
    constexpr double kOut = -std::numeric_limits<double>::infinity();
    int64_t offset = op_.offset;
    if (args_.in[4] != nullptr) {
      const int64_t length =
          std::clamp<int64_t>(args_.in[4]->IntAt(b), 0, sizes_.k.positions);
      if (j >= length) return kOut;
      offset = length - sizes_.q.positions;
    }
    if (op_.left >= 0 && j < i + offset - op_.left) return kOut;
    if (op_.right >= 0 && j > i + offset + op_.right) return kOut;
    if (args_.in[3] == nullptr) return 0;
    if (j >= sizes_.mask_keys) return kOut;
    const int64_t* strides = sizes_.mask_strides;
    const int64_t at = b * strides[0] + h * strides[1] + i * strides[2] + j;
    const Tensor& mask = *args_.in[3];
    if (mask.dtype() == DType::kBool) return mask.At(at) != 0 ? 0 : kOut;
    return mask.At(at);
  }

  const Attention& op_;
  const Sizes& sizes_;
  const EvalArgs& args_;
};

}  // namespace

void RegisterAttention(OpRegistry& registry) {
  registry.Add(std::make_unique<Attention>());
}

absl::StatusOr<std::vector<TensorType>> Attention::InferTypes(
    const InferArgs& args) const {
  const TensorType& q = *args.in[0];
  const TensorType* mask = args.in[3];
  const TensorType* lengths = args.in[4];
  for (const TensorType* operand : {args.in[1], args.in[2]}) {
    if (!(operand->elem() == q.elem())) {  // attention_c5
      return Invalid("queries, keys and values have different types");
    }
  }
  if (q.quantized() || !IsFloat(q.dtype)) {  // attention_c6
    return Invalid("attention takes no ", q.quantized() ? "quantized " : "",
                   InfoOf(q.dtype).text);
  }
  if (mask != nullptr && mask->dtype != DType::kBool &&
      !(mask->elem() == q.elem())) {  // attention_c7
    return Invalid("the mask is neither of bool nor of the queries' type");
  }
  TINYC_ASSIGN_OR_RETURN(
      const Sizes sizes,
      SizesOf(*this, q.shape, args.in[1]->shape, args.in[2]->shape, mask));
  if (lengths != nullptr &&
      !(*lengths ==
        TensorType(DType::kS64, {sizes.q.batches}))) {  // attention_c8
    return Invalid("the lengths are not of type s64[", sizes.q.batches, "]");
  }
  TensorType y = q;
  y.shape.back() = q_heads == 0 ? sizes.v.size : q_heads * sizes.v.size;
  if (scores == AttentionScores::kNone) return std::vector{y};
  return std::vector{y, TensorType(q.dtype, sizes.scores)};
}

absl::Status Attention::Evaluate(const EvalArgs& args) const {
  const TensorType* mask =
      args.in[3] == nullptr ? nullptr : &args.in[3]->type();
  TINYC_ASSIGN_OR_RETURN(const Sizes sizes, SizesOf(*this, args.in[0]->shape(),
                                                    args.in[1]->shape(),
                                                    args.in[2]->shape(), mask));
  Query query(*this, sizes, args);
  for (int64_t b = 0; b < sizes.q.batches; ++b) {
    for (int64_t h = 0; h < sizes.q.heads; ++h) {
      for (int64_t i = 0; i < sizes.q.positions; ++i) query.Run(b, h, i);
    }
  }
  return absl::OkStatus();
}

int64_t Attention::Macs(const Node& node) const {
  const absl::StatusOr<Sizes> sizes =
      SizesOf(*this, node.input(0)->type().shape, node.input(1)->type().shape,
              node.input(2)->type().shape, nullptr);
  if (!sizes.ok()) return 0;
  return NumElements(sizes->scores) * (sizes->k.size + sizes->v.size);
}

absl::StatusOr<std::vector<KernelCall>> Attention::Lower(
    const Node& node) const {
  const TensorType& y = node.output()->type();
  const Value* mask = node.input(3);
  TINYC_ASSIGN_OR_RETURN(
      const Sizes sizes,
      SizesOf(*this, node.input(0)->type().shape, node.input(1)->type().shape,
              node.input(2)->type().shape,
              mask == nullptr ? nullptr : &mask->type()));
  TINYC_ASSIGN_OR_RETURN(const Heads out, HeadsOf(y.shape, q_heads));
  tc_attention_shape shape = {};
  shape.scale = scale;
  shape.softcap = softcap;
  shape.batches = Int32(sizes.q.batches);
  shape.heads = Int32(sizes.q.heads);
  shape.group = Int32(sizes.q.heads / sizes.k.heads);
  shape.queries = Int32(sizes.q.positions);
  shape.keys = Int32(sizes.k.positions);
  shape.size = Int32(sizes.q.size);
  shape.v_size = Int32(sizes.v.size);
  for (int d = 0; d < 3; ++d) {
    shape.q_stride[d] = Int32(sizes.q.strides[d]);
    shape.k_stride[d] = Int32(sizes.k.strides[d]);
    shape.v_stride[d] = Int32(sizes.v.strides[d]);
    shape.y_stride[d] = Int32(out.strides[d]);
    shape.mask_stride[d] = Int32(sizes.mask_strides[d]);
  }
  shape.mask_keys = Int32(sizes.mask_keys);
  // No position is as far away as this.
  constexpr int64_t kFar = 1 << 30;
  shape.offset = Int32(std::clamp<int64_t>(offset, -kFar / 2, kFar / 2));
  shape.left = Int32(std::min(left, kFar));
  shape.right = Int32(std::min(right, kFar));
  shape.stage = std::max(static_cast<int32_t>(scores) - 1, 0);

  KernelCall call;
  call.family = FamilyName("attention", y.dtype);
  call.shape = Block::Of(shape);
  call.scratch_bytes = sizes.k.positions * InfoOf(y.dtype).bits / 8;
  const bool flags = mask != nullptr && mask->type().dtype == DType::kBool;
  const bool bias = mask != nullptr && !flags;
  call.args = {
      KernelArg::Input(0),
      KernelArg::Input(1),
      KernelArg::Input(2),
      flags ? KernelArg::Input(3) : KernelArg::Null(),
      bias ? KernelArg::Input(3) : KernelArg::Null(),
      node.input(4) != nullptr ? KernelArg::Input(4) : KernelArg::Null(),
      call.scratch_bytes > 0 ? KernelArg::Scratch() : KernelArg::Null(),
      KernelArg::Output(0),
      scores != AttentionScores::kNone ? KernelArg::Output(1)
                                       : KernelArg::Null()};
  return std::vector{std::move(call)};
}

}  // namespace tinyc

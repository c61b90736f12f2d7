// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/loop.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

// A loop with no limit of its own that runs longer than this in the reference
// is taken for one without end.
constexpr int64_t kMostIterations = int64_t{1} << 24;

// The type of a slice [...] of [n, ...]; an error when it does not begin at a
// byte.
absl::StatusOr<TensorType> SliceType(const TensorType& type) {
  if (type.rank() == 0) return Invalid("a scalar cannot be scanned");
  if (type.quantized() && type.quant->axis == 0) {
    return Invalid("a scanned operand has a scale per slice");
  }
  TensorType slice(type.elem(), {type.shape.begin() + 1, type.shape.end()});
  if (slice.quantized() && !slice.quant->per_tensor()) {
    auto quant = std::make_shared<Quant>(*slice.quant);
    --quant->axis;
    slice.quant = std::move(quant);
  }
  return slice;
}

TensorType CollectedType(const TensorType& piece, int64_t trips) {
  TensorType type = piece;
  type.shape.insert(type.shape.begin(), trips);
  if (type.quantized() && !type.quant->per_tensor()) {
    auto quant = std::make_shared<Quant>(*type.quant);
    ++quant->axis;
    type.quant = std::move(quant);
  }
  return type;
}

absl::Status CheckWholeBytes(const TensorType& slice) {
  if (slice.num_elements() * InfoOf(slice.dtype).bits % 8 != 0) {  // loop_c9
    return Unimplemented("slices of type ", ToString(slice),
                         " do not begin at a byte");
  }
  return absl::OkStatus();
}

absl::Status CheckOneElement(absl::string_view name, const TensorType* type,
                             DType dtype) {
  if (type == nullptr || (type->dtype == dtype && type->num_elements() == 1)) {
    return absl::OkStatus();
  }
  return Invalid(name, " is ", ToString(*type), ", not one ",
                 InfoOf(dtype).text);
}

// Slice `i` of `whole`, and the other way round.
absl::Span<const uint8_t> SliceBytes(const Tensor& whole, int64_t i,
                                     size_t bytes) {
  return whole.bytes().subspan(static_cast<size_t>(i) * bytes, bytes);
}
absl::Span<uint8_t> SliceBytes(Tensor& whole, int64_t i, size_t bytes) {
  return whole.bytes().subspan(static_cast<size_t>(i) * bytes, bytes);
}

}  // namespace

void RegisterLoop(OpRegistry& registry) {
  registry.Add(std::make_unique<Loop>());
}

bool Loop::exact(const Graph& region) const {
  return scanned > 0 || region.outputs().size() >
                            static_cast<size_t>(carried) + (asks ? 1 : 0);
}

absl::StatusOr<std::vector<TensorType>> Loop::InferTypes(
    const InferArgs& args) const {
  if (args.regions.size() != 1) {  // loop_c1
    return Invalid("loop has ", args.regions.size(), " regions, not 1");
  }
  const Graph& region = *args.regions[0];
  TINYC_RETURN_IF_ERROR(  // loop_c2
      CheckOneElement("the number of trips", args.in[0], DType::kS64));
  TINYC_RETURN_IF_ERROR(  // loop_c3
      CheckOneElement("the condition", args.in[1], DType::kBool));
  if (carried < 0 || scanned < 0 || args.in.size() < first_capture() ||
      region.inputs().size() != args.in.size() - 1 ||
      region.outputs().size() < region_result(first_scanned() - 2)) {
    return Invalid("the region has ", region.inputs().size(), " inputs and ",
                   region.outputs().size(),
                   " results, which do not fit the loop");  // loop_c4
  }
  TINYC_RETURN_IF_ERROR(CheckOneElement(  // loop_c5
      "the iteration", &region.inputs()[0]->type(), DType::kS64));
  if (asks) {
    TINYC_RETURN_IF_ERROR(CheckOneElement(
        "result 0 of the region", &region.outputs()[0]->type(), DType::kBool));
  }
  if (exact(region) && trips < 0) {  // loop_c6
    return Invalid("what is scanned or collected needs a number of trips");
  }
  for (size_t i = first_carried(); i < args.in.size(); ++i) {
    if (args.in[i] == nullptr) return Invalid("operand ", i, " is missing");
    TensorType want = *args.in[i];
    if (i >= first_scanned() && i < first_capture()) {
      if (want.rank() > 0 && want.shape[0] != trips) {  // loop_c7
        return Invalid("scanned operand ", i, " has ", want.shape[0],
                       " slices, the loop ", trips, " trips");
      }
      TINYC_ASSIGN_OR_RETURN(want, SliceType(want));
      TINYC_RETURN_IF_ERROR(CheckWholeBytes(want));
    }
    const TensorType& type = region.inputs()[i - 1]->type();
    if (!(type == want)) {  // loop_c8
      return Invalid("input ", i - 1, " of the region is ", ToString(type),
                     ", not ", ToString(want));
    }
  }
  std::vector<TensorType> results;
  for (size_t r = region_result(0); r < region.outputs().size(); ++r) {
    const TensorType& type = region.outputs()[r]->type();
    if (results.size() >= static_cast<size_t>(carried)) {
      TINYC_RETURN_IF_ERROR(CheckWholeBytes(type));
      results.push_back(CollectedType(type, trips));
      continue;
    }
    const TensorType& before = *args.in[first_carried() + results.size()];
    if (!(type == before)) {  // loop_c10
      return Invalid("carried value ", results.size(), " is ", ToString(before),
                     " before an iteration and ", ToString(type), " after it");
    }
    results.push_back(type);
  }
  return results;
}

absl::StatusOr<int64_t> LoopLimit(const Loop& loop, const Graph& region,
                                  const int64_t* trips) {
  if (trips == nullptr) {
    return loop.trips < 0 ? std::numeric_limits<int64_t>::max() : loop.trips;
  }
  if (loop.trips < 0) return *trips;
  if (loop.exact(region) && std::max<int64_t>(*trips, 0) != loop.trips) {
    return Invalid("the loop runs ", *trips, " times, its results have ",
                   loop.trips, " slices");
  }
  return std::min(*trips, loop.trips);
}

absl::Status Loop::Evaluate(const EvalArgs& args) const {
  const Graph& region = *args.regions[0];
  int64_t wanted = 0;
  if (args.in[0] != nullptr) wanted = args.in[0]->IntAt(0);
  TINYC_ASSIGN_OR_RETURN(
      const int64_t limit,
      LoopLimit(*this, region, args.in[0] == nullptr ? nullptr : &wanted));
  bool go = args.in[1] == nullptr || args.in[1]->IntAt(0) != 0;

  std::vector<Tensor> state;
  for (size_t c = 0; c < static_cast<size_t>(carried); ++c) {
    state.push_back(*args.in[first_carried() + c]);
  }
  int64_t i = 0;
  for (; go && i < limit; ++i) {
    if (i == kMostIterations) {
      return Invalid("the loop has not ended after ", i, " iterations");
    }
    Tensor iteration(region.inputs()[0]->type());
    iteration.SetInt(0, i);
    std::vector<Tensor> slices;
    for (size_t s = first_scanned(); s < first_capture(); ++s) {
      slices.emplace_back(region.inputs()[s - 1]->type());
      const absl::Span<uint8_t> bytes = slices.back().bytes();
      const auto from = SliceBytes(*args.in[s], SliceAt(s - first_scanned(), i),
                                   bytes.size());
      std::copy(from.begin(), from.end(), bytes.begin());
    }
    std::vector<const Tensor*> in = {&iteration};
    for (const Tensor& t : state) in.push_back(&t);
    for (const Tensor& t : slices) in.push_back(&t);
    for (size_t c = first_capture(); c < args.in.size(); ++c) {
      in.push_back(args.in[c]);
    }
    TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> out, args.run(&region, in));
    if (asks) go = out[0].IntAt(0) != 0;
    for (size_t r = 0; r < args.out.size(); ++r) {
      Tensor& made = out[region_result(r)];
      if (r < state.size()) {
        state[r] = std::move(made);
        continue;
      }
      const auto to = SliceBytes(
          *args.out[r],
          SliceAt(static_cast<size_t>(scanned) + r - state.size(), i),
          made.bytes().size());
      std::copy(made.bytes().begin(), made.bytes().end(), to.begin());
    }
  }
  if (exact(region) && i != trips) {
    return Invalid("the loop ended after ", i, " iterations, its results have ",
                   trips, " slices");
  }
  for (size_t c = 0; c < state.size(); ++c) *args.out[c] = std::move(state[c]);
  return absl::OkStatus();
}

int64_t Loop::Macs(const Node& node) const {
  int64_t macs = 0;
  for (const auto& inner : node.regions()[0]->nodes()) {
    macs += inner->op().Macs(*inner);
  }
  const int64_t times = std::max<int64_t>(trips, 1);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  return macs > kMost / times ? kMost : macs * times;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/paired_weights.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/targets/pair.h"
#include "compiler/targets/registry.h"
#include "conv2d/conv2d.h"
#include "dense/dense.h"
#include "tc_paired.h"

namespace tinyc {
namespace {

// The arguments of conv2d_s8 and dense_s8.
enum Arg : size_t { kX, kWeight, kBias, kMult, kWeightZero, kResult };

struct Layout {
  int64_t run = 0;            // neighbouring taps
  int64_t scratch_bytes = 0;  // as the kernels say
};

std::optional<Layout> LayoutOf(const KernelCall& call) {
  if (call.family == "dense_s8") {
    const auto& s = *static_cast<const tc_dense_shape*>(call.shape.data());
    if (s.in == 0) return std::nullopt;
    return Layout{s.in, 4 * int64_t{tc_paired_pairs(1, s.in)}};
  }
  if (call.family != "conv2d_s8") return std::nullopt;
  const auto& s = *static_cast<const tc_conv2d_shape*>(call.shape.data());
  const int32_t taps = s.kernel_h * s.kernel_w * s.in_c;
  if (s.group != 1 || taps == 0) return std::nullopt;
  const int32_t run = s.dilation_w == 1 ? s.kernel_w * s.in_c : s.in_c;
  return Layout{
      run, 8 * int64_t{tc_paired_pairs(taps / run, run)} + int64_t{2} * run};
}

}  // namespace

std::optional<LoweredCall> PairedForm(const LoweredCall& lowered,
                                      const Target& target) {
  const KernelCall& call = lowered.call;
  const std::optional<Layout> layout = LayoutOf(call);
  if (!layout || call.args[kWeight].kind != KernelArg::Kind::kConstant ||
      call.args[kWeight].pack_rows == 0 ||
      call.args[kWeight].constant->size() == 0 ||
      call.args[kWeightZero].kind != KernelArg::Kind::kNull) {
    return std::nullopt;
  }
  LoweredCall form;
  form.kernel = CheapestKernel(absl::StrCat(call.family, "_paired"), target);
  if (form.kernel == nullptr) return std::nullopt;
  std::optional<Tensor> words =
      PairRows(*call.args[kWeight].constant, layout->run,
               *call.args[kBias].constant, *call.args[kMult].constant);
  if (!words) return std::nullopt;
  form.call.family = std::string(form.kernel->family);
  form.call.shape = call.shape;
  form.call.quant = call.quant;
  form.call.scratch_bytes = layout->scratch_bytes;
  form.call.args = {
      call.args[kX],
      KernelArg::Constant(call.args[kWeight].name, *std::move(words)),
      KernelArg::Scratch(), call.args[kResult]};
  return form;
}

}  // namespace tinyc

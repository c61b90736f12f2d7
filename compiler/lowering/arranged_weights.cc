// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/arranged_weights.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/targets/by16.h"
#include "compiler/targets/pair.h"
#include "compiler/targets/registry.h"
#include "compiler/targets/twin.h"
#include "compiler/targets/winograd.h"
#include "conv2d/conv2d.h"
#include "dense/dense.h"
#include "tc_by16.h"
#include "tc_paired.h"
#include "tc_twin.h"
#include "tc_winograd.h"

namespace tinyc {
namespace {

constexpr absl::string_view kWinogradBytes = "conv2d_s8_winograd_bytes";

// The arguments of conv2d_s8 and dense_s8.
enum Arg : size_t { kX, kWeight, kBias, kMult, kWeightZero, kResult };

// What the kernels know of the taps of an output.
struct Taps {
  int64_t count = 0;
  int64_t run = 0;        // neighbours in memory
  bool reaches = false;   // whether some lie outside the image
  bool together = false;  // whether all of them are neighbours in x
};

Taps TapsOf(const tc_conv2d_shape& s) {
  const auto reaches = [](int32_t in, int32_t out, int32_t stride,
                          int32_t kernel, int32_t dilation, int32_t pad) {
    return pad > 0 || (out - 1) * stride + (kernel - 1) * dilation - pad >= in;
  };
  Taps taps;
  taps.count = int64_t{s.kernel_h} * s.kernel_w * s.in_c;
  taps.run = int64_t{s.dilation_w == 1 ? s.kernel_w : 1} * s.in_c;
  taps.reaches = reaches(s.in_h, s.out_h, s.stride_h, s.kernel_h, s.dilation_h,
                         s.pad_top) ||
                 reaches(s.in_w, s.out_w, s.stride_w, s.kernel_w, s.dilation_w,
                         s.pad_left);
  taps.together = s.kernel_h == 1 && s.kernel_w == 1 && !taps.reaches;
  return taps;
}

// Nothing for calls that have no such forms.
std::optional<Taps> TapsOf(const KernelCall& call) {
  if (call.family == "dense_s8") {
    const auto& s = *static_cast<const tc_dense_shape*>(call.shape.data());
    return Taps{.count = s.in, .run = s.in, .together = true};
  }
  if (call.family != "conv2d_s8") return std::nullopt;
  const auto& s = *static_cast<const tc_conv2d_shape*>(call.shape.data());
  if (s.group != 1) return std::nullopt;
  return TapsOf(s);
}

bool IsFullyConnected(const KernelCall& call) {
  return call.shape.type() == "tc_dense_shape";
}

// The bytes of scratch that the kernels ask for.
int64_t PairedScratch(const KernelCall& call, const Taps& taps) {
  const int64_t pairs =
      tc_paired_pairs(static_cast<int32_t>(taps.count / taps.run),
                      static_cast<int32_t>(taps.run));
  if (IsFullyConnected(call)) return 4 * pairs;
  return 8 * pairs + (taps.reaches ? 2 * taps.run : 0);
}

int64_t By16Scratch(const KernelCall& call, const Taps& taps) {
  if (taps.together && taps.count % 16 == 0) return 0;
  const int64_t bytes =
      16 * int64_t{tc_by16_steps(static_cast<int32_t>(taps.count))};
  if (IsFullyConnected(call) && call.shape.Int("rows") == 1) return bytes;
  return 2 * bytes;
}

int64_t TwinScratch(const Taps& taps) {
  const int64_t words =
      2 * int64_t{tc_twin_pairs(static_cast<int32_t>(taps.count))};
  return 4 * words + (taps.reaches ? 2 * taps.run : 0);
}

// Whether tc_winograd.h is about such windows.
bool HasTiles(const KernelCall& call) {
  if (call.family != "conv2d_s8") return false;
  const auto& s = *static_cast<const tc_conv2d_shape*>(call.shape.data());
  return s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 &&
         s.stride_w == 1 && s.dilation_h == 1 && s.dilation_w == 1 &&
         s.group == 1 && s.in_c % 4 == 0;
}

int64_t WinogradScratch(const KernelCall& call) {
  const int64_t in_c = call.shape.Int("in_c");
  const int64_t padded = (call.shape.Int("out_w") + 3) / 4 * 4 + 2;
  return 4 * (TC_WINOGRAD_SUMS + 16 * in_c) + 4 * padded * in_c;
}

int64_t WinogradBytesScratch(const KernelCall& call, int64_t strips) {
  const int64_t in_c = call.shape.Int("in_c");
  const int64_t tiles = (call.shape.Int("out_w") + 3) / 4;
  return 4 * (TC_WINOGRAD_SUMS + 32 * in_c + strips * tiles * 16 * in_c) +
         (2 * strips + 2) * (4 * tiles + 2) * in_c;
}

// `call` by another kernel with other weights.
LoweredCall Form(const KernelCall& call, const Kernel& kernel, Tensor weights,
                 int64_t scratch_bytes) {
  LoweredCall form;
  form.kernel = &kernel;
  form.call.family = std::string(kernel.family);
  form.call.shape = call.shape;
  form.call.quant = call.quant;
  form.call.scratch_bytes = scratch_bytes;
  form.call.args = {
      call.args[kX],
      KernelArg::Constant(call.args[kWeight].name, std::move(weights)),
      scratch_bytes > 0 ? KernelArg::Scratch() : KernelArg::Null(),
      call.args[kResult]};
  return form;
}

// Whether the weights of `call` may be put into another form.
bool HasPlainWeights(const KernelCall& call) {
  return call.args[kWeight].kind == KernelArg::Kind::kConstant &&
         call.args[kWeight].pack_rows != 0 &&
         call.args[kWeight].constant->size() != 0 &&
         call.args[kWeightZero].kind == KernelArg::Kind::kNull;
}

}  // namespace

std::vector<LoweredCall> ArrangedForms(const LoweredCall& lowered,
                                       const Target& target) {
  const KernelCall& call = lowered.call;
  const std::optional<Taps> taps = TapsOf(call);
  if (!taps || !HasPlainWeights(call)) return {};
  const Tensor& weights = *call.args[kWeight].constant;
  const Tensor& bias = *call.args[kBias].constant;
  const Tensor& mult = *call.args[kMult].constant;
  const auto kernel_for = [&](absl::string_view suffix) {
    return CheapestKernel(absl::StrCat(call.family, "_", suffix), target);
  };
  std::vector<LoweredCall> forms;
  if (const Kernel* kernel = kernel_for("paired")) {
    if (std::optional<Tensor> words =
            PairRows(weights, taps->run, bias, mult)) {
      forms.push_back(
          Form(call, *kernel, *std::move(words), PairedScratch(call, *taps)));
    }
  }
  if (const Kernel* kernel = kernel_for("by16")) {
    forms.push_back(Form(call, *kernel, By16Rows(weights, bias, mult),
                         By16Scratch(call, *taps)));
  }
  if (const Kernel* kernel = kernel_for("twin")) {
    if (std::optional<Tensor> words = TwinRows(weights, bias, mult)) {
      forms.push_back(
          Form(call, *kernel, *std::move(words), TwinScratch(*taps)));
    }
  }
  return forms;
}

std::optional<LoweredCall> FastestArranged(const LoweredCall& lowered,
                                           const Target& target) {
  std::optional<LoweredCall> fastest;
  double cycles = lowered.kernel->cycles_per_mac;
  for (LoweredCall& form : ArrangedForms(lowered, target)) {
    if (form.kernel->cycles_per_mac >= cycles) continue;
    cycles = form.kernel->cycles_per_mac;
    fastest = std::move(form);
  }
  return fastest;
}

std::optional<LoweredCall> WinogradForm(const LoweredCall& lowered,
                                        const Target& target) {
  const KernelCall& call = lowered.call;
  const Kernel* kernel = CheapestKernel("conv2d_s8_winograd", target);
  if (kernel == nullptr || !HasTiles(call) || !HasPlainWeights(call)) {
    return std::nullopt;
  }
  std::optional<Tensor> words =
      WinogradRows(*call.args[kWeight].constant, *call.args[kBias].constant,
                   *call.args[kMult].constant, call.quant.Int("shift"));
  if (!words) return std::nullopt;
  return Form(call, *kernel, *std::move(words), WinogradScratch(call));
}

std::optional<LoweredCall> WinogradBytesForm(const LoweredCall& lowered,
                                             const Target& target,
                                             int64_t scratch_bytes) {
  const KernelCall& call = lowered.call;
  const Kernel* kernel = CheapestKernel(kWinogradBytes, target);
  if (kernel == nullptr || !HasTiles(call) || !HasPlainWeights(call) ||
      call.quant.Int("shift") != 0) {
    return std::nullopt;
  }
  const int64_t all = (call.shape.Int("out_h") + 1) / 2;
  int64_t strips = all;
  while (strips > 0 && WinogradBytesScratch(call, strips) > scratch_bytes) {
    --strips;
  }
  // Transforming 9 weights takes 60 instructions; with them, a pixel takes 4
  // less than without.
  if (strips * call.shape.Int("out_w") < 8) return std::nullopt;
  const int64_t passes = (all + strips - 1) / strips;
  strips = (all + passes - 1) / passes;
  std::optional<Tensor> words =
      WinogradBytes(*call.args[kWeight].constant, *call.args[kBias].constant,
                    *call.args[kMult].constant, strips);
  if (!words) return std::nullopt;
  return Form(call, *kernel, *std::move(words),
              WinogradBytesScratch(call, strips));
}

bool ChoosesScratch(const KernelCall& call) {
  return call.family == kWinogradBytes;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/compressed_weights.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/lowering/arranged_weights.h"
#include "compiler/targets/registry.h"
#include "conv2d/conv2d.h"
#include "dense/dense.h"
#include "tc_window.h"

namespace tinyc {
namespace {

// Where the weights stand among the arguments, and in families of 8-bit weights
// their zero points.
constexpr size_t kWeight = 1;
constexpr size_t kWeightZero = 4;

// Which kernels read the weights of a call as they are.
struct DenseFamily {
  absl::string_view stem;  // of the families for compressed weights
  bool has_zero = false;   // whether there is an argument of zero points
};

std::optional<DenseFamily> DenseFamilyOf(absl::string_view family) {
  for (const absl::string_view stem : {"conv2d_s8", "dense_s8"}) {
    if (family == stem) return DenseFamily{stem, true};
    if (family == absl::StrCat(stem, "s4")) return DenseFamily{stem, false};
  }
  return std::nullopt;
}

bool IsFullyConnected(const KernelCall& call) {
  return call.shape.type() == "tc_dense_shape";
}

// The same numbers with a byte each.
Tensor AsBytes(const Tensor& weights) {
  Tensor bytes(TensorType(DType::kS8, weights.shape()));
  for (int64_t i = 0; i < weights.size(); ++i) {
    bytes.SetInt(i, weights.IntAt(i));
  }
  return bytes;
}

// How the kernels of `call` go through the weights of a channel.
std::optional<WeightRuns> RunsOf(const KernelCall& call) {
  if (IsFullyConnected(call)) {
    const auto& s = *static_cast<const tc_dense_shape*>(call.shape.data());
    return WeightRuns{s.in, s.in};
  }
  const auto& s = *static_cast<const tc_conv2d_shape*>(call.shape.data());
  if (s.group != 1 || (s.dilation_w != 1 && s.kernel_w != 1)) {
    return std::nullopt;
  }
  return WeightRuns{int64_t{s.kernel_w} * s.in_c, s.in_c};
}

// How the kernels of a call go through the pixels of a row, as shares of them.
struct PixelShares {
  double one = 0;     // decode weights for one pixel
  double four = 0;    // for 4 at a time; some pixels are computed twice
  double inside = 1;  // of the taps: those that the dense kernel multiplies
};

PixelShares SharesOf(int64_t row, int64_t interior) {
  if (interior < 4) return {.one = 1};
  const auto pixels = static_cast<double>(row);
  return {.one = static_cast<double>(row - interior) / pixels,
          .four = static_cast<double>((interior + 3) / 4 * 4) / pixels};
}

PixelShares SharesOf(const KernelCall& call) {
  if (IsFullyConnected(call)) {
    const auto& s = *static_cast<const tc_dense_shape*>(call.shape.data());
    return SharesOf(s.rows, s.rows / 4 * 4);
  }
  const auto& s = *static_cast<const tc_conv2d_shape*>(call.shape.data());
  if (s.kernel_h == 1 && s.kernel_w == 1 && s.stride_h == 1 &&
      s.stride_w == 1 && s.out_h == s.in_h && s.out_w == s.in_w) {
    const int64_t pixels = int64_t{s.batch} * s.out_h * s.out_w;
    return SharesOf(pixels, pixels);
  }
  const tc_range interior =
      tc_interior(s.out_w, s.stride_w, s.pad_left, s.kernel_w, 1, s.in_w);
  PixelShares shares = SharesOf(s.out_w, interior.last - interior.first);
  int64_t inside = 0;
  for (int32_t ox = 0; ox < s.out_w; ++ox) {
    const tc_range taps =
        tc_valid_taps(ox * s.stride_w - s.pad_left, s.kernel_w, 1, s.in_w);
    inside += taps.last - taps.first;
  }
  shares.inside = static_cast<double>(std::max<int64_t>(inside, 1)) /
                  (static_cast<double>(s.out_w) * s.kernel_w);
  return shares;
}

// The cycles per byte and pixel of a kernel of this format for this target;
// null when there is none.
std::optional<double> Cycles(absl::string_view stem, WeightFormat format,
                             const Target& target) {
  const Kernel* kernel =
      CheapestKernel(absl::StrCat(stem, "_", AttrText(format)), target);
  if (kernel == nullptr) return std::nullopt;
  return kernel->cycles_per_mac;
}

}  // namespace

std::optional<WeightFormat> WeightFormatOf(absl::string_view family) {
  for (const WeightFormat format : kWeightFormats) {
    const std::string suffix = absl::StrCat("_", AttrText(format));
    if (!absl::EndsWith(family, suffix)) continue;
    const absl::string_view stem =
        family.substr(0, family.size() - suffix.size());
    const std::optional<DenseFamily> dense = DenseFamilyOf(stem);
    if (dense && dense->stem == stem) return format;
  }
  return std::nullopt;
}

std::optional<KernelCall> WithWeights(const KernelCall& call,
                                      WeightFormat format) {
  const std::optional<DenseFamily> family = DenseFamilyOf(call.family);
  if (!family) return std::nullopt;
  const KernelArg& weight = call.args[kWeight];
  if (weight.kind != KernelArg::Kind::kConstant || weight.pack_rows == 0 ||
      weight.constant->size() == 0 ||
      (family->has_zero &&
       call.args[kWeightZero].kind != KernelArg::Kind::kNull)) {
    return std::nullopt;
  }
  const std::optional<WeightRuns> runs = RunsOf(call);
  if (!runs) return std::nullopt;
  std::optional<Tensor> bytes =
      CompressRows(AsBytes(*weight.constant), *runs, format);
  if (!bytes) return std::nullopt;
  KernelCall compressed = call;
  compressed.family = absl::StrCat(family->stem, "_", AttrText(format));
  compressed.args[kWeight] =
      KernelArg::Constant(weight.name, *std::move(bytes));
  if (family->has_zero) {
    compressed.args.erase(compressed.args.begin() + kWeightZero);
  }
  return compressed;
}

std::vector<WeightForm> WeightForms(const LoweredCall& dense,
                                    const Target& target) {
  std::vector<WeightForm> forms;
  if (dense.kernel == nullptr) return forms;
  const std::optional<LoweredCall> arranged = FastestArranged(dense, target);
  const double dense_cycles = arranged ? arranged->kernel->cycles_per_mac
                                       : dense.kernel->cycles_per_mac;
  for (const WeightFormat format : kWeightFormats) {
    std::optional<KernelCall> call = WithWeights(dense.call, format);
    if (!call) continue;
    const Kernel* kernel = CheapestKernel(call->family, target);
    const std::optional<double> one = Cycles("dense_s8", format, target);
    const std::optional<double> four = Cycles("conv2d_s8", format, target);
    if (kernel == nullptr || !one || !four) continue;
    const int64_t bytes = call->args[kWeight].constant->type().bytes();
    const PixelShares shares = SharesOf(dense.call);
    const double slowdown =
        (shares.one * *one + shares.four * *four) * static_cast<double>(bytes) /
        (dense_cycles * static_cast<double>(WeightBytes(dense.call)));
    forms.push_back({format, {*std::move(call), kernel}, bytes, slowdown});
  }
  return forms;
}

int64_t WeightBytes(const KernelCall& call) {
  return call.args[kWeight].constant->type().bytes();
}

}  // namespace tinyc

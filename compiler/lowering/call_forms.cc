// SPDX-License-Identifier: Apache-2.0
#include "compiler/lowering/call_forms.h"

#include <algorithm>
#include <tuple>

#include "compiler/lowering/arranged_weights.h"
#include "compiler/targets/registry.h"
#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_small_mve.h"
#include "depthwise2d/depthwise2d_twin.h"
#include "pool/pool_part.h"

static auto BlockFields(const tc_avg_pool_part_shape*) {
  using T = tc_avg_pool_part_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_avg_pool_part_shape",
      std::tuple{BlockMember{"pixels", &T::pixels},
                 BlockMember{"channels", &T::channels},
                 BlockMember{"first", &T::first}, BlockMember{"last", &T::last},
                 BlockMember{"count", &T::count}}};
}

namespace tinyc {
namespace {

constexpr absl::string_view kPlain = "depthwise2d_s8";
constexpr absl::string_view kInPlace = "depthwise2d_s8_in_place";
constexpr absl::string_view kInPlaceTwin = "depthwise2d_s8_in_place_twin";

// `lowered` with `family`, and with scratch in front of its last argument.
std::optional<LoweredCall> WithScratch(const LoweredCall& lowered,
                                       absl::string_view family,
                                       int64_t scratch_bytes,
                                       const Target& target) {
  LoweredCall form = lowered;
  form.kernel = CheapestKernel(family, target);
  if (form.kernel == nullptr) return std::nullopt;
  form.call.family = std::string(family);
  form.call.scratch_bytes = scratch_bytes;
  form.call.args.insert(form.call.args.end() - 1, KernelArg::Scratch());
  return form;
}

// Whether kInPlaceTwin is for these weights, arguments of kPlain.
bool AreForTwin(const std::vector<KernelArg>& args) {
  const KernelArg& weights = args[1];
  if (weights.kind != KernelArg::Kind::kConstant ||
      args[4].kind != KernelArg::Kind::kNull) {
    return false;
  }
  for (int64_t i = 0; i < weights.constant->size(); ++i) {
    if (weights.constant->IntAt(i) == -128) return false;
  }
  return true;
}

}  // namespace

std::optional<LoweredCall> InPlaceForm(const LoweredCall& lowered,
                                       const Target& target) {
  const KernelCall& call = lowered.call;
  if (call.family != kPlain || call.scratch_bytes != 0) {
    return std::nullopt;
  }
  const Block& s = call.shape;
  if (s.Int("batch") != 1 || s.Int("stride_h") != 1 || s.Int("stride_w") != 1 ||
      s.Int("in_h") != s.Int("out_h") || s.Int("in_w") != s.Int("out_w") ||
      s.Int("in_c") != s.Int("out_c")) {
    return std::nullopt;
  }
  const auto& shape = *static_cast<const tc_depthwise2d_shape*>(s.data());
  if (tc_depthwise2d_has_twin(&shape) && AreForTwin(call.args)) {
    std::optional<LoweredCall> twin = WithScratch(
        lowered, kInPlaceTwin, tc_depthwise2d_twin_bytes(&shape), target);
    if (twin) return twin;
  }
  std::optional<LoweredCall> form =
      WithScratch(lowered, kInPlace, tc_depthwise2d_line_bytes(&shape), target);
  if (form && (form->kernel->needs & TC_CAP_MVE) != 0) {
    form->call.scratch_bytes = std::max<int64_t>(
        form->call.scratch_bytes, tc_depthwise2d_mve_bytes(&shape));
  } else if (form && (form->kernel->needs & TC_CAP_RVV) != 0) {
    form->call.scratch_bytes = std::max<int64_t>(
        form->call.scratch_bytes, tc_depthwise2d_rvv_bytes(&shape));
  }
  return form;
}

std::optional<LoweredCall> PartForm(const LoweredCall& lowered,
                                    const Target& target) {
  const KernelCall& call = lowered.call;
  if ((call.family != "avg_pool_s8" && call.family != "avg_pool_f32") ||
      call.shape.Int("batch") != 1 || call.shape.Int("uniform") == 0) {
    return std::nullopt;
  }
  int32_t pixels = 1;
  for (size_t d = 0; d < 3; ++d) {
    const int32_t size = call.shape.Int("in", d);
    if (call.shape.Int("out", d) != 1 || call.shape.Int("kernel", d) != size ||
        call.shape.Int("pad", d) != 0 || call.shape.Int("dilation", d) != 1) {
      return std::nullopt;
    }
    pixels *= size;
  }
  const int32_t channels = call.shape.Int("channels");
  std::optional<LoweredCall> form = WithScratch(
      lowered,
      call.family == "avg_pool_s8" ? "avg_pool_part_s8" : "avg_pool_part_f32",
      int64_t{channels} * 4, target);
  if (form) {
    form->call.shape = Block::Of(tc_avg_pool_part_shape{.pixels = pixels,
                                                        .channels = channels,
                                                        .first = 1,
                                                        .last = 1,
                                                        .count = pixels});
  }
  return form;
}

LoweredCall ByRowsForm(const LoweredCall& lowered, const Target& target) {
  if (IsInPlaceForm(lowered.call)) {
    LoweredCall form = lowered;
    form.kernel = CheapestKernel(kPlain, target);
    form.call.family = std::string(kPlain);
    form.call.scratch_bytes = 0;
    form.call.args.erase(form.call.args.end() - 2);
    return form;
  }
  return PartForm(lowered, target).value_or(lowered);
}

std::vector<LoweredCall> FormsOf(const LoweredCall& lowered,
                                 const Target& target, int64_t scratch_bytes) {
  std::vector<LoweredCall> forms;
  for (const auto form : {&InPlaceForm, &PartForm, &WinogradForm}) {
    if (std::optional<LoweredCall> other = form(lowered, target)) {
      forms.push_back(*std::move(other));
    }
  }
  if (std::optional<LoweredCall> bytes =
          WinogradBytesForm(lowered, target, scratch_bytes)) {
    forms.push_back(*std::move(bytes));
  }
  for (LoweredCall& arranged : ArrangedForms(lowered, target)) {
    forms.push_back(std::move(arranged));
  }
  return forms;
}

bool IsInPlaceForm(const KernelCall& call) {
  return call.family == kInPlace || call.family == kInPlaceTwin;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Gives layers with 8-bit weights the kernels that use the multiply
// instructions of the target, with weights in the order in which these read
// them.
//
//   %y = conv(%x, %w) using tc_conv2d_s8 unpacked
//   =>  %y = conv(%x, %w) using tc_conv2d_s8_paired
//
// The numbers stay the same to the bit, and weights take a byte each.  With the
// option `flash=<bytes>` convolutions of 3x3 at stride 1 take the form with
// fewer products and 3.6 times the weights (tc_winograd.h) where the weights of
// all of them grow by at most so many bytes: first those that save most time
// for each byte.  With `scratch=<bytes>` the others take that form too and keep
// their bytes of weights, in at most so many bytes of scratch each.
//
// Comes after compress-weights, which has taken the layers that are better off
// with fewer bytes, and before pack-weights.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "compiler/lowering/arranged_weights.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

// A call that may take another form.
struct Candidate {
  LoweredCall* call = nullptr;
  LoweredCall form = {};
  int64_t bytes = 0;           // that its weights grow by
  double cycles_per_byte = 0;  // that it saves
};

int64_t ConstantBytes(const KernelCall& call) {
  int64_t bytes = 0;
  for (const KernelArg& arg : call.args) {
    if (arg.kind == KernelArg::Kind::kConstant) {
      bytes += arg.constant->type().bytes();
    }
  }
  return bytes;
}

// Multiply-accumulates of a convolution of 3x3.
double MacsOf(const KernelCall& call) {
  double macs = 9;
  for (const char* field : {"batch", "out_h", "out_w", "out_c", "in_c"}) {
    macs *= call.shape.Int(field);
  }
  return macs;
}

absl::StatusOr<int64_t> BytesOption(const PassOptions& options,
                                    const char* name) {
  const std::string text = options.Get(name, "0");
  int64_t bytes = 0;
  if (!absl::SimpleAtoi(text, &bytes) || bytes < 0) {
    return Invalid(name, "=", text, " is no number of bytes");
  }
  return bytes;
}

// Gives `lowered` the form that takes fewer products and `scratch` bytes.
void SpendScratch(const Target& target, int64_t scratch,
                  const LoweredCall& plain, LoweredCall* lowered) {
  if (scratch == 0) return;
  std::optional<LoweredCall> form = WinogradBytesForm(plain, target, scratch);
  if (form && form->kernel->cycles_per_mac < lowered->kernel->cycles_per_mac) {
    *lowered = *std::move(form);
  }
}

// Gives those of `candidates` their form that pay most, in `bytes` bytes.
void SpendFlash(std::vector<Candidate> candidates, int64_t bytes) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return a.cycles_per_byte > b.cycles_per_byte;
                   });
  for (Candidate& candidate : candidates) {
    if (candidate.bytes > bytes) continue;
    bytes -= candidate.bytes;
    *candidate.call = std::move(candidate.form);
  }
}

}  // namespace

absl::Status ArrangeWeights(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({"flash", "scratch"}));
  TINYC_ASSIGN_OR_RETURN(const int64_t flash, BytesOption(options, "flash"));
  TINYC_ASSIGN_OR_RETURN(const int64_t scratch,
                         BytesOption(options, "scratch"));
  TINYC_RETURN_IF_ERROR(ForEachBody(module, [](Module& body) {
    return ArrangeWeights(body, PassOptions());
  }));
  std::vector<Candidate> candidates;
  for (const auto& node : module.graph->nodes()) {
    for (LoweredCall& lowered : module.lowering->calls[node.get()]) {
      if (lowered.kernel == nullptr) continue;
      std::optional<LoweredCall> fewer;
      if (flash > 0) fewer = WinogradForm(lowered, *module.target);
      const LoweredCall plain = lowered;
      if (std::optional<LoweredCall> form =
              FastestArranged(lowered, *module.target)) {
        lowered = *std::move(form);
      }
      SpendScratch(*module.target, scratch, plain, &lowered);
      if (!fewer) continue;
      const double saved =
          lowered.kernel->cycles_per_mac - fewer->kernel->cycles_per_mac;
      const int64_t bytes =
          ConstantBytes(fewer->call) - ConstantBytes(lowered.call);
      if (saved <= 0 || bytes <= 0) continue;
      candidates.push_back(
          {&lowered, *std::move(fewer), bytes,
           saved * MacsOf(lowered.call) / static_cast<double>(bytes)});
    }
  }
  SpendFlash(std::move(candidates), flash);
  return absl::OkStatus();
}

}  // namespace tinyc

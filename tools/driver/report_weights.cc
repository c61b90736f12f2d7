// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/report_weights.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"
#include "compiler/lowering/compressed_weights.h"
#include "compiler/targets/registry.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

double Zeros(const Tensor& weights) {
  int64_t zeros = 0;
  for (int64_t i = 0; i < weights.size(); ++i) zeros += weights.IntAt(i) == 0;
  return static_cast<double>(zeros) / static_cast<double>(weights.size());
}

}  // namespace

Json WeightsJson(const Node& node, const std::vector<LoweredCall>& calls,
                 const Target* target) {
  if (calls.size() != 1 || calls[0].kernel == nullptr || target == nullptr ||
      !node.regions().empty()) {
    return nullptr;
  }
  absl::StatusOr<std::vector<KernelCall>> lowered = node.op().Lower(node);
  if (!lowered.ok() || lowered->size() != 1) return nullptr;
  const std::optional<WeightFormat> format =
      WeightFormatOf(calls[0].kernel->family);
  LoweredCall dense;
  dense.call = std::move(lowered->front());
  dense.kernel =
      format ? CheapestKernel(dense.call.family, *target) : calls[0].kernel;
  const std::vector<WeightForm> forms = WeightForms(dense, *target);
  if (forms.empty()) return nullptr;
  const int64_t dense_bytes = WeightBytes(dense.call);
  Json json = {{"form", "dense"},
               {"zeros", Zeros(*node.input(1)->constant())},
               {"bytes", dense_bytes},
               {"dense_bytes", dense_bytes},
               {"others", Json::array()}};
  for (const WeightForm& form : forms) {
    if (form.format == format) {
      json["form"] = AttrText(form.format);
      json["bytes"] = form.bytes;
    } else {
      json["others"].push_back({{"form", AttrText(form.format)},
                                {"bytes", form.bytes},
                                {"time", form.slowdown}});
    }
  }
  return json;
}

std::string WeightsText(const Json& weights) {
  const std::string form = weights["form"];
  const int64_t bytes = weights["bytes"];
  const int64_t dense_bytes = weights["dense_bytes"];
  const double percent = 100 * weights["zeros"].get<double>();
  std::string text = absl::StrFormat("%s, %.0f %% zeros", form, percent);
  if (form != "dense") {
    absl::StrAppendFormat(&text, ", dense %d B", dense_bytes);
    return text;
  }
  // The smallest form that was not taken.
  const Json* smallest = nullptr;
  for (const Json& other : weights["others"]) {
    if (other["bytes"] >= bytes) continue;
    if (smallest == nullptr || other["bytes"] < (*smallest)["bytes"]) {
      smallest = &other;
    }
  }
  if (smallest != nullptr) {
    absl::StrAppendFormat(&text, ", %s would take %d B and %.1f times as long",
                          (*smallest)["form"].get<std::string>(),
                          (*smallest)["bytes"].get<int64_t>(),
                          (*smallest)["time"].get<double>());
  }
  return text;
}

}  // namespace tinyc

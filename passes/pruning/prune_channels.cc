// SPDX-License-Identifier: Apache-2.0
// Takes the channels of a float model that its outputs miss least, until it has
// the share of its multiply-accumulates, weights, time or RAM that is wanted.
//
//   %a = conv(%x, %w) : f32[1,64,9,9]      %a = conv(%x, %w') : f32[1,40,9,9]
//   %y = conv(%a, %v) : f32[1,10,9,9]  =>  %y = conv(%a, %v') : f32[1,10,9,9]
//
// Channels that belong together (residual sums, depthwise convolutions, heads)
// go together.  In rounds: each judges the channels that are left, takes those
// that cost least for what they save, and gives the layers after them the
// weights that make the best of the others, by least squares on samples.
//
// Options: data and samples as those of calibrate, and
//   macs=50%             multiply-accumulates that are to be left
//   weights=50%          weights of convolutions and dense layers, likewise
//   time=50%             their time on a microcontroller, as it is estimated
//                        (passes/pruning/layer_time.h), likewise
//   ram=50%              bytes of its floats that are live at a time, likewise
//   importance=best      how channels are judged: ablation (what the outputs
//                        miss without them), energy, magnitude, or that of them
//                        which does best on a quarter of the samples
//   shapes=own           or shared: layers of one shape, which are one function
//                        in C, keep one
//   repair=refit         or none
//   rounds=0             how often; 0: for every twentieth of the model
//   multiple=4           of which layers of many channels keep a multiple
// Run after the presets fuse and layout, and before calibrate.
#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "passes/pass.h"
#include "passes/pruning/channel_pruner.h"

namespace tinyc {
namespace {

bool IsQuantized(const Graph& graph) {
  return std::any_of(
      graph.nodes().begin(), graph.nodes().end(), [](const auto& node) {
        return std::any_of(
            node->outputs().begin(), node->outputs().end(),
            [](const Value* v) { return v->type().quant != nullptr; });
      });
}

}  // namespace

absl::Status PruneChannels(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(
      const CalibrationOptions calibration,
      ReadCalibrationOptions(options, ChannelPruneOptionNames()));
  TINYC_ASSIGN_OR_RETURN(const ChannelPruneOptions prune,
                         ReadChannelPruneOptions(options));
  if (IsQuantized(*module.graph)) {
    return Invalid(
        "the model is quantized already, at least in part, and channels are "
        "taken from float models; prune the one that it was made from");
  }
  TINYC_ASSIGN_OR_RETURN(std::vector<Sample> samples,
                         ReadCalibrationData(calibration, *module.graph));
  TINYC_ASSIGN_OR_RETURN(
      const ChannelPruneResult result,
      PruneChannelsOf(*module.graph, prune, std::move(samples)));
  module.notes.push_back(absl::StrFormat(
      "pruned by %s, on its %d calibration samples: %d of %d channels gone, "
      "%.0f => %.0f multiply-accumulates, %.0f => %.0f weights, about %.0f %% "
      "of the time: signal to noise at the outputs %s",
      AttrText(result.importance), result.samples, result.channels,
      result.units, result.before.macs, result.after.macs,
      result.before.weights, result.after.weights,
      100 * result.after.time / result.before.time, LossText(result.loss)));
  return absl::OkStatus();
}

}  // namespace tinyc

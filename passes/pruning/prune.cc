// SPDX-License-Identifier: Apache-2.0
// Makes those weights of a model zero that its outputs miss least, and repairs
// the others by least squares.
//
//   %y = conv(%x, %w, %b)  =>  %y = conv(%x, %w', %b')
//
// w' has zeros; what is left of it gives the sums of w as well as it can on
// samples, given that the layers before are pruned too; b' makes up for the
// means.  Layers that lose nothing are repaired for what those before them
// lost.
//
// A quantized model, of quantize/dequantize pairs, stays one: weights are
// rounded to integers before the next layer is repaired, and scales change only
// where repaired weights are too great for them.
//
// Options: data and samples as those of calibrate, and
//   sparsity=80%         how many of the weights become zero
//   block=1x4            that many neighbours at once
//   pattern=2:4          instead: at most 2 of each 4 neighbours stay
//   method=obc           which weights of a layer go: those whose loss costs
//                        least when the others make up for it, or magnitude
//   allocation=sensitivity  how many go from each layer: what it costs at the
//                        outputs says it, or lamp, uniform, global
//   repair=refit         or none
//   layers=inner         depthwise and first convolutions stay, or all
//   rounds=1             says what smaller shares lose on the way; to those who
//                        use PruneLayers it is the number of rounds between
//                        which they tune the model
// Neighbours are those in the order of kernels: [kernel position][channel].
// Run after the presets fuse and layout, which merge layers and order their
// weights, and before calibrate or integers.
#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "passes/pass.h"
#include "passes/pruning/layers.h"
#include "passes/pruning/pruner.h"

namespace tinyc {
absl::Status Prune(Module& module, const PassOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const CalibrationOptions calibration,
                         ReadCalibrationOptions(options, PruneOptionNames()));
  TINYC_ASSIGN_OR_RETURN(const PruneOptions prune, ReadPruneOptions(options));
  TINYC_ASSIGN_OR_RETURN(std::vector<Sample> samples,
                         ReadCalibrationData(calibration, *module.graph));
  TINYC_ASSIGN_OR_RETURN(const std::vector<PruneRound> rounds,
                         PruneLayers(*module.graph, prune, std::move(samples)));
  for (const PruneRound& round : rounds) {
    module.notes.push_back(absl::StrFormat(
        "pruned, on its %d calibration samples: %.1f %% of %d weights are 0: "
        "signal to noise at the outputs %s",
        round.samples,
        100 * static_cast<double>(round.zeros) /
            static_cast<double>(std::max<size_t>(1, round.weights)),
        round.weights, LossText(round.loss)));
  }
  if (rounds.back().unrepaired > 0 &&
      prune.repair == PruneOptions::Repair::kRefit) {
    module.notes.push_back(absl::StrFormat(
        "%d of %d pruned layers lose their smallest weights and are not "
        "repaired: transposed ones, and those with rows of more than %d "
        "weights",
        rounds.back().unrepaired, rounds.back().layers, kGreatestFittedRow));
  }
  return absl::OkStatus();
}

}  // namespace tinyc

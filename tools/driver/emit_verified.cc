// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/emit_verified.h"

#include "absl/strings/str_split.h"
#include "compiler/data/npz.h"
#include "tools/driver/model_options.h"
#include "tools/driver/verify_emitted.h"

namespace tinyc {
namespace {

constexpr int64_t kRandomSamples = 4;

}  // namespace

absl::StatusOr<Samples> SamplesOf(const std::string& file, const Graph& graph,
                                  int64_t random) {
  if (file.empty()) return Samples::Random(graph, random);
  absl::StatusOr<std::vector<NamedTensor>> arrays = ReadArrays(file);
  if (!arrays.ok()) return WithFile(file, arrays.status());
  absl::StatusOr<Samples> samples = Samples::Match(*std::move(arrays), graph);
  if (!samples.ok()) return WithFile(file, samples.status());
  return samples;
}

absl::StatusOr<std::vector<OutputFile>> EmitVerified(
    const CompiledModel& model, const EmitOptions& options,
    const std::optional<std::string>& verify,
    absl::Span<const OutputFile> others) {
  TINYC_ASSIGN_OR_RETURN(std::vector<OutputFile> files,
                         EmitC(model.planned, options));
  if (!verify) return files;
  TINYC_ASSIGN_OR_RETURN(
      const Samples samples,
      SamplesOf(*verify, *model.graph.graph, kRandomSamples));
  std::vector<OutputFile> all = files;
  all.insert(all.end(), others.begin(), others.end());
  TINYC_ASSIGN_OR_RETURN(
      const std::string verified,
      VerifyEmitted(model, all, options.prefix, samples.values()));
  PrintNotes(absl::StrSplit(verified, '\n'));
  return files;
}

}  // namespace tinyc

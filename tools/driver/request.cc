// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/request.h"

#include <utility>

#include "tools/driver/command_line.h"
#include "tools/driver/fit.h"
#include "tools/driver/model_options.h"
#include "tools/driver/pruning.h"
#include "tools/driver/quality.h"
#include "tools/driver/report.h"
#include "tools/driver/report_time.h"
#include "tools/driver/spend_budget.h"

namespace tinyc {

std::filesystem::path FolderOf(const std::string& file) {
  return std::filesystem::path(file).parent_path();
}

absl::Status WriteOutputs(const Request& request,
                          const std::vector<NamedFile>& files) {
  std::vector<std::filesystem::path> made;
  for (const NamedFile& file : files) {
    const std::filesystem::path folder = FolderOf(file.path);
    std::error_code error;  // writing into the folder tells
    if (request.emit == "split" && file.path != request.report &&
        folder != FolderOf(request.output) &&
        std::filesystem::create_directory(folder, error)) {
      made.push_back(folder);
    }
  }
  const absl::Status status = WriteFiles(files);
  for (const std::filesystem::path& folder : made) {
    std::error_code ignored;
    if (!status.ok()) std::filesystem::remove(folder, ignored);
  }
  return status;
}

std::optional<Compiled> Compile(const Request& request,
                                const CompileOptions& options) {
  absl::StatusOr<CompiledModel> model = CompileModel(request.model, options);
  if (!model.ok()) {
    PrintErrors(WithFile(request.model, model.status()));
    return std::nullopt;
  }
  if (!request.in_shared_arena) {
    SpendBudget(options, request.code == "small", &*model);
  }
  PrintNotes(model->planned.notes);
  nlohmann::ordered_json report =
      ReportJson(model->planned, request.code == "small");
  if (request.check || !request.report.empty()) {
    report["io"] = IoJson(model->planned);
    report["tradeoffs"] = TradeoffsJson(model->planned);
  }
  AddTime(model->planned, request.clock_mhz, &report);
  if (model->dense) {
    report["pruning"] =
        PruningJson(*model->dense->graph, *model->pruned->graph);
  }
  if (options.quantize) {
    const absl::StatusOr<QuantizationQuality> quality =
        QualityOf(*model, *options.quantize);
    if (!quality.ok()) {
      PrintErrors(WithFile(request.model, quality.status()));
      return std::nullopt;
    }
    PrintNotes({QualityNote(*quality, options.prune.has_value())});
    report["quantization"] = QualityJson(*quality);
  }
  return Compiled{*std::move(model), std::move(report)};
}

absl::Status AddFit(absl::Span<const CompiledModel* const> models,
                    const CompileOptions& options,
                    nlohmann::ordered_json* report) {
  if (!options.limits.ram && !options.limits.flash) return absl::OkStatus();
  (*report)["fit"] = FitJson(models, options, *report);
  const absl::Status fits = FitStatus((*report)["fit"]);
  if (fits.ok()) PrintNotes({FitLine((*report)["fit"])});
  return fits;
}

int Finish(const Request& request,
           const absl::StatusOr<std::vector<NamedFile>>& files,
           const std::string& costs) {
  absl::Status status = files.status();
  if (status.ok()) status = WriteOutputs(request, *files);
  if (status.ok() && request.check) status = PrintResult(costs);
  if (status.ok()) return kExitDone;
  PrintErrors(status);
  return kExitFault;
}

}  // namespace tinyc

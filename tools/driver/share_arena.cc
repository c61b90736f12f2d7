// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/share_arena.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/base/text.h"
#include "tools/driver/command_line.h"
#include "tools/driver/emit_verified.h"
#include "tools/driver/fit.h"
#include "tools/driver/model_options.h"
#include "tools/driver/report.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

const char kVerifiedOnly[] = "shared.c";

std::string StemOf(const std::string& file) {
  return std::filesystem::path(file).stem();
}

// The files of the models, each with the prefix that its file has, and of the
// arena that they share.
absl::StatusOr<std::vector<NamedFile>> MakeSharedFiles(
    const Request& request, const std::vector<std::string>& names,
    const std::vector<Compiled>& models) {
  // Without an output the files are only verified.
  const std::string stem =
      StemOf(request.output.empty() ? kVerifiedOnly : request.output);
  std::vector<ArenaUser> users;
  for (size_t i = 0; i < models.size(); ++i) {
    users.push_back({StemOf(names[i]), &models[i].model.planned});
  }
  const std::vector<OutputFile> arena = EmitSharedArena(stem, users);
  // The kernels of --emit=split are the same for all that need them.
  std::map<std::string, std::string> files;
  for (const OutputFile& file : arena) files[file.name] = file.text;
  for (size_t i = 0; i < models.size(); ++i) {
    EmitOptions options;
    options.stem = users[i].stem;
    options.prefix = CIdentifier(options.stem);
    options.share_code = request.code == "small";
    options.split = request.emit == "split";
    options.shared_arena = stem;
    // The arena's header includes headers of other models.
    TINYC_ASSIGN_OR_RETURN(
        const std::vector<OutputFile> emitted,
        EmitVerified(models[i].model, options, request.verify,
                     absl::MakeConstSpan(arena).subspan(0, 1)));
    for (const OutputFile& file : emitted) files[file.name] = file.text;
  }
  std::vector<NamedFile> named;
  if (request.output.empty()) return named;
  for (auto& [name, text] : files) {
    named.push_back({(FolderOf(request.output) / name).string(), text});
  }
  return named;
}

}  // namespace

absl::Status CheckShared(const Request& request,
                         const std::vector<std::string>& models) {
  if (models.size() < 2) {
    return Invalid("--share-arena is for two models or more");
  }
  if (request.arena == "caller" || request.emit == "tir" ||
      request.emit == "onnx" || !request.prefix.empty() ||
      !request.report.empty() || request.selftest ||
      (request.verify && !request.verify->empty())) {
    return Invalid(
        "--share-arena goes without --arena=caller, --emit=tir and onnx, "
        "--prefix, --report, --emit-selftest, and a file for --verify");
  }
  // Prefixes of C names, names of files and include guards in one.
  std::set<std::string> names;
  if (!request.output.empty()) {
    names.insert(absl::AsciiStrToUpper(CIdentifier(StemOf(request.output))));
  }
  for (const std::string& model : models) {
    const std::string stem = StemOf(model);
    if (!names.insert(absl::AsciiStrToUpper(CIdentifier(stem))).second) {
      return Invalid("two files would be called ", stem,
                     ".c: models that share an arena have names of their own");
    }
  }
  return absl::OkStatus();
}

int RunShared(const Request& request, const std::vector<std::string>& names,
              const CompileOptions& options) {
  std::vector<Compiled> models;
  std::vector<nlohmann::ordered_json> reports;
  std::string costs;
  for (const std::string& name : names) {
    Request one = request;
    one.model = name;
    one.in_shared_arena = true;  // --flash is for all of them together
    std::optional<Compiled> compiled = Compile(one, options);
    if (!compiled) return kExitFault;
    reports.push_back(compiled->report);
    absl::StrAppend(&costs, ReportText(compiled->report), "\n");
    models.push_back(*std::move(compiled));
  }
  nlohmann::ordered_json merged = MergedReport(reports);
  absl::StrAppend(&costs, "all of them\n  arena   ",
                  NumberText(merged["arena_bytes"]), " bytes of RAM, shared\n");
  std::vector<const CompiledModel*> pointers;
  for (const Compiled& model : models) pointers.push_back(&model.model);
  const absl::Status fits = AddFit(pointers, options, &merged);
  if (!fits.ok()) {
    PrintErrors(WithFile(absl::StrJoin(names, " and "), fits));
    std::fputs(FitText(merged["fit"]).c_str(), stderr);
    if (request.check) std::fputs(costs.c_str(), stdout);
    return kExitFault;
  }
  return Finish(request, MakeSharedFiles(request, names, models), costs);
}

}  // namespace tinyc

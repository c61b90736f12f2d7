// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/import.h"

#include <filesystem>

#include "frontends/onnx/graph_importer.h"
#include "frontends/onnx/load.h"
#include "frontends/onnx/onnx_library.h"

namespace tinyc {

absl::StatusOr<Module> ImportOnnx(absl::string_view bytes,
                                  const std::string& model_dir,
                                  const ImportOptions& options) {
  TINYC_ASSIGN_OR_RETURN(onnx::ModelProto model, LoadModel(bytes));
  TINYC_ASSIGN_OR_RETURN(Opsets opsets, OpsetsOf(model.opset_import()));
  if (const auto onnx = opsets.find("");
      onnx != opsets.end() && onnx->second < kOldestOpset) {
    TINYC_RETURN_IF_ERROR(ConvertToOldestOpset(&model));
    onnx->second = kOldestOpset;
  }
  return GraphImporter(model, std::move(opsets), model_dir, options).Run();
}

absl::StatusOr<Module> ImportOnnxFile(const std::string& path,
                                      const ImportOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const std::string bytes, ReadModelFile(path));
  const std::filesystem::path file(path);
  const std::string folder = file.parent_path().string();
  TINYC_ASSIGN_OR_RETURN(
      Module module, ImportOnnx(bytes, folder.empty() ? "." : folder, options));
  module.name = file.stem().string();
  return module;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/external_data.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "absl/strings/numbers.h"

namespace tinyc {
namespace {

namespace fs = std::filesystem;

struct Extent {
  std::string location;
  int64_t offset = 0;
  std::optional<int64_t> length;
};

absl::StatusOr<Extent> ParseExtent(const onnx::TensorProto& proto) {
  Extent extent;
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    int64_t number = 0;
    if (entry.key() == "location") {
      extent.location = entry.value();
    } else if (entry.key() == "offset" || entry.key() == "length") {
      if (!absl::SimpleAtoi(entry.value(), &number) || number < 0) {
        return Invalid("the ", entry.key(), " of its external data is \"",
                       entry.value(), "\"");
      }
      if (entry.key() == "offset") {
        extent.offset = number;
      } else {
        extent.length = number;
      }
    } else if (entry.key() != "checksum") {
      return Unimplemented("its external data has the unknown entry \"",
                           entry.key(), "\"");
    }
  }
  if (extent.location.empty()) {
    return Invalid("its external data has no location");
  }
  return extent;
}

// The file at `location` below `folder`.
absl::StatusOr<fs::path> Resolve(const std::string& folder,
                                 const std::string& location) {
  const fs::path relative(location);
  const bool climbs =
      std::find(relative.begin(), relative.end(), "..") != relative.end();
  if (relative.is_absolute() || climbs) {
    return Invalid("its external data \"", location,
                   "\" is not inside the model's folder");
  }
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  const fs::path file = fs::canonical(root / relative, error);
  if (error || !fs::is_regular_file(file, error)) {
    return Invalid("its external data \"", location,
                   "\" is not a file in the model's folder");
  }
  const auto [end, unused] =
      std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  if (end != root.end()) {
    return Invalid("its external data \"", location,
                   "\" leads out of the model's folder");
  }
  return file;
}

}  // namespace

absl::StatusOr<std::string> ReadExternalData(const onnx::TensorProto& proto,
                                             const std::string& model_dir,
                                             int64_t bytes) {
  if (model_dir.empty()) {
    return Invalid("its data is in a file, and the model has no folder");
  }
  TINYC_ASSIGN_OR_RETURN(const Extent extent, ParseExtent(proto));
  if (extent.length && *extent.length != bytes) {
    return Invalid("its external data has ", *extent.length,
                   " bytes, its type needs ", bytes);
  }
  TINYC_ASSIGN_OR_RETURN(const fs::path path,
                         Resolve(model_dir, extent.location));
  std::error_code error;
  const int64_t size = static_cast<int64_t>(fs::file_size(path, error));
  if (error || extent.offset > size || bytes > size - extent.offset) {
    return Invalid("its external data \"", extent.location,
                   "\" ends before the tensor does");
  }
  std::ifstream file(path, std::ios::binary);
  file.seekg(extent.offset);
  std::string data(static_cast<size_t>(bytes), '\0');
  file.read(data.data(), bytes);
  if (!file) {
    return Invalid("its external data \"", extent.location,
                   "\" cannot be read");
  }
  return data;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/kernel_text.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/codegen/embedded_runtime.h"

namespace tinyc {
namespace {

constexpr absl::string_view kLicence =
    "/* SPDX-License-Identifier: Apache-2.0 */\n";

absl::string_view View(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

// The embedded file whose path from an include folder is `name`, or null.
const EmbeddedFile* FindFile(absl::string_view name) {
  for (const EmbeddedFile& file : EmbeddedRuntimeFiles()) {
    const absl::string_view path = View(file.path);
    if (path == absl::StrCat("include/", name) ||
        path == absl::StrCat("kernels/", name)) {
      return &file;
    }
  }
  return nullptr;
}

absl::string_view BaseName(absl::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// The name of the file of a kernel that has one: "conv2d/conv2d_s8.c".
absl::StatusOr<std::string> SourceName(const Kernel& kernel) {
  const std::string base =
      absl::StrCat(absl::StripPrefix(kernel.symbol, "tc_"), ".c");
  for (const EmbeddedFile& file : EmbeddedRuntimeFiles()) {
    absl::string_view path = View(file.path);
    if (BaseName(path) == base && absl::ConsumePrefix(&path, "kernels/")) {
      return std::string(path);
    }
  }
  return Internal("the runtime has no file ", base);
}

// The operand of an #include line with its quotes or brackets, or "".
absl::string_view Included(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "#include ")) return "";
  return line.substr(0, line.find_first_of("\">", 1) + 1);
}

absl::string_view Unquoted(absl::string_view quoted) {
  return quoted.substr(1, quoted.size() - 2);
}

// The lines of a file without its licence and, for a header, its include guard.
std::vector<absl::string_view> BodyLines(const EmbeddedFile& file) {
  std::vector<absl::string_view> lines = absl::StrSplit(View(file.text), '\n');
  absl::string_view guard;
  std::vector<absl::string_view> body;
  for (const absl::string_view line : lines) {
    if (absl::StrContains(line, "SPDX-License-Identifier")) continue;
    absl::string_view rest = line;
    if (guard.empty() && absl::ConsumePrefix(&rest, "#ifndef ") &&
        absl::EndsWith(rest, "_H_")) {
      guard = rest;
    } else if (guard.empty() || line != absl::StrCat("#define ", guard)) {
      body.push_back(line);
    }
  }
  while (!guard.empty() && !body.empty()) {
    const bool end = absl::StartsWith(body.back(), "#endif");
    body.pop_back();
    if (end) break;
  }
  return body;
}

class Inliner {
 public:
  absl::Status Add(absl::string_view name) {
    if (!seen_.insert(std::string(name)).second) return absl::OkStatus();
    const EmbeddedFile* file = FindFile(name);
    if (file == nullptr) return Internal("the runtime has no file ", name);
    std::string own;
    for (const absl::string_view line : BodyLines(*file)) {
      const absl::string_view included = Included(line);
      if (included.empty()) {
        // One blank line where includes leave several.
        if (!line.empty() || !absl::EndsWith(own, "\n\n")) {
          absl::StrAppend(&own, line, "\n");
        }
      } else if (included[0] == '<') {
        result_.system_includes.emplace(included);
      } else {
        TINYC_RETURN_IF_ERROR(Add(Unquoted(included)));
      }
    }
    absl::StrAppend(&result_.text, "/* ---- ", name, " ---- */\n",
                    absl::StripAsciiWhitespace(own), "\n\n");
    return absl::OkStatus();
  }

  void AddLine(absl::string_view line) {
    absl::StrAppend(&result_.text, line, "\n\n");
  }

  KernelText Take() { return std::move(result_); }

 private:
  std::set<std::string> seen_;
  KernelText result_;
};

// Adds the file `name`, with its includes made plain file names, and those it
// includes to `files`, by file name.
absl::Status Collect(absl::string_view name,
                     std::map<std::string, std::string>& files) {
  const std::string base(BaseName(name));
  if (files.contains(base)) return absl::OkStatus();
  const EmbeddedFile* file = FindFile(name);
  if (file == nullptr) return Internal("the runtime has no file ", name);
  files[base] = "";  // it may include itself through others
  std::string text;
  for (const absl::string_view line :
       absl::StrSplit(absl::StripSuffix(View(file->text), "\n"), '\n')) {
    const absl::string_view included = Included(line);
    if (absl::StartsWith(included, "\"")) {
      TINYC_RETURN_IF_ERROR(Collect(Unquoted(included), files));
      absl::StrAppend(&text, "#include \"", BaseName(Unquoted(included)),
                      "\"\n");
    } else {
      absl::StrAppend(&text, line, "\n");
    }
  }
  files[base] = std::move(text);
  return absl::OkStatus();
}

// `TC_BINARY(tc_add_f32, ...)` => `TC_BINARY_PROTO(tc_add_f32, ...);` and
// `TC_KERNEL void tc_map_...(...) {...}` => `void tc_map_...(...);`
std::string Prototype(absl::string_view instantiation) {
  constexpr absl::string_view kLinkage = "TC_KERNEL ";
  const size_t function = instantiation.find(kLinkage);
  if (function != instantiation.npos) {
    instantiation.remove_prefix(function + kLinkage.size());
    return absl::StrCat(instantiation.substr(0, instantiation.find(" {")), ";");
  }
  const size_t paren = instantiation.find('(');
  return absl::StrCat(instantiation.substr(0, paren), "_PROTO",
                      instantiation.substr(paren), ";");
}

std::vector<std::string> HeadersOf(const Kernel& kernel) {
  return absl::StrSplit(kernel.header, ' ', absl::SkipEmpty());
}

}  // namespace

absl::StatusOr<KernelText> InlineKernels(
    absl::Span<const Kernel* const> kernels,
    absl::Span<const std::string> headers) {
  Inliner inliner;
  for (const std::string& header : headers) {
    TINYC_RETURN_IF_ERROR(inliner.Add(header));
  }
  for (const Kernel* kernel : kernels) {
    if (kernel->instantiation.empty()) {
      TINYC_ASSIGN_OR_RETURN(const std::string source, SourceName(*kernel));
      TINYC_RETURN_IF_ERROR(inliner.Add(source));
    } else {
      for (const absl::string_view header : HeadersOf(*kernel)) {
        TINYC_RETURN_IF_ERROR(inliner.Add(header));
      }
      inliner.AddLine(kernel->instantiation);
    }
  }
  return inliner.Take();
}

absl::StatusOr<KernelFiles> SplitKernels(
    absl::Span<const Kernel* const> kernels,
    absl::Span<const std::string> headers) {
  KernelFiles result;
  std::map<std::string, std::string> files;
  std::set<std::string> included;
  for (const std::string& header : headers) {
    TINYC_RETURN_IF_ERROR(Collect(header, files));
    included.emplace(BaseName(header));
  }
  std::string prototypes;
  for (const Kernel* kernel : kernels) {
    std::vector<std::string> own = HeadersOf(*kernel);
    if (kernel->instantiation.empty()) {
      TINYC_ASSIGN_OR_RETURN(const std::string source, SourceName(*kernel));
      TINYC_RETURN_IF_ERROR(Collect(source, files));
      // A family's types are in <folder>/<folder>.h.
      const std::string folder = source.substr(0, source.find('/'));
      own = {absl::StrCat(folder, "/", folder, ".h")};
      absl::StrAppend(&prototypes, "tc_", kernel->family, "_fn ",
                      kernel->symbol, ";\n");
    } else {
      const std::string base =
          absl::StrCat(absl::StripPrefix(kernel->symbol, "tc_"), ".c");
      std::string text(kLicence);
      for (const absl::string_view header : own) {
        absl::StrAppend(&text, "#include \"", BaseName(header), "\"\n");
      }
      files[base] = absl::StrCat(text, "\n", kernel->instantiation, "\n");
      absl::StrAppend(&prototypes, Prototype(kernel->instantiation), "\n");
    }
    for (const absl::string_view header : own) {
      TINYC_RETURN_IF_ERROR(Collect(header, files));
      included.emplace(BaseName(header));
    }
  }
  for (const std::string& header : included) {
    absl::StrAppend(&result.declarations, "#include \"kernels/", header,
                    "\"\n");
  }
  absl::StrAppend(&result.declarations,
                  "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n", prototypes,
                  "#ifdef __cplusplus\n}\n#endif\n");
  for (auto& [name, text] : files) {
    result.files.push_back({absl::StrCat("kernels/", name), std::move(text)});
  }
  return result;
}

}  // namespace tinyc

// SPDX-License-Identifier: Apache-2.0
// Packs the buffers of CSV files, as well as a budget allows:
//
//   offsets_bench [--capacity=BYTES] [--budget=MILLIONS] [--json] FILE|DIR...
//
// A file has the columns id, lower, upper and size, the lifetime from lower up
// to but not including upper, and may have alignment and fixed (an offset, or
// nothing).  NAME.overlaps beside NAME.csv has the columns below, above (ids in
// the order of the file, from 0) and distance.
//
// Prints how much processor time it takes to reach the capacity, if there is
// one, and how many millions of buffers it looks at for that; then the least
// total that the budget finds.  With --json one line per file, with the
// offsets.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/base/file.h"
#include "nlohmann/json.hpp"
#include "passes/memory/check_offsets.h"
#include "passes/memory/exact_offsets.h"

namespace tinyc {
namespace {

struct Settings {
  int64_t capacity = 0;    // bytes; 0: none
  int64_t budget = 10000;  // millions of buffers looked at
  bool json = false;
  std::vector<std::string> files;
};

// The lines of a table, each by column; empty fields are left out.
using Row = std::map<std::string, int64_t>;
absl::StatusOr<std::vector<Row>> ReadTable(const std::string& path) {
  TINYC_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<Row> rows;
  std::vector<std::string> columns;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    if (columns.empty()) {
      columns = fields;
      continue;
    }
    rows.emplace_back();
    for (size_t i = 0; i < std::min(columns.size(), fields.size()); ++i) {
      int64_t number = 0;
      if (columns[i] == "id" || fields[i].empty()) continue;
      if (!absl::SimpleAtoi(fields[i], &number)) {
        return Invalid(path, ": ", fields[i], " is no number");
      }
      rows.back()[columns[i]] = number;
    }
  }
  return rows;
}

int64_t Field(const Row& row, const std::string& column, int64_t otherwise) {
  const auto it = row.find(column);
  return it == row.end() ? otherwise : it->second;
}

absl::StatusOr<OffsetProblem> ReadProblem(const std::string& path) {
  OffsetProblem problem;
  TINYC_ASSIGN_OR_RETURN(const std::vector<Row> rows, ReadTable(path));
  for (const Row& row : rows) {
    OffsetBuffer b;
    b.size = Field(row, "size", 0);
    b.align = Field(row, "alignment", 1);
    b.life = {static_cast<int>(Field(row, "lower", 0)),
              static_cast<int>(Field(row, "upper", 0) - 1)};
    if (row.contains("fixed")) b.fixed = row.at("fixed");
    if (b.size <= 0 || b.align <= 0 || b.life.last < b.life.first) {
      return Invalid(path, ": a buffer without a size or a lifetime");
    }
    problem.buffers.push_back(b);
  }
  const std::string overlaps =
      std::filesystem::path(path).replace_extension("overlaps").string();
  if (!std::filesystem::exists(overlaps)) return problem;
  TINYC_ASSIGN_OR_RETURN(const std::vector<Row> pairs, ReadTable(overlaps));
  for (const Row& row : pairs) {
    problem.overlaps.push_back({static_cast<size_t>(Field(row, "below", 0)),
                                static_cast<size_t>(Field(row, "above", 0)),
                                Field(row, "distance", 0)});
  }
  return problem;
}

// A solution and the processor time that it took.
struct Timed {
  OffsetSolution solution;
  double seconds = 0;
};

absl::StatusOr<Timed> Solve(const OffsetProblem& problem,
                            const OffsetEffort& effort) {
  const std::clock_t begin = std::clock();
  Timed timed;
  timed.solution = SolveOffsets(problem, effort);
  timed.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  TINYC_RETURN_IF_ERROR(CheckOffsets(problem, timed.solution));
  return timed;
}

absl::Status Run(const Settings& settings, const std::string& path) {
  TINYC_ASSIGN_OR_RETURN(const OffsetProblem problem, ReadProblem(path));
  const int64_t budget = settings.budget * 1'000'000;
  const std::string name = std::filesystem::path(path).stem().string();
  if (settings.json) {
    TINYC_ASSIGN_OR_RETURN(const Timed best,
                           Solve(problem, {budget, settings.capacity}));
    nlohmann::json line = {{"name", name},
                           {"total", best.solution.total},
                           {"lower_bound", best.solution.lower_bound},
                           {"offsets", best.solution.offsets}};
    std::printf("%s\n", line.dump().c_str());
    return absl::OkStatus();
  }
  std::printf("%-12s %5zu %9lld", name.c_str(), problem.buffers.size(),
              static_cast<long long>(LiveBytesBound(problem)));
  if (settings.capacity > 0) {
    TINYC_ASSIGN_OR_RETURN(const Timed at,
                           Solve(problem, {budget, settings.capacity}));
    std::printf("  %s %6.2f s %7.1f M",
                at.solution.total <= settings.capacity ? "yes" : "no ",
                at.seconds, static_cast<double>(at.solution.work) / 1e6);
    std::fflush(stdout);
  }
  TINYC_ASSIGN_OR_RETURN(const Timed best, Solve(problem, {budget, 0}));
  const auto least = static_cast<double>(best.solution.lower_bound);
  const auto total = static_cast<double>(best.solution.total);
  std::printf("  %9.0f %6.2f s  ", total, best.seconds);
  if (total == least) {
    std::printf("proved\n");
  } else {
    std::printf("at least %.0f, gap %.1f %%\n", least,
                100 * (total - least) / least);
  }
  std::fflush(stdout);
  return absl::OkStatus();
}

absl::StatusOr<Settings> ParseArguments(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--json") {
      settings.json = true;
    } else if (absl::ConsumePrefix(&argument, "--capacity=")) {
      if (!absl::SimpleAtoi(argument, &settings.capacity)) {
        return Invalid("--capacity is a number of bytes");
      }
    } else if (absl::ConsumePrefix(&argument, "--budget=")) {
      if (!absl::SimpleAtoi(argument, &settings.budget)) {
        return Invalid("--budget is a number of millions");
      }
    } else if (std::filesystem::is_directory(argv[i])) {
      for (const auto& file : std::filesystem::directory_iterator(argv[i])) {
        if (file.path().extension() == ".csv") {
          settings.files.push_back(file.path().string());
        }
      }
    } else {
      settings.files.push_back(argv[i]);
    }
  }
  std::sort(settings.files.begin(), settings.files.end());
  if (settings.files.empty()) return Invalid("no CSV file to pack");
  return settings;
}

absl::Status Main(int argc, char** argv) {
  TINYC_ASSIGN_OR_RETURN(const Settings settings, ParseArguments(argc, argv));
  if (!settings.json) {
    std::printf("%-12s %5s %9s%s  %9s %8s\n", "", "count", "at least",
                settings.capacity > 0 ? "  at the capacity          " : "",
                "bytes", "in");
  }
  for (const std::string& file : settings.files) {
    TINYC_RETURN_IF_ERROR(Run(settings, file));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace tinyc

int main(int argc, char** argv) {
  const absl::Status status = tinyc::Main(argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "offsets_bench: %s\n",
               std::string(status.message()).c_str());
  return 1;
}

// SPDX-License-Identifier: Apache-2.0
// What the kernel benchmarks run: graphs of one node, from the templates in
// benchmarks/kernels/subjects/*.tir.
//
// A template begins with its name and the values of its variables; it stands
// for one graph per combination of values:
//
//   // test max_pool 2x2
//   // $T: f32 s8q
//   graph(%x: $T[1,24,24,32]) -> (%y) {
//     %y = max_pool(%x) {kernel=[2,2], layout=nhwc} : $T[1,23,23,32]
//     return %y
//   }
//
// `s8q` is s8 with a scale wherever dimensions follow, here s8[1,24,24,32]
// q(0.01, 0).  Combinations that are no valid graph, or that no kernel runs,
// are left out.
#ifndef TINYC_BENCHMARKS_KERNELS_SUBJECTS_H_
#define TINYC_BENCHMARKS_KERNELS_SUBJECTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

struct Subject {
  std::string name;  // "max_pool 2x2 s8q"
  std::string text;  // of the graph
};

// The subjects of one file of templates.
absl::StatusOr<std::vector<Subject>> ExpandTemplates(absl::string_view text);

// The subjects of all files in the folder, sorted by file.
absl::StatusOr<std::vector<Subject>> ReadSubjects(const std::string& folder);

// A subject compiled for the host with one row for its last call of that row's
// family.
struct RowSubject {
  const Kernel* row;
  std::string name;  // of the subject
  Module module;
};

// Every row of the kernel list that the host runs, with each subject that uses
// its family, subject by subject; rows of compressed weights with the subjects
// whose weights they make smaller.
absl::StatusOr<std::vector<RowSubject>> CompileSubjects(
    const std::vector<Subject>& subjects);

// The symbols of the rows that the host runs and no subject uses.
std::vector<std::string> RowsWithout(
    const std::vector<RowSubject>& row_subjects);

}  // namespace tinyc

#endif  // TINYC_BENCHMARKS_KERNELS_SUBJECTS_H_

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much an operator takes, and how much adding one changes.

  tools/lint/operator_sizes.py [--commits N]

Per line of ops.def: the lines of its own files, which are compiler/ops/<stem>*
and the kernel folders that no other operator's files include, and the number of
operators that share them.  Then the last N commits that add an operator, which
is a line of ops.def (of the IR) or of importers.def (of ONNX): how many lines
of files that existed they add or change, tests and pages apart.
"""

import argparse
import collections
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS = ROOT / "compiler/ops"
KERNELS = ROOT / "runtime/kernels"
LISTS = ("compiler/ops/ops.def", "frontends/onnx/importers.def")
# What says that an operator is right is not what it takes to have it.
NOT_COUNTED = ("tests/", "docs/", "benchmarks/")
LIMIT_LINES = 150  # of the median operator
LIMIT_CHANGES = 2  # existing lines per commit


def snake_case(name):
  return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def line_count(path):
  return len(path.read_text().splitlines())


def stems():
  return [snake_case(name) for name in
          re.findall(r"^TINYC_OPS\((\w+)\)", (OPS / "ops.def").read_text(),
                     re.MULTILINE)]


def files_of(stem, all_stems):
  """compiler/ops/<stem>.* and <stem>_*.*, unless these are another stem's."""
  longer = [other for other in all_stems if other.startswith(stem + "_")]
  for path in sorted(OPS.glob(f"{stem}*.[hc]*")):
    name = path.stem
    others = any(name == other or name.startswith(other + "_")
                 for other in longer)
    if not others and (name == stem or name.startswith(stem + "_")):
      yield path


def own_kernels(files_by_stem):
  """The kernel folders by stem, and those that several stems use."""
  users = collections.defaultdict(set)
  for stem, files in files_by_stem.items():
    for path in files:
      for folder in re.findall(r'#include "(\w+)/\w+\.h"', path.read_text()):
        if (KERNELS / folder).is_dir():
          users[folder].add(stem)
  own = collections.defaultdict(list)
  for folder, by in users.items():
    if len(by) == 1:
      own[min(by)].append(folder)
  return own, sorted(folder for folder, by in users.items() if len(by) > 1)


def operators_by_stem(files_by_stem):
  """How many operators each stem registers: the names of docs/ops.md that its
  files have as strings; a struct's own name counts before a table's."""
  names = re.findall(r"^\| `(\w+)\(", (ROOT / "docs/ops.md").read_text(),
                     re.MULTILINE)
  texts = {stem: "".join(path.read_text() for path in files)
           for stem, files in files_by_stem.items()}
  counts = collections.Counter()
  for name in names:
    own = [s for s, text in texts.items() if f'kName = "{name}"' in text]
    rows = [s for s, text in texts.items() if f'"{name}"' in text]
    if own or rows:
      counts[(own or rows)[0]] += 1
  return counts


def print_sizes():
  files_by_stem = {stem: list(files_of(stem, stems())) for stem in stems()}
  own, shared = own_kernels(files_by_stem)
  operators = operators_by_stem(files_by_stem)
  sizes = []
  print(f"{'ops.def':24} {'lines':>6} {'operators':>10} {'each':>6}  kernels")
  for stem, files in files_by_stem.items():
    kernels = [path for folder in own[stem]
               for path in sorted((KERNELS / folder).rglob("*.*"))]
    lines = sum(map(line_count, files + kernels))
    count = max(1, operators[stem])
    sizes += [lines / count] * count
    print(f"{stem:24} {lines:6} {count:10} {lines / count:6.0f}  "
          f"{' '.join(own[stem])}")
  median = statistics.median(sizes)
  print(f"kernel folders that several use, not counted: {' '.join(shared)}")
  print(f"median of {len(sizes)} operators: {median:.0f} lines "
        f"(below {LIMIT_LINES} is the aim)")
  return median < LIMIT_LINES


def git(*arguments):
  return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True,
                        text=True, check=True).stdout


def adds_operator(commit):
  """It adds lines to a list of operators without taking any away."""
  lines = git("show", "--format=", "--unified=0", commit, "--",
              *LISTS).splitlines()
  return (any(re.match(r"\+TINYC_(OPS|ONNX)", line) for line in lines) and
          not any(re.match(r"-TINYC_(OPS|ONNX)", line) for line in lines))


def changed_lines(commit):
  """Lines added to or changed in files that existed, by file."""
  added = set(git("show", "--format=", "--name-only", "--diff-filter=A",
                  commit).split())
  changes = {}
  for row in git("show", "--format=", "--numstat", commit).splitlines():
    plus, minus, path = row.split("\t")
    if path not in added and not path.startswith(NOT_COUNTED):
      changes[path] = max(int(plus), int(minus))
  return changes


def print_commits(count):
  commits = [commit for commit in
             git("log", "--format=%h", "--", *LISTS).split()
             if adds_operator(commit)][:count]
  print(f"\nthe last {len(commits)} commits that add an operator:")
  within = True
  for commit in commits:
    changes = changed_lines(commit)
    total = sum(changes.values())
    within = within and total <= LIMIT_CHANGES
    print(f"{total:5} existing lines: "
          f"{git('log', '-1', '--format=%h %s', commit).strip()}")
    for path, lines in changes.items():
      print(f"{lines:11} {path}")
  return within


def main():
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("--commits", type=int, default=10)
  arguments = parser.parse_args()
  small = print_sizes()
  local = print_commits(arguments.commits)
  return 0 if small and local else 1


if __name__ == "__main__":
  sys.exit(main())

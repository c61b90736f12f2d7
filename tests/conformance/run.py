#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs ONNX's backend test suite through tinyc and a C compiler.

  run.py [--filter REGEX] [--part K/N]   compare with the checked-in table
  run.py --write                         record what is so in the table
  run.py --check-pages                   are the pages in docs/ up to date?

Exit code 0 when every verdict is the one in expected.txt, 1 when one differs,
77 when the onnx package is missing.  README.md says more.
"""

import argparse
import collections
import concurrent.futures
import csv
import os
import pathlib
import re
import shlex
import sys
import tempfile

try:
  import cases
  import operators
  import table
  import verdict
except ImportError as missing:
  venv = pathlib.Path(__file__).resolve().parents[2] / "build/venv"
  if venv.exists() and pathlib.Path(sys.prefix) != venv:
    os.execv(venv / "bin/python", ["python", *sys.argv])
  print(f"skipped: {missing}; run 'make setup-test'")
  sys.exit(77)

# -O1: less is no faster to build and run, and misses warnings that need
# analysis.
COMPILER = ("gcc -std=c99 -Wall -Wextra -Wconversion -pedantic -Werror -O1")


def read_arguments():
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  binaries = pathlib.Path(os.environ.get("TINYC_BIN_DIR",
                                         cases.ROOT / "build/bin"))
  parser.add_argument("--tinyc", type=pathlib.Path, default=binaries / "tinyc")
  parser.add_argument("--options", default="", help="further ones, for tinyc")
  parser.add_argument("--cc", default=COMPILER, help=f"default: {COMPILER}")
  parser.add_argument("--filter", default="", metavar="REGEX",
                      help="only the cases <kind>/<name> that it is found in")
  parser.add_argument("--part", default="1/1", metavar="K/N",
                      help="only each Nth case, from the Kth on")
  parser.add_argument("--jobs", type=int, default=os.cpu_count())
  parser.add_argument("--out", metavar="FILE.csv",
                      help="write verdicts with the sentences of tinyc")
  parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER",
                      help="leave the files of each case there")
  parser.add_argument("--write", action="store_true",
                      help="record the verdicts in the table and the pages")
  parser.add_argument("--check-pages", action="store_true",
                      help="only compare docs/ with the table and the program")
  parser.add_argument("--setup", action="store_true",
                      help="only write the files of the cases")
  return parser.parse_args()


def chosen(suite, arguments):
  part, parts = map(int, arguments.part.split("/"))
  matching = [case for case in suite
              if re.search(arguments.filter, case.id)]
  return matching[part - 1::parts]


def judge_all(chosen_cases, arguments):
  """The verdicts, by case; failures are told as they come."""
  progress = sys.stderr.isatty()
  verdicts = {}
  with tempfile.TemporaryDirectory() as work, \
      concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
    tools = verdict.Tools(arguments.tinyc.resolve(),
                          shlex.split(arguments.options),
                          shlex.split(arguments.cc), pathlib.Path(work),
                          arguments.keep)
    results = pool.map(lambda case: verdict.judge(case, tools), chosen_cases)
    for case, result in zip(chosen_cases, results):
      verdicts[case.id] = result
      if result.status == "fail":
        print(f"FAIL {case.id}: {result.stage}: {result.reason}", flush=True)
      if progress and len(verdicts) % 10 == 0:
        print(f"{len(verdicts)} of {len(chosen_cases)}", end="\r",
              file=sys.stderr)
  return verdicts


def write_csv(path, chosen_cases, verdicts):
  with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["case", "operator", "special", "status", "stage",
                     "reason"])
    for case in chosen_cases:
      result = verdicts[case.id]
      writer.writerow([case.id, case.operator, case.special, result.status,
                       result.stage, result.reason])


def differences(verdicts, expected):
  """One line per case that is not as the table says, worst first."""
  regressions, others = [], []
  for case, result in verdicts.items():
    was = expected.get(case, "not in the table")
    line = table.line_of(result)
    if line == was:
      continue
    if was == "pass":
      regressions.append(
          f"REGRESSION {case}: {result.status}: {result.reason}")
    elif line == "pass":
      others.append(f"IMPROVEMENT {case}: passes, was {was}")
    elif result.status != "fail":  # failures are told already
      others.append(f"CHANGE {case}: {line}, was {was}: {result.reason}")
  return regressions + others


def pages(suite, lines, arguments):
  """The pages made from the table, and where they belong."""
  tinyc = arguments.tinyc.resolve()
  return {
      table.PAGE: table.page(suite, lines),
      operators.PAGE: operators.page(suite, lines, tinyc, arguments.jobs),
  }


def record(suite, verdicts, arguments):
  """Puts the verdicts into the table, those of other cases stay."""
  expected = table.read_expected()
  lines = {case.id: expected[case.id] for case in suite if case.id in expected}
  lines.update({case: table.line_of(result)
                for case, result in verdicts.items()
                if result.status != "fail"})
  table.write_expected(lines)
  for path, text in pages(suite, lines, arguments).items():
    path.write_text(text)


def check_pages(suite, arguments):
  code = 0
  for path, text in pages(suite, table.read_expected(), arguments).items():
    if not path.exists() or path.read_text() != text:
      print(f"{path} is not up to date: run tests/conformance/run.py --write")
      code = 1
  return code


def main():
  arguments = read_arguments()
  suite = cases.load_suite()
  if arguments.setup:
    return 0
  if arguments.check_pages:
    return check_pages(suite, arguments)
  todo = chosen(suite, arguments)
  if not todo:
    print(f"no case matches {arguments.filter}")
    return 1
  verdicts = judge_all(todo, arguments)
  if arguments.out:
    write_csv(arguments.out, todo, verdicts)

  counts = collections.Counter(result.status for result in verdicts.values())
  wrong = counts["fail"] > 0
  if arguments.write:
    record(suite, verdicts, arguments)
  else:
    found = differences(verdicts, table.read_expected())
    for line in found:
      print(line)
    if found:
      print("Is it right so?  Then record it: tests/conformance/run.py --write")
    wrong = wrong or bool(found)
  print(f"{len(todo)} cases: {counts['pass']} pass, "
        f"{counts['refused']} refused, {counts['fail']} fail")
  return 1 if wrong else 0


if __name__ == "__main__":
  sys.exit(main())

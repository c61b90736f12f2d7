# SPDX-License-Identifier: Apache-2.0
"""Packings of up to 200 buffers against CP-SAT, which proves their totals."""

import csv
import json
import os
import pathlib
import random
import subprocess

import pytest

BENCH = (pathlib.Path(os.environ.get("TINYC_BIN_DIR", "build/bin")).parent /
         "release/benchmarks/offsets_bench")
CASES = int(os.environ.get("TINYC_OFFSET_CASES", "40"))
SECONDS = float(os.environ.get("TINYC_OFFSET_SECONDS", "5"))
BUDGET = 2000  # millions of buffers looked at


def random_problem(rng, count):
  """Buffers, and (below, above) -> distance of those that may overlap."""
  buffers, overlaps = [], {}
  align = rng.choice([1, 4, 16])
  irregular = rng.random() < 0.5
  ends = []
  for step in range(count):
    size = rng.choice([rng.randint(1, 64), 16 * rng.randint(1, 64)])
    if irregular:
      length = rng.choice([1, 2, 3, rng.randint(1, max(1, count // 4))])
      lower = rng.randint(0, count)
      buffers.append([lower, lower + length, size, align])
      continue
    buffers.append([step, step + 1, size, align])
    operands = []
    if ends:
      operands.append(ends.pop(rng.randrange(len(ends))))
    if ends and rng.random() < 0.3:
      operands.append(ends.pop(rng.randrange(len(ends))))
    elif operands and rng.random() < 0.3:
      ends.append(operands[0])  # read again later
    ends.append(step)
    for operand in operands:
      buffers[operand][1] = step + 1
      if rng.random() < 0.5:
        overlaps[step, operand] = rng.randint(0, size)
        if rng.random() < 0.5:
          overlaps[operand, step] = rng.randint(0, buffers[operand][2])
  return buffers, overlaps


def run_tinyc(folder, problems):
  for name, (buffers, overlaps) in problems.items():
    with open(folder / f"{name}.csv", "w", newline="") as file:
      table = csv.writer(file)
      table.writerow(["id", "lower", "upper", "size", "alignment"])
      table.writerows([i, *b] for i, b in enumerate(buffers))
    with open(folder / f"{name}.overlaps", "w", newline="") as file:
      table = csv.writer(file)
      table.writerow(["below", "above", "distance"])
      table.writerows([*pair, d] for pair, d in overlaps.items())
  lines = subprocess.run([BENCH, "--json", f"--budget={BUDGET}", folder], check=True,
                         capture_output=True, text=True).stdout.splitlines()
  return {line["name"]: line for line in map(json.loads, lines)}


def cp_sat(cp_model, buffers, overlaps, most):
  """The least total up to `most`, None when that is not known in time."""
  model = cp_model.CpModel()
  total = model.new_int_var(0, most, "total")
  at = []
  for i, (_, _, size, align) in enumerate(buffers):
    slot = model.new_int_var(0, most // align, f"slot{i}")
    at.append(slot * align)
    model.add(at[i] + size <= total)
  for i, a in enumerate(buffers):
    for j, b in enumerate(buffers[:i]):
      if a[1] <= b[0] or b[1] <= a[0]:
        continue
      below = model.new_bool_var(f"{i}below{j}")
      model.add(at[i] + overlaps.get((i, j), a[2]) <= at[j]).only_enforce_if(
          below)
      model.add(at[j] + overlaps.get((j, i), b[2]) <= at[i]).only_enforce_if(
          ~below)
  model.minimize(total)
  solver = cp_model.CpSolver()
  solver.parameters.max_time_in_seconds = SECONDS
  solver.parameters.num_workers = 2
  status = solver.solve(model)
  assert status != cp_model.INFEASIBLE, "CP-SAT finds no packing in our total"
  return round(solver.objective_value) if status == cp_model.OPTIMAL else None


def check_offsets(buffers, overlaps, solution):
  at = solution["offsets"]
  for i, (lower, upper, size, align) in enumerate(buffers):
    assert at[i] % align == 0 and 0 <= at[i] <= solution["total"] - size
    for j in range(i):
      if upper > buffers[j][0] and buffers[j][1] > lower:
        assert (at[i] + overlaps.get((i, j), size) <= at[j] or
                at[j] + overlaps.get((j, i), buffers[j][2]) <= at[i])


def test_totals_are_the_least(tmp_path):
  cp_model = pytest.importorskip("ortools.sat.python.cp_model",
                                 reason="skipped: no ortools")
  if not BENCH.exists():
    pytest.skip(f"skipped: {BENCH.name} is not built")
  rng = random.Random(1)
  problems = {
      f"{i:04}": random_problem(rng, round(5 * 40**rng.random()))
      for i in range(CASES)
  }
  solutions = run_tinyc(tmp_path, problems)
  proved = known = 0
  worse = []
  for name, (buffers, overlaps) in problems.items():
    solution = solutions[name]
    check_offsets(buffers, overlaps, solution)
    least = cp_sat(cp_model, buffers, overlaps, solution["total"])
    proved += solution["lower_bound"] == solution["total"]
    if least is None:
      continue
    known += 1
    assert solution["lower_bound"] <= least, name
    if solution["total"] != least:
      worse.append((name, solution["total"], least))
  print(f"{CASES} problems: {proved} proved by tinyc, {known} by CP-SAT, "
        f"{len(worse)} packed worse: {worse}")
  assert known > 0 and not worse

# SPDX-License-Identifier: Apache-2.0
"""Constants that a linker puts into memory beside the core: their sections."""

import collections
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
MODEL = ROOT / "examples/mnist/mnist_int8.onnx"


def sections(folder, compiler, *options):
  """Bytes by section of the object file."""
  object_file = folder / "m.o"
  subprocess.run([compiler, "-std=c99", "-Wall", "-Wextra", "-pedantic",
                  "-Werror", "-Os", *options, "-c", folder / "m.c", "-o",
                  object_file], check=True)
  text = subprocess.run(["objdump", "-h", object_file], check=True,
                        capture_output=True, text=True).stdout
  sizes = collections.Counter()  # clang has several sections of a name
  for name, size in re.findall(r"^ *\d+ (\S+) +([0-9a-f]+)", text,
                               re.MULTILINE):
    sizes[name] += int(size, 16)
  return sizes


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("room", [4096, 1 << 20])
def test_sections_hold_what_the_header_says(room, compiler, tmp_path):
  report = tmp_path / "r.json"
  subprocess.run(
      [BIN / "tinyc", MODEL, "-o", tmp_path / "m.c",
       f"--memory=tcm:{room}:weights,sram:1M", "--verify",
       f"--report={report}"], check=True, capture_output=True)
  [copied] = json.loads(report.read_text())["copied_constants"]
  header = (tmp_path / "m.h").read_text()
  assert f"#define M_TCM_WEIGHTS_SIZE {copied['bytes']}u" in header
  arena = int(re.search(r"M_TCM_SIZE (\d+)u", header)[1])
  assert 0 < copied["bytes"] <= room - arena
  section = "-DM_TCM_WEIGHTS=__attribute__((section(\".tcm_weights\")))"
  plain = sections(tmp_path, compiler)
  placed = sections(tmp_path, compiler, section)
  assert ".tcm_weights" not in plain
  # Up to 31 bytes keep each constant aligned.
  slack = 31 * copied["constants"]
  assert copied["bytes"] - slack <= placed[".tcm_weights"] <= copied["bytes"]
  assert placed[".rodata"] < plain[".rodata"]

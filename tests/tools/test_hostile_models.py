# SPDX-License-Identifier: Apache-2.0
"""What is in hostile_models.py, through tinyc: each model is refused by one
clear sentence, within seconds, and nothing is left behind."""

import os
import pathlib
import resource
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bad_input  # pylint: disable=wrong-import-position

onnx = pytest.importorskip("onnx")
import hostile_models  # pylint: disable=wrong-import-position

TINYC = (pathlib.Path(os.environ.get("TINYC_BIN_DIR",
                                     bad_input.ROOT / "build/bin")) /
         "tinyc").resolve()
SECONDS = 60  # a hang, even on a busy machine and with sanitizers
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic",
          "-Werror"]


def run(folder, arguments, **limits):
  return subprocess.run([TINYC, *arguments], cwd=folder, text=True,
                        errors="replace", capture_output=True, timeout=SECONDS,
                        check=False, **limits)


def assert_refused(done, folder, before):
  """Exit code 1, an error line, no report of a sanitizer, no file."""
  assert not any(word in done.stderr for word in bad_input.REPORTS), done.stderr
  assert done.returncode == 1, (done.returncode, done.stderr)
  lines = done.stderr.splitlines()
  assert lines and lines[-1].startswith("error: "), done.stderr
  assert len(lines[-1].split()) > 4, done.stderr
  assert done.stdout == ""
  assert sorted(path.name for path in folder.rglob("*")) == before


@pytest.mark.parametrize("case", list(hostile_models.refused()),
                         ids=lambda case: case.name)
def test_refuses(case, tmp_path):
  (tmp_path / "model.onnx").write_bytes(case.contents())
  if case.prepare is not None:
    case.prepare(tmp_path)
  before = sorted(path.name for path in tmp_path.rglob("*"))
  done = run(tmp_path, ["model.onnx", "-o", "model.c"])
  assert_refused(done, tmp_path, before)
  assert case.says in done.stderr


@pytest.mark.parametrize("first", range(3))
def test_builds_with_any_names(first, tmp_path):
  names = hostile_models.NAMES[first:] + hostile_models.NAMES[:first]
  model = hostile_models.named(names)
  (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
  done = run(tmp_path, ["model.onnx", "-o", "model.c"])
  assert done.returncode == 0, done.stderr
  for compiler, standard in (("gcc", "-std=c99"), ("g++", "-std=c++17")):
    source = tmp_path / "model.c"
    if compiler == "g++":
      source = tmp_path / "header.cc"
      source.write_text('#include "model.h"\n')
    build = subprocess.run(
        [compiler, *STRICT[1:], standard, "-c", source.name, "-o", "m.o"],
        cwd=tmp_path, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stderr[:2000]
  symbols = subprocess.run(["nm", "-g", "--defined-only", "m.o"], cwd=tmp_path,
                           capture_output=True, text=True, check=True).stdout
  assert "evil" not in symbols


@pytest.mark.parametrize("kibibytes", (0, 1, 20))
def test_leaves_nothing_on_a_full_disk(kibibytes, tmp_path):
  def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (kibibytes << 10,) * 2)

  model = bad_input.ROOT / "examples/mnist/mnist.onnx"
  done = run(tmp_path, [model, "-o", "model.c", "--report=r.json"],
             preexec_fn=limit)
  assert_refused(done, tmp_path, [])

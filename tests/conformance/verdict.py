# SPDX-License-Identifier: Apache-2.0
"""The verdict on one case: what tinyc makes of it, built and run.

  pass     every output of every data set is right, in two successive calls
  refused  tinyc says in a sentence that it does not compile the model
  fail     anything else: tinyc crashes or leaves files after a refusal, the C
           does not build, crashes, writes out of bounds or is wrong
"""

import dataclasses
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import threading

import numpy as np
import onnx
from onnx import numpy_helper

import cases

HARNESS = pathlib.Path(__file__).with_name("harness.c")
PREFIX = "conformance"
LIMIT = 300  # seconds that a program may take, on a busy machine

# Two units of bfloat16 in the last place, as in ONNX's own runner.
BFLOAT16_TOLERANCE = 2.0**-6


@dataclasses.dataclass
class Verdict:
  status: str  # pass, refused or fail
  stage: str = ""  # of a failure: tinyc, data, build, run or output
  reason: str = ""  # one line


class Failure(Exception):

  def __init__(self, stage, reason):
    super().__init__(reason)
    self.stage = stage


@dataclasses.dataclass
class Tools:
  tinyc: pathlib.Path
  options: list  # further options of tinyc
  compiler: list  # the C compiler and its flags
  work: pathlib.Path  # a folder for what all cases share
  keep: pathlib.Path | None = None  # where to leave the files of each case
  lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

  def harness(self, folder):
    """The harness as an object file, made with the header of the first model;
    the types are the same in each."""
    target = self.work / "harness.o"
    with self.lock:
      if not target.exists():
        build([*self.compiler, f"-I{folder}", "-c", HARNESS, "-o", target],
              folder)
    return target


# --- running programs ----------------------------------------------------------

def run(stage, command, folder):
  """The finished process; a Failure when it takes too long."""
  try:
    return subprocess.run([str(word) for word in command], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=LIMIT,
                          check=False)
  except subprocess.TimeoutExpired:
    raise Failure(stage, f"takes more than {LIMIT} s") from None


def last_line(text):
  lines = [line.strip() for line in text.splitlines() if line.strip()]
  return lines[-1] if lines else "no message"


def first_error(text):
  """What a C compiler or linker says first."""
  found = re.search(r"(?:error|undefined reference|multiple definition).*",
                    text)
  return found.group(0) if found else last_line(text)


def build(command, folder):
  done = run("build", command, folder)
  if done.returncode != 0:
    raise Failure("build", first_error(done.stderr))


# --- the stages ----------------------------------------------------------------

def shape_options(case, inputs):
  """--shape for every input that the model leaves open."""
  graph = onnx.load(case.model, load_external_data=False).graph
  infos = {info.name: info for info in graph.input}
  options = []
  for name, value in zip(cases.input_names(graph), inputs):
    info = infos[name]
    if value is None or not info.type.HasField("tensor_type"):
      continue
    tensor = info.type.tensor_type
    if not tensor.HasField("shape") or not all(
        dim.HasField("dim_value") for dim in tensor.shape.dim):
      dims = "x".join(map(str, onnx.TensorProto.FromString(value).dims))
      options.append(f"--shape={name}={dims}")
  return options


def compile_model(case, tools, folder, inputs):
  """Writes the C; the sentence when tinyc refuses the model."""
  done = run("tinyc", [tools.tinyc, case.model, "-o", f"{PREFIX}.c",
                       *tools.options, *shape_options(case, inputs)], folder)
  files = sorted(path.name for path in folder.iterdir())
  if done.returncode == 1 and done.stderr.strip():
    if files:
      raise Failure("tinyc", f"refuses, but leaves {files}")
    sentence = last_line(done.stderr)
    # Without the file's name, which is that of every model.
    return re.sub(r"^.*?model\.onnx: ", "", sentence)
  if done.returncode != 0:
    raise Failure("tinyc", f"exit code {done.returncode}: "
                  f"{last_line(done.stderr)}")
  return None


def tensor_header(tensor, contents):
  return struct.pack(f"<II{len(tensor.dims)}II", tensor.data_type,
                     len(tensor.dims), *tensor.dims, len(contents))


def write_values(path, data_sets):
  """in.bin, as harness.c describes it."""
  with open(path, "wb") as file:
    file.write(struct.pack("<I", len(data_sets)))
    for inputs, outputs in data_sets:
      file.write(struct.pack("<II", len(inputs), len(outputs)))
      for tensor in inputs:
        contents = raw_bytes(tensor)
        file.write(tensor_header(tensor, contents) + contents)
      for tensor in outputs:
        file.write(tensor_header(tensor, raw_bytes(tensor)))


def raw_bytes(tensor):
  """The contents as C has them, which is as ONNX packs them."""
  if not tensor.HasField("raw_data"):
    tensor = numpy_helper.from_array(numpy_helper.to_array(tensor))
  return tensor.raw_data


def read_values(path, data_sets):
  """Per data set and call the outputs as arrays."""
  contents = path.read_bytes()
  position = 0
  for _, outputs in data_sets:
    calls = []
    for _ in range(2):
      arrays = []
      for expected in outputs:
        size = len(raw_bytes(expected))
        arrays.append(numpy_helper.to_array(onnx.TensorProto(
            data_type=expected.data_type, dims=expected.dims,
            raw_data=contents[position:position + size])))
        position += size
      calls.append(arrays)
    yield calls


def run_program(folder, data_sets):
  write_values(folder / "in.bin", data_sets)
  done = run("run", [folder / "prog", "in.bin", "out.bin"], folder)
  if done.returncode < 0:
    raise Failure("run", f"ends by signal {-done.returncode}")
  if done.returncode != 0:
    raise Failure("run", last_line(done.stderr))
  return list(read_values(folder / "out.bin", data_sets))


def difference(expected, actual, rtol, atol):
  """What is wrong with an output, or None; ONNX's own rules."""
  if expected.dtype.name == "bfloat16":
    rtol = max(rtol, BFLOAT16_TOLERANCE)
  if expected.dtype.kind not in "biufc":  # numpy cannot compare ml_dtypes
    expected, actual = expected.astype(np.float32), actual.astype(np.float32)
  with np.errstate(all="ignore"):
    wrong = ~np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)
  if not wrong.any():
    return None
  first = np.argwhere(wrong)[0].tolist()
  return (f"{wrong.sum()} of {wrong.size} values differ, first at {first}: "
          f"{actual[tuple(first)]}, expected {expected[tuple(first)]}")


def check_outputs(case, data_sets, results):
  for (_, outputs), calls in zip(data_sets, results):
    for number, arrays in enumerate(calls):
      for i, (tensor, array) in enumerate(zip(outputs, arrays)):
        wrong = difference(numpy_helper.to_array(tensor), array, case.rtol,
                           case.atol)
        if wrong is not None:
          call = "second call: " if number else ""
          raise Failure("output", f"{call}output {i}: {wrong}")


# --- the whole -----------------------------------------------------------------

def tensors(data_sets):
  """The data sets as TensorProtos; a Failure when there is anything else."""
  parsed = []
  for pair in data_sets:
    sides = []
    for values in pair:
      if None in values:
        raise Failure("data", "an input or output is no tensor")
      sides.append([onnx.TensorProto.FromString(value) for value in values])
      if any(t.data_type == onnx.TensorProto.STRING for t in sides[-1]):
        raise Failure("data", "an input or output has strings")
    parsed.append(sides)
  if not parsed:
    raise Failure("data", "there is no data set")
  return parsed


def judge_in(case, tools, folder):
  data_sets = case.data_sets()
  try:
    inputs = data_sets[0][0] if data_sets else []
    sentence = compile_model(case, tools, folder, inputs)
    if sentence is not None:
      return Verdict("refused", reason=sentence)
    parsed = tensors(data_sets)
    build([*tools.compiler, f"{PREFIX}.c", tools.harness(folder), "-o", "prog",
           "-lm"], folder)
    check_outputs(case, parsed, run_program(folder, parsed))
  except Failure as failure:
    return Verdict("fail", failure.stage, " ".join(str(failure).split())[:300])
  return Verdict("pass")


def judge(case, tools):
  """Compiles, builds and runs a case in a folder of its own."""
  if tools.keep is not None:
    folder = tools.keep.resolve() / case.kind / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return judge_in(case, tools, folder)
  with tempfile.TemporaryDirectory(prefix="conformance-") as name:
    return judge_in(case, tools, pathlib.Path(name))

# SPDX-License-Identifier: Apache-2.0
"""The pictures of docs/quantization.md are those of its tables."""
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
RANGES = """
| model | tuned | minmax |
|---|---|---|
| low | 20.0 | 10.0 |
| high | 35.0 | 20.0 |
"""


def plot(*arguments):
  return subprocess.run(
      [sys.executable, ROOT / "benchmarks/quantize/plot.py", *arguments],
      capture_output=True, text=True)


def test_pictures_are_up_to_date(tmp_path):
  done = plot("-o", tmp_path)
  assert done.returncode == 0, done.stderr
  drawn = sorted(path.name for path in tmp_path.iterdir())
  assert drawn == ["quantize_formats.svg", "quantize_ranges.svg",
                   "quantize_samples.svg"]
  for name in drawn:
    assert ((tmp_path / name).read_text() ==
            (ROOT / "docs/images" / name).read_text()), (
                f"{name}: run benchmarks/quantize/plot.py")


def test_marks_are_where_the_numbers_are(tmp_path):
  (tmp_path / "table.md").write_text(RANGES)
  done = plot("-o", tmp_path, tmp_path / "table.md")
  assert done.returncode == 0, done.stderr
  picture = xml.parse(tmp_path / "quantize_ranges.svg").getroot()
  # The first column is drawn as circles, the first of which is the legend's.
  heights = [float(mark.get("cy")) for mark in picture.iter(SVG + "circle")]
  axis = {text.text: float(text.get("y")) - 4
          for text in picture.iter(SVG + "text")}
  assert sorted(heights)[1:] == [axis["35"], axis["20"]]


def test_a_file_without_tables_is_an_error(tmp_path):
  (tmp_path / "none.md").write_text("# Nothing\n")
  done = plot("-o", tmp_path, tmp_path / "none.md")
  assert done.returncode == 1
  assert done.stderr == "error: none of the tables is there\n"

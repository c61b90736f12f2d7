# SPDX-License-Identifier: Apache-2.0
"""The arena of a report in a browser: a rectangle for each tensor that the JSON
has, where the JSON says, with its name; no label is wider than its rectangle.
Skipped without chromium."""

import json
import os
import pathlib
import subprocess

import pytest

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINYC = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) / "tinyc"

# One value lives long, and the last operator has a scratch buffer.
BRANCHES = """
graph(%x: f32[1,8,8,8]) -> (%y) {
  %w = const rand(1) : f32[8,8,3,3]
  %a_long_name_for_the_first_convolution = conv(%x, %w) {layout=nhwc, pads=[1,1,1,1]} : f32[1,8,8,8]
  %b = conv(%a_long_name_for_the_first_convolution, %w) {layout=nhwc, pads=[1,1,1,1]} : f32[1,8,8,8]
  %c = conv(%b, %w) {layout=nhwc, pads=[1,1,1,1]} : f32[1,8,8,8]
  %d = add(%c, %a_long_name_for_the_first_convolution) : f32[1,8,8,8]
  %e = reshape(%d) {shape=[8,8,8]} : f32[8,8,8]
  %y = det(%e) : f32[8]
  return %y
}
"""

MEASURE = """
const svg = document.querySelector("svg.arena");
// In the units of the picture, whose upper margin is 18.
const place = svg.getBoundingClientRect();
const unit = 1000 / place.width;
const box = e => {
  const b = e.getBoundingClientRect();
  return [(b.x - place.x) * unit, (b.y - place.y) * unit - 18, b.width * unit,
          b.height * unit];
};
const all = selector => [...svg.querySelectorAll(selector)];
document.body.dataset.seen = JSON.stringify({
  rectangles: all("rect:not(.peak)").map(
      r => [r.querySelector("title").textContent, ...box(r)]),
  labels: all("text[text-anchor=middle]").map(
      t => [t.textContent, ...box(t)]),
  peak: all("rect.peak").map(box), bound: all("line.bound").map(box),
  width: place.width,
  fits: document.documentElement.scrollWidth <=
        document.documentElement.clientWidth});
"""


def look_at(model, folder):
  """The JSON of the report, and what a browser makes of the page."""
  page = folder / "report.html"
  for report in (folder / "report.json", page):
    done = subprocess.run([TINYC, model, f"--report={report}"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
  return (json.loads((folder / "report.json").read_text()),
          browser.seen(page, MEASURE, folder))


@browser.needs_browser
@pytest.mark.parametrize("model", ["branches", "mnist"])
def test_the_arena_over_time(model, tmp_path):
  if model == "mnist":
    path = ROOT / "examples/mnist/mnist.onnx"
  else:
    path = tmp_path / "branches.tir"
    path.write_text(BRANCHES)
  report, seen = look_at(path, tmp_path)
  assert seen["fits"] and seen["width"] > 500
  column = 1000 / len(report["layers"])
  unit = 420 / report["arena_bytes"]
  expected = [
      (t["name"], t["live_from"] * column,
       420 - (t["arena_offset"] + t["bytes"]) * unit,
       (t["live_to"] - t["live_from"] + 1) * column, t["bytes"] * unit)
      for t in report["tensors"]]
  assert expected
  drawn = [(title.splitlines()[0], *box)
           for title, *box in seen["rectangles"]]
  assert len(drawn) == len(expected)
  for (name, *box), (want_name, *want) in zip(drawn, expected):
    assert name == want_name
    assert box == pytest.approx(want, abs=0.1)
  assert seen["peak"][0][0] == pytest.approx(report["peak_step"] * column,
                                             abs=0.1)
  assert seen["bound"][0][1] == pytest.approx(
      420 - report["arena_lower_bound"] * unit, abs=0.1)
  # Every label lies inside of one rectangle.
  assert seen["labels"]
  for text, x, y, width, height in seen["labels"]:
    assert any(left <= x and x + width <= left + w and top <= y + 2 and
               y + height <= top + h + 2
               for _, left, top, w, h in drawn), text
  if model == "branches":
    assert any(name.startswith("scratch of ") for name, *_ in drawn)

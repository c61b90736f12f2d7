# SPDX-License-Identifier: Apache-2.0
"""The report of a pruned model in a browser: its pictures are there, have a
size, and the page is not wider than the window.  Skipped without chromium."""

import os
import pathlib
import subprocess

import numpy as np
import pytest

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINYC = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) / "tinyc"
MNIST = ROOT / "examples/mnist"

# Says in the page what the browser made of it.
MEASURE = """
const sizes = [...document.querySelectorAll("svg.heat")].map(svg => {
  const box = svg.getBoundingClientRect();
  return [svg.querySelectorAll("path").length, box.width, box.height];
});
const page = document.documentElement;
document.body.dataset.seen = JSON.stringify(
    {sizes, fits: page.scrollWidth <= page.clientWidth});
"""


@browser.needs_browser
@pytest.mark.parametrize("pruning", ["70%", "2:4", "macs=60%"])
def test_pictures_of_pruning(pruning, tmp_path):
  images = np.load(MNIST / "digits.npz")["image"]
  np.savez(tmp_path / "samples.npz", x=images[:, None])
  page = tmp_path / "report.html"
  done = subprocess.run(
      [TINYC, MNIST / "mnist.onnx", "-o", tmp_path / "model.c",
       f"--prune={pruning}", f"--calibration={tmp_path / 'samples.npz'}",
       f"--report={page}"], capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  seen = browser.seen(page, MEASURE, tmp_path)
  assert seen["fits"]
  # Before, after and two histograms of each layer.
  assert len(seen["sizes"]) >= 8 and len(seen["sizes"]) % 4 == 0
  for paths, width, height in seen["sizes"]:
    assert paths > 0 and width > 1 and height > 1

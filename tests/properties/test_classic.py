# SPDX-License-Identifier: Apache-2.0
"""Classic machine learning, as scikit-learn's, LightGBM's and XGBoost's
converters write it, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest
from onnx import numpy_helper

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, check  # noqa: E402

ML = "ai.onnx.ml"
NUMBERS = (np.float32, np.float64, np.int64, np.int32)


def features(nodes, count, dtype=np.float32, missing=True):
  """Few numbers, so that many equal a threshold."""
  x = nodes.ints(nodes.int(1, 4), count, low=-3, high=3).astype(dtype)
  if missing and nodes.chance(0.5):
    x[nodes.rng.random(x.shape) < 0.2] = np.nan
  return x


# --- trees -------------------------------------------------------------------

def grow(nodes, depth):
  """A tree: None is a leaf, a pair the branches for true and for false."""
  if depth == 0 or nodes.chance(0.2):
    return None
  return grow(nodes, depth - 1), grow(nodes, depth - 1)


def tree_ensemble(nodes):
  dtype = nodes.pick(np.float32, np.float32, np.float64)
  count, targets = nodes.int(1, 5), nodes.int(1, 3)
  lists = {name: [] for name in
           ("featureids", "modes", "splits", "truenodeids", "trueleafs",
            "falsenodeids", "falseleafs", "missing_value_tracks_true")}
  leaves, members, roots = [], [], []
  post = nodes.pick(0, 3, 4) if targets > 1 else nodes.pick(0, 4)

  def add(tree):
    """(its number, whether it is a leaf)"""
    if tree is None:
      # onnxruntime transforms only what has a vote: one tree for each target.
      target = (nodes.int(0, targets - 1) if post == 0
                else len(roots) % targets)
      leaves.append((target, nodes.int(1, 9) / 20))
      return len(leaves) - 1, 1
    at = len(lists["modes"])
    mode = nodes.int(0, 5)
    for name, value in (
        ("featureids", nodes.int(0, count - 1)), ("modes", mode),
        ("splits", nodes.int(-2, 2)),
        ("missing_value_tracks_true", nodes.int(0, 1))):
      lists[name].append(value)
    for side in ("true", "false"):
      lists[side + "nodeids"].append(0)
      lists[side + "leafs"].append(0)
    for side, branch in zip(("true", "false"), tree):
      number, leaf = add(branch)
      lists[side + "nodeids"][at] = number
      lists[side + "leafs"][at] = leaf
    return at, 0

  for _ in range(nodes.int(targets, 4)):
    roots.append(add((grow(nodes, 3), grow(nodes, 3)))[0])
  # Members of a set take the place of some comparisons.
  if nodes.chance(0.5):
    for i, mode in enumerate(lists["modes"]):
      if nodes.chance(0.4) and lists["missing_value_tracks_true"][i] == 0:
        lists["modes"][i] = 6
        members += [*{nodes.int(-3, 3) for _ in range(nodes.int(1, 3))},
                    np.nan]

  def tensor(values, dtype=dtype):
    return numpy_helper.from_array(np.array(values, dtype), "")

  nodes.add(
      "TreeEnsemble", [features(nodes, count, dtype)], domain=ML,
      n_targets=targets, aggregate_function=nodes.int(0, 3),
      post_transform=post,
      tree_roots=roots, leaf_targetids=[target for target, _ in leaves],
      leaf_weights=tensor([weight for _, weight in leaves]),
      nodes_modes=tensor(lists.pop("modes"), np.uint8),
      nodes_splits=tensor(lists.pop("splits")),
      membership_values=tensor(members) if members else None,
      **{"nodes_" + name: values for name, values in lists.items()})


FAMILIES = [
    tree_ensemble]
# Where the operators appeared, or gave others up.
OPSETS = {tree_ensemble: 5}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path, ml_opset=OPSETS.get(family, 3))

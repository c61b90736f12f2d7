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


def transform(nodes, targets):
  """A post transform; onnxruntime leaves most out for a single target."""
  if targets == 1:
    return nodes.pick("NONE", "PROBIT")
  return nodes.pick("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")


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


def trees_by_id(nodes, prefix, votes, dtypes):
  """(operand, attributes): trees in which each leaf votes for `votes(tree)`,
  pairs of a target and a weight."""
  dtype = nodes.pick(*dtypes)
  count = nodes.int(1, 5)
  lists = {name: [] for name in
           ("treeids", "nodeids", "featureids", "modes", "values",
            "truenodeids", "falsenodeids", "missing_value_tracks_true")}
  result = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}

  def add(tree, number, numbers):
    at, node = len(lists["modes"]), next(numbers)
    mode = "LEAF" if tree is None else "BRANCH_" + nodes.pick(
        "LEQ", "LT", "GTE", "GT", "EQ", "NEQ")
    for name, value in (
        ("treeids", number), ("nodeids", node),
        ("featureids", nodes.int(0, count - 1)), ("modes", mode),
        ("values", float(nodes.int(-2, 2))), ("truenodeids", 0),
        ("falsenodeids", 0),
        ("missing_value_tracks_true", nodes.int(0, 1))):
      lists[name].append(value)
    if tree is None:
      for target, weight in votes(number):
        for name, value in (("treeids", number), ("nodeids", node),
                            ("ids", target), ("weights", weight)):
          result[name].append(value)
      return node
    lists["truenodeids"][at] = add(tree[0], number, numbers)
    lists["falsenodeids"][at] = add(tree[1], number, numbers)
    return node

  for number in range(nodes.int(3, 5)):
    # A tree may be a single leaf, as those of constant models are.
    add(grow(nodes, 3), number, iter(range(100)))
  attrs = {"nodes_" + name: values for name, values in lists.items()}
  attrs |= {prefix + "_" + name: values for name, values in result.items()}
  if dtype == np.float64:
    for name in ("nodes_values", prefix + "_weights"):
      attrs[name + "_as_tensor"] = numpy_helper.from_array(
          np.array(attrs.pop(name)), "")
  missing = np.dtype(dtype).kind == "f"
  return features(nodes, count, dtype, missing), attrs


def base_values(nodes, attrs, count):
  """Values for `attrs`, doubles if the others are; None now and then."""
  values = nodes.reals(count).tolist()
  if nodes.chance(0.5):
    return
  if "nodes_values" in attrs:
    attrs["base_values"] = values
  else:
    attrs["base_values_as_tensor"] = numpy_helper.from_array(
        np.array(values), "")


def tree_ensemble_regressor(nodes):
  targets = nodes.int(1, 3)
  x, attrs = trees_by_id(
      nodes, "target",
      lambda tree: [(target, nodes.int(1, 9) / 20)
                    for target in range(targets)], (np.float32, np.float64))
  base_values(nodes, attrs, targets)
  nodes.add("TreeEnsembleRegressor", [x], domain=ML, n_targets=targets,
            aggregate_function=nodes.pick("SUM", "AVERAGE", "MIN", "MAX"),
            post_transform=transform(nodes, targets), **attrs)


def labels(nodes, count):
  return nodes.rng.permutation(50)[:count].tolist()


def tree_ensemble_classifier(nodes):
  classes = nodes.int(3, 5)
  one_each = nodes.chance(0.5)  # as boosted trees have it
  low = nodes.pick(-9, 1)
  if one_each:
    classes = 3
    x, attrs = trees_by_id(nodes, "class", lambda tree: [
        (tree % classes, nodes.int(low, 9) / 20)], NUMBERS)
  else:
    x, attrs = trees_by_id(nodes, "class", lambda tree: [
        (k, nodes.int(low, 9) / 20) for k in range(classes)], NUMBERS)
  base_values(nodes, attrs, classes)
  post = transform(nodes, classes)
  if post == "SOFTMAX_ZERO":
    post = "SOFTMAX"  # a row of zeros is NaN to onnxruntime
  nodes.add("TreeEnsembleClassifier", [x], outputs=2, domain=ML,
            post_transform=post, classlabels_int64s=labels(nodes, classes),
            **attrs)


def tree_ensemble_classifier_of_two(nodes):
  low, voted = nodes.pick(-9, 0), nodes.int(0, 1)
  x, attrs = trees_by_id(nodes, "class", lambda tree: [
      (voted, nodes.int(low, 9) / 20)], NUMBERS)
  if voted == 0:
    base_values(nodes, attrs, 1)
  nodes.add("TreeEnsembleClassifier", [x], outputs=2, domain=ML,
            post_transform=nodes.pick("NONE", "LOGISTIC"),
            classlabels_int64s=labels(nodes, 2), **attrs)


# --- functions of features ---------------------------------------------------

def linear_regressor(nodes):
  targets, count = nodes.int(1, 4), nodes.int(1, 6)
  nodes.add("LinearRegressor", [nodes.reals(nodes.int(1, 4), count)],
            domain=ML, targets=targets,
            coefficients=nodes.reals(targets * count, low=0, high=1).tolist(),
            intercepts=(nodes.reals(targets).tolist() if nodes.chance(0.7)
                        else None),
            post_transform=nodes.pick("NONE", "SOFTMAX", "LOGISTIC",
                                      "SOFTMAX_ZERO") if targets > 1
            else "NONE")


def linear_probit(nodes):
  """Scores that are probabilities."""
  nodes.add("LinearRegressor", [nodes.reals(3, 2, low=0.01, high=0.99)],
            domain=ML, coefficients=[0.3, 0.7], tolerance=1e-4,
            post_transform="PROBIT")


def linear_classifier(nodes):
  classes, count = nodes.int(1, 4), nodes.int(1, 6)
  x = nodes.reals(nodes.int(1, 4), count)
  nodes.add("LinearClassifier",
            [x.astype(nodes.pick(np.float32, np.int64, np.int32))], outputs=2,
            domain=ML, multi_class=nodes.int(0, 1),
            coefficients=nodes.reals(classes * count).tolist(),
            intercepts=nodes.reals(classes).tolist(),
            classlabels_ints=labels(nodes, max(classes, 2)),
            post_transform=nodes.pick("NONE", "LOGISTIC") if classes == 1
            else nodes.pick("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"))


def svm_regressor(nodes):
  kernel = nodes.pick("LINEAR", "POLY", "RBF", "SIGMOID")
  vectors, count = nodes.int(1, 6), nodes.int(1, 5)
  if kernel == "LINEAR" and nodes.chance(0.5):
    vectors = 0
  nodes.add("SVMRegressor",
            [nodes.reals(nodes.int(1, 4), count, low=-1, high=1)], domain=ML,
            kernel_type=kernel, kernel_params=[0.4, 0.3, 3.0],
            n_supports=vectors,
            support_vectors=nodes.reals(vectors * count).tolist() or None,
            coefficients=nodes.reals(vectors or count).tolist(),
            rho=nodes.reals(1).tolist(), one_class=nodes.int(0, 1),
            tolerance=1e-4)


# --- preparation of features -------------------------------------------------

def label_encoder(nodes):
  kinds = {"int64s": np.int64, "floats": np.float32, "tensor": np.float64}
  key, value = nodes.pick(*kinds), nodes.pick(*kinds)
  if "tensor" in (key, value):  # onnxruntime has no mixed ones
    key = value = "tensor"
  size = nodes.int(1, 6)
  keys = nodes.rng.permutation(13)[:size].astype(kinds[key]) - 6
  values = nodes.array(kinds[value], size)
  if key == "floats" and nodes.chance(0.5):
    keys[0] = np.nan
  attrs = {f"{name}_{kind}": (numpy_helper.from_array(array, "")
                              if kind == "tensor" else array.tolist())
           for name, kind, array in (("keys", key, keys),
                                     ("values", value, values))}
  if nodes.chance(0.6) or value == "tensor":
    default = nodes.array(kinds[value], 1)
    attrs |= {"int64s": {"default_int64": int(default[0])},
              "floats": {"default_float": float(default[0])},
              "tensor": {"default_tensor": numpy_helper.from_array(
                  default, "")}}[value]
  x = nodes.ints(*nodes.shape(1, 3), low=-6, high=6).astype(kinds[key])
  if key == "floats":
    x[nodes.rng.random(x.shape) < 0.2] = np.nan
  nodes.add("LabelEncoder", [x], domain=ML, **attrs)


def scaler(nodes):
  shape = nodes.shape(1, 2)
  count = nodes.pick(1, shape[-1])
  x = nodes.array(nodes.pick(*NUMBERS),
                  *shape)
  nodes.add("Scaler", [x], domain=ML, offset=nodes.reals(count).tolist(),
            scale=nodes.reals(count).tolist())


def normalizer(nodes):
  x = nodes.array(nodes.pick(*NUMBERS),
                  *nodes.shape(1, 2))
  if nodes.chance(0.3):
    x[..., :] = 0
  nodes.add("Normalizer", [x], domain=ML, norm=nodes.pick("MAX", "L1", "L2"))


def imputer(nodes):
  shape = nodes.shape(1, 3)
  count = nodes.pick(1, shape[-1]) if len(shape) < 3 else 1
  if nodes.chance(0.5):
    replaced = nodes.pick(float("nan"), 1.0)
    x = nodes.ints(*shape, low=0, high=2).astype(np.float32)
    x[nodes.rng.random(shape) < 0.3] = np.nan
    nodes.add("Imputer", [x], domain=ML, replaced_value_float=replaced,
              imputed_value_floats=nodes.reals(count).tolist())
  else:
    nodes.add("Imputer", [nodes.ints(*shape, low=0, high=2)], domain=ML,
              replaced_value_int64=nodes.int(0, 2),
              imputed_value_int64s=nodes.ints(count).tolist())


def feature_vectorizer(nodes):
  dtype = nodes.pick(*NUMBERS)
  flat, rows = nodes.chance(0.3), nodes.int(1, 3)
  parts = [nodes.array(dtype, *([] if flat else [rows]), nodes.int(1, 4))
           for _ in range(nodes.int(1, 4))]
  nodes.add("FeatureVectorizer", parts, domain=ML,
            inputdimensions=[part.shape[-1] for part in parts])


def one_hot_encoder(nodes):
  x = nodes.array(nodes.pick(np.float32, np.float64, np.int64),
                  *nodes.shape(1, 3), low=0, high=6)
  nodes.add("OneHotEncoder", [x], domain=ML, zeros=1,
            cats_int64s=nodes.rng.permutation(7)[:nodes.int(1, 5)].tolist())


FAMILIES = [
    tree_ensemble, tree_ensemble_regressor, tree_ensemble_classifier,
    tree_ensemble_classifier_of_two, linear_regressor, linear_probit,
    linear_classifier, svm_regressor, label_encoder, scaler, normalizer,
    imputer, feature_vectorizer, one_hot_encoder]
# Where the operators appeared, or gave others up.
OPSETS = {tree_ensemble: 5, label_encoder: 4}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path, ml_opset=OPSETS.get(family, 3))

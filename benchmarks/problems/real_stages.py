"""Real pipelines, to be measured once and replayed.

Every stage is a function of the value that the stage before has left and of its own parameters; the
last one returns the objective, larger is better. The data are on every machine: data sets and
photographs that ship with scikit-learn, docstrings of the standard library. Every random choice has
a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.datasets import load_diabetes, load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.feature_selection import SelectKBest, mutual_info_regression
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.preprocessing import (
    MinMaxScaler,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)

from benchmarks.problems.distillation_stages import (
    distilled_first,
    distilled_second,
    distilled_third,
    taught,
    tokenised,
)
from benchmarks.problems.segmentation_stages import preprocessed, smoothed, trained
from benchmarks.problems.stacking_stages import judged, prepared, stacked
from eeipu_kfp.core.space import Categorical, Domain, Float, Int

_SIDE = 8
_LEARNT = 900
_SEED = 0
_SHIFTS = ((0, 1), (1, 0), (0, -1), (-1, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RealStage:
    """A stage that really computes.

    Attributes:
        name: Its name.
        parameters: What it is tuned by, every domain finite.
        compute: What the stage before has left, and the parameters -> what it leaves.
    """

    name: str
    parameters: Mapping[str, Domain]
    compute: Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Data to learn from and data to be judged by.

    Attributes:
        train: Inputs to learn from.
        valid: Inputs to be judged by.
        train_target: What they should give.
        valid_target: The same of the others.
    """

    train: Any
    valid: Any
    train_target: Any
    valid_target: Any

    def mapped(self, transformer: Any) -> Split:
        """Return the data after a transformer that has learnt from the first part."""
        return Split(
            train=transformer.fit_transform(self.train, self.train_target),
            valid=transformer.transform(self.valid),
            train_target=self.train_target,
            valid_target=self.valid_target,
        )


def augment(_: None, copies: int) -> Split:
    """Read the handwritten digits and add copies moved by a pixel."""
    pictures, target = load_digits(return_X_y=True)
    train, labels = pictures[:_LEARNT].reshape(-1, _SIDE, _SIDE), target[:_LEARNT]
    moved = [np.roll(train, shift, axis=(1, 2)) for shift in _SHIFTS[:copies]]
    return Split(
        train=np.concatenate([train, *moved]).reshape(-1, _SIDE * _SIDE),
        valid=pictures[_LEARNT:],
        train_target=np.tile(labels, copies + 1),
        valid_target=target[_LEARNT:],
    )


def project(data: Split, log2_components: int, whiten: bool) -> Split:  # noqa: FBT001  # a tuned value
    """Keep the principal components."""
    return data.mapped(PCA(2**log2_components, whiten=whiten, random_state=_SEED))


def lift(data: Split, log2_features: int, log2_width: int) -> Split:
    """Map into the features of a radial kernel."""
    gamma = 2.0**log2_width / (data.train.shape[1] * data.train.var())
    return data.mapped(Nystroem(gamma=gamma, n_components=2**log2_features, random_state=_SEED))


def classify(data: Split, log10_strength: int) -> float:
    """Fit a logistic regression; return minus its log loss."""
    model = LogisticRegression(C=10.0**log10_strength, max_iter=200, tol=1e-3)
    model.fit(data.train, data.train_target)
    return -float(log_loss(data.valid_target, model.predict_proba(data.valid)))


def cut(_: None, side: int, stride: int) -> Split:
    """Cut the handwritten digits into square patches, each with its mean taken off."""
    pictures, target = load_digits(return_X_y=True)
    frames = pictures.reshape(-1, _SIDE, _SIDE)
    windows = np.lib.stride_tricks.sliding_window_view(frames, (side, side), axis=(1, 2))
    patches = windows[:, ::stride, ::stride].reshape(len(frames), -1, side * side)
    patches = patches - patches.mean(axis=2, keepdims=True)
    return Split(
        train=patches[:_LEARNT],
        valid=patches[_LEARNT:],
        train_target=target[:_LEARNT],
        valid_target=target[_LEARNT:],
    )


def encode(data: Split, log2_words: int, scaled: bool) -> Split:  # noqa: FBT001  # a tuned value
    """Learn a code book of patches, and count each picture's words in its four quarters."""
    words = 2**log2_words
    flat = data.train.reshape(-1, data.train.shape[-1])
    scaler = StandardScaler(with_std=scaled).fit(flat)
    book = MiniBatchKMeans(words, random_state=_SEED, n_init=1).fit(scaler.transform(flat))

    def counts(patches: Any) -> Any:
        found = book.predict(scaler.transform(patches.reshape(-1, patches.shape[-1])))
        rows = found.reshape(len(patches), -1) + words * _quarters(patches.shape[1])
        return np.array([np.bincount(row, minlength=4 * words) for row in rows], dtype=float)

    return Split(
        train=counts(data.train),
        valid=counts(data.valid),
        train_target=data.train_target,
        valid_target=data.valid_target,
    )


def _quarters(places: int) -> Any:
    """Return for each patch of a square of places whether it lies right and whether it lies low."""
    across = int(places**0.5)
    half = (np.arange(across) >= across / 2).astype(int)
    return (2 * half[:, None] + half).ravel()


def weigh(data: Split, log2_power: int) -> Split:
    """Raise the counts to a power, so that frequent words matter less, and scale them."""
    power = 2.0**log2_power
    raised = Split(
        train=data.train**power,
        valid=data.valid**power,
        train_target=data.train_target,
        valid_target=data.valid_target,
    )
    return raised.mapped(StandardScaler())


def clean(_: None, scaling: str) -> Split:
    """Read the diabetes data, with noise columns added, and scale them."""
    inputs, target = load_diabetes(return_X_y=True)
    noise = np.random.default_rng(_SEED).normal(size=(len(inputs), 6))
    inputs = np.hstack([inputs, noise])
    scalers = {
        "standard": StandardScaler(),
        "range": MinMaxScaler(),
        "ranks": QuantileTransformer(n_quantiles=100, random_state=_SEED),
    }
    data = Split(
        train=inputs[::2], valid=inputs[1::2], train_target=target[::2], valid_target=target[1::2]
    )
    return data.mapped(scalers[scaling])


def expand(data: Split, degree: int) -> Split:
    """Add products of the columns."""
    return data.mapped(PolynomialFeatures(degree, include_bias=False))


def choose(data: Split, log2_columns: int) -> Split:
    """Keep the columns that tell most of the target."""

    def score(inputs: Any, target: Any) -> Any:
        return mutual_info_regression(inputs, target, random_state=_SEED)

    return data.mapped(SelectKBest(score, k=2**log2_columns))


def boost(data: Split, log2_trees: int, depth: int, log2_rate: int) -> tuple[Any, Any, Split]:
    """Fit boosted trees; leave the data and what the trees say of both parts."""
    model = GradientBoostingRegressor(
        n_estimators=2**log2_trees,
        max_depth=depth,
        learning_rate=2.0**log2_rate,
        subsample=0.7,
        random_state=_SEED,
    )
    model.fit(data.train, data.train_target)
    return model.predict(data.train), model.predict(data.valid), data


def blend(boosted: tuple[Any, Any, Split], log10_penalty: int, share: int) -> float:
    """Mix the trees with a ridge regression; return the R2 of the mixture."""
    _, trees, data = boosted
    ridge = Ridge(10.0**log10_penalty).fit(data.train, data.train_target)
    mixed = share / 4 * trees + (1 - share / 4) * ridge.predict(data.valid)
    left = ((data.valid_target - mixed) ** 2).sum()
    return float(1 - left / ((data.valid_target - data.valid_target.mean()) ** 2).sum())


_LOG10_RATE = Float(-2.5, -1.5, step=0.5)
_FLAG = Categorical((False, True))
_CLASSIFY = RealStage(name="classify", parameters={"log10_strength": Int(-3, 2)}, compute=classify)

REAL_PIPELINES: Mapping[str, tuple[RealStage, ...]] = MappingProxyType(
    {
        "digits": (
            RealStage(name="augment", parameters={"copies": Int(0, 4)}, compute=augment),
            RealStage(
                name="project",
                parameters={"log2_components": Int(3, 5), "whiten": _FLAG},
                compute=project,
            ),
            RealStage(
                name="lift",
                parameters={"log2_features": Int(5, 8), "log2_width": Int(-3, 0)},
                compute=lift,
            ),
            _CLASSIFY,
        ),
        "codebook": (
            RealStage(
                name="cut",
                parameters={"side": Int(3, 6), "stride": Int(1, 2)},
                compute=cut,
            ),
            RealStage(
                name="encode",
                parameters={"log2_words": Int(3, 7), "scaled": _FLAG},
                compute=encode,
            ),
            RealStage(name="weigh", parameters={"log2_power": Int(-2, 0)}, compute=weigh),
            _CLASSIFY,
        ),
        "stacking": (
            RealStage(
                name="prepare",
                parameters={
                    "scaler": Categorical(("none", "standard", "quantile")),
                    "interactions": _FLAG,
                    "component_share": Float(0.5, 1.0, step=0.5),
                },
                compute=prepared,
            ),
            RealStage(
                name="base-learners",
                parameters={
                    "log10_boosting_rate": Int(-2, 0),
                    "boosting_depth": Int(2, 6, step=4),
                    "log10_histogram_rate": Int(-2, 0),
                },
                compute=stacked,
            ),
            RealStage(
                name="meta-learner",
                parameters={
                    "log10_meta_c": Int(-1, 1),
                    "meta_max_iter": Int(10, 100, step=45),
                },
                compute=judged,
            ),
        ),
        "segmentation": (
            RealStage(
                name="preprocess",
                parameters={
                    "mean": Float(0.25, 0.75, step=0.25),
                    "std": Float(0.25, 0.5, step=0.25),
                },
                compute=preprocessed,
            ),
            RealStage(
                name="train",
                parameters={
                    "batch_size": Int(2, 4, step=2),
                    "log10_max_rate": Float(-3.0, -1.5, step=0.5),
                },
                compute=trained,
            ),
            RealStage(
                name="smooth",
                parameters={
                    "sdim": Int(1, 7, step=3),
                    "compat": Int(5, 45, step=20),
                    "gt_prob": Float(0.3, 0.9, step=0.2),
                },
                compute=smoothed,
            ),
        ),
        "t5-distillation": (
            RealStage(
                name="tokenise",
                parameters={"batch_size": Int(12, 24, step=12)},
                compute=tokenised,
            ),
            RealStage(name="teach", parameters={"log10_teacher_rate": _LOG10_RATE}, compute=taught),
            RealStage(
                name="distil-1",
                parameters={"log10_first_rate": _LOG10_RATE},
                compute=distilled_first,
            ),
            RealStage(
                name="distil-2",
                parameters={"log10_second_rate": _LOG10_RATE},
                compute=distilled_second,
            ),
            RealStage(
                name="distil-3",
                parameters={
                    "log10_third_rate": _LOG10_RATE,
                    "third_temperature": Float(1.0, 4.0, step=3.0),
                },
                compute=distilled_third,
            ),
        ),
        "diabetes": (
            RealStage(
                name="clean",
                parameters={"scaling": Categorical(("standard", "range", "ranks"))},
                compute=clean,
            ),
            RealStage(name="expand", parameters={"degree": Int(1, 2)}, compute=expand),
            RealStage(name="choose", parameters={"log2_columns": Int(2, 4)}, compute=choose),
            RealStage(
                name="boost",
                parameters={
                    "log2_trees": Int(5, 8),
                    "depth": Int(1, 3),
                    "log2_rate": Int(-5, -3),
                },
                compute=boost,
            ),
            RealStage(
                name="blend",
                parameters={"log10_penalty": Int(0, 2), "share": Int(1, 4)},
                compute=blend,
            ),
        ),
    }
)
"""The pipelines by name."""

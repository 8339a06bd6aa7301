"""Predictions for three targets and their standard errors.

Average: x'beta. Group: x'beta + z'b of a known group; with K = Lambda S^-1 Lambda' the error is
z'(b - E[b|y]) + (x - B'K z)'(beta_hat - beta) (Henderson 1975). New: a group not in the data.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.estimation.fit import Estimates
from lmm_core.inference.distributions import normal_quantile, t_quantile
from lmm_core.inference.tables import DfMethod, root
from lmm_core.model.design import Design, RandomBlock
from lmm_core.model.encoding import encode_levels

Array = np.ndarray
Target = Literal["average", "group", "new"]
Interval = Literal["confidence", "prediction"]


def predict(
    design: Design,
    estimates: Estimates,
    method: DfMethod,
    frame: pd.DataFrame,
    target: Target = "average",
    interval: Interval | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Columns ``fit`` and, with an interval, ``conf_low`` and ``conf_high``; index of ``frame``.

    A confidence interval is for the mean of the target, a prediction interval for one new
    observation of it, whose residual is independent of those in the data (also where the model's
    residuals are correlated over time). A group that isn't in the data is predicted by the average.
    The part of the variance that comes from the fixed effects counts with the t quantile of their
    df, the rest with the normal one, so that no interval is narrower than that of the average.
    """
    if target not in ("average", "group", "new"):
        raise ModelError(f"The target “{target}” isn't known.", "Use average, group or new.")
    X = design.fixed_matrix(frame)
    values = X @ estimates.beta
    blocks = [(block, design.random_matrix(block, frame)) for block in design.blocks]
    codes = {block.grouping.name: level_codes(block, frame) for block in design.blocks}
    variance = fixed = None
    if interval is not None:
        fixed = variance = np.einsum("mi,ij,mj->m", X, method.vcov, X)
    if target == "group":
        values = values + random_part(estimates, blocks, codes)
        if variance is not None:
            variance = _group_variance(design, estimates, X, blocks, codes)
    elif variance is not None and (target == "new" or interval == "prediction"):
        variance = variance + random_variance(design, estimates, blocks)
    result = pd.DataFrame({"fit": values}, index=frame.index)
    if variance is None:
        return result
    if interval == "prediction":
        variance = variance + noise_variance(estimates, frame, values)
    z = normal_quantile(0.5 + 0.5 * level)
    squared = z**2 * variance
    unknown = np.all([code < 0 for code in codes.values()], axis=0)
    if target != "group" or unknown.any():
        # With next to no df the quantile leaves the range of numbers: an infinite interval.
        with np.errstate(over="ignore", invalid="ignore"):
            wider = (t_quantile(level, method.df(X)) ** 2 - z**2) * fixed
        squared = squared + (wider if target != "group" else np.where(unknown, wider, 0.0))
    half = root(squared)
    return result.assign(conf_low=values - half, conf_high=values + half)


def noise_variance(estimates: Estimates, frame: pd.DataFrame, values: Array) -> Array | float:
    """Residual variance of new rows with prior weight 1; ``values`` (m,) are their predictions."""
    if estimates.residual is None:
        return estimates.sigma**2
    return (estimates.sigma * estimates.residual.relative_sd_at(frame, values)) ** 2


def level_codes(block: RandomBlock, frame: pd.DataFrame) -> Array:
    """(m,): positions in the grouping's levels, -1 for groups that aren't in the data."""
    columns = block.grouping.columns
    if any(column not in frame.columns for column in columns):
        return np.full(len(frame), -1, dtype=np.intp)
    index = {name: k for k, name in enumerate(block.grouping.levels)}
    parts = [encode_levels(frame[column]) for column in columns]
    if len(parts) == 1:
        codes, names = parts[0]
        lookup = np.array([index.get(name, -1) for name in names] + [-1], dtype=np.intp)
        return lookup[codes]
    named = [np.array([*names, ""], dtype=object)[codes] for codes, names in parts]
    joined = [":".join(items) for items in zip(*named, strict=True)]
    return np.array([index.get(name, -1) for name in joined], dtype=np.intp)


def random_part(
    estimates: Estimates, blocks: list[tuple[RandomBlock, Array]], codes: dict[str, Array]
) -> Array:
    """(m,): z'b, 0 where the group is unknown."""
    total = np.zeros(len(blocks[0][1]))
    for factor, modes in zip(estimates.conditioned.factors, estimates.modes, strict=True):
        own = [Z for block, Z in blocks if block.grouping.name == factor.name]
        Z = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
        code = codes[factor.name]
        padded = np.vstack([modes, np.zeros(modes.shape[1])])
        total += np.einsum("mq,mq->m", Z, padded[code])
    return total


def random_variance(
    design: Design, estimates: Estimates, blocks: list[tuple[RandomBlock, Array]]
) -> Array:
    """(m,): variance of z'b over new groups."""
    total = np.zeros(len(blocks[0][1]))
    factors = zip(estimates.conditioned.factors, estimates.covariances, strict=True)
    for factor, covariance in factors:
        own = [Z for block, Z in blocks if block.grouping.name == factor.name]
        Z = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
        total += np.einsum("ma,ab,mb->m", Z, covariance, Z)
    return total


def _group_variance(
    design: Design,
    estimates: Estimates,
    X: Array,
    blocks: list[tuple[RandomBlock, Array]],
    codes: dict[str, Array],
) -> Array:
    """Prediction-error variance of x'beta + z'b; a group that isn't known varies as a new one."""
    if len(estimates.conditioned.factors) > 1:
        return _variance_several(estimates, X, blocks, codes)
    factor = estimates.conditioned.factors[0]
    own = [Z for _, Z in blocks]
    Z = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
    code = codes[factor.name]
    known = code >= 0
    at = np.where(known, code, 0)
    K = estimates.criterion.mode_variances(estimates.state)[0]
    products = estimates.conditioned.products[0]
    transform = estimates.conditioned.transform
    z = Z @ factor.transform
    Kz = np.einsum("abm,mb->am", K[:, :, at], z)
    inner = np.einsum("am,am->m", z.T, Kz)
    shift = np.einsum("ajm,am->mj", products.B[:, :-1, at], Kz)
    rest = X @ transform - np.where(known[:, None], shift, 0.0)
    fixed = np.einsum("mi,ij,mj->m", rest, estimates.state.H, rest)
    new = random_variance(design, estimates, blocks)
    return np.where(known, estimates.sigma**2 * (inner + fixed), estimates.sigma**2 * fixed + new)


ROWS_AT_ONCE = 200


def _variance_several(
    estimates: Estimates,
    X: Array,
    blocks: list[tuple[RandomBlock, Array]],
    codes: dict[str, Array],
) -> Array:
    """The same for several grouping factors: K z by a solve with the factorisation at hand."""
    criterion, state = estimates.criterion, estimates.state
    factors = estimates.conditioned.factors
    B = criterion.all_B()
    rest = X @ estimates.conditioned.transform
    total = np.empty(len(X))
    parts = []
    for factor, covariance in zip(factors, estimates.covariances, strict=True):
        own = [Z for block, Z in blocks if block.grouping.name == factor.name]
        Z = own[0] if len(own) == 1 else np.concatenate(own, axis=1)
        known = codes[factor.name] >= 0
        new = np.where(known, 0.0, np.einsum("ma,ab,mb->m", Z, covariance, Z))
        parts.append((Z @ factor.transform, known, codes[factor.name], new))
    for start in range(0, len(X), ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, len(X)))
        m = np.arange(len(rows))
        v = []
        for factor, (z, known, code, _) in zip(factors, parts, strict=True):
            vector = np.zeros((factor.width, len(rows), factor.n_levels))
            use = known[rows]
            vector[:, m[use], code[rows][use]] = z[rows][use].T
            v.append(vector)
        Kv = criterion.shrunken(state, v)
        inner = sum(np.einsum("amg,amg->m", a, b) for a, b in zip(v, Kv, strict=True))
        shift = sum(np.einsum("ajg,amg->mj", b[:, :-1], k) for b, k in zip(B, Kv, strict=True))
        left = rest[rows] - shift
        fixed = np.einsum("mi,ij,mj->m", left, state.H, left)
        new = sum(part[3][rows] for part in parts)
        total[rows] = estimates.sigma**2 * (inner + fixed) + new
    return total

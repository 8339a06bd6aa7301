"""The same model by statsmodels' MixedLM, in a worker process with a time limit."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.formatting import number

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

TIME_LIMIT = 60.0
PACKAGE_HOME = Path(__file__).parents[2]


@dataclass(frozen=True)
class CrossCheck:
    """``table``: parameter, ours, other. ``verdict`` is a sentence; ``agrees`` None when there is
    no comparison.
    """

    verdict: str
    agrees: bool | None
    table: pd.DataFrame | None = None
    seconds: float = 0.0


def why_not(fit: FittedModel) -> str:
    """Why MixedLM can't express the model; empty when it can."""
    if len(fit.design.blocks) != 1:
        return "statsmodels' MixedLM has one grouping column with one random term only."
    if not fit.design.blocks[0].term.correlated:
        return "statsmodels' MixedLM has no uncorrelated random slopes of this kind."
    if fit.design.weights is not None:
        return "statsmodels' MixedLM has no prior weights."
    if fit.spec.residual is not None:
        return "statsmodels' MixedLM has no residual structures."
    return ""


def cross_check(fit: FittedModel, time_limit: float = TIME_LIMIT) -> CrossCheck:
    """Fit by statsmodels and compare coefficients, SDs and residual SD."""
    reason = why_not(fit)
    if reason:
        return CrossCheck(reason, None)
    block = fit.design.blocks[0]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        y=fit.y,
        X=fit.design.X,
        Z=block.matrix,
        groups=block.grouping.codes,
        reml=np.array(fit.spec.reml),
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_HOME)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lmm_core.assess.cross_check_worker"],
            input=buffer.getvalue(),
            capture_output=True,
            timeout=time_limit,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return CrossCheck(f"statsmodels did not finish within {time_limit:.0f} seconds.", None)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return CrossCheck("statsmodels stopped with an error.", None)
    if "error" in answer:
        return CrossCheck(f"statsmodels stopped with an error: {answer['error']}", None)
    return _compared(fit, answer)


def _compared(fit: FittedModel, answer: dict) -> CrossCheck:
    names = [f"{name}: estimate" for name in fit.design.names]
    names += [f"{name}: SE" for name in fit.design.names]
    names += [f"{name}: SD between groups" for name in fit.design.blocks[0].names]
    names.append("residual SD")
    covariance = fit.estimates.covariances[0]
    ours = np.concatenate(
        [
            fit.estimates.beta,
            np.sqrt(np.diag(fit.estimates.vcov)),
            np.sqrt(np.maximum(np.diag(covariance), 0)),
            [fit.sigma],
        ]
    )
    other = np.array(
        [np.nan if v is None else v for v in (*answer["beta"], *answer["se"], *answer["sd"])]
        + [answer["sigma"]],
        dtype=float,
    )
    table = pd.DataFrame({"parameter": names, "lmm_core": ours, "statsmodels": other})
    seconds = float(answer["seconds"])
    if not answer["converged"]:
        text = "statsmodels did not converge; its numbers can't be used to judge ours."
        return CrossCheck(text, None, table, seconds)
    # Digits are counted on the scale on which an estimate is uncertain.
    p = len(fit.estimates.beta)
    scale = np.abs(ours)
    scale[:p] = np.maximum(scale[:p], ours[p : 2 * p])
    error = np.abs(other - ours) / np.maximum(scale, 1e-300)
    worst = float(np.nanmax(error)) if np.isfinite(error).any() else np.nan
    digits = int(np.clip(np.floor(-np.log10(max(worst, 1e-12))), 0, 12))
    if digits >= 3:
        return CrossCheck(f"Both agree to {digits} digits.", True, table, seconds)
    gain = answer.get("loglik")
    better = ""
    if gain is not None and fit.loglik - gain > 1e-3:
        better = (
            f" Our log-likelihood is higher by {number(fit.loglik - gain)}: statsmodels stopped "
            "short of the optimum."
        )
    return CrossCheck(f"They agree to {digits} digits only.{better}", False, table, seconds)

"""The statsmodels side of the speed table: MixedLM by its formula interface, where it can."""

from __future__ import annotations

import gc
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from benchmarks.exchange import serve


def run(job: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """One REML fit with its standard errors; says when MixedLM itself reports no convergence."""
    model = job["statsmodels"]
    warnings.simplefilter("ignore")
    groups = frame[model["groups"]] if model["groups"] else np.ones(len(frame))
    gc.collect()
    start = time.perf_counter()
    fit = smf.mixedlm(
        model["fixed"],
        frame,
        groups=groups,
        re_formula=model["slopes"],
        vc_formula=dict(model["components"]) or None,
    ).fit(reml=True)
    fit.bse_fe  # noqa: B018 (computed on access)
    if job["task"] == "inference":
        fit.random_effects  # noqa: B018
    return {
        "seconds": time.perf_counter() - start,
        "loglik": float(fit.llf),
        "converged": bool(fit.converged),
    }


if __name__ == "__main__":
    serve(run)

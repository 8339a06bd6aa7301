"""Our side of the speed table, by the public face of lmm_core."""

from __future__ import annotations

import gc
import time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.exchange import peak, peak_reset, serve
from lmm_core import FittedModel, ModelSpec, fit_model


def run(job: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """Do the job once. Seconds and log-likelihood; for "memory" the bytes above the loaded data."""
    if job["task"] == "memory":
        return _memory(job, frame)
    df_method = "satterthwaite" if job["task"] == "inference" else "normal"
    spec = ModelSpec.from_formula(job["formula"], df_method=df_method)
    prepared = fit_model(spec, frame) if job["task"] in {"kenward-roger", "profile"} else None
    gc.collect()
    start = time.perf_counter()
    for _ in range(job["times"]):
        fit = _once(job["task"], spec, frame, prepared)
    seconds = (time.perf_counter() - start) / job["times"]
    return {"seconds": seconds, "loglik": float(fit.loglik)}


def _once(
    task: str, spec: ModelSpec, frame: pd.DataFrame, prepared: FittedModel | None
) -> FittedModel:
    fit = fit_model(spec, frame) if prepared is None else prepared
    if task == "fit":
        np.sqrt(np.diag(fit.estimates.vcov))
    elif task == "profile":
        fit.confint(method="profile")
    else:
        fit = fit.with_df_method("kenward-roger") if task == "kenward-roger" else fit
        fit.fixed_effects  # noqa: B018 (computed on access)
    if task == "inference":
        for group in fit.n_groups:
            fit.conditional_modes(group)
    return fit


def _memory(job: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    spec = ModelSpec.from_formula(job["formula"], df_method="normal")
    # What Python loads at a first fit isn't the fit's memory: a small fit comes first.
    fit_model(spec, frame.iloc[:2000]).fixed_effects  # noqa: B018
    gc.collect()
    before = peak_reset()
    fit = fit_model(spec, frame)
    fit.fixed_effects  # noqa: B018
    data = int(frame.memory_usage(index=False, deep=True).sum())
    return {"bytes": peak() - before, "data": data, "loglik": float(fit.loglik)}


if __name__ == "__main__":
    serve(run)

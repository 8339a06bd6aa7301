"""Reads arrays from standard input, fits MixedLM, writes JSON to standard output."""

from __future__ import annotations

import io
import json
import sys
import time
import warnings

import numpy as np


def main() -> None:
    arrays = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    try:
        answer = _fit(arrays)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    sys.stdout.write(json.dumps(answer))


def _fit(arrays) -> dict:
    from statsmodels.regression.mixed_linear_model import MixedLM

    start = time.perf_counter()
    # A process of its own: this filter reaches nobody else.
    warnings.simplefilter("ignore")
    model = MixedLM(arrays["y"], arrays["X"], groups=arrays["groups"], exog_re=arrays["Z"])
    result = model.fit(reml=bool(arrays["reml"]))
    p = arrays["X"].shape[1]
    clean = [None if not np.isfinite(v) else float(v) for v in result.bse_fe]
    loglik = float(result.llf)
    return {
        "beta": [float(v) for v in result.fe_params],
        "se": clean[:p],
        "sd": [float(np.sqrt(max(v, 0.0))) for v in np.diag(np.atleast_2d(result.cov_re))],
        "sigma": float(np.sqrt(result.scale)),
        "loglik": loglik if np.isfinite(loglik) else None,
        "converged": bool(result.converged),
        "seconds": time.perf_counter() - start,
    }


if __name__ == "__main__":
    main()

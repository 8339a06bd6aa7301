"""Reference values and fitted models that many tests share. Every model is fitted once."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lmm_core import FittedModel, ModelSpec, fit_model

REFERENCE = Path(__file__).parent / "reference"


@lru_cache(maxsize=1)
def models() -> dict[str, dict[str, Any]]:
    """Reference models by key."""
    return {m["key"]: m for m in json.loads((REFERENCE / "models.json").read_text())}


@lru_cache(maxsize=1)
def lme4() -> dict[str, dict[str, Any]]:
    """Values of lme4, lmerTest and pbkrtest by "key|method"."""
    return json.loads((REFERENCE / "lme4.json").read_text())


@lru_cache(maxsize=1)
def inference() -> dict[str, dict[str, Any]]:
    return json.loads((REFERENCE / "inference.json").read_text())


@lru_cache(maxsize=None)
def data(name: str, factors: tuple[str, ...] = ()) -> pd.DataFrame:
    """A data set with the named columns as text, so that they enter as categories."""
    frame = pd.read_csv(REFERENCE / "data" / f"{name}.csv")
    return frame.astype({column: str for column in factors})


@lru_cache(maxsize=None)
def reference_fit(key: str) -> FittedModel:
    """The fit that belongs to a "key|method" of lme4.json."""
    name, method = key.split("|")
    model = models()[name]
    spec = ModelSpec.from_formula(model["lme4"], reml=method == "REML")
    return fit_model(spec, data(model["data"], tuple(model["factors"])))


@lru_cache(maxsize=None)
def fitted(formula: str, name: str, factors: tuple[str, ...] = (), **options: Any) -> FittedModel:
    return fit_model(formula, data(name, factors), **options)


def single_group_keys() -> list[str]:
    """Keys of lme4.json whose model has one grouping column."""
    return [k for k in lme4() if len(lme4()[k]["ngrps"]) == 1]


def array(values: Any) -> np.ndarray:
    """JSON numbers (scalar or list, null for missing) as a float array."""
    return np.array([np.nan if v is None else v for v in np.atleast_1d(values)], dtype=float)

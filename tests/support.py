"""Reference values and fitted models that many tests share. Every model is fitted once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lmm_core import FittedModel, ModelSpec, fit_model

REFERENCE = Path(__file__).parent / "reference"


@cache
def models() -> dict[str, dict[str, Any]]:
    """Reference models by key; those of ``extra`` carry the folder of their data."""
    found = {m["key"]: {**m, "folder": "data"} for m in _json("models")}
    return found | {m["key"]: {**m, "folder": "data_extra"} for m in _json("models_extra")}


@cache
def lme4() -> dict[str, dict[str, Any]]:
    """Values of lme4, lmerTest and pbkrtest by "key|method"."""
    return _json("lme4") | _json("extra")["fits"]


def _json(name: str) -> Any:
    return json.loads((REFERENCE / f"{name}.json").read_text())


@cache
def inference() -> dict[str, dict[str, Any]]:
    return _json("inference") | _json("extra")["inference"]


@cache
def data(name: str, factors: tuple[str, ...] = (), folder: str = "data") -> pd.DataFrame:
    """A data set with the named columns as text, so that they enter as categories."""
    frame = pd.read_csv(REFERENCE / folder / f"{name}.csv")
    return frame.assign(**{column: frame[column].map(_text) for column in factors})


def _text(value: object) -> object:
    """A level's text; a whole number that became a float beside missing values stays whole."""
    if isinstance(value, float):
        return None if np.isnan(value) else f"{value:g}"
    return str(value)


@cache
def reference_fit(key: str) -> FittedModel:
    """The fit that belongs to a "key|method" of lme4.json."""
    name, method = key.split("|")
    model = models()[name]
    weights = model.get("weights")
    spec = ModelSpec.from_formula(model["lme4"], reml=method == "REML", weights=weights)
    return fit_model(spec, data(model["data"], tuple(model["factors"]), model["folder"]))


@cache
def fitted(formula: str, name: str, factors: tuple[str, ...] = (), **options: Any) -> FittedModel:
    return fit_model(formula, data(name, factors), **options)


def array(values: Any) -> np.ndarray:
    """JSON numbers (scalar or list, null for missing) as a float array."""
    return np.array([np.nan if v is None else v for v in np.atleast_1d(values)], dtype=float)

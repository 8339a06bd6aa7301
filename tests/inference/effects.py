"""Reference tables of emmeans, and how ours are laid beside them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lmm_core import FittedModel, fit_model
from tests.support import REFERENCE, array, data

# The models of make_effects.R: formula, data, factors.
MODELS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "orth": ("distance ~ age * Sex + (1 + age | Subject)", "orthodont", ("Sex", "Subject")),
    "oats": (
        "yield ~ Variety * dose + (1 | Block/Variety)",
        "oats",
        ("Block", "Variety", "dose"),
    ),
    "npk": ("yield ~ N * P + K + (1 | block)", "npk", ("block",)),
    "schools": ("lang ~ IQ * SES + COMB + (1 + IQ | class)", "nlschools", ("class",)),
    "chick": (
        "weight ~ Diet * poly(Time, 2) + (1 + Time | Chick)",
        "chickweight",
        ("Chick", "Diet"),
    ),
    "rabbit": (
        "BPchange ~ log(Dose) * Treatment + (1 | Animal) + (1 | Run)",
        "rabbit",
        ("Animal", "Run", "Treatment"),
    ),
    "boys": ("height ~ age + I(age^2) + (1 + age | Subject)", "oxboys", ("Subject",)),
    "empty": (
        "angle ~ recipe * temperature + (1 | rr)",
        "cake_empty_cell",
        ("recipe", "temperature", "rr"),
    ),
    "aliased": (
        "distance ~ age + months + Sex + (1 | Subject)",
        "orthodont_aliased",
        ("Subject", "Sex"),
    ),
    "ham": (
        "liking ~ Gender + Information * Product + (1 | Consumer)",
        "ham",
        ("Consumer", "Product", "Information", "Gender"),
    ),
}

# Names of emmeans' columns. The slopes' estimate is "<variable>.trend".
COLUMNS = {
    "estimate": ("estimate", "emmean"),
    "std_error": ("SE",),
    "df": ("df",),
    "statistic": ("t.ratio", "z.ratio"),
    "p_value": ("p.value",),
    "conf_low": ("lower.CL", "asymp.LCL"),
    "conf_high": ("upper.CL", "asymp.UCL"),
}


@cache
def effects() -> dict[str, Any]:
    """Values of make_effects.R."""
    return json.loads((REFERENCE / "effects.json").read_text())


@cache
def model(name: str, df_method: str = "satterthwaite") -> FittedModel:
    if df_method != "satterthwaite":
        return model(name).with_df_method(df_method)  # type: ignore[arg-type]
    formula, source, factors = MODELS[name]
    if name == "orth":
        return fit_model(formula, data("Orthodont", factors))
    return fit_model(formula, data(source, factors, "data_extra"))


def agrees(table: pd.DataFrame, reference: list[dict[str, Any]], df_rel: float = 1e-3) -> None:
    """Every column of emmeans' table that ours has: 1e-4 relative to the SE or the value, df 1e-3,
    p 5e-3 (their df and ours differ in the sixth digit).
    """
    assert len(table) == len(reference)
    keys = reference[0]
    trend = [key for key in keys if key.endswith(".trend")]
    se = table["std_error"].to_numpy()
    for ours, names in COLUMNS.items():
        theirs = [key for key in (*names, *(trend if ours == "estimate" else ())) if key in keys]
        if not theirs or ours not in table:
            continue
        expected = array([row[theirs[0]] for row in reference])
        found = table[ours].to_numpy()
        assert (np.isnan(found) == np.isnan(expected)).all() or ours == "df"
        if ours in ("estimate", "conf_low", "conf_high"):
            gap = np.abs(found - expected) / se
            assert np.nanmax(gap) < 1e-4, ours
        elif ours == "df":
            finite = np.isfinite(expected)
            assert found[finite] == pytest.approx(expected[finite], rel=df_rel)
        else:
            rel = 5e-3 if ours == "p_value" else 1e-4
            assert found == pytest.approx(expected, rel=rel, abs=1e-12, nan_ok=True)

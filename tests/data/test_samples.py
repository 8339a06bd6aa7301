from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lmm_core.data.samples as samples
from lmm_core.data import describe_columns, load_sample, sample_info, sample_names
from lmm_core.data.samples.make_pain import TARGET, make_pain
from lmm_core.errors import DataError

REFERENCE = Path(__file__).parents[1] / "reference" / "data"
SHAPES = {
    "pain": (320, "patient_id", 80),
    "sleepstudy": (180, "Subject", 18),
    "orthodont": (108, "Subject", 27),
    "mathachieve": (7185, "School", 160),
    "gapminder": (1562, "country", 142),
}


@pytest.mark.parametrize("name", sample_names())
def test_sample_is_complete(name: str) -> None:
    table, info = load_sample(name), sample_info(name)
    rows, group, levels = SHAPES[name]
    assert len(table.frame) == rows
    assert table.frame[group].nunique() == levels
    kinds = {column.name: column.kind for column in describe_columns(table.frame)}
    assert kinds[group] == "id"
    used = set(re.findall(r"[A-Za-z_]+", info.formula))
    assert used <= set(table.frame.columns)
    assert set(info.units) <= set(table.frame.columns)
    assert info.title == table.name
    assert re.search(r"\b(19|20)\d\d\b", info.source)
    assert info.look_for.endswith(".")
    assert load_sample(name).fingerprint == table.fingerprint


def test_names_and_unknown_sample() -> None:
    assert sample_names()[0] == "pain"
    with pytest.raises(DataError, match="sleepstudy") as caught:
        load_sample("iris")
    assert caught.value.code == "unknown_sample"


@pytest.mark.parametrize("name", ["sleepstudy", "Orthodont", "MathAchieve"])
def test_samples_equal_the_reference_data(name: str) -> None:
    expected = pd.read_csv(REFERENCE / f"{name}.csv")
    found = load_sample(name.lower()).frame
    pd.testing.assert_frame_equal(found, expected)


def test_pain_is_what_the_generator_makes() -> None:
    committed = Path(samples.__file__).with_name("pain.csv").read_text(encoding="utf-8")
    assert make_pain().to_csv(index=False, lineterminator="\n") == committed


def _reml(frame: pd.DataFrame) -> tuple[np.ndarray, float, float]:
    """Fit the random-intercept model with dense matrices, independently of the generator."""
    from scipy.optimize import minimize

    frame = frame.dropna()
    y = frame["pain_score"].to_numpy()
    x = np.column_stack([np.ones(len(y)), frame["treatment"] == "treated", frame["month"]]).astype(
        float
    )
    same = (frame["patient_id"].to_numpy()[:, None] == frame["patient_id"].to_numpy()).astype(float)

    def fit(t: np.ndarray) -> tuple[float, np.ndarray]:
        v = np.exp(t[0]) * same + np.exp(t[1]) * np.eye(len(y))
        solved = np.linalg.solve(v, np.column_stack([x, y]))
        a = x.T @ solved[:, :3]
        beta = np.linalg.solve(a, x.T @ solved[:, 3])
        quadratic = y @ solved[:, 3] - beta @ a @ beta
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(a)[1] + quadratic, beta

    best = minimize(lambda t: fit(t)[0], np.log([40.0, 30.0]), method="Nelder-Mead")
    return fit(best.x)[1], float(np.exp(best.x[0])), float(np.exp(best.x[1]))


def test_pain_fit_meets_its_targets() -> None:
    beta, patient, residual = _reml(load_sample("pain").frame)
    assert beta[1] == pytest.approx(TARGET.treated, rel=0.005)
    assert beta[2] == pytest.approx(TARGET.month, rel=0.005)
    assert patient == pytest.approx(48.2, rel=0.01)
    assert patient / (patient + residual) == pytest.approx(0.63, abs=0.003)


def test_six_patients_of_the_pain_trial_stay_high() -> None:
    frame = load_sample("pain").frame
    expected = 61 - 12.3 * (frame["treatment"] == "treated") - 2.1 * frame["month"]
    above = (frame["pain_score"] - expected).groupby(frame["patient_id"])
    six = above.mean()[above.count() >= 2].nlargest(7)
    assert (above.min()[six.index[:6]] > 9).all()
    assert six.iloc[5] - six.iloc[6] > 3


def test_missed_visits_follow_high_scores() -> None:
    frame = load_sample("pain").frame
    assert frame.loc[frame["month"] == 0, "pain_score"].notna().all()
    last = frame.groupby("patient_id")["pain_score"].transform(lambda s: s.ffill().shift())
    later = frame["month"] > 0
    missed = frame["pain_score"].isna()[later]
    assert 20 <= missed.sum() <= 50
    high = last[later] > last[later].median()
    assert missed[high].mean() > 2.5 * missed[~high].mean()


def test_growth_is_annualised() -> None:
    import plotly.data

    raw = plotly.data.gapminder().set_index(["country", "year"])["gdpPercap"]
    frame = load_sample("gapminder").frame
    row = frame[(frame["country"] == "Chile") & (frame["year"] == 1987)].iloc[0]
    expected = 100 * ((raw["Chile", 1987] / raw["Chile", 1982]) ** (1 / 5) - 1)
    assert row["growth"] == pytest.approx(expected, abs=1e-4)
    assert row["years"] == 35
    assert row["region"] == "Americas"
    assert frame["year"].min() == 1957

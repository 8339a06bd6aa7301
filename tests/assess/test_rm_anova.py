"""Repeated-measures ANOVA against afex/car, statsmodels, and the mixed model on balanced data."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.assess.rm_anova import classical, compare_with_rm_anova
from lmm_core.data.samples import load_sample
from lmm_core.errors import ModelError
from tests.support import REFERENCE, data, fitted

CASES = {
    "sleepstudy": ("Reaction ~ Days + (1 | Subject)", "sleepstudy", ("Subject",), "data"),
    "orthodont": ("distance ~ age * Sex + (1 | Subject)", "Orthodont", ("Subject",), "data"),
    "bodyweight": ("weight ~ Time * Diet + (1 | Rat)", "BodyWeight", ("Rat", "Diet"), "data"),
    "cake": ("angle ~ recipe * temperature + (1 | rr)", "cake", ("rr",), "data"),
    "machines": ("score ~ Machine + (1 | Worker)", "Machines", ("Worker",), "data"),
    "ham": (
        "liking ~ Product * Information + (1 | Consumer)",
        "ham",
        ("Consumer", "Product", "Information"),
        "data_extra",
    ),
    "ham_gender": (
        "liking ~ Product * Information * Gender + (1 | Consumer)",
        "ham",
        ("Consumer", "Product", "Information", "Gender"),
        "data_extra",
    ),
}


def comparison(case: str):
    if case == "pain":
        frame = load_sample("pain").frame
        return compare_with_rm_anova(
            fit_model("pain_score ~ treatment + month + (1 | patient_id)", frame)
        )
    formula, name, factors, folder = CASES[case]
    return compare_with_rm_anova(fit_model(formula, data(name, factors, folder)))


@pytest.mark.parametrize("case", [*CASES, "pain"])
def test_equal_to_afex(case):
    reference = json.loads((REFERENCE / "rm_anova.json").read_text())[case]
    found = comparison(case)
    table = {
        frozenset(e.split(" × ")): row for e, row in found.table.set_index("effect").iterrows()
    }
    assert len(table) == len(reference)
    for expected in reference:
        row = table[frozenset(expected["effect"].split(":"))]
        assert row["f_value"] == pytest.approx(expected["f"], rel=1e-8)
        assert (row["num_df"], row["den_df"]) == (expected["df1"], expected["df2"])
        assert row["p_value"] == pytest.approx(expected["p"], rel=1e-6)
        for ours, theirs in (("epsilon_gg", "gg"), ("epsilon_hf", "hf")):
            if expected[theirs] is None:
                assert np.isnan(row[ours])
            else:
                assert row[ours] == pytest.approx(expected[theirs], rel=1e-8)
    assert found.n_complete == reference[0]["subjects"]


@pytest.mark.parametrize("case", ["sleepstudy", "orthodont", "bodyweight", "cake", "ham"])
def test_balanced_data_give_the_mixed_models_f(case):
    found = comparison(case)
    assert not found.dropped
    assert found.agrees
    table = found.table
    assert table["lmm_f"].to_numpy() == pytest.approx(table["f_value"].to_numpy(), rel=1e-4)
    assert table["lmm_den_df"].to_numpy() == pytest.approx(table["den_df"].to_numpy(), rel=1e-3)


def test_statsmodels_agrees():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.anova import AnovaRM

        frame = data("ham", ("Consumer",), "data_extra")
        cell = frame.groupby(["Consumer", "Product", "Information"], as_index=False)[
            "liking"
        ].mean()
        table = AnovaRM(cell, "liking", "Consumer", within=["Product", "Information"]).fit()
    theirs = table.anova_table
    found = comparison("ham").table
    assert found["f_value"].to_numpy() == pytest.approx(theirs["F Value"].to_numpy(), rel=1e-8)
    assert found["p_value"].to_numpy() == pytest.approx(theirs["Pr > F"].to_numpy(), rel=1e-6)


def test_who_is_dropped():
    found = comparison("pain")
    frame = load_sample("pain").frame.dropna(subset=["pain_score"])
    counts = frame.groupby("patient_id").size()
    incomplete = counts.index[counts < 4]
    assert set(found.dropped) == {str(k) for k in incomplete}
    assert found.rows_dropped == int(counts[incomplete].sum())
    assert found.n_rows == len(frame)
    assert not found.agrees


def test_two_groups_of_two_occasions_are_a_t_test():
    rng = np.random.default_rng(0)
    Y = rng.normal(size=(20, 2))
    (effect,) = classical(Y, ["time"])
    d = Y[:, 0] - Y[:, 1]
    t = d.mean() / (d.std(ddof=1) / np.sqrt(20))
    assert effect.f_value == pytest.approx(t**2)
    assert (effect.num_df, effect.den_df, effect.corrected) == (1, 19, False)


@pytest.mark.parametrize(
    ("formula", "name", "factors", "words"),
    [
        ("Yield ~ 1 + (1 | Batch)", "Dyestuff", ("Batch",), "No predictor of the model changes"),
        ("MathAch ~ SES + (1 | School)", "MathAchieve", ("School",), "different values"),
        (
            "diameter ~ 1 + (1 | plate) + (1 | sample)",
            "Penicillin",
            ("plate", "sample"),
            "knows one kind of subjects",
        ),
    ],
)
def test_models_without_such_an_anova_say_why(formula, name, factors, words):
    with pytest.raises(ModelError, match=words):
        compare_with_rm_anova(fitted(formula, name, factors))


def test_nobody_complete():
    frame = data("sleepstudy", ("Subject",))
    code = frame.groupby("Subject").ngroup()
    frame = frame[(code + frame["Days"]) % 4 != 0]
    fit = fit_model("Reaction ~ Days + (1 | Subject)", frame)
    with pytest.raises(ModelError, match="uses all rows all the same"):
        compare_with_rm_anova(fit)


def test_covariates_are_named():
    frame = data("Orthodont", ("Subject",)).assign(
        height=lambda f: f["Subject"].map(lambda s: 150.0 + 3 * len(set(s)) + int(s[1:]))
    )
    found = compare_with_rm_anova(fit_model("distance ~ age + height + (1 | Subject)", frame))
    assert found.question.left_out == ("height",)
    assert found.question.as_categories == ("age",)

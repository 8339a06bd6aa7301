"""Every name of the public face exists, and every table has the columns that are documented."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import lmm_core
from lmm_core import FittedModel, ModelSpec, compare_models, fit_model
from tests.support import data

NAMES = [
    "DataError",
    "EstimationError",
    "FittedModel",
    "FormulaError",
    "LMMError",
    "ModelError",
    "ModelSpec",
    "check_assumptions",
    "compare_models",
    "describe",
    "fit_model",
    "load_sample",
    "read_table",
    "reshape_long",
    "sample_names",
    "test_random_terms",
]
MODEL = "distance ~ age * Sex + (1 + age | Subject)"
TABLES = {
    "fixed_effects": (
        lambda fit: fit.fixed_effects,
        "term estimate std_error df statistic p_value conf_low conf_high",
    ),
    "variance_components": (
        lambda fit: fit.variance_components,
        "group term_1 term_2 vcov sdcor",
    ),
    "conditional_modes": (
        lambda fit: fit.conditional_modes("Subject"),
        "level term estimate std_error conf_low conf_high",
    ),
    "confint": (lambda fit: fit.confint("profile"), "parameter conf_low conf_high"),
    "anova": (
        lambda fit: fit.anova(type=3),
        "term sum_sq mean_sq num_df den_df f_value p_value",
    ),
    "marginal_means": (
        lambda fit: fit.marginal_means("Sex"),
        "Sex estimate std_error df conf_low conf_high",
    ),
    "contrasts": (
        lambda fit: fit.contrasts("Sex", adjust="tukey"),
        "contrast estimate std_error df statistic p_value conf_low conf_high",
    ),
    "slopes": (
        lambda fit: fit.slopes("age", by="Sex"),
        "Sex estimate std_error df statistic p_value conf_low conf_high",
    ),
    "predict": (
        lambda fit: fit.predict(target="new", interval="prediction", level=0.9),
        "fit conf_low conf_high",
    ),
    "compare_models": (
        lambda fit: compare_models([fit, "distance ~ age + (1 | Subject)"], fit.source),
        "formula npar aic bic loglik chi_sq df p_value",
    ),
    "test_random_terms": (lmm_core.test_random_terms, "term chi_sq df p_value p_chi_sq"),
}
NUMBERS = [
    "sigma",
    "loglik",
    "criterion",
    "aic",
    "bic",
    "n_obs",
]


@pytest.fixture(scope="module")
def fit() -> FittedModel:
    return fit_model(MODEL, data("Orthodont", ("Subject",)))


@pytest.mark.parametrize("name", NAMES)
def test_name_exists(name):
    assert name in lmm_core.__all__
    assert callable(getattr(lmm_core, name))


def test_every_listed_name_resolves():
    for name in lmm_core.__all__:
        assert getattr(lmm_core, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        lmm_core.nonsense  # noqa: B018


@pytest.mark.parametrize("name", list(TABLES))
def test_columns_of_a_table(fit, name):
    make, columns = TABLES[name]
    table = make(fit)
    wanted = columns.split()
    assert isinstance(table, pd.DataFrame)
    assert len(table)
    # Further columns may follow the documented ones.
    assert [c for c in table.columns if c in wanted] == wanted


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(fit, name):
    assert np.isfinite(getattr(fit, name))


def test_other_facts(fit):
    assert fit.n_groups == {"Subject": 27}
    assert fit.is_singular is False
    assert fit.convergence.converged
    assert fit.dropped.n_dropped == 0
    assert fit.fitted + fit.residuals == pytest.approx(fit.y)
    assert 0 < float(fit.icc()) < 1
    assert 0 < fit.r2().marginal < fit.r2().conditional < 1
    other = fit.with_df_method("kenward-roger")
    assert other.estimates is fit.estimates
    assert other.spec.df_method == "kenward-roger"


def test_a_spec_from_text_and_back():
    spec = ModelSpec.from_formula(MODEL, reml=True, df_method="satterthwaite", ci_level=0.9)
    assert ModelSpec.from_formula(spec.formula, ci_level=0.9) == spec


def test_comparison_has_its_notes(fit):
    table = compare_models([fit.spec, "distance ~ age + (1 | Subject)"], fit.source)
    assert any("fitted by ML" in note for note in table.attrs["notes"])


def test_from_a_file_to_long_form():
    text = "id,w1,w2\na,1,2\nb,3,5\n"
    table = lmm_core.read_table(io.BytesIO(text.encode()).getvalue(), name="wide.csv")
    assert table.fingerprint
    long = lmm_core.reshape_long(
        table.frame, id=["id"], values=["w1", "w2"], time_name="week", value_name="score"
    )
    assert {"id", "week", "score"} <= set(long.columns)
    assert sorted(long["score"]) == [1, 2, 3, 5]


def test_samples_load():
    assert len(lmm_core.sample_names()) >= 5
    assert len(lmm_core.load_sample("sleepstudy").frame) == 180


def test_assumptions_are_checked(fit):
    assert all(
        check.verdict in ("fine", "look", "act") for check in lmm_core.check_assumptions(fit)
    )


def test_importing_the_package_costs_nothing():
    import subprocess
    import sys

    code = "import sys, lmm_core; print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

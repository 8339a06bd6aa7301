"""The second opinion by statsmodels: agreement, no agreement, and where it can't be had."""

from __future__ import annotations

import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.assess.cross_check import cross_check, why_not
from tests.support import data

SLEEP = "Reaction ~ Days + (1 + Days | Subject)"

NOT_EXPRESSIBLE = {
    "two columns": ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", {}),
    "uncorrelated": ("sleepstudy", "Reaction ~ Days + (1 + Days || Subject)", {}),
    "weights": ("sleepstudy", "Reaction ~ Days + (1 | Subject)", {"weights": "w"}),
}


@pytest.mark.parametrize("name", NOT_EXPRESSIBLE)
def test_what_it_cannot_express_is_said_without_a_fit(name: str):
    source, formula, options = NOT_EXPRESSIBLE[name]
    frame = data(source).assign(w=1.5)
    found = cross_check(fit_model(formula, frame, **options))
    assert found.agrees is None
    assert found.table is None
    assert found.verdict == why_not(fit_model(formula, frame, **options))


@pytest.mark.parametrize("reml", [True, False])
def test_agreement_on_sleepstudy(reml: bool):
    fit = fit_model(SLEEP, data("sleepstudy"), reml=reml)
    found = cross_check(fit)
    assert found.agrees is True
    assert "agree" in found.verdict
    assert found.table is not None
    np.testing.assert_allclose(found.table["lmm_core"], found.table["statsmodels"], rtol=2e-3)
    np.testing.assert_allclose(found.table["lmm_core"].iloc[:2], fit.estimates.beta)


def test_a_time_limit_ends_it():
    found = cross_check(fit_model(SLEEP, data("sleepstudy")), time_limit=0.05)
    assert found.agrees is None
    assert "did not finish" in found.verdict

"""Residual structures against nlme, and against a dense likelihood."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.errors import ModelError
from lmm_core.estimation.residual_structures import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
    estimate_structure,
)
from lmm_core.estimation.residual_structures.whiten import whitener
from lmm_core.inference.residual_structures import describe, fit_structure, structures_table
from tests.support import REFERENCE, data, fitted, inference

ORTH = ("distance ~ age * Sex + (1 | Subject)", "Orthodont", ("Subject", "Sex"))
ORTH_SLOPE = ("distance ~ age * Sex + (1 + age | Subject)", "Orthodont", ("Subject", "Sex"))
BODY = ("weight ~ Time * Diet + (1 | Rat)", "BodyWeight", ("Rat", "Diet"))
BODY_SLOPE = ("weight ~ Time * Diet + (1 + Time | Rat)", "BodyWeight", ("Rat", "Diet"))
SLEEP = ("Reaction ~ Days + (1 | Subject)", "sleepstudy", ("Subject",))
BY_SEX = VarianceByLevel("Sex")

CASES = {
    "nlme_varident:orth_ri": (ORTH, {}, ResidualStructure(BY_SEX)),
    "nlme_ar1:bodywt": (BODY, {}, ResidualStructure(None, SerialCorrelation("car1", "Time"))),
    "nlme_varpower:bodywt": (BODY_SLOPE, {}, ResidualStructure(PowerVariance())),
    "ar1_sleep": (SLEEP, {}, ResidualStructure(None, SerialCorrelation("ar1", "Days"))),
    "ar1_sleep_ml": (
        SLEEP,
        {"reml": False},
        ResidualStructure(None, SerialCorrelation("ar1", "Days")),
    ),
    "power_days": (BODY, {}, ResidualStructure(PowerVariance("Time"))),
    "ident_ar1": (ORTH, {}, ResidualStructure(BY_SEX, SerialCorrelation("ar1", "age"))),
    "ident_slope": (ORTH_SLOPE, {}, ResidualStructure(BY_SEX)),
}


def reference(key):
    """loglik, aic, beta, se, sigma, first SD, and the structure's parameters."""
    if key in inference():
        found = inference()[key]
        ratios = list(found["varstruct"].values())
        phi = found["corstruct"].get("Phi") if found["corstruct"] else None
        sd = float(found["varcorr"][0][1])
    else:
        found = json.loads((REFERENCE / "residual_structures.json").read_text())[key]
        ratios = list(found["variance"].values()) if found["variance"] else []
        phi = found["phi"] if not isinstance(found["phi"], dict | list) else None
        sd = found["sds"][0]
    numbers = {name: list(found[name].values()) for name in ("beta", "se")}
    return found["loglik"], found["aic"], numbers, found["sigma"], sd, ratios, phi


@pytest.mark.parametrize("key", CASES)
def test_equal_to_nlme(key):
    model, options, structure = CASES[key]
    fit = fitted(*model, **options)
    found = estimate_structure(fit.design, fit.frame, structure, fit.estimates)
    loglik, aic, numbers, sigma, sd, ratios, phi = reference(key)
    assert found.converged
    assert found.loglik == pytest.approx(loglik, abs=1e-3)
    assert found.loglik > loglik - 1e-5
    assert found.aic == pytest.approx(aic, abs=2e-3)
    se = np.array(numbers["se"])
    assert np.abs(found.estimates.beta - numbers["beta"]).max() < 1e-3 * se.max()
    ours = np.sqrt(np.diag(found.estimates.vcov))
    assert ours == pytest.approx(se, rel=1e-3)
    if structure.variance is None or isinstance(structure.variance, PowerVariance):
        # nlme's sigma is the SD at 1, ours that at the geometric mean of the values.
        centre = found.fitted.whitener.columns.log_centre
        size = np.exp((found.power or 0.0) * centre)
        assert found.estimates.sigma == pytest.approx(sigma * size, rel=1e-3 + 1e-3 * abs(centre))
    assert np.sqrt(found.estimates.covariances[0][0, 0]) == pytest.approx(sd, rel=1e-3)
    if found.power is not None:
        assert found.power == pytest.approx(ratios[0], abs=1e-3)
    elif found.ratios:
        # nlme takes the level of the first row as reference.
        theirs = max(ratios) / min(ratios)
        assert max(found.ratios) / min(found.ratios) == pytest.approx(theirs, rel=1e-3)
    if phi is not None:
        assert found.phi == pytest.approx(phi, abs=1e-3)


@pytest.mark.parametrize("key", ["ar1_sleep", "nlme_ar1:bodywt", "ident_ar1", "power_days"])
def test_the_transformed_likelihood_is_the_dense_one(key):
    """-2 restricted log-likelihood with all matrices written out, at arbitrary parameters."""
    model, _, structure = CASES[key]
    fit = fitted(*model)
    whiten = whitener(fit.design, fit.frame, structure)
    free = np.linspace(0.3, 0.5, whiten.size)
    design, log_det = whiten.apply(free)
    from lmm_core.estimation.fit import estimate

    found = estimate(design)
    n, p = fit.n_obs, fit.design.p
    codes = next(iter(fit.groups.values())).codes
    R = np.diag(np.exp(2 * whiten.log_sd(free)))
    if structure.correlation is not None:
        time = fit.frame[structure.correlation.time].to_numpy(dtype=float)
        gap = np.abs(time[:, None] - time)
        if structure.correlation.kind == "ar1":
            rank = np.empty(n)
            for g in np.unique(codes):
                rows = np.flatnonzero(codes == g)
                rank[rows] = np.argsort(np.argsort(time[rows]))
            gap = np.abs(rank[:, None] - rank)
        C = np.where(codes[:, None] == codes, whiten.phi(free) ** gap, 0.0)
        D = np.exp(whiten.log_sd(free))
        R = D[:, None] * C * D
    Z = np.zeros((n, codes.max() + 1))
    Z[np.arange(n), codes] = 1.0
    V = found.sigma**2 * R + found.covariances[0][0, 0] * Z @ Z.T
    X, y = fit.design.X, fit.y
    W = np.linalg.inv(V)
    XWX = X.T @ W @ X
    rest = y - X @ np.linalg.solve(XWX, X.T @ W @ y)
    dense = (n - p) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + np.linalg.slogdet(XWX)[1]
    dense += rest @ W @ rest
    assert found.deviance + log_det == pytest.approx(dense, abs=1e-6)


def test_order_of_the_rows_doesnt_matter():
    model, _, structure = CASES["ident_ar1"]
    fit = fitted(*model)
    mixed = fit_model(model[0], fit.frame.sample(frac=1, random_state=3))
    a = estimate_structure(fit.design, fit.frame, structure, fit.estimates)
    b = estimate_structure(mixed.design, mixed.frame, structure, mixed.estimates)
    assert b.loglik == pytest.approx(a.loglik, abs=1e-6)
    assert b.phi == pytest.approx(a.phi, abs=1e-4)


def test_a_true_structure_is_recovered():
    rng = np.random.default_rng(1)
    G, T, phi = 150, 8, 0.5
    e = rng.normal(size=(G, T))
    for t in range(1, T):
        e[:, t] = phi * e[:, t - 1] + np.sqrt(1 - phi**2) * e[:, t]
    g, t = np.repeat(np.arange(G), T), np.tile(np.arange(float(T)), G)
    arm = np.where(g % 2, "b", "a")
    y = 1 + 0.3 * t + rng.normal(size=G)[g] + np.where(arm == "b", 2.0, 1.0) * e.ravel()
    import pandas as pd

    frame = pd.DataFrame({"y": y, "t": t, "g": g.astype(str), "arm": arm})
    fit = fit_model("y ~ t + (1 | g)", frame)
    structure = ResidualStructure(VarianceByLevel("arm"), SerialCorrelation("ar1", "t"))
    found = estimate_structure(fit.design, fit.frame, structure, fit.estimates)
    assert found.converged
    assert found.phi == pytest.approx(phi, abs=0.08)
    assert found.ratios[1] == pytest.approx(2.0, rel=0.1)
    assert found.sd[g % 2 == 1][0] / found.sd[g % 2 == 0][0] == pytest.approx(found.ratios[1])


def test_prior_weights_enter_as_a_known_structure():
    frame = data("sleepstudy", ("Subject",)).assign(w=lambda f: 1.0 + f["Days"] % 3)
    fit = fit_model("Reaction ~ Days + (1 | Subject)", frame, weights="w")
    whiten = whitener(fit.design, fit.frame, ResidualStructure(PowerVariance("w")))
    from lmm_core.estimation.fit import estimate

    design, log_det = whiten.apply(np.zeros(1))
    same = estimate(design)
    assert same.deviance + log_det == pytest.approx(fit.criterion, abs=1e-6)
    assert same.beta == pytest.approx(fit.estimates.beta, rel=1e-8)


@pytest.mark.parametrize(
    ("structure", "words"),
    [
        (ResidualStructure(VarianceByLevel("nothing")), "no column"),
        (ResidualStructure(VarianceByLevel("Subject")), "has 18 levels"),
        (ResidualStructure(PowerVariance("Days")), "values other than 0"),
        (ResidualStructure(PowerVariance("Subject")), "isn't a column of numbers"),
        (ResidualStructure(None, SerialCorrelation("ar1", "Subject")), "isn't a column of numbers"),
        (ResidualStructure(None, SerialCorrelation("car1", "half")), "two rows at the same half"),
    ],
)
def test_columns_that_dont_suit(structure, words):
    frame = data("sleepstudy", ("Subject",)).assign(half=lambda f: f["Days"] // 2)
    fit = fit_model("Reaction ~ Days + (1 | Subject)", frame)
    with pytest.raises(ModelError, match=words):
        estimate_structure(fit.design, fit.frame, structure, fit.estimates)
    assert words in fit_structure(fit.design, fit.frame, fit.estimates, structure, 0.95).reason


def test_crossed_grouping_columns_have_no_time():
    fit = fitted("diameter ~ 1 + (1 | plate) + (1 | sample)", "Penicillin", ("plate", "sample"))
    frame = fit.frame.assign(t=np.arange(fit.n_obs))
    structure = ResidualStructure(None, SerialCorrelation("ar1", "t"))
    with pytest.raises(ModelError, match="are crossed"):
        estimate_structure(fit.design, frame, structure, fit.estimates)


def test_beside_the_plain_model():
    fit = fitted(*ORTH)
    structures = [CASES["nlme_varident:orth_ri"][2], CASES["ident_ar1"][2]]
    found = [fit_structure(fit.design, fit.frame, fit.estimates, s, 0.95) for s in structures]
    table = structures_table(fit.design, fit.estimates, found)
    assert table["structure"].tolist() == [
        "independent, equal spread",
        "spread by Sex",
        "spread by Sex, AR(1) over age",
    ]
    assert table["aic"].iloc[0] == pytest.approx(fit.aic)
    assert table["df"].iloc[1:].tolist() == [1, 2]
    # anova.lme of the same two models.
    assert table["chi_sq"].iloc[1] == pytest.approx(2 * (-207.610239786651 - fit.loglik), abs=2e-3)
    assert found[0].coefficients["term"].tolist() == list(fit.design.names)
    assert describe(ResidualStructure(PowerVariance())) == "spread as a power of the fitted values"


def test_no_correlation_is_a_legitimate_end():
    from lmm_core.data.samples import load_sample

    fit = fit_model("pain_score ~ treatment + month + (1 | patient_id)", load_sample("pain").frame)
    structure = ResidualStructure(None, SerialCorrelation("car1", "month"))
    found = estimate_structure(fit.design, fit.frame, structure, fit.estimates)
    assert found.converged
    assert found.phi == pytest.approx(0.0, abs=5e-3)
    assert found.loglik == pytest.approx(fit.loglik, abs=1e-3)

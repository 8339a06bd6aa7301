"""Predictions: targets, intervals, new groups; variances against dense mixed-model equations."""

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelError
from tests.support import data, fitted

MODELS = [
    ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy"),
    ("diameter ~ 1 + (1 | plate) + (1 | sample)", "Penicillin"),
    ("score ~ Machine + (1 | Worker) + (1 | wm)", "Machines"),
]


def dense_error_variance(fit) -> np.ndarray:
    """Henderson's equations for the rows in use: variance of x'beta_hat + z'b_hat - truth."""
    n, X, sigma2 = fit.n_obs, fit.design.X, fit.sigma**2
    ZGZ = np.zeros((n, n))
    for factor, covariance in zip(
        fit.estimates.conditioned.factors, fit.estimates.covariances, strict=True
    ):
        Z = np.concatenate([block.matrix for block in factor.blocks], axis=1)
        ZGZ += (factor.codes[:, None] == factor.codes[None]) * (Z @ covariance @ Z.T)
    V = ZGZ + sigma2 * np.eye(n)
    inverse = np.linalg.inv(V)
    H = np.linalg.inv(X.T @ inverse @ X)
    left = X - ZGZ @ inverse @ X
    return np.diag(ZGZ - ZGZ @ inverse @ ZGZ + left @ H @ left.T)


@pytest.mark.parametrize(("formula", "name"), MODELS)
class TestIntervals:
    def test_group_interval_is_that_of_the_dense_equations(self, formula, name):
        fit = fitted(formula, name)
        found = fit.predict(target="group", interval="confidence")
        half = (found["conf_high"] - found["fit"]).to_numpy()
        expected = 1.959963985 * np.sqrt(dense_error_variance(fit))
        assert half == pytest.approx(expected, rel=1e-6)

    def test_group_prediction_is_the_fitted_value(self, formula, name):
        fit = fitted(formula, name)
        assert fit.predict(target="group")["fit"].to_numpy() == pytest.approx(fit.fitted)
        assert fit.predict()["fit"].to_numpy() == pytest.approx(fit.fitted_marginal)

    def test_bands_widen_from_average_to_new_observation(self, formula, name):
        fit = fitted(formula, name)
        widths = []
        for target, interval in (
            ("average", "confidence"),
            ("new", "confidence"),
            ("new", "prediction"),
        ):
            found = fit.predict(target=target, interval=interval)
            widths.append((found["conf_high"] - found["conf_low"]).to_numpy())
        assert (widths[0] < widths[1]).all()
        assert (widths[1] < widths[2]).all()


def test_an_unknown_group_is_predicted_by_the_average():
    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy")
    frame = pd.DataFrame({"Days": [0, 9], "Subject": ["nobody", "nobody"]})
    average, group = fit.predict(frame), fit.predict(frame, target="group")
    assert group["fit"].to_numpy() == pytest.approx(average["fit"].to_numpy())
    interval = fit.predict(frame, target="group", interval="confidence")
    new = fit.predict(frame, target="new", interval="confidence")
    assert interval["conf_high"].to_numpy() == pytest.approx(new["conf_high"].to_numpy())


def test_an_unknown_level_of_a_predictor_gives_no_number():
    fit = fitted("distance ~ age * Sex + (1 | Subject)", "Orthodont")
    frame = data("Orthodont").head(2).assign(Sex=["Male", "Other"])
    assert fit.predict(frame)["fit"].isna().tolist() == [False, True]


def test_an_unknown_target_is_refused():
    fit = fitted("Yield ~ 1 + (1 | Batch)", "Dyestuff")
    with pytest.raises(ModelError, match="Use average, group or new"):
        fit.predict(target="everyone")

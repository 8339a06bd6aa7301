import numpy as np
import pytest

from lmm_core import ModelError, fit_model
from lmm_core.assess.shares import variance_shares
from lmm_core.figures.theme import FIXED, RANDOM, RESIDUAL
from lmm_core.figures.variance import icc_curve, variance_bar
from tests.support import data, fitted, reference_fit

SLEEP = ("sleepstudy", ("Subject",))


@pytest.mark.parametrize(
    ("key", "names", "labelled"),
    [
        ("sleep_rs|REML", ["Fixed effects", "Subject", "Residual"], [True, True, True]),
        ("mathach_rs|REML", ["Fixed effects", "School", "Residual"], [True, True, True]),
        ("bodywt|REML", ["Fixed effects", "Rat", "Residual"], [True, True, False]),
        ("penicillin|REML", ["plate", "sample", "Residual"], [True, True, True]),
        ("dye2_sing|REML", ["Batch", "Residual"], [False, True]),
    ],
)
def test_one_part_per_source_labelled_when_wide_enough(key, names, labelled):
    fit = reference_fit(key)
    picture = variance_bar(fit)
    widths = [trace.x[0] for trace in picture.figure.data]
    assert sum(widths) == pytest.approx(1)
    assert all(n in trace.name for n, trace in zip(names, picture.figure.data, strict=True))
    assert [bool(trace.text[0]) for trace in picture.figure.data] == labelled
    assert [width > 0.06 for width in widths] == labelled
    shares = variance_shares(fit.design, fit.estimates)
    values = [*(value for _, value in shares.by_group), shares.residual]
    fixed = [shares.fixed] if "Fixed effects" in names else []
    values = fixed + values
    np.testing.assert_allclose(picture.data["variance"], values, atol=1e-12)
    colours = [trace.marker.color for trace in picture.figure.data]
    assert (*colours[: len(fixed) + 1], colours[-1]) == (*[FIXED] * len(fixed), RANDOM, RESIDUAL)
    assert len(set(colours)) == len(colours)


def test_text_on_a_part_has_contrast():
    bar = variance_bar(reference_fit("sleep_rs|REML")).figure.data
    assert [trace.textfont.color for trace in bar] == ["#FFFFFF", "#111111", "#111111"]


def test_without_predictors_there_is_no_part_for_them():
    assert variance_bar(reference_fit("dye2_sing|REML")).alt == (
        "Shares of the variance: Between Batch groups 0 %, Residual 100 %."
    )


@pytest.mark.parametrize(
    ("random", "draws"),
    [
        ("(1 + Days | Subject)", True),
        ("(1 + Days || Subject)", True),
        ("(0 + Days | Subject)", True),
        ("(1 + log1p(Days) | Subject)", True),
        ("(1 | Subject)", False),
    ],
)
def test_the_icc_curve_needs_one_numeric_slope(random, draws):
    picture = icc_curve(fitted(f"Reaction ~ Days + {random}", *SLEEP))
    assert (picture is not None) == draws


def test_no_icc_curve_over_categories():
    assert icc_curve(fit_model("score ~ Machine + (Machine | Worker)", data("Machines"))) is None


def test_the_icc_curve_is_the_formula():
    fit = reference_fit("sleep_rs|REML")
    picture = icc_curve(fit)
    x, share = picture.data["Days"].to_numpy(), picture.data["icc"].to_numpy()
    (G,) = fit.estimates.covariances
    variance = G[0, 0] + 2 * x * G[0, 1] + x**2 * G[1, 1]
    np.testing.assert_allclose(share, variance / (variance + fit.sigma**2))
    assert (x[0], x[-1]) == (0, 9)
    assert picture.alt == (
        "The ICC of Subject lies between 48 % at Days = 0 and 85 % at Days = 9; "
        "its average is 72 % over 180 rows."
    )


def test_other_grouping_columns_stay_in_the_denominator():
    frame = data("sleepstudy", ("Subject",)).assign(day=lambda f: "d" + f["Days"].astype(str))
    fit = fit_model("Reaction ~ Days + (1 + Days | Subject) + (1 | day)", frame)
    picture = icc_curve(fit, "Subject")
    names = [f.name for f in fit.estimates.conditioned.factors]
    G, other = (fit.estimates.covariances[names.index(name)] for name in ("Subject", "day"))
    own = G[0, 0]
    assert picture.data["icc"].iloc[0] == pytest.approx(own / (own + other[0, 0] + fit.sigma**2))
    assert icc_curve(fit, "day") is None


def test_an_unknown_group_is_refused():
    with pytest.raises(ModelError, match="Days isn't a grouping column"):
        icc_curve(reference_fit("sleep_rs|REML"), "Days")

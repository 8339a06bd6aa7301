"""F tests against lmerTest's anova, types III and II."""

import pytest

from lmm_core import ModelError
from tests.support import array, fitted, inference, reference_fit

TABLES = {
    "anova3_satterthwaite_sumcoding": ("satterthwaite", 3),
    "anova3_kr_sumcoding": ("kenward-roger", 3),
    "anova2_satterthwaite_sumcoding": ("satterthwaite", 2),
    "anova2_kr_sumcoding": ("kenward-roger", 2),
}
# R refitted this model with other contrasts in the random part too, and stopped short of the
# optimum (F = 3.4 where the same model written as machines_slopes has 41.0).
NOT_CONVERGED_IN_R = "machines_contrasts"
CASES = [
    (key, name)
    for key, value in inference().items()
    for name in TABLES
    if value.get(name) and ":" not in key and key != NOT_CONVERGED_IN_R
]


@pytest.mark.parametrize(("key", "name"), CASES)
def test_f_table(key, name):
    method, kind = TABLES[name]
    # A term whose columns are all redundant has no test; lmerTest puts it last.
    reference = sorted(inference()[key][name], key=lambda row: row["term"])
    fit = reference_fit(key if "|" in key else f"{key}|REML")
    table = fit.with_df_method(method).anova(type=kind).sort_values("term")
    assert table["term"].tolist() == [row["term"] for row in reference]
    assert table["f_value"].to_numpy() == pytest.approx(
        array([row["F value"] for row in reference]), rel=1e-4, nan_ok=True
    )
    assert table["num_df"].tolist() == [row["NumDF"] or 0 for row in reference]
    assert table["den_df"].to_numpy() == pytest.approx(
        # lmerTest's type II df of several rows depend on the coding by up to 0.5 %.
        array([row["DenDF"] for row in reference]),
        rel=1e-3 if kind == 3 or method != "satterthwaite" else 5e-3,
        nan_ok=True,
    )
    assert table["sum_sq"].to_numpy() == pytest.approx(
        array([row["Sum Sq"] for row in reference]), rel=1e-4, nan_ok=True
    )


@pytest.mark.parametrize("name", TABLES)
def test_the_same_model_written_otherwise_has_the_same_tests(name):
    method, kind = TABLES[name]
    fit = reference_fit(f"{NOT_CONVERGED_IN_R}|REML").with_df_method(method)
    expected = inference()["machines_slopes"][name][0]
    assert fit.anova(kind)["f_value"].iat[0] == pytest.approx(expected["F value"], rel=1e-4)
    assert fit.anova(kind)["den_df"].iat[0] == pytest.approx(expected["DenDF"], rel=1e-3)


def test_type_3_doesnt_depend_on_the_reference_level():
    one = fitted("angle ~ recipe * temperature + (1 | rr)", "cake")
    other = fitted(
        "angle ~ recipe * temperature + (1 | rr)",
        "cake",
        reference=(("recipe", "C"), ("temperature", "t205")),
    )
    assert one.anova()["f_value"].to_numpy() == pytest.approx(other.anova()["f_value"].to_numpy())


def test_other_types_are_refused():
    with pytest.raises(ModelError, match="type 2 or 3"):
        reference_fit("cake|REML").anova(type=1)

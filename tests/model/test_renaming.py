"""A model whose columns get other names, or give way to derived ones."""

from __future__ import annotations

import pytest

from lmm_core.model.renaming import (
    with_column_for,
    with_fixed,
    with_group_for,
    with_names,
    with_parts_for,
)
from lmm_core.model.spec import ModelSpec

F = "log(y) ~ x + arm + x:arm + (1 + x | school/pupil)"

# id: (function, arguments, formula before, formula after)
CASES = {
    "predictor": (
        with_names, ({"x": "dose (mg)"},), F,
        "log(y) ~ `dose (mg)` + arm + `dose (mg)`:arm + (1 + `dose (mg)` | school/pupil)",
    ),
    "outcome": (with_names, ({"y": "pain"},), F, F.replace("log(y)", "log(pain)")),
    "group": (with_names, ({"pupil": "child"},), F, F.replace("pupil", "child")),
    "swapped": (with_names, ({"x": "arm", "arm": "x"},), "y ~ x + log(arm) + (1 | g)",
                "y ~ arm + log(x) + (1 | g)"),
    "plain column": (
        with_column_for, ("x", "log_x"), "y ~ log(x) + x:arm + (1 + x | g)",
        "y ~ log_x + log_x:arm + (1 + log_x | g)",
    ),
    "new outcome": (with_column_for, ("y", "log_y"), "log(y) ~ x + (1 | g)", "log_y ~ x + (1 | g)"),
    "parts": (
        with_parts_for, ("x", "x_within", "x_between"), "y ~ x + arm + x:arm + (1 + x | g)",
        "y ~ x_within + x_between + arm + x_within:arm + x_between:arm + (1 + x_within | g)",
    ),
    "parts of a newcomer": (
        with_parts_for, ("x", "x_within", "x_between"), "y ~ arm + (1 | g)",
        "y ~ arm + x_within + x_between + (1 | g)",
    ),
    "parts of the outcome": (
        with_parts_for, ("y", "y_within", "y_between"), "y ~ arm + (1 | g)",
        "y ~ arm + y_within + y_between + (1 | g)",
    ),
    "one more": (with_fixed, ("x",), "y ~ arm + arm:z + (1 | g)", "y ~ arm + x + arm:z + (1 | g)"),
    "already there": (with_fixed, ("x",), "y ~ log(x) + (1 | g)", "y ~ log(x) + (1 | g)"),
    "joined label": (
        with_group_for, ("pupil", "school_pupil"), "y ~ x + (1 + x | pupil)",
        "y ~ x + (1 + x | school_pupil)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_formula_after(case: str) -> None:
    function, arguments, before, after = CASES[case]
    made = function(ModelSpec.from_formula(before), *arguments)
    assert made == ModelSpec.from_formula(after)


def test_options_follow() -> None:
    spec = ModelSpec.from_formula("y ~ arm + (1 | g)", weights="w", reference=(("arm", "old"),))
    made = with_names(spec, {"arm": "group", "w": "n"})
    assert (made.weights, made.reference) == ("n", (("group", "old"),))
    assert with_names(made, {"group": "arm", "n": "w"}) == spec

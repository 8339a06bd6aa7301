from __future__ import annotations

import pytest

from lmm_core.data.levels import dates_in, level_order

ORDERS = [
    (["High", "Low", "Medium"], ("Low", "Medium", "High")),
    (["post", "pre"], ("pre", "post")),
    (["follow-up", "baseline", "post"], ("baseline", "post", "follow-up")),
    (["v10", "v2", "v1"], ("v1", "v2", "v10")),
    (["12 months", "3 months", "0 months"], ("0 months", "3 months", "12 months")),
    (["low", "high"], None),
    (["a", "b", "c"], None),
    (["p1", "p2"], None),
    (["x1", "y2", "z3"], None),
    (["Low", "low", "high"], None),
    (["only"], None),
]


@pytest.mark.parametrize(("levels", "order"), ORDERS)
def test_level_order(levels: list[str], order: tuple[str, ...] | None) -> None:
    assert level_order(levels) == order


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2020-01-31", "2020-2-1"], "%Y-%m-%d"),
        (["31.01.2020"], "%d.%m.%Y"),
        (["31.01.20"], "%d.%m.%y"),
        (["31/01/2020", "01/02/2020"], "%d/%m/%Y"),
        (["01/31/2020", "01/02/2020"], "%m/%d/%Y"),
        (["2020-01-31 08:30"], "%Y-%m-%d %H:%M"),
        (["2020-01-31T08:30:00"], "ISO8601"),
        (["3-Jan-2020", "13 Feb 2021"], "%d %b %Y"),
        (["2020-01-32"], None),
        (["2020-01-31", "x"], None),
        (["5"], None),
        ([], None),
    ],
)
def test_dates_in(texts: list[str], form: str | None) -> None:
    assert dates_in(texts) == form

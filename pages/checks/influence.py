"""Influence: what the result would be without one group, or one row."""

from pages.parts import explain, influence_view, notices, page, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    influence_view.show(fit, state.units())
    explain.what_is("influence", "cooks_distance")

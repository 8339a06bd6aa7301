"""Predictions: what if, a table of rows, and everyone's line."""

from pages.parts import explain, notices, page, prediction_views, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    prediction_views.show(fit, state.units())
    explain.what_is("bands", "blup")

"""Compare: a ladder of models, one coefficient over all of them, and other programs' defaults."""

from pages.parts import explain, ladder_views, notices, page, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    ladder_views.show(fit, state.units())
    explain.what_is("aic_bic", "lrt", "reml", "programs", "mixed_or_anova")

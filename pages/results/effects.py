"""Effects: means, comparisons and slopes of one predictor, by itself or depending on another."""

from pages.parts import effect_views, explain, notices, page, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    effect_views.show(fit, state.units())
    explain.what_is("marginal_means", "adjustment", "simple_slopes", "johnson_neyman")

"""Predictions: what if, a table of rows, and everyone's line."""

from pages.parts import explain, notices, prediction_views, state

fit = notices.fit_or_stop()

prediction_views.show(fit, state.units())
explain.what_is("bands", "blup")

"""The forms of the page that prepares columns: one per kind of step, in the order of the menu."""

from __future__ import annotations

from collections.abc import Mapping

from pages.parts.forms import labels, numbers, rows, times
from pages.parts.forms.fields import Form

FORMS: Mapping[str, Form] = {**numbers.FORMS, **times.FORMS, **labels.FORMS, **rows.FORMS}
"""Kind of step -> its form."""

"""Influence: what the results would be without one group, or without one row.

With one grouping factor every refit follows from the cross-products, so that its cost doesn't
depend on the number of rows; with several the model is refitted to the rows that stay. In both the
coding of the predictors (levels, centring, scaling) stays that of the whole data, so that the
coefficients mean the same. A residual structure is held at its estimate.
"""

from __future__ import annotations

from lmm_core.assess.influence.changes import Influence
from lmm_core.assess.influence.leave_out import (
    leave_out_groups,
    leave_out_rows,
    leave_out_together,
    work,
)

__all__ = ["Influence", "leave_out_groups", "leave_out_rows", "leave_out_together", "work"]

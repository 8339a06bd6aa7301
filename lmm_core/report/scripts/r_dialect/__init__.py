"""Preparation steps as lines of R, on the data frame ``data``."""

from lmm_core.report.scripts.r_dialect.columns import COLUMNS
from lmm_core.report.scripts.r_dialect.kinds import KINDS
from lmm_core.report.scripts.r_dialect.rows import ROWS
from lmm_core.report.scripts.r_dialect.shape import SHAPE
from lmm_core.report.scripts.r_dialect.times import TIMES
from lmm_core.report.scripts.walk import Dialect

R: Dialect = {**COLUMNS, **KINDS, **TIMES, **ROWS, **SHAPE}

__all__ = ["R"]

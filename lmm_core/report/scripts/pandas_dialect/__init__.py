"""Preparation steps as lines of pandas, on the frame ``data``."""

from lmm_core.report.scripts.pandas_dialect.columns import COLUMNS
from lmm_core.report.scripts.pandas_dialect.kinds import KINDS
from lmm_core.report.scripts.pandas_dialect.rows import ROWS
from lmm_core.report.scripts.pandas_dialect.shape import SHAPE
from lmm_core.report.scripts.pandas_dialect.times import TIMES
from lmm_core.report.scripts.walk import Dialect

PANDAS: Dialect = {**COLUMNS, **KINDS, **TIMES, **ROWS, **SHAPE}

__all__ = ["PANDAS"]

"""Data: read a table, describe its columns, propose their roles, and the samples."""

from lmm_core.data.columns import ColumnInfo, TextCell, describe_columns, text_cells, to_number
from lmm_core.data.levels import level_order
from lmm_core.data.read import read_table
from lmm_core.data.roles import Roles, propose_roles
from lmm_core.data.samples import Sample, load_sample, sample_info, sample_names
from lmm_core.data.table import Table
from lmm_core.data.within import varies_within

__all__ = [
    "ColumnInfo",
    "Roles",
    "Sample",
    "Table",
    "TextCell",
    "describe_columns",
    "level_order",
    "load_sample",
    "propose_roles",
    "read_table",
    "sample_info",
    "sample_names",
    "text_cells",
    "to_number",
    "varies_within",
]

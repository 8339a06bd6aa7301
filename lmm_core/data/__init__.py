"""Data: read a table, describe and prepare it, propose roles, check it, and the samples.

Names are resolved when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "ColumnInfo": "columns",
    "Family": "families",
    "Fetched": "remote",
    "Finding": "finding",
    "History": "history",
    "Joined": "join",
    "KeyProposal": "join",
    "LongPreview": "reshape",
    "Question": "table",
    "Roles": "roles",
    "Sample": "samples",
    "Step": "step",
    "Table": "table",
    "TextCell": "columns",
    "apply_steps": "steps",
    "carry_out": "history",
    "check_readiness": "readiness",
    "complete": "steps",
    "defaults_of": "steps",
    "describe": "steps",
    "describe_columns": "columns",
    "describe_table": "chosen",
    "fetch": "remote",
    "find_families": "families",
    "find_questions": "questions",
    "join_tables": "join",
    "level_names": "convert",
    "level_order": "levels",
    "load_sample": "samples",
    "preview_long": "reshape",
    "propose_keys": "join",
    "propose_roles": "roles",
    "read_address": "remote",
    "read_step": "steps",
    "read_table": "read",
    "replay": "steps",
    "reshape_long": "reshape",
    "reshape_wide": "wide",
    "sample_info": "samples",
    "sample_names": "samples",
    "step_kinds": "steps",
    "steps_from_json": "step",
    "steps_to_json": "step",
    "text_cells": "columns",
    "to_number": "columns",
    "unit_renames": "units",
    "varies_within": "within",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lmm_core.data.{_HOME[name]}"), name)
    raise AttributeError(f"module 'lmm_core.data' has no attribute {name!r}")

"""Which columns vary within a group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lmm_core.errors import DataError


def group_codes(frame: pd.DataFrame, group: str | Sequence[str]) -> tuple[np.ndarray, int]:
    """Return the code of each row's group (n,), -1 where it is missing, and the number of groups.

    Several columns make a nested group (each combination that occurs is one level).
    """
    names = [group] if isinstance(group, str) else list(group)
    if not names:
        raise DataError(
            "No grouping column is chosen.", "Choose the column that names the units.", "no_group"
        )
    for name in names:
        if name not in frame.columns:
            raise DataError(
                f'There is no column "{name}".', "Choose a column of the table.", "unknown_column"
            )
    codes, uniques = pd.factorize(frame[names[0]])
    n_groups = len(uniques)
    for name in names[1:]:
        more, uniques = pd.factorize(frame[name])
        both = np.where((codes < 0) | (more < 0), -1, codes.astype(np.int64) * len(uniques) + more)
        kept = both >= 0
        levels, inverse = np.unique(both[kept], return_inverse=True)
        codes = np.full(len(frame), -1, dtype=np.int64)
        codes[kept] = inverse
        n_groups = len(levels)
    return np.asarray(codes), n_groups


def varies_within(frame: pd.DataFrame, group: str | Sequence[str]) -> dict[str, bool]:
    """Say for each other column whether it takes different values within at least one group.

    Missing values don't count. One pass over the rows per column. Error: DataError
    ``unknown_column``.
    """
    codes, n_groups = group_codes(frame, group)
    names = {group} if isinstance(group, str) else set(group)
    return {
        str(name): _varies(frame[name], codes, n_groups)
        for name in frame.columns
        if name not in names
    }


def _varies(values: pd.Series, codes: np.ndarray, n_groups: int) -> bool:
    if values.dtype.kind in "iuf" and isinstance(values.dtype, np.dtype):
        array = values.to_numpy()
        valid = codes >= 0 if array.dtype.kind != "f" else (codes >= 0) & ~np.isnan(array)
    else:
        array = pd.factorize(values)[0]
        valid = (codes >= 0) & (array >= 0)
    array, at = array[valid], codes[valid]
    first = np.zeros(n_groups, dtype=array.dtype)
    first[at[::-1]] = array[::-1]  # the last assignment wins: the first value of each group
    return bool((array != first[at]).any())

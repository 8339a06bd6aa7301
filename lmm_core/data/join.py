"""Join a second table by key columns: matched, unmatched and repeated keys are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.data.change import Change, column_of, count, listed, one_of, verb
from lmm_core.data.convert import level_texts
from lmm_core.data.words import looks_like_id, name_words
from lmm_core.errors import DataError

MATCHES = ("exact", "loose")
MAX_LISTED = 50


@dataclass(frozen=True)
class KeyProposal:
    """Two columns that may be the key: how many different values of each are in the other."""

    left: str
    right: str
    match: str
    n_left: int
    n_right: int
    n_common: int
    reason: str


@dataclass(frozen=True)
class Joined:
    """A join.

    Attributes
    ----------
    frame:
        All rows of the first table, in their order, with the other columns of the second.
    added:
        New column -> column of the second table.
    n_matched:
        Rows of the first table that found a partner.
    unmatched_left, unmatched_right:
        Keys that are in one table only (the first ``MAX_LISTED``), as text.
    n_unmatched_left, n_unmatched_right:
        How many different keys they are.
    sentence:
        The counts in words.
    """

    frame: pd.DataFrame
    added: dict[str, str]
    n_matched: int
    unmatched_left: tuple[str, ...]
    unmatched_right: tuple[str, ...]
    n_unmatched_left: int
    n_unmatched_right: int
    sentence: str


def propose_keys(left: pd.DataFrame, right: pd.DataFrame) -> tuple[KeyProposal, ...]:
    """Propose pairs of key columns, the best first.

    A column of the second table can be a key when its values don't repeat. "loose" compares without
    regard to case and to spaces; it is proposed when it finds more than "exact".
    """
    found: list[tuple[tuple[float, ...], KeyProposal]] = []
    lefts = {str(c): _key_sets(left[c]) for c in left.columns if _may_be_key(left[c])}
    for column in right.columns:
        values = right[column]
        if not _may_be_key(values) or not values.dropna().is_unique:
            continue
        exact_right, loose_right = _key_sets(values)
        for name, (exact_left, loose_left) in lefts.items():
            exact, loose = len(exact_left & exact_right), len(loose_left & loose_right)
            common = max(exact, loose)
            if common < 2 or common < 0.3 * min(len(loose_left), len(loose_right)):
                continue
            match = "loose" if loose > exact else "exact"
            same = name_words(name) == name_words(column)
            named = looks_like_id(name) + looks_like_id(column)
            share = common / len(loose_left)
            proposal = KeyProposal(
                name, str(column), match, len(loose_left), len(loose_right), common,
                f'{common:,} of {len(loose_left):,} values of "{name}" are in "{column}"'
                + (", when case and spaces are ignored." if match == "loose" else "."),
            )  # fmt: skip
            found.append(((2.0 * same + share + 0.3 * named, float(common)), proposal))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(proposal for _, proposal in found)


def join_tables(
    left: pd.DataFrame,
    right: pd.DataFrame,
    left_on: list[str],
    right_on: list[str],
    match: str = "exact",
    suffix: str = "second",
) -> Joined:
    """Add the columns of ``right`` to the rows of ``left`` that have the same key.

    Keys are compared as text (1 and "1" are the same). A column whose name is taken gets
    ``_suffix``. Errors: DataError ``duplicate_key`` (a key occurs twice in the second table),
    ``no_match``, ``unknown_column``, ``step_params``.
    """
    one_of(match, MATCHES, "way to compare keys")
    if not left_on or len(left_on) != len(right_on):
        raise DataError(
            "Each key column of the first table needs one of the second.",
            "Choose the same number of key columns in both tables.",
            "step_params",
        )
    left_key = _key(left, left_on, match)
    right_key = _key(right, right_on, match)
    filled = right_key.dropna()
    repeated = filled[filled.duplicated()].unique()
    n = len(repeated)
    if n:
        raise DataError(
            f"{count(n, 'key')} {verb(n, 'occurs', 'occur')} more than once in the second table:"
            f" {listed([_shown(k) for k in repeated])}.",
            "Each row may have one partner only: choose another key, or remove the repeated rows.",
            "duplicate_key",
            keys=[_shown(k) for k in repeated[:MAX_LISTED]],
        )
    position = pd.Series(np.arange(len(right))[right_key.notna().to_numpy()], index=filled)
    at = position.reindex(left_key).to_numpy(dtype=float, na_value=np.nan)
    at = np.where(left_key.isna().to_numpy() | np.isnan(at), -1, at).astype(np.int64)
    n_matched = int((at >= 0).sum())
    if not n_matched:
        raise DataError(
            f"No value of {listed(left_on)} occurs in {listed(right_on)} of the second table.",
            "Choose other key columns, or compare without regard to case and spaces.",
            "no_match",
        )
    out = left.copy(deep=False)
    added = _added(left, right, right_on, suffix)
    plain = right.reset_index(drop=True)
    for new, column in added.items():
        taken = plain[column].reindex(at)  # -1 isn't there: missing
        out[new] = taken.set_axis(out.index)
    lost_left = left_key.dropna()[at[left_key.notna().to_numpy()] < 0].unique()
    lost_right = filled[~filled.isin(set(left_key.dropna()))].unique()
    return Joined(
        out,
        added,
        n_matched,
        tuple(_shown(k) for k in lost_left[:MAX_LISTED]),
        tuple(_shown(k) for k in lost_right[:MAX_LISTED]),
        len(lost_left),
        len(lost_right),
        _sentence(len(left), n_matched, lost_left, lost_right, added),
    )


def _added(
    left: pd.DataFrame, right: pd.DataFrame, right_on: list[str], suffix: str
) -> dict[str, str]:
    names, added = {str(c) for c in left.columns}, {}
    for column in map(str, right.columns):
        if column in right_on:
            continue
        new = column
        while new in names:
            new = f"{new}_{suffix or 'second'}"
        names.add(new)
        added[new] = column
    return added


def joined_columns(
    left: pd.DataFrame, right: pd.DataFrame, right_on: list[str], name: str
) -> dict[str, str]:
    """Return what the step "join" adds: new column -> column of the second table, ``name``."""
    return _added(left, right, right_on, _suffix(name))


def join_step(
    frame: pd.DataFrame,
    right: pd.DataFrame,
    right_units: dict[str, str],
    name: str,
    left_on: list[str],
    right_on: list[str],
    match: str,
) -> Change:
    """Carry out the step "join" with the second table at hand."""
    joined = join_tables(frame, right, left_on, right_on, match, _suffix(name))
    units = {new: right_units.get(old, "") for new, old in joined.added.items()}
    out = joined.frame
    out.attrs = dict(frame.attrs)
    return Change(out, f'Joined "{name}": {joined.sentence}', {}, units)


def say_join(
    name: str, fingerprint: str, left_on: list[str], right_on: list[str], match: str
) -> str:
    """Describe the step."""
    pairs = ", ".join(f'"{a}" = "{b}"' for a, b in zip(left_on, right_on, strict=False))
    loose = ", without regard to case and spaces" if match == "loose" else ""
    return f'Join the columns of "{name}" where {pairs}{loose}.'


def _suffix(name: str) -> str:
    stem = name.rsplit(".", 1)[0]
    return "_".join(name_words(stem)[:2]) or "second"


def _may_be_key(values: pd.Series) -> bool:
    return not (values.dtype.kind == "f" and bool((values.dropna() % 1 != 0).any()))


def _key_sets(values: pd.Series) -> tuple[set[str], set[str]]:
    exact = set(level_texts(values).dropna())
    return exact, {_loosen(text) for text in exact}


def _loosen(text: str) -> str:
    return " ".join(text.split()).casefold()


def _key(frame: pd.DataFrame, columns: list[str], match: str) -> pd.Series:
    """Return one text per row: the key, missing where a part is."""
    key: pd.Series | None = None
    for name in columns:
        part = level_texts(column_of(frame, name)).reset_index(drop=True)
        if match == "loose":
            part = part.map(_loosen, na_action="ignore").astype("str")
        key = part if key is None else key + "\x1f" + part
    assert key is not None
    return key


def _shown(key: object) -> str:
    return str(key).replace("\x1f", " / ")


def _sentence(
    n: int, n_matched: int, lost_left: np.ndarray, lost_right: np.ndarray, added: dict[str, str]
) -> str:
    text = f"added {count(len(added), 'column')}; {n_matched:,} of {count(n, 'row')} have a partner"
    if len(lost_left):
        names = listed([_shown(k) for k in lost_left], 3)
        text += f"; {count(len(lost_left), 'key')} without a partner: {names}"
    if len(lost_right):
        text += f"; not used of the second table: {count(len(lost_right), 'key')}"
    return text + "."

"""What a file doesn't say: codes for missing, categories written as numbers, unclear dates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lmm_core.data.change import count, is_number, listed, verb
from lmm_core.data.columns import describe_columns, text_cells
from lmm_core.data.convert import level_text
from lmm_core.data.levels import DATE_FORMATS, dates_in
from lmm_core.data.ordering import read_dates
from lmm_core.data.step import Step
from lmm_core.data.table import Question
from lmm_core.data.words import (
    AMOUNT_WORDS,
    OUTCOME_WORDS,
    TREATMENT_WORDS,
    has_word,
    looks_like_id,
    time_rank,
    word_set,
)

SAMPLE = 50_000
"""Rows that are looked at, but for missing codes (all rows)."""
MAX_COLUMNS = 1_000
"""Columns that are looked at, the first ones: nobody answers more questions."""

_CODES = frozenset(
    sign * value
    for value in (77, 88, 99, 777, 888, 999, 7777, 8888, 9999, 99999, 99.9, 999.9, 99.99, 999.99)
    for sign in (-1, 1)
) | {-6, -7, -8, -9, 66, 96, 97, 98, 996, 997, 998, -66, -97, -98, -998}
_NOT_KNOWN = frozenset(
    (
        "unknown", "missing", "not recorded", "not available", "not applicable", "no answer",
        "no data", "refused", "don't know", "dont know", "undefined", "unspecified", "unbekannt",
        "fehlend", "keine angabe", "k.a.", "k. a.", "n.a.", "n. a.", "?", "??", "--", "---",
        "not done", "not known",
    )
)  # fmt: skip
_NOMINAL = word_set("""
    race ethnicity country region religion marital status type class category kind colour color
    blood job occupation industry language nationality state province district block batch site
    variety species strain genotype brand method version center centre hospital ward cohort
    """)
_TOTALS = word_set("total totals sum summe gesamt overall mean average mittelwert all")
_AMBIGUOUS = (("%d/%m/%Y", "%m/%d/%Y"), ("%d/%m/%y", "%m/%d/%y"))


def find_questions(frame: pd.DataFrame) -> tuple[Question, ...]:
    """Return the questions that a table raises, the most important first."""
    frame = frame.iloc[:, :MAX_COLUMNS]
    head = frame.head(SAMPLE)
    infos = {info.name: info for info in describe_columns(head)}
    found: list[Question] = [*_missing_codes(frame, infos), *_missing_words(head)]
    for name, info in infos.items():
        values = head[name]
        if info.kind == "text" and "nearly all cells are numbers" in info.reason:
            found.append(_nearly_numeric(head, name))
        elif info.kind == "id" and is_number(values) and not looks_like_id(name):
            found.append(
                Question(
                    "id",
                    f'"{name}" holds {info.reason}. Is it a label of units, not an amount?',
                    (name,),
                    Step("set_kind", {"column": name, "kind": "id"}),
                )
            )
        elif info.kind == "date" and not pd.api.types.is_datetime64_any_dtype(values):
            found.extend(_date_order(values))
        elif info.kind == "number" and 3 <= info.n_unique <= 6:
            found.extend(_coded(values, name))
    found.extend(_total_row(frame))
    return tuple(found)


def _missing_codes(frame: pd.DataFrame, infos: dict) -> Iterator[Question]:
    by_code: dict[float, dict[str, int]] = {}
    for name in frame.columns:
        if not is_number(frame[name]) or infos[str(name)].kind == "id" or looks_like_id(name):
            continue
        if time_rank(name) is not None and not has_word(name, AMOUNT_WORDS):
            continue  # years and trials are numbered as high as any code
        values = frame[name].to_numpy(dtype=float, na_value=np.nan)
        values = values[np.isfinite(values)]
        for _ in range(3):
            code = _code(values)
            if code is None:
                break
            hit = values == code
            by_code.setdefault(code, {})[str(name)] = int(hit.sum())
            values = values[~hit]
    for code, where in by_code.items():
        names, n = list(where), sum(where.values())
        yield Question(
            "na_value",
            f"{listed(names)} {verb(len(names), 'holds', 'hold')} {code:g} in {count(n, 'cell')},"
            " far from all other values. Does it mean missing?",
            tuple(names),
            Step("na_value", {"columns": names, "values": [code]}),
        )


def _code(values: np.ndarray) -> float | None:
    """Return the smallest or largest value when it is a code that stands far from the rest."""
    if values.size < 3:
        return None
    low, high = float(values.min()), float(values.max())
    for code in (low, high):
        if code not in _CODES:
            continue
        rest = values[values != code]
        if not rest.size or 2 * rest.size < values.size:
            continue
        others = rest[~np.isin(rest, list(_CODES))]  # several codes stand close together
        if not others.size or others.min() == others.max():
            continue
        first, last = float(others.min()), float(others.max())
        spread = max(last - first, 1.0)
        if code == low and (code < first - spread or (first >= 0 and code <= -6)):
            return code
        if code == high and code > last + spread and code > 0:
            return code
    return None


def _missing_words(head: pd.DataFrame) -> Iterator[Question]:
    for name in head.columns:
        if is_number(head[name]) or pd.api.types.is_datetime64_any_dtype(head[name]):
            continue
        counts = head[name].value_counts()
        words = [str(v) for v in counts.index if str(v).strip().casefold() in _NOT_KNOWN]
        if words:
            n = int(counts.loc[words].sum())
            said = " and ".join(f'"{w}"' for w in words)
            yield Question(
                "na_value",
                f'"{name}" says {said} in {count(n, "cell")}. Does it mean missing?',
                (str(name),),
                Step("na_value", {"columns": [str(name)], "values": words}),
            )


def _nearly_numeric(frame: pd.DataFrame, name: str) -> Question:
    cells = text_cells(frame, name)
    shown, n = list(dict.fromkeys(cell.value for cell in cells)), len(cells)
    return Question(
        "to_number",
        f'"{name}" is nearly all numbers; {count(n, "cell")}'
        f" {verb(n, 'holds', 'hold')} other text ({listed(shown, 3)}). Turn it into numbers, with"
        " these cells missing?",
        (name,),
        Step("to_number", {"column": name}),
    )


def _date_order(values: pd.Series) -> Iterator[Question]:
    texts = [str(v).strip() for v in pd.unique(values.dropna())]
    form = dates_in(texts)
    for day_first, month_first in _AMBIGUOUS:
        if form == day_first and form in DATE_FORMATS:
            other = read_dates(texts, month_first)
            if other.notna().all():
                name = str(values.name)
                shown = next((t for t, d in zip(texts, other, strict=True) if d.day != d.month), "")
                if not shown:
                    return
                yield Question(
                    "date_order",
                    f'Is {shown} in "{name}" written with the day first?',
                    (name,),
                    Step("set_kind", {"column": name, "kind": "date", "date_format": day_first}),
                    likely=not other.is_monotonic_increasing,
                    otherwise=Step(
                        "set_kind", {"column": name, "kind": "date", "date_format": month_first}
                    ),
                )


def _coded(values: pd.Series, name: str) -> Iterator[Question]:
    """Ask about 1, 2, 3: codes of categories, or amounts?"""
    levels = np.sort(values.dropna().unique().astype(float))
    steps = np.diff(levels)
    if (levels % 1 != 0).any() or levels[0] not in (0, 1) or (steps != 1).any():
        return
    if time_rank(name) is not None or len(values) < 3 * len(levels):
        return
    nominal = has_word(name, TREATMENT_WORDS) or has_word(name, _NOMINAL)
    if not nominal and (has_word(name, AMOUNT_WORDS) or has_word(name, OUTCOME_WORDS)):
        return
    shown = ", ".join(level_text(v) for v in levels)
    yield Question(
        "category",
        f'"{name}" holds {shown}. Are these codes of categories, not amounts?',
        (name,),
        Step("set_kind", {"column": name, "kind": "category"}),
        likely=nominal,
    )


def _total_row(frame: pd.DataFrame) -> Iterator[Question]:
    if len(frame) < 3:
        return
    for name in list(frame.columns)[:3]:
        last = frame[name].iloc[-1]
        if not isinstance(last, str) or last.strip().rstrip(":").casefold() not in _TOTALS:
            continue
        if (frame[name].iloc[:-1] == last).any():
            continue
        yield Question(
            "total_row",
            f'The last row says "{last}" in "{name}". Is it a sum or mean of the rows above?',
            (str(name),),
            Step("filter", {"column": str(name), "comparison": "!=", "value": last}),
        )
        return

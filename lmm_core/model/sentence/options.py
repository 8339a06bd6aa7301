"""Options: REML or ML, df method, confidence level, weights, optimiser."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.stream import Found

_SIMPLE = {
    "REML": ("reml", True, "REML"),
    "ML": ("reml", False, "maximum likelihood (ML)"),
    "KR": ("df_method", "kenward-roger", "Kenward–Roger degrees of freedom"),
    "SATT": ("df_method", "satterthwaite", "Satterthwaite degrees of freedom"),
    "NORMAL": ("df_method", "normal", "normal approximation (z)"),
}
_LINK = "is|:|with|at|of|to|by|-|for"


def options(draft: Draft) -> None:
    """Take options out of the stream."""
    for found in draft.stream.each("# RI|RS|RIS|RE|INTONLY|SLOPEONLY"):
        if draft.stream.symbols[found.start].value == 1:
            draft.stream.use(found.start, found.start + 1)  # "one random intercept"
    for name in ("nelder-mead", "l-bfgs-b", "powell", "newton"):
        for found in draft.stream.each(f"OPTIMIZER? {_LINK}? OPT.{name} OPTIMIZER?"):
            draft.options["optimizer"] = name
            draft.take(found, f"optimiser: {name}")
    for found in draft.stream.each("U|@c|@n :|is REML|ML|KR|SATT|NORMAL"):
        word = draft.stream.symbols[found.start]
        if draft.word(word) in ("method", "estimator", "approach"):
            draft.stream.use(found.start, found.stop - 1)
    _switched(draft)
    for code, (field, value, meaning) in _SIMPLE.items():
        for found in draft.stream.each(f"[ CHANGE|REPLACE to ]? DF? {_LINK}? {code} DF?"):
            if draft.stream.code(found.start - 1) == "NEG":
                if field == "reml":  # "REML, not ML"
                    draft.options["reml"] = not value
                    meaning = "maximum likelihood (ML)" if value else "REML"
                    draft.take(Found(found.start - 1, found.stop, {}), meaning)
                continue
            draft.options[field] = value
            draft.take(found, meaning)
    for found in draft.stream.each("WEIGHT U by|BY <x>"):
        draft.options["weights"] = draft.stream.items(found, "x")[0].columns[0]
        draft.take(found, f"prior weights: {draft.options['weights']}")
    for found in draft.stream.each("each? U is? WEIGHT"):
        said = draft.said(found.start, found.stop - 1)
        if any(word in said for word in ("observation", "row", "record", "measurement", "case")):
            draft.stream.use(found.start, found.stop - 1)
    for found in draft.stream.each(f"WEIGHT {_LINK}? U of <x>"):
        word = draft.said(found.stop - 3, found.stop - 2)
        if word in ("number", "numbers", "count", "counts"):
            draft.stream.replace(found.stop - 3, found.stop - 1, [])
    for found in draft.stream.each(f"WEIGHT {_LINK}? <x>"):
        column = draft.stream.items(found, "x")[0].columns[0]
        draft.options["weights"] = column
        draft.take(found, f"prior weights: {column}")
    for found in draft.stream.each("<x> as|is WEIGHT"):
        column = draft.stream.items(found, "x")[0].columns[0]
        draft.options["weights"] = column
        draft.take(found, f"prior weights: {column}")
    _levels(draft)


_YES, _NO = ("true", "yes", "on", "t"), ("false", "no", "off", "f", "not")


def _switched(draft: Draft) -> None:
    """ "REML = FALSE", "ML: yes", as software has it."""
    for found in draft.stream.each("REML|ML is|: U|NEG|!|on"):
        last = draft.stream.symbols[found.stop - 1]
        said = draft.word(last)
        if said not in (*_YES, *_NO):
            continue
        reml = (draft.stream.code(found.start) == "REML") == (said in _YES)
        draft.options["reml"] = reml
        draft.take(found, "REML" if reml else "maximum likelihood (ML)")


def _levels(draft: Draft) -> None:
    for text in (
        f"LEVEL {_LINK}? {_LINK}? # %?",
        "# % LEVEL",
        "# LEVEL",
        f"ALPHA {_LINK}? # %?",
        "# % ALPHA",
    ):
        for found in draft.stream.each(text):
            _set_level(draft, found, wanted=False)
    for text in (
        "# % CI",
        "# CI",
        f"CI LEVEL? {_LINK}|(? # %",
        "CI ,? # %",
        "CI (? # )?",
        f"CI {_LINK} # INT?",
    ):
        for found in draft.stream.each(text):
            _set_level(draft, found, wanted=True)
    for found in draft.stream.each("# % O.confidence_band"):
        _set_level(draft, Found(found.start, found.stop - 1, {}), wanted=False)


def _set_level(draft: Draft, found: Found, wanted: bool) -> None:
    symbols = draft.symbols(found.start, found.stop)
    number = next(s.value for s in symbols if s.code == "#")
    level = number / 100 if number >= 1 else number
    if any(s.code == "ALPHA" for s in symbols):
        level = 1 - level
    if not 0.5 <= level < 1:
        return
    level = round(level, 6)
    draft.options["ci_level"] = level
    place = symbols[0].start
    if wanted and draft.stream.code(found.start - 1) != "NEG":
        draft.want("confidence_intervals", place)
    what = "confidence intervals" if wanted else "confidence level"
    draft.take(found, f"{what} at {100 * level:g} %")

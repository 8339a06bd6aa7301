"""Wishes for tables, figures and tests."""

from __future__ import annotations

import re
from dataclasses import replace

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_WORDS = {
    "fixed_effects": "the table of fixed effects",
    "confidence_intervals": "confidence intervals",
    "p_values": "p-values",
    "variance_components": "the table of variance components",
    "icc": "the intraclass correlation",
    "trajectories": "individual trajectories",
    "population_mean": "the population mean",
    "confidence_band": "its confidence band",
    "blup_lines": "each group's predicted line",
    "caterpillar": "the caterpillar plot",
    "residual_plots": "residual plots",
    "qq_residuals": "the Q-Q plot of the residuals",
    "qq_random_effects": "the Q-Q plots of the random effects",
    "observations_per_subject": "observations per group",
    "missing_data": "the missing-data report",
    "rm_anova": "the comparison with listwise RM-ANOVA",
    "compare_models": "the comparison of the models",
    "information_criteria": "AIC and BIC",
    "likelihood_ratio_test": "the likelihood-ratio test",
    "predictions": "predictions",
}
_PAIRS = {"qq_both": ("qq_residuals", "qq_random_effects")}
_OF = "of|for|per|by|in|between|across|over|within|with|on|at|is|to|from|vs"


def outputs(draft: Draft) -> None:
    """Take the wishes out of the stream, in the order of the text."""
    _fixed_effects(draft)
    for k, symbol in enumerate(list(draft.stream.symbols)):
        if symbol.code == "PREDICTED" and (
            draft.stream.code(k + 1) in ("@n", "_") or draft.stream.code(k - 1) == "SHOW"
        ):
            draft.stream.replace(k, k + 1, [replace(symbol, code="O.predictions")])
    for found in draft.stream.each("O.qq_residuals and of|for? RE"):
        draft.want("qq_residuals", draft.stream.symbols[found.start].start)
        draft.want("qq_random_effects", draft.stream.symbols[found.stop - 1].start)
        draft.take(found, "shows the Q-Q plots of residuals and random effects")
    for found in draft.stream.each("O.qq_random_effects and|, of|for? O.residual_plots"):
        last = draft.stream.symbols[found.stop - 1]
        if draft.word(last) == "residuals":
            both = replace(last, code="O.qq_residuals")  # "Q-Q plots of … and of the residuals"
            draft.stream.replace(found.stop - 1, found.stop, [both])
    for found in draft.stream.each("O.residual_plots is? SHOW? with|in|by|via|BY? O.qq_residuals"):
        draft.stream.use(found.start, found.stop - 1)  # "the residuals are checked with a Q-Q plot"
    for found in draft.stream.each("O.residual_plots is? SHOW? BY|vs|with|on O.predictions"):
        draft.stream.use(found.start + 1, found.stop)  # "plotted against the fitted values"
    for found in draft.stream.each("O.rm_anova ( U )"):
        if "listwise" in draft.said(found.start, found.stop):
            draft.stream.use(found.start + 1, found.stop)
    for found in draft.stream.each("O.qq_residuals of|for O.residual_plots"):
        draft.stream.use(found.start + 1, found.stop)
    for found in draft.stream.each("O.qq_residuals of|for RE"):
        both = replace(draft.stream.symbols[found.start], code="O.qq_random_effects")
        draft.stream.replace(found.start, found.stop, [both])
    for k, symbol in enumerate(list(draft.stream.symbols)):
        if symbol.code == "PREDICT" and draft.word(symbol) == "estimates":
            draft.stream.replace(k, k + 1, [replace(symbol, code="O.fixed_effects")])
    for k, symbol in enumerate(list(draft.stream.symbols)):
        name = symbol.code.removeprefix("O.") if symbol.code.startswith("O.") else ""
        if symbol.code == "CI":
            name = "confidence_intervals"
        if not name:
            continue
        if name == "residual_plots" and _about_their_variance(draft, symbol):
            draft.lost.append((symbol.start, symbol.end))
            draft.stream.use(k, k + 1)
            continue
        start, stop = k, k + 1
        while draft.stream.code(start - 1) in ("SHOW", "COMPUTE"):
            start -= 1
        refused = _refused(draft, start)
        stop = _whose(draft, stop)
        draft.served |= {c for s in draft.symbols(k, stop) for c in s.columns}
        if any(piece.groups is None for piece in draft.pieces):
            draft.owners += [s for s in draft.symbols(k, stop) if draft.is_group(s)]
        if name == "icc":
            _groups_of_icc(draft, k, stop)
        if draft.stream.code(stop + (draft.stream.code(stop) == "is")) == "NONE":
            refused, start, stop = True, start + 1, stop + 1 + (draft.stream.code(stop) == "is")
        if draft.stream.code(stop) == "NEG" and draft.stream.code(stop + 1)[:2] != "O.":
            refused, start, stop = True, start + 1, stop + 1
        for one in _PAIRS.get(name, (name,)):
            if refused:
                draft.refused.add(one)
            else:
                draft.want(one, symbol.start)
        words = " and ".join(_WORDS[one] for one in _PAIRS.get(name, (name,)))
        meaning = f"left out: {words}" if refused else f"shows {words}"
        if refused:
            start -= 1
        draft.note(start, stop, meaning)
        draft.stream.use(start, stop)
    _fixed_effects_too(draft)


_STRUCTURE = re.compile(
    r"\bar ?\(?1\)?|autoregress|autocorrel|heterosced|heterogen|\bstructure\b|\bunequal\b",
    re.IGNORECASE,
)
_VARIANCE = re.compile(r"\W*(co)?(variance|correlation|structure|error|sd\b)", re.IGNORECASE)


def _says_effects(said: str) -> bool:
    """Whether a word for predictors is "fixed effects", also misspelt."""
    return any(word.startswith(("eff", "efe")) for word in said.split())


def _fixed_effects_too(draft: Draft) -> None:
    """ "… report: CI, fixed effects.": among wishes the words mean the table."""
    for k, symbol in enumerate(draft.stream.symbols):
        said = draft.word(symbol)
        if symbol.code != "PRED" or not _says_effects(said) or not draft.outputs:
            continue
        before = draft.stream.code(k - 1) in (",", "and", "_", "then")
        if before and draft.stream.code(k + 1) in (";", ",", "and", "_"):
            draft.want("fixed_effects", symbol.start)
            draft.note(k, k + 1, f"shows {_WORDS['fixed_effects']}")
            draft.stream.use(k, k + 1)


def _about_their_variance(draft: Draft, symbol: Symbol) -> bool:
    """ "an AR(1) structure for the residuals" is a model, not a plot."""
    said = draft.word(symbol)
    if said not in ("residual", "residuals"):
        return False
    before = re.split(r"[;.,\n]", draft.source[: symbol.start])[-1]
    return bool(_STRUCTURE.search(before) or _VARIANCE.match(draft.source, symbol.end))


def _groups_of_icc(draft: Draft, start: int, stop: int) -> None:
    """ "how much variance is between schools" names what groups the rows, if nothing else does."""
    groups = [s for s in draft.symbols(start, stop) if draft.is_group(s)]
    if groups and not any(piece.groups for piece in draft.pieces):
        place = draft.span(start, stop)
        draft.pieces.append(Piece(True, [], [groups[0].columns], place=place))


def _refused(draft: Draft, start: int) -> bool:
    return draft.stream.code(start - 1) == "NEG"


def _whose(draft: Draft, stop: int) -> int:
    """What follows names whose output it is: "observations per patient"."""
    at = stop
    while draft.stream.code(at) in _OF.split("|") or draft.stream.code(at) == "each":
        at += 1
    if draft.stream.code(at) in ("@g", "P") and at > stop:
        return at + 1
    names_part = draft.stream.code(at) in ("@c", "@n")
    named = draft.stream.symbols[at].text if names_part else ""
    if named and draft.stream.code(stop) in ("by", "per", "for"):
        return at + 1 if any(named in text for _, text in draft.fixed) else stop
    if draft.stream.code(stop) in ("@g", "P"):
        has = draft.stream.code(stop + 1) in ("has", "does")
        return stop + 1 + has
    return stop


def _fixed_effects(draft: Draft) -> None:
    """ "show the fixed effects": an output when no predictor follows."""
    for found in draft.stream.each("OUT :|is O.information_criteria|O.likelihood_ratio_test"):
        draft.stream.use(found.start, found.stop - 1)  # "criterion: BIC"
    for found in draft.stream.each("SHOW|;|,|and :? SLOPE"):
        word = draft.stream.symbols[found.stop - 1]
        said = draft.word(word)
        if said.startswith("coefficient") and draft.stream.code(found.stop) not in ("of", "for"):
            at = found.stop - 1
            draft.stream.replace(at, at + 1, [replace(word, code="O.fixed_effects")])
    for found in draft.stream.each("SHOW with|and|:? PRED"):
        words = draft.said(found.stop - 1, found.stop)
        if _says_effects(words) and draft.stream.code(found.stop) not in (":", "is"):
            draft.want("fixed_effects", draft.stream.symbols[found.start].start)
            draft.take(found, f"shows {_WORDS['fixed_effects']}")
    for found in draft.stream.each(
        f"PRED with|and|,|; CI|_|;|{'|'.join(f'O.{name}' for name in _WORDS)}"
    ):
        words = draft.said(found.start, found.start + 1)
        if _says_effects(words) and draft.stream.code(found.start - 1) != "as":
            draft.want("fixed_effects", draft.stream.symbols[found.start].start)
            draft.take(Found(found.start, found.start + 1, {}), f"shows {_WORDS['fixed_effects']}")

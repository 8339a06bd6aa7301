"""The model in words, and as an equation of three parts: fixed, random, residual."""

from __future__ import annotations

from dataclasses import dataclass

from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation, number
from lmm_core.model.design import RandomBlock
from lmm_core.model.matrices import INTERCEPT
from lmm_core.report.columns import outcome_name, parts_of, plain
from lmm_core.report.residual_words import residual_legend, structure_in_words

MAX_SHOWN = 7
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Equation:
    """The parts of the fitted equation as plain text; ``legend`` explains its symbols."""

    outcome: str
    fixed: str
    random: tuple[str, ...]
    residual: str
    legend: tuple[str, ...]


def in_words(fit: FittedModel) -> str:
    """ "Each Subject has its own level of Reaction and its own effect of Days; …"."""
    sentences = [_term_in_words(fit, block) for block in fit.design.blocks]
    return " ".join(filter(None, [*sentences, structure_in_words(fit)]))


def _term_in_words(fit: FittedModel, block: RandomBlock) -> str:
    outcome = outcome_name(fit)
    group = _group_in_words(fit, block)
    slopes = [" × ".join(plain(t) for t in term) for term in block.term.terms]
    own = [f"its own level of {outcome}"] if block.term.intercept else []
    if slopes:
        own.append(f"its own effect of {_join(slopes)}")
    if len(own) + len(slopes) - bool(slopes) < 2:
        return f"Each {group} has {own[0]}."
    related = "may be related" if block.term.correlated else "are taken to be unrelated"
    count = "the two" if len(block.names) == 2 else "they"
    return f"Each {group} has {_join(own)}; {count} {related}."


def _group_in_words(fit: FittedModel, block: RandomBlock) -> str:
    """ "class within school" when schools have random effects too, else the plain name."""
    columns = block.grouping.columns
    outer = {other.grouping.columns for other in fit.design.blocks}
    return " within ".join(columns) if columns[1:] in outer else block.grouping.name


def _join(items: list[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def equation(fit: FittedModel) -> Equation:
    """The fitted equation with its numbers."""
    random, legend, at = [], [], 0
    for block in fit.design.blocks:
        names = [f"u{str(at + k).translate(SUBSCRIPTS)}" for k in range(len(block.names))]
        at += len(names)
        pieces = [
            symbol if name == INTERCEPT else f"{symbol} · {_column_text(fit, name)}"
            for symbol, name in zip(names, block.names, strict=True)
        ]
        random.append(_shorten(pieces))
        legend.append(_random_legend(fit, block, names))
    legend.append(residual_legend(fit))
    return Equation(outcome_name(fit), _fixed(fit), tuple(random), "ε", tuple(legend))


def _fixed(fit: FittedModel) -> str:
    pieces: list[str] = []
    for k, estimate in enumerate(fit.estimates.beta):
        sign = "−" if estimate < 0 else "+"
        amount = number(abs(float(estimate)))
        text = amount if fit.design.assign[k] < 0 else f"{amount} · {_coefficient_text(fit, k)}"
        if not pieces:
            pieces.append(f"−{text}" if estimate < 0 else text)
        else:
            pieces.append(f"{sign} {text}")
    if len(pieces) > MAX_SHOWN:
        rest = len(pieces) - MAX_SHOWN + 1
        pieces = [*pieces[: MAX_SHOWN - 1], f"+ … ({rest} more)"]
    return " ".join(pieces)


def _coefficient_text(fit: FittedModel, index: int) -> str:
    """Levels as indicators: "[Sex = Male]"."""
    return " · ".join(
        part.name if part.numeric else f"[{part.name} = {part.level}]"
        for part in parts_of(fit, index)
    )


def _column_text(fit: FittedModel, name: str) -> str:
    for block in fit.design.blocks:
        if name in block.layout.names:
            parts = block.layout.parts[block.layout.names.index(name)]
            return " · ".join(
                plain(text) if level is None else f"[{plain(text)} = {level}]"
                for text, level in parts
            )
    return name


def _shorten(pieces: list[str]) -> str:
    if len(pieces) > MAX_SHOWN:
        pieces = [*pieces[: MAX_SHOWN - 1], f"… ({len(pieces) - MAX_SHOWN + 1} more)"]
    return " + ".join(pieces)


def _random_legend(fit: FittedModel, block: RandomBlock, symbols: list[str]) -> str:
    group = block.grouping.name
    own = [c for c in fit.components if c.group == group and c.term_1 in block.names]
    sds = [c.sdcor for c in own if c.term_2 is None][: len(symbols)]
    text = f"{', '.join(symbols)}: deviation of each {group}, SD "
    text += _join([number(sd) for sd in sds])
    pairs = [c.sdcor for c in own if c.term_2 is not None]
    if len(pairs) == 1:
        text += f", correlation {correlation(pairs[0])}"
    return text

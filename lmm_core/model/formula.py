"""The safe formula grammar: lme4 notation to a ModelSpec and back. Text is never evaluated.

Grammar: names (odd ones in back-ticks), ``+ - : * ^ | || / ( )``, the numbers 0 and 1, and the
functions in ``factors.FUNCTIONS``. Semantics are those of R's ``terms.formula`` and of lme4's bars.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lmm_core.errors import FormulaError
from lmm_core.model.factors import FUNCTIONS, MAX_POWER, Factor, quote
from lmm_core.model.matching import match_name
from lmm_core.model.spec import ModelSpec, RandomTerm, Term
from lmm_core.model.tokens import Token, fail, tokenise

MAX_DEPTH = 40
MAX_TERMS = 300


@dataclass
class _Sum:
    """A parsed right-hand side: terms in order of appearance, intercept, bars."""

    terms: list[frozenset[str]] = field(default_factory=list)
    intercept: bool | None = None
    random: list[RandomTerm] = field(default_factory=list)

    def add(self, term: frozenset[str]) -> None:
        if term and term not in self.terms:
            self.terms.append(term)


def parse_formula(text: str, columns: Sequence[str] | None = None, **options: Any) -> ModelSpec:
    """``ModelSpec`` of a formula in lme4 notation; see ``ModelSpec.from_formula``."""
    return _Parser(text, columns).formula(options)


def parse_factor(text: str) -> Factor:
    """One factor such as ``log(x)``; used to read back the texts inside a spec's terms."""
    parser = _Parser(text, None)
    factor = parser.factor(0)
    parser.expect_end()
    return factor


class _Parser:
    """Recursive descent. Precedence from loose to tight: ``+ -``, ``* /``, ``:``, ``^``."""

    def __init__(self, text: str, columns: Sequence[str] | None) -> None:
        self.text = text
        self.tokens = tokenise(text)
        self.columns = None if columns is None else {str(c): None for c in columns}
        self.at = 0
        self.order: dict[str, int] = {}

    # -- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def accept(self, *values: str) -> Token | None:
        token = self.token
        if token.kind == "op" and token.value in values:
            self.at += 1
            return token
        return None

    def expect(self, value: str, after: str) -> Token:
        token = self.accept(value)
        if token is None:
            self.fail(f"“{value}” was expected here.", after)
        return token

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.fail(
                f"“{self.token.value}” wasn't expected here.",
                "Put a + between terms, and a back-tick around names with spaces.",
            )

    def fail(self, message: str, next_step: str, token: Token | None = None) -> None:
        fail(self.text, token or self.token, message, next_step)

    # -- formula

    def formula(self, options: dict[str, Any]) -> ModelSpec:
        if self.token.kind == "end":
            self.fail("The formula is empty.", "Write: outcome ~ predictor + (1 | group)")
        outcome = self.factor(0)
        if outcome.calls and outcome.calls[-1][0] in ("poly", "factor"):
            self.fail(
                f"“{outcome.text}” can't be the outcome.", "Use one numeric column.", self.tokens[0]
            )
        self.expect("~", "A formula reads: outcome ~ predictor + (1 | group)")
        self.order = {}
        parsed = self.sum(0, bars=True)
        self.expect_end()
        terms = self.ordered(parsed.terms, self.order)
        intercept = True if parsed.intercept is None else parsed.intercept
        return ModelSpec(
            outcome=outcome.text,
            fixed=terms,
            intercept=intercept,
            random=tuple(dict.fromkeys(parsed.random)),
            **options,
        )

    def ordered(self, terms: list[frozenset[str]], order: dict[str, int]) -> tuple[Term, ...]:
        """R's order: by degree, then as written. Within a term by first appearance in that order,
        so that the same model written in another order reads the same.
        """
        ranks: dict[str, int] = {}
        result = []
        for term in sorted(terms, key=len):
            for factor in sorted(term, key=lambda f: order.get(f, 0)):
                ranks.setdefault(factor, len(ranks))
            result.append(tuple(sorted(term, key=ranks.__getitem__)))
        return tuple(result)

    # -- expressions

    def sum(self, depth: int, bars: bool = False) -> _Sum:
        result = _Sum()
        sign = "-" if self.accept("-") else "+"
        if sign == "+":
            self.accept("+")
        while True:
            self.summand(result, sign, depth, bars)
            operator = self.accept("+", "-")
            if operator is None:
                return result
            sign = operator.value

    def summand(self, result: _Sum, sign: str, depth: int, bars: bool) -> None:
        token = self.token
        if token.kind == "number":
            self.at += 1
            if token.value not in ("0", "1"):
                self.fail(
                    f"“{token.value}” can't be a term.",
                    "Only 1 (intercept) and 0 (no intercept) are numbers that may stand alone.",
                    token,
                )
            result.intercept = (token.value == "1") == (sign == "+")
            return
        if token.value == "(" and token.kind == "op":
            random = self.bars(depth) if self.has_bar() else None
            if random is not None:
                if not bars or sign == "-":
                    self.fail(
                        "A random term can't stand here.",
                        "Add it to the formula with +: … + (1 | group)",
                        token,
                    )
                result.random.extend(random)
                return
        inner = self.product(depth)
        if sign == "+":
            for term in inner.terms:
                result.add(term)
            if inner.intercept is not None:
                result.intercept = inner.intercept
        else:
            result.terms = [term for term in result.terms if term not in inner.terms]
        if len(result.terms) > MAX_TERMS:
            self.fail(
                f"The formula expands to more than {MAX_TERMS} terms.",
                "Leave out some interactions.",
                token,
            )

    def product(self, depth: int) -> _Sum:
        left = self.interaction(depth)
        while operator := self.accept("*", "/"):
            right = self.interaction(depth)
            result = _Sum()
            for term in left.terms:
                result.add(term)
            if operator.value == "*":
                for term in right.terms:
                    result.add(term)
                self.cross(result, left.terms, right.terms, operator)
            else:
                base = frozenset().union(*left.terms) if left.terms else frozenset()
                self.cross(result, [base], right.terms, operator)
            left = result
        return left

    def interaction(self, depth: int) -> _Sum:
        left = self.power(depth)
        while operator := self.accept(":"):
            right = self.power(depth)
            result = _Sum()
            self.cross(result, left.terms, right.terms, operator)
            left = result
        return left

    def cross(
        self,
        result: _Sum,
        left: list[frozenset[str]],
        right: list[frozenset[str]],
        token: Token,
    ) -> None:
        if len(left) * len(right) > MAX_TERMS:
            self.fail(
                f"The formula expands to more than {MAX_TERMS} terms.",
                "Leave out some interactions.",
                token,
            )
        for a in left:
            for b in right:
                result.add(a | b)

    def power(self, depth: int) -> _Sum:
        base = self.atom(depth)
        if not self.accept("^"):
            return base
        token = self.token
        if token.kind != "number" or not token.value.isdigit() or not 1 <= int(token.value) <= 6:
            self.fail("A whole number from 1 to 6 was expected.", "For a square write I(x^2).")
        self.at += 1
        result = base
        for _ in range(int(token.value) - 1):
            grown = _Sum(terms=list(result.terms))
            self.cross(grown, result.terms, base.terms, token)
            result = grown
        return result

    def atom(self, depth: int) -> _Sum:
        if depth > MAX_DEPTH:
            self.fail("The brackets are nested too deeply.", "Simplify the formula.")
        if self.accept("("):
            inner = self.sum(depth + 1)
            self.expect(")", "A bracket isn't closed.")
            return inner
        factor = self.factor(depth)
        self.order.setdefault(factor.text, len(self.order))
        return _Sum(terms=[frozenset((factor.text,))])

    # -- factors

    def factor(self, depth: int) -> Factor:
        token = self.token
        if token.kind != "name":
            found = "the end" if token.kind == "end" else f"“{token.value}”"
            self.fail(f"A column name was expected instead of {found}.", "Write a column name.")
        self.at += 1
        if not token.quoted and self.token.kind == "op" and self.token.value == "(":
            return self.call(token, depth + 1)
        self.check_column(token)
        return Factor(token.value)

    def call(self, name: Token, depth: int) -> Factor:
        if name.value not in FUNCTIONS:
            near = difflib.get_close_matches(name.value, FUNCTIONS, 1)
            hint = f"Did you mean {near[0]}? " if near else ""
            self.fail(
                f"The function “{name.value}” isn't known.",
                f"{hint}Functions: {', '.join(FUNCTIONS)}.",
                name,
            )
        if depth > MAX_DEPTH:
            self.fail("The brackets are nested too deeply.", "Simplify the formula.", name)
        self.expect("(", f"{name.value} needs a column in brackets.")
        inner = self.factor(depth)
        if any(call[0] in ("poly", "factor") for call in inner.calls):
            self.fail(f"“{inner.text}” can't stand inside {name.value}().", "Swap them.", name)
        number: int | None = None
        if name.value == "I" and self.accept("^"):
            number = self.whole_number("I(x^2) raises to a power", 2)
        elif name.value == "poly":
            self.expect(",", "poly needs a degree: poly(x, 2)")
            number = self.whole_number("poly(x, 2) has a degree", 1)
        self.expect(")", f"The bracket after {name.value} isn't closed.")
        if name.value == "I" and number is None:
            return inner
        return Factor(inner.column, (*inner.calls, (name.value, number)))

    def whole_number(self, example: str, least: int) -> int:
        token = self.token
        if token.kind != "number" or not token.value.isdigit():
            self.fail("A whole number was expected.", f"{example}.")
        if not least <= int(token.value[:6]) <= MAX_POWER:
            self.fail(f"A whole number from {least} to {MAX_POWER} was expected.", f"{example}.")
        self.at += 1
        return int(token.value)

    def check_column(self, token: Token) -> None:
        if self.columns is None or token.value in self.columns:
            return
        token = self.with_next_word(token)
        near = nearest_names(token.value, tuple(self.columns))
        hint = f"Did you mean {' or '.join(quote(n) for n in near)}?" if near else ""
        raise FormulaError(
            f"There is no column “{token.value}”.",
            hint or f"Columns: {', '.join(list(self.columns)[:12])}.",
            code="unknown_column",
            text=self.text,
            position=token.position,
            length=token.length,
            name=token.value,
            suggestions=near,
        )

    def with_next_word(self, token: Token) -> Token:
        """A name of two words without back-ticks ("blood pressure") is one wrong place."""
        after = self.token
        if token.quoted or after.kind != "name" or self.columns is None:
            return token
        both = self.text[token.position : after.position + after.length]
        if not match_name(both, self.columns).certain:
            return token
        return replace(token, value=both, length=len(both))

    # -- random terms

    def has_bar(self) -> bool:
        """Whether the bracket that starts here holds a bar at its own level."""
        level = 0
        for token in self.tokens[self.at :]:
            if token.kind != "op":
                continue
            level += (token.value == "(") - (token.value == ")")
            if level == 0:
                return False
            if level == 1 and token.value in ("|", "||"):
                return True
        return False

    def bars(self, depth: int) -> list[RandomTerm]:
        self.expect("(", "A random term stands in brackets: (1 | group)")
        outer, self.order = self.order, {}
        left = self.sum(depth + 1)
        terms = self.ordered(left.terms, self.order)
        self.order = outer
        bar = self.accept("|", "||")
        if bar is None:
            self.fail("“|” was expected here.", "A random term reads: (1 + slope | group)")
        groups = self.groups()
        self.expect(")", "The bracket of the random term isn't closed.")
        intercept = True if left.intercept is None else left.intercept
        if not intercept and not terms:
            self.fail("The random term is empty.", "Write (1 | group) for an intercept.", bar)
        correlated = bar.value == "|" or len(terms) + intercept < 2
        return [RandomTerm(group, terms, intercept, correlated) for group in groups]

    def groups(self) -> list[tuple[str, ...]]:
        """``a:b`` is one combination; ``a/b`` is ``b:a`` and ``a``, in lme4's order and names."""
        groups: list[tuple[str, ...]] = [(self.group_column(),)]
        while operator := self.accept(":", "/"):
            column = self.group_column()
            if operator.value == "/":
                groups.insert(0, (column, *groups[0]))
            else:
                groups[0] = (*groups[0], column)
        return [tuple(dict.fromkeys(group)) for group in groups]

    def group_column(self) -> str:
        token = self.token
        factor = self.factor(0)
        if factor.calls and factor.calls != (("factor", None),):
            self.fail(
                f"“{factor.text}” can't be a grouping column.", "Name the column itself.", token
            )
        return factor.column


def nearest_names(name: str, known: Sequence[str], count: int = 3) -> tuple[str, ...]:
    """Known names that ``name`` may mean, ignoring case and small mistakes, nearest first."""
    meant = match_name(name, known).columns
    if meant:
        return meant[:count]
    folded = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(name.casefold(), folded, count, cutoff=0.6)
    return tuple(folded[n] for n in near)

"""What a model is: a frozen, hashable description, independent of any data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from lmm_core.errors import ModelError
from lmm_core.model.residual import ResidualStructure

Term = tuple[str, ...]
"""One term of a formula: the texts of its factors, e.g. ``("age", "Sex")`` for ``age:Sex``."""

DfMethod = Literal["satterthwaite", "kenward-roger", "normal"]
DF_METHODS: tuple[DfMethod, ...] = ("satterthwaite", "kenward-roger", "normal")
OPTIMIZERS: tuple[str, ...] = ("auto", "newton", "l-bfgs-b", "nelder-mead", "powell")


@dataclass(frozen=True)
class RandomTerm:
    """One random-effects term ``(terms | group)``.

    Parameters
    ----------
    group:
        Grouping column; several mean their combination (``school:class``).
    terms:
        Random slopes.
    intercept:
        Whether the term has a random intercept.
    correlated:
        ``False`` for ``||``: all covariances of the term are zero.
    """

    group: tuple[str, ...]
    terms: tuple[Term, ...] = ()
    intercept: bool = True
    correlated: bool = True

    @property
    def group_name(self) -> str:
        return ":".join(self.group)

    @property
    def n_parts(self) -> int:
        return len(self.terms) + self.intercept


@dataclass(frozen=True)
class ModelSpec:
    """A linear mixed model as a user states it.

    ``outcome`` is a factor text (``Reaction``, ``log(y)``, odd names in back-ticks).
    ``fixed`` holds the fixed-effect terms in R's order (by degree, then as written); ``reference``
    holds (column, level) pairs for categorical columns whose reference level isn't the first.
    ``residual`` says how the residuals vary and correlate; None means independent, equal spread.
    """

    outcome: str
    fixed: tuple[Term, ...] = ()
    intercept: bool = True
    random: tuple[RandomTerm, ...] = ()
    reml: bool = True
    df_method: DfMethod = "satterthwaite"
    ci_level: float = 0.95
    reference: tuple[tuple[str, str], ...] = ()
    optimizer: str = "auto"
    weights: str | None = None
    residual: ResidualStructure | None = None

    def __post_init__(self) -> None:
        if self.df_method not in DF_METHODS:
            raise ModelError(
                f"The df method “{self.df_method}” is not known.",
                f"Use one of: {', '.join(DF_METHODS)}.",
                code="df_method",
            )
        if self.optimizer not in OPTIMIZERS:
            raise ModelError(
                f"The optimiser “{self.optimizer}” is not known.",
                f"Use one of: {', '.join(OPTIMIZERS)}.",
                code="optimizer",
            )
        if not 0 < self.ci_level < 1:
            raise ModelError(
                "The confidence level must lie between 0 and 1.",
                "For 95 % write 0.95.",
                code="ci_level",
            )

    @classmethod
    def from_formula(
        cls, text: str, columns: tuple[str, ...] | None = None, **options: Any
    ) -> ModelSpec:
        """Parse lme4 notation. ``columns`` lets unknown names be marked; text is never evaluated.

        Raises
        ------
        FormulaError
            With the wrong place marked.
        """
        from lmm_core.model.formula import parse_formula

        return parse_formula(text, columns, **options)

    @property
    def formula(self) -> str:
        """The model in lme4 notation; ``ModelSpec.from_formula`` reads it back to an equal spec."""
        from lmm_core.model.rendering import render_formula

        return render_formula(self)

    @property
    def title(self) -> str:
        """The formula, and the residual structure where there is one."""
        return self.formula + (f"; {self.residual.words}" if self.residual is not None else "")

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names of the grouping columns or combinations, each once, in order."""
        return tuple(dict.fromkeys(term.group_name for term in self.random))

    @property
    def outcome_column(self) -> str:
        """The column behind the outcome, without a function around it."""
        from lmm_core.model.factors import factor_of

        return factor_of(self.outcome).column

    def columns(self) -> tuple[str, ...]:
        """Every column that the model uses, each once: outcome, fixed, random, groups, weights,
        and those of the residual structure.
        """
        from lmm_core.model.factors import factor_of

        terms = [*self.fixed, *(t for r in self.random for t in r.terms)]
        used = [self.outcome_column, *(factor_of(f).column for t in terms for f in t)]
        used += [g for r in self.random for g in r.group]
        used += [self.weights] if self.weights else []
        used += self.residual.columns if self.residual is not None else ()
        return tuple(dict.fromkeys(used))

    def with_options(self, **changes: Any) -> ModelSpec:
        """A copy with some fields changed."""
        return replace(self, **changes)

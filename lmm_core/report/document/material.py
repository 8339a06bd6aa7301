"""What the sections of a report share: the fit, and what follows from it, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from lmm_core.assess.assumptions import Check, check_assumptions
from lmm_core.assess.missing import (
    Dropout,
    Pattern,
    Relation,
    dropout,
    missing_next,
    pattern,
    time_columns,
)
from lmm_core.assess.rm_anova import Comparison as RmAnova
from lmm_core.assess.rm_anova import compare_with_rm_anova
from lmm_core.assess.shares import ICC, R2
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel, test_random_terms
from lmm_core.inference.comparison import Comparison, comparison
from lmm_core.report.columns import Coefficient, coefficients
from lmm_core.report.scripts.analysis import Analysis

LARGEST_TESTED = 200_000
"""Rows up to which the random effects are tested by refitting."""


@dataclass(frozen=True)
class Material:
    """A fit and everything that a report says about it, each computed when first asked for."""

    analysis: Analysis
    sections: frozenset[str]
    figures: bool = True

    @property
    def fit(self) -> FittedModel:
        return self.analysis.fit

    @property
    def units(self) -> Mapping[str, str]:
        return self.analysis.table.units

    @cached_property
    def icc(self) -> ICC:
        return self.fit.icc()

    @cached_property
    def r2(self) -> R2:
        return self.fit.r2()

    @cached_property
    def coefficients(self) -> tuple[Coefficient, ...]:
        return coefficients(self.fit)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return check_assumptions(self.fit)

    @cached_property
    def anova(self) -> pd.DataFrame | None:
        """F tests of the terms; only where they say more than the coefficients do."""
        design = self.fit.design
        counts = [design.assign.count(k) for k in range(len(self.fit.spec.fixed))]
        if not any(count > 1 for count in counts) or self.fit.spec.df_method == "normal":
            return None
        try:
            return self.fit.anova()
        except LMMError:
            return None

    @cached_property
    def random_tests(self) -> pd.DataFrame | None:
        """Likelihood-ratio tests of the random effects, without the row of the model itself."""
        if self.fit.n_obs > LARGEST_TESTED:
            return None
        try:
            table = test_random_terms(self.fit)
        except LMMError:
            return None
        return table[table["term"] != "<none>"].reset_index(drop=True)

    @cached_property
    def pattern(self) -> Pattern:
        """Who is observed when: by the first grouping column that has a common time."""
        for group in self.fit.groups:
            times = time_columns(self.fit, group)
            if times:
                return pattern(self.fit, group, times[0])
        return pattern(self.fit)

    @cached_property
    def timing(self) -> Dropout | None:
        """Who leaves when; None without a time that has an order."""
        found = self.pattern
        return dropout(found) if found.status is not None and found.ordered else None

    @cached_property
    def relation(self) -> Relation | None:
        """What a missed occasion is related to; None when it can't be asked."""
        if self.timing is None or not self.pattern.n_missing:
            return None
        try:
            return missing_next(self.fit, self.pattern)
        except LMMError:
            return None

    @cached_property
    def rm_anova(self) -> RmAnova | LMMError:
        """The model beside repeated-measures ANOVA of complete subjects, or why there is none."""
        try:
            return compare_with_rm_anova(self.fit)
        except LMMError as error:
            return error

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the compared models, in the order of ``comparison``."""
        if self.comparison is None:
            return ()
        known = {rung.spec.with_options(reml=False): rung.name for rung in self._rungs}
        called = [known.get(s.with_options(reml=False)) for s in self.comparison.specs]
        return tuple(name or f"Model {k + 1}" for k, name in enumerate(called))

    @property
    def _rungs(self):
        from lmm_core.inference.ladder import Rung

        own = self.fit.spec.with_options(reml=False)
        found = list(self.analysis.ladder)
        if all(rung.spec.with_options(reml=False) != own for rung in found):
            found.append(Rung("This model", self.fit.spec))
        return found

    @cached_property
    def comparison(self) -> Comparison | None:
        """The comparison with the other models; None without any, or when it can't be made."""
        if not self.analysis.ladder:
            return None
        try:
            specs = [self._like_own(rung.spec) for rung in self._rungs]
            return comparison(specs, self.analysis.table.frame)
        except LMMError:
            return None

    def _like_own(self, spec):
        own = self.fit.spec
        return spec.with_options(reml=False, df_method=own.df_method, ci_level=own.ci_level)

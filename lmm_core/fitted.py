"""A fitted model: the estimates, and every table and number that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from lmm_core.assess import shares
from lmm_core.errors import ModelError
from lmm_core.estimation.convergence import Convergence
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.inference import prediction, random_terms, tables
from lmm_core.inference.anova import anova_table
from lmm_core.inference.bootstrap import bootstrap
from lmm_core.inference.kenward_roger import kenward_roger
from lmm_core.inference.profile import profile_intervals
from lmm_core.inference.satterthwaite import satterthwaite
from lmm_core.model.design import Design, Grouping, build_design
from lmm_core.model.rows import Dropped
from lmm_core.model.spec import DfMethod, ModelSpec

if TYPE_CHECKING:
    from lmm_core.inference.marginal_means import Weights
    from lmm_core.inference.reference_grid import At, Columns

Array = np.ndarray


@dataclass(frozen=True)
class FittedModel:
    """The result of ``fit_model``. Tables are DataFrames made when first asked for.

    ``source`` is the table that was passed in; ``frame`` holds its rows in use.
    """

    spec: ModelSpec
    design: Design
    estimates: Estimates
    source: pd.DataFrame

    # -- numbers

    @property
    def sigma(self) -> float:
        """Residual standard deviation, outcome units; with a residual structure that of a row where
        the variance function is 1: at the first level, or at the geometric mean of the values whose
        power is taken (see ``residual_sd`` for each row's).
        """
        return self.estimates.sigma

    @property
    def loglik(self) -> float:
        """Log-likelihood; for a REML fit the restricted one."""
        return self.estimates.loglik

    @property
    def criterion(self) -> float:
        """-2 log-likelihood, or the REML criterion."""
        return self.estimates.deviance

    @property
    def n_parameters(self) -> int:
        return self.estimates.n_parameters

    @property
    def aic(self) -> float:
        """AIC from the fit's own criterion; compare models by ML (``compare_models``)."""
        return self.criterion + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        """BIC with n = number of rows."""
        return self.criterion + float(np.log(self.n_obs)) * self.n_parameters

    @property
    def n_obs(self) -> int:
        return self.design.n

    @property
    def n_groups(self) -> dict[str, int]:
        return {name: g.n_levels for name, g in self.design.groupings.items()}

    @property
    def is_singular(self) -> bool:
        """Whether a variance is 0 or a correlation ±1."""
        return bool(self.convergence.singular)

    @property
    def convergence(self) -> Convergence:
        return self.estimates.convergence

    @property
    def dropped(self) -> Dropped:
        return self.design.dropped

    # -- rows

    @property
    def y(self) -> Array:
        return self.design.y

    @property
    def rows(self) -> Array:
        """(n,): positions in the source table of the rows in use."""
        used = self.design.rows
        return np.arange(self.n_obs) if used is None else used

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows in use, with all columns of the source table."""
        return self.source if self.design.rows is None else self.source.iloc[self.design.rows]

    @property
    def groups(self) -> dict[str, Grouping]:
        """Per grouping factor its codes (n,) and level names."""
        return self.design.groupings

    @cached_property
    def fitted_marginal(self) -> Array:
        """(n,): X beta, the average over groups."""
        return self.design.X @ self.estimates.beta

    @cached_property
    def fitted(self) -> Array:
        """(n,): X beta + Z b, with each group's conditional modes."""
        blocks = [(block, block.matrix) for block in self.design.blocks]
        codes = {name: grouping.codes for name, grouping in self.groups.items()}
        return self.fitted_marginal + prediction.random_part(self.estimates, blocks, codes)

    @cached_property
    def residuals(self) -> Array:
        """(n,): y - fitted, outcome units."""
        return self.y - self.fitted

    @property
    def residual_sd(self) -> Array:
        """(n,): the residual SD of each row, prior weights included, outcome units."""
        return self.estimates.residual_sd(self.design.weights, self.n_obs)

    @property
    def pearson_residuals(self) -> Array:
        """(n,): residuals in units of their SD, prior weights and a residual structure's spread and
        correlation taken out (nlme's "normalized" residuals).
        """
        return self.estimates.normalised(self.residuals, self.design.weights)

    # -- tables

    @cached_property
    def df_source(self) -> tables.DfMethod:
        """Covariance matrix and df of contrasts by the spec's df method."""
        if self.spec.df_method == "normal":
            return tables.Normal(self.estimates.vcov)
        if self.spec.df_method == "kenward-roger":
            return kenward_roger(self.estimates)
        return satterthwaite(self.estimates)

    @cached_property
    def fixed_effects(self) -> pd.DataFrame:
        """term, estimate, std_error, df, statistic, p_value, conf_low, conf_high."""
        return tables.fixed_effects_table(
            self.design, self.estimates, self.df_source, self.spec.ci_level
        )

    @cached_property
    def variance_components(self) -> pd.DataFrame:
        """group, term_1, term_2, vcov, sdcor; the residual is the last row."""
        return tables.variance_components_table(self.estimates)

    @cached_property
    def components(self) -> tuple[tables.Component, ...]:
        """The variance components with the grouping columns' own names."""
        return tables.variance_components(self.estimates)

    def conditional_modes(self, group: str | None = None) -> pd.DataFrame:
        """level, term, estimate, std_error, conf_low, conf_high of one grouping factor."""
        name = group or next(iter(self.groups))
        if name not in self.groups:
            raise ModelError(
                f"{name} isn't a grouping column of the model.",
                f"Grouping columns: {', '.join(self.groups)}.",
                code="unknown_group",
            )
        return tables.conditional_modes_table(self.estimates, name, self.spec.ci_level)

    # -- methods

    def icc(self) -> shares.ICC:
        """Intraclass correlation; ``float()`` of it is the usual (adjusted) one."""
        return shares.icc(self.design, self.estimates)

    def r2(self) -> shares.R2:
        """Marginal and conditional R² (Nakagawa et al. 2017)."""
        return shares.r2(self.design, self.estimates)

    def confint(
        self,
        method: Literal["wald", "profile", "bootstrap"] = "wald",
        level: float | None = None,
        replicates: int = 1000,
        seed: int = 1,
        progress: Callable[[int, int], bool] | None = None,
    ) -> pd.DataFrame:
        """parameter, conf_low, conf_high.

        "wald" gives t intervals of the fixed effects only (none is valid for a variance);
        "profile" and "bootstrap" give all parameters. ``progress(done, total)`` may stop the work
        by returning False.
        """
        level = level or self.spec.ci_level
        if method == "profile":
            return profile_intervals(self.design, self.estimates, level, progress)
        if method == "bootstrap":
            drawn = bootstrap(self.design, self.estimates, replicates, seed, progress)
            return drawn.intervals(level)
        if method != "wald":
            raise ModelError(
                f"Intervals by “{method}” aren't known.",
                "Use wald, profile or bootstrap.",
                code="confint_method",
            )
        table = self.with_level(level).fixed_effects
        columns = table[["term", "conf_low", "conf_high"]]
        return columns.rename(columns={"term": "parameter"})

    def anova(self, type: Literal[2, 3] = 3) -> pd.DataFrame:
        """F tests of the terms: term, sum_sq, mean_sq, num_df, den_df, f_value, p_value.

        With a residual structure there is no one residual variance for the sums of squares to be
        measured by: they are NaN.
        """
        sigma = self.sigma if self.estimates.residual is None else float("nan")
        return anova_table(self.design, self.estimates.beta, sigma, self.df_source, type)

    # Imported when used: effects need scipy.special, which takes longer than all the rest.

    def marginal_means(self, factors: Columns = (), at: At | None = None) -> pd.DataFrame:
        """Means per level, the rest held; see ``inference.marginal_means``."""
        from lmm_core.inference.marginal_means import marginal_means

        return marginal_means(self, factors, at)

    def contrasts(
        self,
        factors: Columns,
        adjust: str = "tukey",
        by: Columns | None = None,
        custom: Mapping[str, Weights] | None = None,
        at: At | None = None,
    ) -> pd.DataFrame:
        """Comparisons of means, all pairs or one's own; see ``inference.marginal_means``."""
        from lmm_core.inference.marginal_means import contrasts

        return contrasts(self, factors, adjust, by, custom, at)

    def slopes(
        self, variable: str, by: Columns | None = None, at: At | None = None
    ) -> pd.DataFrame:
        """Slopes of a numeric predictor, per level of ``by``; see ``inference.slopes``."""
        from lmm_core.inference.slopes import slopes

        return slopes(self, variable, by, at)

    def predict(
        self,
        frame: pd.DataFrame | None = None,
        target: prediction.Target = "average",
        interval: prediction.Interval | None = None,
        level: float | None = None,
    ) -> pd.DataFrame:
        """Predictions for rows with the model's columns (the rows in use by default)."""
        return prediction.predict(
            self.design,
            self.estimates,
            self.df_source,
            self.frame if frame is None else frame,
            target,
            interval,
            level or self.spec.ci_level,
        )

    def with_df_method(self, df_method: DfMethod) -> FittedModel:
        """The same estimates with other degrees of freedom."""
        return replace(self, spec=self.spec.with_options(df_method=df_method))

    def with_level(self, ci_level: float) -> FittedModel:
        """The same estimates with another confidence level."""
        return replace(self, spec=self.spec.with_options(ci_level=ci_level))


def fit_model(
    spec: ModelSpec | str, frame: pd.DataFrame, *, like: Design | None = None, **options: Any
) -> FittedModel:
    """Fit a model given as a ``ModelSpec`` or as lme4 notation.

    ``options`` are fields of ``ModelSpec`` (``reml=False``, ``df_method=...``, ``ci_level=...``);
    ``like`` is the design of another model of the very same table: what both have in common isn't
    made again.

    Raises
    ------
    LMMError
        ``FormulaError``, ``ModelError`` or ``EstimationError``, with what to do next.
    """
    if isinstance(spec, str):
        spec = ModelSpec.from_formula(spec, tuple(str(c) for c in frame.columns), **options)
    elif options:
        spec = spec.with_options(**options)
    # The fit looks at the columns themselves: as long as it holds this copy, pandas copies them
    # before the caller's table is changed (copy-on-write).
    frame = frame.copy(deep=False)
    design = build_design(spec, frame, like)
    return FittedModel(spec, design, estimate(design, spec.optimizer), frame)


def test_random_terms(fit: FittedModel) -> pd.DataFrame:
    """Likelihood-ratio tests of each random effect; see ``inference.random_terms``."""
    return random_terms.random_terms_table(
        fit.design,
        fit.estimates,
        lambda random: random_terms.refitted(fit.design, fit.source, random),
    )


# pytest must not take this for a test.
test_random_terms.__test__ = False  # type: ignore[attr-defined]

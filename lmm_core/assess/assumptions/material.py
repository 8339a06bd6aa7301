"""What the checks and their pictures are made from: residuals on one scale, groups, predictors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.model.design import Design, Grouping
from lmm_core.model.encoding import Numeric
from lmm_core.model.rank import slices

if TYPE_CHECKING:
    from lmm_core.estimation.fit import Estimates
    from lmm_core.fitted import FittedModel

Array = np.ndarray

# From this share of its sum of squares a predictor counts as varying within groups, between them.
# Missed visits move the groups' means a little, which doesn't make a between-group predictor.
LEAST_WITHIN = 1e-4
LEAST_BETWEEN = 0.05
# Beyond this many cells the fixed effects' part of a row's leverage (about p/n) is left out.
EXACT_CELLS = 4_000_000


@dataclass(frozen=True)
class Predictor:
    """A numeric predictor as it enters the model: ``label`` is ``log(dose)`` for a transformed
    one. ``curved`` says that the model already has a polynomial of it, ``plain`` that the values
    are the column's own (centred or scaled in the model or not).
    """

    column: str
    label: str
    values: Array
    curved: bool
    plain: bool

    @property
    def two_valued(self) -> bool:
        """Such as 0 and 1: no curve is possible."""
        x = self.values
        return bool(((x == x.min()) | (x == x.max())).all())


class Material:
    """Quantities of one fitted model that several checks share, each made when first asked for."""

    def __init__(self, fit: FittedModel) -> None:
        self.fit = fit
        self.design: Design = fit.design
        self.estimates: Estimates = fit.estimates
        residual = fit.estimates.residual
        #: What was estimated from: with a residual structure the transformed rows.
        self.whitened: Design = fit.design if residual is None else residual.whitened

    @cached_property
    def pearson(self) -> Array:
        """(n,): conditional residuals in units of their SD, prior weights included, with what a
        residual structure says of their spread and correlation taken out.
        """
        return self.fit.pearson_residuals

    @property
    def typical_sd(self) -> float:
        """Root of the mean residual variance over the rows, outcome units."""
        return float(np.sqrt(self.estimates.residual_variance))

    @cached_property
    def levelled(self) -> Array:
        """(n,): residuals in outcome units; with a residual structure as they would be with equal
        spread and no correlation.
        """
        if self.estimates.residual is None:
            return self.fit.residuals
        return self.pearson * self.typical_sd

    @cached_property
    def shares(self) -> Array:
        """(n,): variance of each Pearson residual, at most 1: what fitting has left of it.

        With V = I + ZGZ' the residual is Py, so its variance is P_ii = 1 - z'Kz - x'Hx with K the
        modes' conditional covariance and H that of the coefficients after projection (Nobre &
        Singer 2007, Biometrical Journal 49). For several grouping factors the covariances between
        their modes are left out, and the reduction is scaled so that its average is right.
        """
        taken = _taken_by_modes(self.whitened, self.estimates)
        if len(self.estimates.conditioned.factors) == 1:
            if self.design.n * self.design.p <= EXACT_CELLS:
                taken = taken + _taken_by_coefficients(self.whitened, self.estimates)
        elif taken.mean() > 0:
            left = min(float((self.pearson**2).mean()), 1.0)
            taken = taken * (1.0 - left) / taken.mean()
        return np.clip(1.0 - taken, 1e-3, 1.0)

    @cached_property
    def residuals(self) -> Array:
        """(n,): studentised conditional residuals: all with SD 1 when the model is right."""
        return self.pearson / np.sqrt(self.shares)

    @property
    def df(self) -> float:
        """Residual degrees of freedom: rows less what fixed and random effects take up."""
        return float(self.shares.sum())

    @property
    def finest(self) -> Grouping:
        """The grouping factor with the most levels."""
        return max(self.fit.groups.values(), key=lambda g: g.n_levels)

    @cached_property
    def predictors(self) -> tuple[Predictor, ...]:
        """The numeric columns among the fixed effects each once."""
        texts = dict.fromkeys(f for term in self.design.spec.fixed for f in term)
        found: dict[str, Predictor] = {}
        curved: set[str] = set()
        for text in texts:
            encoder = self.design.encoders[text]
            if not isinstance(encoder, Numeric):
                continue
            column = encoder.factor.column
            calls = [name for name, _ in encoder.factor.calls]
            if "poly" in calls or "I" in calls:
                curved.add(column)
            if column in found:
                continue
            raw = self.fit.frame[column].to_numpy(dtype=float, na_value=np.nan)
            plain = not set(calls) - {"center", "scale", "poly", "I"}
            values = raw if plain else encoder.values(raw)[:, 0]
            label = column if plain else text.replace("`", "")
            found[column] = Predictor(column, label, values, False, plain)
        return tuple(
            Predictor(p.column, p.label, p.values, p.column in curved, p.plain)
            for p in found.values()
        )


def group_means(values: Array, grouping: Grouping) -> Array:
    """(G,): mean of the rows of each group."""
    return np.bincount(grouping.codes, values, grouping.n_levels) / grouping.sizes


def split(values: Array, grouping: Grouping) -> tuple[Array, Array]:
    """Group means (G,) and deviations from them (n,)."""
    centre = float(values.mean())
    means = group_means(values - centre, grouping)
    return means + centre, (values - centre) - means[grouping.codes]


def varying_parts(values: Array, grouping: Grouping) -> tuple[bool, bool]:
    """Whether a predictor varies within groups, and between them, by more than a trifle."""
    means, deviations = split(values, grouping)
    within = float(deviations @ deviations)
    between = float((grouping.sizes * (means - values.mean()) ** 2).sum())
    total = within + between
    return within > LEAST_WITHIN * total, between > LEAST_BETWEEN * total


def _taken_by_modes(design: Design, estimates: Estimates) -> Array:
    """(n,): z'Kz, summed over grouping factors, in units of the residual variance."""
    total = np.zeros(design.n)
    pairs = zip(estimates.conditioned.factors, estimates.mode_covariances, strict=True)
    for factor, covariances in pairs:
        K = covariances / estimates.sigma**2
        for rows in slices(design.n, 4 * factor.width**2):
            Z = np.concatenate([block.matrix[rows] for block in factor.blocks], axis=1)
            part = K[factor.codes[rows]]
            total[rows] += np.einsum("na,nab,nb->n", Z, part, Z, optimize=False)
    return total if design.weights is None else total * design.weights


def _taken_by_coefficients(design: Design, estimates: Estimates) -> Array:
    """(n,): x'Hx of one grouping factor, where x is the row of V^-1 X (weighted alike)."""
    factor = estimates.conditioned.factors[0]
    K = estimates.mode_covariances[0] / estimates.sigma**2
    H = estimates.state.H
    root = np.ones(design.n) if design.weights is None else np.sqrt(design.weights)
    X = design.basis.apply(design.X) * root[:, None]
    Z = np.concatenate([block.matrix for block in factor.blocks], axis=1) * root[:, None]
    q, p, G = factor.width, X.shape[1], factor.n_levels
    ZX = np.empty((G, q, p))
    for a in range(q):
        for j in range(p):
            ZX[:, a, j] = np.bincount(factor.codes, Z[:, a] * X[:, j], G)
    KZX = np.matmul(K, ZX)
    for a in range(q):
        X = X - Z[:, a, None] * KZX[factor.codes, a]
    return np.einsum("ni,ni->n", X @ H, X)

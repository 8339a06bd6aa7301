"""The record of an optimisation and the certificate that its end point is an optimum."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray

# A gain below this in -2 log-likelihood changes no digit that anybody reads.
GAIN_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Attempt:
    """One run of an optimiser: its name, start, criterion evaluations, and where it ended.

    ``end`` is the criterion (-2 log-likelihood or REML criterion) that it reached.
    """

    optimizer: str
    start: tuple[float, ...]
    evaluations: int
    end: float
    message: str = ""


@dataclass(frozen=True)
class Convergence:
    """How the estimates were found and whether they are certified to be an optimum.

    ``gradient`` is the largest entry of the scaled projected gradient, ``expected_gain`` what a
    further Newton step would gain in -2 log-likelihood, ``smallest_curvature`` the smallest
    eigenvalue of the Hessian on the free parameters (None when all are on the boundary), and
    ``boundary_gain`` what leaving the boundary would gain. ``singular`` names each term with a
    variance of 0 or a correlation of ±1.
    """

    converged: bool
    attempts: tuple[Attempt, ...]
    gradient: float
    expected_gain: float
    smallest_curvature: float | None
    boundary_gain: float
    singular: tuple[Singularity, ...]

    @property
    def optimizer(self) -> str:
        return self.attempts[-1].optimizer

    @property
    def evaluations(self) -> int:
        return sum(attempt.evaluations for attempt in self.attempts)

    def with_attempts(self, earlier: tuple[Attempt, ...]) -> Convergence:
        return replace(self, attempts=(*earlier, *self.attempts))


@dataclass(frozen=True)
class Singularity:
    """A term at the boundary: ``kind`` is "variance" (at 0) or "correlation" (at ±1)."""

    group: str
    names: tuple[str, ...]
    kind: str

    @property
    def text(self) -> str:
        names = " and ".join(name.replace("(Intercept)", "intercept") for name in self.names)
        if self.kind == "variance":
            return f"the variance of {names} between {self.group} is 0"
        return f"the random effects of {self.group} ({names}) are perfectly correlated"

"""What every factorisation of the criterion gives: the factor of the reduced cross-products."""

from __future__ import annotations

from functools import cached_property

import numpy as np

Array = np.ndarray


class Reduced:
    """``root`` (p + 1, p + 1), lower: the Cholesky factor of [X y]'V^-1 [X y], conditioned."""

    root: Array

    @property
    def squares(self) -> float:
        """Penalised residual sum of squares, conditioned scale."""
        return float(self.root[-1, -1] ** 2)

    @cached_property
    def inverse_root(self) -> Array:
        """(p, p), lower: the inverse of the Cholesky factor of X'V^-1 X."""
        return np.linalg.inv(self.root[:-1, :-1])

    @cached_property
    def H(self) -> Array:
        """(p, p): (X'V^-1 X)^-1 on the conditioned scale."""
        return self.inverse_root.T @ self.inverse_root

    @cached_property
    def beta(self) -> Array:
        """(p,): coefficients of the conditioned y on the conditioned X."""
        return self.root[-1, :-1] @ self.inverse_root

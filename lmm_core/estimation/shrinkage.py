"""The small factorisations of one grouping factor's levels, all levels at once."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def shrinkage(Lambda: Array, A: Array) -> tuple[Array, float]:
    """K = Lambda S^-1 Lambda' (q, q, G) and log|S| over all levels, S = Lambda'A Lambda + I."""
    q, _, G = A.shape
    if q == 1:
        root = float(Lambda[0, 0])
        variance = root * root
        S = variance * A + 1.0
        return variance / S, float(np.log(S).sum())
    LA = (Lambda.T @ A.reshape(q, q * G)).reshape(q, q, G)
    L = cholesky_levels(Lambda, LA)
    inverse_L = np.zeros((q, q, G))
    for a, row in enumerate(invert_lower(L)):
        for b, entry in enumerate(row):
            inverse_L[b, a] = entry
    half = (Lambda @ inverse_L.reshape(q, q * G)).reshape(q, q, G)
    log_det = 2.0 * sum(float(np.log(L[a][a]).sum()) for a in range(q))
    return np.einsum("akg,bkg->abg", half, half), log_det


def cholesky_levels(Lambda: Array, LA: Array) -> list[list[Array]]:
    """Lower factor of Lambda'A Lambda + I per level, as nested lists of (G,) vectors."""
    q = len(Lambda)
    L: list[list[Array]] = []
    for a in range(q):
        row: list[Array] = []
        for b in range(a + 1):
            entry = sum(LA[a, c] * Lambda[c, b] for c in range(b, q))
            for k in range(b):
                entry = entry - row[k] * (L[b][k] if b < a else row[k])
            row.append(np.sqrt(entry + 1.0) if a == b else entry / L[b][b])
        L.append(row)
    return L


def invert_lower(L: list[list[Array]]) -> list[list[Array]]:
    q = len(L)
    inverse: list[list[Array]] = []
    for a in range(q):
        diagonal = 1.0 / L[a][a]
        row = []
        for b in range(a):
            total = sum(L[a][k] * inverse[k][b] for k in range(b, a))
            row.append(-total * diagonal)
        inverse.append([*row, diagonal])
    return inverse


class PairLevels:
    """Levels with two effects each, by determinants; ``A`` (2, 2, G) is Z'Z per level."""

    def __init__(self, A: Array) -> None:
        self.A = A
        self.det_A = np.maximum(A[0, 0] * A[1, 1] - A[0, 1] ** 2, 0.0)
        self.adjugate = np.array([[A[1, 1], -A[0, 1]], [-A[1, 0], A[0, 0]]])

    def shrinkage(self, Lambda: Array) -> tuple[Array, Array]:
        """K (2, 2, G) and |S| (G,): with G = Lambda Lambda', |S| = 1 + tr(G A) + |G||A| and
        K = (G + |G| adj A) / |S|.
        """
        A, G = self.A, Lambda @ Lambda.T
        (a, b), (_, c) = G.tolist()
        root = float(Lambda[0, 0] * Lambda[1, 1])
        det_G = root * root
        S = a * A[0, 0] + c * A[1, 1] + (2.0 * b) * A[0, 1] + det_G * self.det_A + 1.0
        K = det_G * self.adjugate
        K += G[:, :, None]
        K /= S
        return K, S

    def Q(self, Lambda: Array, det_S: Array) -> Array:
        """Z'V^-1 Z (2, 2, G): (A + |A| adj G) / |S|, the same formula with A for G."""
        (a, b), (_, c) = (Lambda @ Lambda.T).tolist()
        Q = np.array([[[c], [-b]], [[-b], [a]]]) * self.det_A
        Q += self.A
        Q /= det_S
        return Q

"""Logistic regression by iteratively reweighted least squares, with Firth's penalty.

Firth (1993, Biometrika 80): half the log-determinant of the information is added to the
log-likelihood, so that estimates are finite where few events are separated by a predictor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

MAX_ITERATIONS = 100


@dataclass(frozen=True)
class Logistic:
    """``beta`` (p,) log odds ratios, ``std_error`` (p,), and whether the search ended."""

    beta: Array
    std_error: Array
    converged: bool


def logistic(X: Array, y: Array, firth: bool = True) -> Logistic:
    """Fit P(y = 1) = 1 / (1 + exp(-X beta)) for X (n, p) with full rank and y (n,) of 0 and 1."""
    n, p = X.shape
    beta = np.zeros(p)
    value = _value(X, y, beta, firth)
    converged = False
    for _ in range(MAX_ITERATIONS):
        mean = _mean(X @ beta)
        weight = mean * (1 - mean)
        information = X.T @ (weight[:, None] * X)
        residual = y - mean
        if firth:
            half = np.linalg.solve(information, X.T)
            leverage = weight * np.einsum("ij,ji->i", X, half)
            residual = residual + leverage * (0.5 - mean)
        score = X.T @ residual
        step = np.linalg.solve(information, score)
        if float(score @ step) < 1e-12 * n:
            converged = True
            break
        size = 1.0
        while size > 1e-6:
            trial = _value(X, y, beta + size * step, firth)
            if trial >= value - 1e-12:
                break
            size /= 2
        beta, value = beta + size * step, trial
    mean = _mean(X @ beta)
    information = X.T @ ((mean * (1 - mean))[:, None] * X)
    std_error = np.sqrt(np.diag(np.linalg.inv(information)))
    return Logistic(beta, std_error, converged)


def _mean(eta: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(eta, -35.0, 35.0)))


def _value(X: Array, y: Array, beta: Array, firth: bool) -> float:
    eta = np.clip(X @ beta, -35.0, 35.0)
    value = float(y @ eta - np.logaddexp(0.0, eta).sum())
    if firth:
        mean = _mean(eta)
        value += 0.5 * float(np.linalg.slogdet(X.T @ ((mean * (1 - mean))[:, None] * X))[1])
    return value

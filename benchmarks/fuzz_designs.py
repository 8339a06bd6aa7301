"""Random small designs: nothing but the project's own errors and not a single warning.

    python -m benchmarks.fuzz_designs [count] [seed]

One to three grouping columns (crossed, nested, tiny, single rows), missing values, constant,
duplicated and nearly collinear columns, weights, transformations, slopes, both df methods, ML and
REML. Each model that can be fitted is asked for everything a page shows of it.
"""

from __future__ import annotations

import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core import FittedModel, LMMError, check_assumptions, fit_model, test_random_terms
from lmm_core.assess.assumptions import Material
from lmm_core.assess.influence import leave_out_groups
from lmm_core.figures import diagnostics
from lmm_core.model.factors import quote

Array = np.ndarray
Rng = np.random.Generator

MOST_ROWS = 70
# Seeds from here on have five times as many rows: the blocked criterion takes part.
LARGE_FROM = 100_000


@dataclass(frozen=True)
class Design:
    """One made-up question: a table, a formula, and options of ``fit_model``."""

    frame: pd.DataFrame
    formula: str
    options: dict[str, object]


def design(seed: int) -> Design:
    """The design of a seed."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, MOST_ROWS)) * (5 if seed >= LARGE_FROM else 1)
    groups = _groups(rng, n)
    columns = _predictors(rng, n, groups)
    y = rng.normal(size=n) * 10.0 ** rng.integers(-4, 5) + rng.choice([0.0, 5.0, 1e4])
    for codes in groups.values():
        y = y + rng.choice([0.0, 0.0, 1.0, 20.0]) * rng.normal(size=n)[codes]
    if rng.random() < 0.08:
        y = np.round(y)
    if rng.random() < 0.05:
        y = sum(rng.normal(size=n)[codes] for codes in groups.values()) + columns["x"]
    frame = pd.DataFrame({"y": y, **columns, **{k: v.astype(str) for k, v in groups.items()}})
    frame["w"] = rng.uniform(0.1, 5.0, n) if rng.random() < 0.8 else np.ones(n)
    for name in frame.columns:
        if rng.random() < 0.15:
            frame.loc[rng.random(n) < rng.choice([0.05, 0.3, 0.9]), name] = np.nan
    fixed = _fixed(rng, list(columns))
    options: dict[str, object] = {}
    if rng.random() < 0.3:
        options["reml"] = False
    elif rng.random() < 0.4:
        options["df_method"] = "kenward-roger"
    if rng.random() < 0.2:
        options["weights"] = "w"
    return Design(frame, f"y ~ {fixed} + {_random(rng, list(groups), list(columns))}", options)


def _groups(rng: Rng, n: int) -> dict[str, Array]:
    """Codes of one to three grouping columns, below ``n``."""
    found: dict[str, Array] = {}
    for name in "ghk"[: int(rng.choice([1, 1, 1, 2, 2, 3]))]:
        kind = rng.integers(6)
        levels = int(rng.integers(1, max(3, n // 2)))
        if kind == 0 and found:
            # Nested in the one before, or the same.
            before = next(reversed(found.values()))
            codes = before * int(rng.integers(1, 3)) + rng.integers(0, 2, n)
            codes = np.unique(codes, return_inverse=True)[1]
        elif kind == 1:
            codes = np.arange(n) % levels
        elif kind == 2:
            codes = np.arange(n) * levels // n
        elif kind == 3:
            # Many groups of a single row, and one large one.
            codes = np.where(rng.random(n) < 0.5, 0, np.arange(n))
        else:
            codes = rng.integers(0, levels, n)
        found[name] = codes.astype(np.intp)
    return found


def _predictors(rng: Rng, n: int, groups: dict[str, Array]) -> dict[str, Array]:
    x = rng.normal(size=n) * 10.0 ** rng.integers(-3, 4) + rng.choice([0.0, 0.0, 2000.0])
    first = next(iter(groups.values()))
    time = np.zeros(n)
    for level in range(int(first.max()) + 1):
        own = first == level
        time[own] = np.arange(own.sum())
    return {
        "x": x,
        "t": time,
        "copy": x * rng.choice([1.0, -3.0]),
        "near": x + 10.0 ** -rng.integers(3, 13) * rng.normal(size=n) * np.abs(x).max(),
        "constant": np.full(n, rng.choice([0.0, 1.0, 1e6])),
        "between": rng.normal(size=n)[first],
        "rare": (np.arange(n) == int(rng.integers(n))).astype(float),
        "f": np.array(list("abcdefghij"))[rng.integers(0, rng.integers(1, 8), n)],
        "lonely": np.array([f"v{k}" for k in range(n)]),
    }


def _fixed(rng: Rng, names: list[str]) -> str:
    # Most questions can be answered; the odd columns come now and then.
    odd = np.array([name in ("constant", "lonely") for name in names])
    share = np.where(odd, 0.02, 1.0)
    chosen = list(rng.choice(names, rng.integers(0, 4), replace=False, p=share / share.sum()))
    terms = [_term(rng, name) for name in chosen]
    if len(terms) > 1 and rng.random() < 0.3:
        terms.append(f"{quote(chosen[0])}:{quote(chosen[1])}")
    return (
        " + ".join(["1", *terms]) if rng.random() < 0.9 or not terms else " + ".join(["0", *terms])
    )


def _term(rng: Rng, name: str) -> str:
    if name in ("f", "lonely") or rng.random() < 0.7:
        return name
    made = ("center({})", "scale({})", "poly({}, 2)", "I({}^2)", "log1p({})", "sqrt({})", "exp({})")
    if name not in ("t", "rare"):
        made = made[:4]
    return str(rng.choice(made)).format(name)


def _random(rng: Rng, groups: list[str], names: list[str]) -> str:
    terms = []
    for group in groups:
        useful = [name for name in names if name not in ("constant", "lonely", "between")]
        pool = useful if rng.random() < 0.95 else names
        slopes = [str(s) for s in rng.permutation(pool)[: rng.choice([0, 0, 0, 1, 1, 2])]]
        bar = "||" if rng.random() < 0.3 else "|"
        inside = " + ".join(["0" if slopes and rng.random() < 0.15 else "1", *slopes])
        terms.append(f"({inside} {bar} {group})")
    return " + ".join(terms)


# -- what a page asks of a fit


def _numeric(fit: FittedModel) -> list[str]:
    return [p.column for p in Material(fit).predictors]


def _categorical(fit: FittedModel) -> list[str]:
    return [f for f in ("f", "lonely") if any((f,) == t for t in fit.spec.fixed)]


QUESTIONS: dict[str, Callable[[FittedModel], object]] = {
    "fixed effects": lambda fit: fit.fixed_effects,
    "variance components": lambda fit: fit.variance_components,
    "modes": lambda fit: [fit.conditional_modes(g) for g in fit.groups],
    "rows": lambda fit: (fit.fitted, fit.residuals, fit.pearson_residuals, fit.aic, fit.bic),
    "icc": lambda fit: float(fit.icc()),
    "r2": lambda fit: fit.r2(),
    "anova 3": lambda fit: fit.anova(3),
    "anova 2": lambda fit: fit.anova(2),
    "profile": lambda fit: fit.confint("profile", progress=lambda done, total: done < 3),
    "bootstrap": lambda fit: fit.confint("bootstrap", replicates=3),
    "random terms": test_random_terms,
    "means": lambda fit: [fit.marginal_means(f) for f in _categorical(fit)],
    "contrasts": lambda fit: [fit.contrasts(f) for f in _categorical(fit)],
    "slopes": lambda fit: [fit.slopes(x) for x in _numeric(fit)],
    "average": lambda fit: fit.predict(interval="confidence"),
    "group": lambda fit: fit.predict(target="group", interval="prediction"),
    "new": lambda fit: fit.predict(target="new", interval="prediction"),
    "normal": lambda fit: fit.with_df_method("normal").fixed_effects,
    "kenward-roger": lambda fit: fit.with_df_method("kenward-roger").fixed_effects,
    "assumptions": check_assumptions,
    "influence": lambda fit: leave_out_groups(fit, progress=lambda done, total: done < 3),
    "pictures": lambda fit: [draw(fit) for draw in diagnostics.PICTURES.values()],
}


@dataclass(frozen=True)
class Fault:
    """Something other than an answer or one of our errors."""

    seed: int
    question: str
    error: str
    where: str


def faults_of(seed: int, questions: tuple[str, ...] = tuple(QUESTIONS)) -> tuple[str, list[Fault]]:
    """ "fitted" or the code of the refusal, and what went wrong on the way."""
    made = design(seed)
    found: list[Fault] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = fit_model(made.formula, made.frame, **made.options)
        except LMMError as error:
            return error.code, found if error.next_step else [Fault(seed, "fit", str(error), "")]
        except Exception as error:
            return "fault", [_fault(seed, "fit", error)]
        for name in questions:
            try:
                QUESTIONS[name](fit)
            except LMMError:
                pass
            except Exception as error:
                found.append(_fault(seed, name, error))
    return "fitted", found


def _fault(seed: int, question: str, error: Exception) -> Fault:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "lmm_core" in f.filename] or frames
    where = f"{own[-1].filename.split('lmm_core')[-1]}:{own[-1].lineno}"
    return Fault(seed, question, f"{type(error).__name__}: {error}"[:120], where)


def run(count: int, seed: int) -> Iterator[tuple[str, list[Fault]]]:
    for k in range(seed, seed + count):
        yield faults_of(k)


def main(count: int, seed: int) -> int:
    start = time.perf_counter()
    outcomes: Counter = Counter()
    places: dict[tuple[str, str, str], list[int]] = {}
    for outcome, faults in run(count, seed):
        outcomes[outcome] += 1
        for fault in faults:
            places.setdefault((fault.where, fault.question, fault.error), []).append(fault.seed)
    for (where, question, error), seeds in sorted(places.items(), key=lambda p: -len(p[1])):
        print(f"{len(seeds):5} {where} [{question}] {error} (seeds {seeds[:4]})")
    print(dict(outcomes.most_common()))
    print(f"{count} designs, {len(places)} faults, {time.perf_counter() - start:.0f} s")
    return 1 if places else 0


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*given, *(1000, 0)[len(given) :]))

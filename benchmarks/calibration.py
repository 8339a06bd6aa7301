"""Do the verdicts of the assumptions turn when they should, and stay calm when they should?

    python -m benchmarks.calibration [sets [seed]]

Simulates data sets (100 per cell, four times as many from right models) from right models and from
models wrong in one way and to a known degree, fits the model that doesn't know, and counts
verdicts. Writes CALIBRATION.md. Thresholds were chosen on seeds 0 to 999; the written tables come
from others.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import several_groups
from lmm_core import fit_model
from lmm_core.assess.assumptions import CHECKS, Material, check_assumptions
from lmm_core.assess.assumptions.check import worst

Array = np.ndarray
REPORT = Path(__file__).with_name("CALIBRATION.md")
SEED = 20_261_125
NULL_TIMES = 4


@dataclass(frozen=True)
class Layout:
    """Groups by times, with a predictor x that varies on both levels, and two arms."""

    n_groups: int
    n_times: int
    missing: float = 0.0
    formula: str = "y ~ t + x + arm + (1 | g)"

    @property
    def name(self) -> str:
        lost = f", {self.missing:.0%} missing".replace("%", " %") if self.missing else ""
        slopes = ", random slopes" if "1 + t" in self.formula else ""
        return f"{self.n_groups} × {self.n_times}{lost}{slopes}"


SMALL, BASE, LARGE = Layout(20, 6), Layout(60, 8), Layout(150, 12)
NULLS = (
    Layout(12, 6),
    Layout(20, 10, formula="y ~ t + x + arm + (1 + t | g)"),
    BASE,
    Layout(80, 4, missing=0.15),
    Layout(150, 20),
)


@dataclass
class Parts:
    """What an outcome is made of; a violation changes one of them."""

    rng: np.random.Generator
    g: Array
    t: Array
    x: Array
    arm: Array
    u: Array
    e: Array
    extra: Array
    spread: Array
    columns: dict[str, Array]
    """Further columns; each enters the formula."""


def parts_of(layout: Layout, rng: np.random.Generator) -> Parts:
    G, T = layout.n_groups, layout.n_times
    g, t = np.repeat(np.arange(G), T), np.tile(np.arange(float(T)), G)
    kept = rng.random(len(g)) >= layout.missing
    kept |= t < 2
    g, t = g[kept], t[kept]
    n = len(g)
    x = rng.normal(size=n) + rng.normal(size=G)[g]
    ones, zeros = np.ones(n), np.zeros(n)
    return Parts(rng, g, t, x, g % 2, rng.normal(size=G), rng.normal(size=n), zeros, ones, {})


def outcome_of(p: Parts, layout: Layout) -> pd.DataFrame:
    slopes = 0.0
    if "1 + t" in layout.formula:
        slopes = 0.2 * p.rng.normal(size=layout.n_groups)[p.g] * p.t
    y = 2 + 0.1 * p.t + 0.4 * p.x + 0.5 * p.arm + slopes + p.u[p.g] + p.extra + p.spread * p.e
    arm = np.where(p.arm == 1, "b", "a")
    return pd.DataFrame({"y": y, "t": p.t, "x": p.x, "arm": arm, "g": p.g.astype(str), **p.columns})


def unit(values: Array) -> Array:
    return (values - values.mean()) / values.std()


def means_of(values: Array, g: Array) -> Array:
    """(n,): the mean of each row's group."""
    return (np.bincount(g, values) / np.bincount(g))[g]


def ramp(v: Array, ratio: float) -> Array:
    """SDs that grow with v: ``ratio`` times from its bottom to its top quarter."""
    low, high = np.quantile(v, [0.25, 0.75])
    gap = v[v >= high].mean() - v[v <= low].mean()
    return ratio ** ((v - v.mean()) / gap)


# -- violations: each takes the parts and the size


def curve_within(p: Parts, size: float) -> None:
    bend = (p.x - means_of(p.x, p.g)) ** 2
    p.extra = size * unit(bend - means_of(bend, p.g))


def curve_between(p: Parts, size: float) -> None:
    p.extra = size * unit((means_of(p.x, p.g) - p.x.mean()) ** 2)


def two_slopes(p: Parts, size: float) -> None:
    p.extra = size * means_of(p.x, p.g)


def skewed_residuals(p: Parts, size: float) -> None:
    e = np.exp(size * p.e) - np.exp(size**2 / 2)
    p.e = e / np.sqrt((np.exp(size**2) - 1) * np.exp(size**2))


def heavy_tails(p: Parts, df: float) -> None:
    p.e = p.rng.standard_t(df, size=len(p.g)) / np.sqrt(df / (df - 2))


def skewed_groups(p: Parts, shape: float) -> None:
    p.u = (p.rng.gamma(shape, size=len(p.u)) - shape) / np.sqrt(shape)


def two_kinds_of_groups(p: Parts, gap: float) -> None:
    kind = p.rng.permutation(len(p.u)) % 2 - 0.5
    p.u = gap * kind + p.u * 0.5


def spread_over_fitted(p: Parts, ratio: float) -> None:
    p.spread = ramp(0.1 * p.t + 0.4 * p.x + 0.5 * p.arm + p.u[p.g], ratio)


def spread_over_time(p: Parts, ratio: float) -> None:
    p.spread = ramp(p.t, ratio)


def spread_of_groups(p: Parts, ratio: float) -> None:
    p.spread = (ratio ** (p.rng.normal(size=len(p.u)) / 2.5631))[p.g]


def spread_of_arms(p: Parts, ratio: float) -> None:
    p.spread = np.where(p.arm == 1, ratio, 1.0)


def lasting_deviations(p: Parts, phi: float) -> None:
    for i in range(1, len(p.g)):
        if p.g[i] == p.g[i - 1]:
            p.e[i] = phi * p.e[i - 1] + np.sqrt(1 - phi**2) * p.e[i]


def wild_row(p: Parts, size: float) -> None:
    p.extra[p.rng.integers(len(p.g))] = size


def wild_group(p: Parts, size: float) -> None:
    p.u[p.rng.integers(len(p.u))] = size


def alike_predictors(p: Parts, r: float) -> None:
    p.columns["z"] = r * unit(p.x) + np.sqrt(1 - r**2) * p.rng.normal(size=len(p.x))


@dataclass(frozen=True)
class Violation:
    """``sizes``: one that changes little, one that deserves a look, one that calls for action."""

    title: str
    check: str
    apply: Callable[[Parts, float], None]
    sizes: tuple[float, float, float]
    meaning: str


MEANT = ("little", "look", "act")
VIOLATIONS = (
    Violation(
        "curve within groups", "linearity_within", curve_within, (0.05, 0.3, 0.6), "SDs of bend"
    ),
    Violation(
        "curve between groups", "linearity_between", curve_between, (0.1, 0.5, 0.9), "SDs of bend"
    ),
    Violation("two slopes", "confounding", two_slopes, (0.05, 0.5, 0.8), "difference"),
    Violation(
        "skewed residuals", "normality_residuals", skewed_residuals, (0.1, 0.3, 0.6), "log SD"
    ),
    Violation("heavy tails", "normality_residuals", heavy_tails, (30, 5, 3), "t df"),
    Violation("skewed groups", "normality_random", skewed_groups, (40, 1.5, 0.5), "gamma shape"),
    Violation(
        "two kinds of groups", "normality_random", two_kinds_of_groups, (0.5, 3, 5), "SDs apart"
    ),
    Violation(
        "spread over fitted values",
        "homoscedasticity_fitted",
        spread_over_fitted,
        (1.1, 2.0, 3.0),
        "times",
    ),
    Violation(
        "spread over time", "homoscedasticity_time", spread_over_time, (1.1, 2.0, 3.0), "times"
    ),
    Violation(
        "spread of groups", "homoscedasticity_group", spread_of_groups, (1.2, 2.5, 4.5), "times"
    ),
    Violation(
        "spread of arms", "homoscedasticity_predictors", spread_of_arms, (1.1, 1.8, 2.6), "times"
    ),
    Violation(
        "lasting deviations", "autocorrelation", lasting_deviations, (0.05, 0.3, 0.6), "correlation"
    ),
    Violation("a wild row", "outliers", wild_row, (2, 6, 9), "SDs"),
    Violation("a wild group", "outliers", wild_group, (2, 5.5, 8), "SDs"),
    Violation(
        "predictors alike", "collinearity", alike_predictors, (0.5, 0.93, 0.98), "correlation"
    ),
)


def null_rates(made: Iterable[tuple[str, pd.DataFrame]]) -> dict[str, Counter]:
    """Verdicts per check over (formula, table); "any" counts the worst of a data set."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for formula, frame in made:
        checks = check_assumptions(fit_model(formula, frame))
        for check in checks:
            counts[check.key][check.verdict] += 1
        counts["any"][worst([check.verdict for check in checks])] += 1
    return counts


def null_sets(layout: Layout, sets: int, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    for k in range(sets):
        rng = np.random.default_rng([SEED + seed, layout.n_groups, layout.n_times, k])
        yield layout.formula, outcome_of(parts_of(layout, rng), layout)


def verdicts(violation: Violation, size: float, layout: Layout, sets: int, seed: int) -> Counter:
    found: Counter = Counter()
    number = VIOLATIONS.index(violation)
    for k in range(sets):
        rng = np.random.default_rng([SEED + 1 + seed, number, int(1000 * size), layout.n_groups, k])
        parts = parts_of(layout, rng)
        violation.apply(parts, size)
        frame = outcome_of(parts, layout)
        formula = layout.formula.replace("x +", "x + z +") if parts.columns else layout.formula
        check = CHECKS[violation.check](Material(fit_model(formula, frame)))
        found[check.verdict] += 1
    return found


def main(sets: int, seed: int) -> None:
    start = time.perf_counter()
    lines = [
        "# Calibration of the verdicts",
        "",
        f"Made by `python -m benchmarks.calibration {sets} {seed}`: {sets} seeded data sets per "
        f"cell, {NULL_TIMES * sets} from right models; thresholds were chosen on other seeds.",
        "“look” and “act” are the two alarms of a check; “fine” is none.",
        "",
        *_null_lines(NULL_TIMES * sets, seed),
        *_violation_lines(sets, seed),
        *_several_lines(sets, seed),
        f"{time.perf_counter() - start:.0f} seconds on one core.",
        "",
    ]
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


def _null_lines(sets: int, seed: int) -> list[str]:
    made = {layout.name: null_sets(layout, sets, seed) for layout in NULLS}
    for case in several_groups.CASES:
        made[case.title] = case.sets(0.0, sets, seed)
    rates = [null_rates(each) for each in made.values()]
    lines = [
        "## Right models: false alarms",
        "",
        "Share of data sets with “look” or “act” (“act” alone in brackets), in per cent.",
        "",
        f"| check | {' | '.join(made)} | all |",
        f"|---|{'---|' * (len(made) + 1)}",
    ]
    largest, highest = 0.0, 0.0
    for key in (*CHECKS, "any"):
        cells, alarms, acts = [], 0, 0
        for counts in rates:
            look, act = counts[key]["look"], counts[key]["act"]
            cells.append(_cell(look + act, act, sets))
            alarms, acts = alarms + look + act, acts + act
            if key != "any":
                highest = max(highest, (look + act) / sets)
        if key != "any":
            largest = max(largest, alarms / (sets * len(made)))
        lines.append(f"| {key} | {' | '.join(cells)} | {_cell(alarms, acts, sets * len(made))} |")
    return [
        *lines,
        "",
        f"The largest rate of a check over all layouts is {100 * largest:.1f} %, that of a single "
        f"cell {100 * highest:.1f} %. The last line counts data sets with at least one alarm among "
        "all checks.",
        "",
    ]


def _violation_lines(sets: int, seed: int) -> list[str]:
    lines = [
        "## Wrong models: alarms",
        "",
        "Residual and group SD 1. Per violation three sizes: one that changes little, one that "
        "deserves a look, one that calls for action. Share of data sets with an alarm (“act” in "
        "brackets), in per cent, for three layouts (groups × times).",
        "",
        f"| violation | check | size | {SMALL.name} | {BASE.name} | {LARGE.name} |",
        "|---|---|---|---|---|---|",
    ]
    for violation in VIOLATIONS:
        for size, meant in zip(violation.sizes, MEANT, strict=True):
            cells = []
            for layout in (SMALL, BASE, LARGE):
                found = verdicts(violation, size, layout, sets, seed)
                cells.append(_cell(found["look"] + found["act"], found["act"], sets))
            lines.append(
                f"| {violation.title} | {violation.check} | {size:g} {violation.meaning} ({meant}) "
                f"| {' | '.join(cells)} |"
            )
            print(lines[-1], flush=True)
    return [*lines, ""]


def _several_lines(sets: int, seed: int) -> list[str]:
    """Autocorrelation with several grouping columns."""
    sizes = several_groups.SIZES
    lines = [
        "## Autocorrelation with several grouping columns",
        "",
        "Judged within the finest groups that a time orders. Alarms as above, by the correlation "
        "of neighbouring residuals.",
        "",
        f"| layout | judged within | {' | '.join(f'{phi:g}' for phi in sizes)} |",
        f"|---|---|{'---|' * len(sizes)}",
    ]
    for case in several_groups.CASES:
        cells, whose = [], ""
        for phi in sizes:
            found: Counter = Counter()
            for formula, frame in case.sets(phi, sets, seed):
                check = CHECKS["autocorrelation"](Material(fit_model(formula, frame)))
                found[check.verdict] += 1
                whose = str(check.numbers.get("group", "–"))
            cells.append(_cell(found["look"] + found["act"], found["act"], sets))
        lines.append(f"| {case.title} | {whose} | {' | '.join(cells)} |")
    return [*lines, ""]


def _cell(alarms: int, acts: int, total: int) -> str:
    return f"{100 * alarms / total:.0f} ({100 * acts / total:.0f})"


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*given, *(100, 1_000)[len(given) :])

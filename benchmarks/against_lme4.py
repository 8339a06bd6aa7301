"""The speed table: lmm_core against lme4/lmerTest/pbkrtest (by Rscript) and statsmodels.

    python -m benchmarks.against_lme4 --rows small,mathach

Each side runs in a process of its own with one BLAS thread; the sides take turns within a
repetition, and the ratio is the median of the ratios of the pairs. Writes a section of RESULTS.md.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.exchange import Worker, open_worker, write_frame, write_job
from benchmarks.results import seconds, setting, table, write_section
from benchmarks.workloads import Workload, make_data, workloads

REPOSITORY = Path(__file__).resolve().parents[1]
_COMMANDS = {
    "ours": [sys.executable, "-m", "benchmarks.our_side"],
    "lme4": ["Rscript", "--vanilla", "benchmarks/lme4_fits.R"],
    "statsmodels": [sys.executable, "-m", "benchmarks.statsmodels_side"],
}
_TASKS = {
    "fit": "fit",
    "inference": "fit, Satterthwaite df, modes",
    "kenward-roger": "Kenward-Roger",
    "profile": "profile intervals",
    "memory": "peak memory of the fit above the loaded data",
}
_HEADER = ("work", "lmm_core", "lme4", "statsmodels", "lmm_core / lme4", "to reach", "met")
_WARM_BELOW = 100_000  # rows; a fit of more takes so long that a first run is no warm-up


@dataclass
class Measured:
    """The answers of each side to one workload, repetition by repetition."""

    work: Workload
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def values(self, side: str, what: str = "seconds") -> list[float]:
        return [answer[what] for answer in self.answers.get(side, []) if what in answer]

    def shown(self, side: str) -> str:
        answers = self.answers.get(side)
        if not answers:
            return "n/a"
        if "error" in answers[-1]:
            return str(answers[-1]["error"])
        if self.work.task == "memory":
            last = answers[-1]
            return f"{last['bytes'] / 2**20:.0f} MiB ({last['bytes'] / last['data']:.2f} x data)"
        text = seconds(statistics.median(self.values(side)))
        return text if answers[-1].get("converged", True) else f"{text}, not converged"

    def ratio(self) -> float | None:
        what = "bytes" if self.work.task == "memory" else "seconds"
        ours, theirs = self.values("ours", what), self.values("lme4", what)
        pairs = [a / b for a, b in zip(ours, theirs, strict=False)]
        return statistics.median(pairs) if pairs else None

    def met(self) -> bool | None:
        if self.work.task == "memory":
            ours = self.values("ours", "bytes")
            return ours[-1] <= 2 * self.values("ours", "data")[-1] if ours else None
        ratio = self.ratio()
        return None if ratio is None else ratio <= 1 / self.work.divisor

    def row(self) -> tuple[str, ...]:
        ratio, met = self.ratio(), self.met()
        target = "2 x data" if self.work.task == "memory" else f"1/{self.work.divisor}"
        return (
            f"{self.work.name}: {_TASKS[self.work.task]}",
            self.shown("ours"),
            self.shown("lme4"),
            self.shown("statsmodels"),
            "n/a" if ratio is None else (f"1/{1 / ratio:.1f}" if ratio < 1 else f"{ratio:.2f}"),
            target,
            "n/a" if met is None else ("yes" if met else "**no**"),
        )

    def loglik_difference(self) -> float | None:
        ours, theirs = self.values("ours", "loglik"), self.values("lme4", "loglik")
        return ours[-1] - theirs[-1] if ours and theirs else None


def measure(
    work: Workload, job: Path, workers: dict[str, Worker], rows: int, repetitions: int
) -> Measured:
    """Let the sides take turns. statsmodels stops taking part once it failed or was too slow."""
    measured = Measured(work)
    for repetition in range(-1 if rows < _WARM_BELOW else 0, repetitions):
        for side, worker in workers.items():
            if side == "statsmodels" and _statsmodels_is_done(measured):
                continue
            answer = worker.ask(work.limit if side == "statsmodels" else 1800.0, job=str(job))
            if repetition >= 0 or "error" in answer:
                measured.answers.setdefault(side, []).append(answer)
    return measured


def _statsmodels_is_done(measured: Measured) -> bool:
    """One run says enough of what failed or takes more than 20 s; others don't fit or are n/a."""
    if measured.work.statsmodels is None:
        return True
    answers = measured.answers.get("statsmodels", [])
    return any("error" in a or a.get("seconds", 0.0) > 20.0 for a in answers)


def run(lines: Sequence[Workload], sides: Sequence[str], repetitions: int | None) -> str:
    """Measure the lines; the Markdown of the section's body."""
    done: list[Measured] = []
    other: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        written: dict[str, tuple[list[dict[str, Any]], int]] = {}
        for work in lines:
            if work.data not in written:
                frame = make_data(work.data)
                written[work.data] = (write_frame(frame, folder / work.data), len(frame))
            columns, rows = written[work.data]
            job = write_job(work, columns, folder)
            # New processes for every line: no side meets the leftovers of an earlier one.
            with ExitStack() as stack:
                workers = {
                    side: stack.enter_context(open_worker(_COMMANDS[side], REPOSITORY))
                    for side in sides
                }
                if "lme4" in workers and not other:
                    other = workers["lme4"].ask(ask="versions")
                done.append(measure(work, job, workers, rows, repetitions or work.repetitions))
            print("  ".join(done[-1].row()), flush=True)
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    body = [setting(packages, other), "One BLAS thread on every side.", ""]
    body.append(table(_HEADER, [measured.row() for measured in done]))
    differences = [(m.loglik_difference(), m.work) for m in done]
    worst = min(((d, w) for d, w in differences if d is not None), default=None, key=lambda p: p[0])
    if worst is not None:
        body += [
            "",
            f"Smallest difference of the log-likelihoods, lmm_core minus lme4: {worst[0]:.2g} "
            f"({worst[1].name}); above zero is a better optimum.",
        ]
    return "\n".join(body)


def main() -> None:
    lines = workloads()
    known = list(dict.fromkeys(work.row for work in lines))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", default=",".join(known), help=f"of: {', '.join(known)}")
    parser.add_argument("--sides", default="ours,lme4,statsmodels", help="which sides take part")
    parser.add_argument("--repetitions", type=int, help="instead of each line's own number")
    parser.add_argument("--title", default="Speed against lme4 and statsmodels")
    parser.add_argument("--print-only", action="store_true", help="leave RESULTS.md alone")
    arguments = parser.parse_args()
    rows, sides = arguments.rows.split(","), arguments.sides.split(",")
    if unknown := sorted((set(rows) - set(known)) | (set(sides) - set(_COMMANDS))):
        parser.error(f"not known: {', '.join(unknown)}")
    if "lme4" in sides and shutil.which("Rscript") is None:
        print("Rscript isn't installed: lme4 is left out (Debian: r-cran-lme4, r-cran-lmertest).")
        sides.remove("lme4")
    body = run([w for w in lines if w.row in rows], sides, arguments.repetitions)
    print(body)
    if not arguments.print_only:
        write_section(arguments.title, body)


if __name__ == "__main__":
    main()

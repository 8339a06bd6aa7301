"""Runs generated scripts, many in one process: starting Python or R takes longer than a fit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

_PYTHON = """\
import contextlib, io, json, os, runpy, sys, traceback
results = {}
for folder, name in json.load(sys.stdin):
    os.chdir(folder)
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(name, run_name="__main__")
        results[f"{folder}|{name}"] = out.getvalue().strip().splitlines()[-1]
    except BaseException:
        results[f"{folder}|{name}"] = traceback.format_exc()
print(json.dumps(results))
"""

_R = """\
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(jsonlite)})
for (job in fromJSON("jobs.json", simplifyVector = FALSE)) {
  setwd(job[[1]])
  cat("\\n@@", job[[1]], "|", job[[2]], "\\n", sep = "")
  tryCatch(
    suppressWarnings(suppressMessages(
      source(job[[2]], local = new.env(), encoding = "UTF-8"))),
    error = function(e) cat("Error:", conditionMessage(e), "\\n")
  )
}
"""


def run_python(jobs: list[tuple[Path, str]]) -> Mapping[tuple[Path, str], str]:
    """The last line that each script printed, or its traceback."""
    done = subprocess.run(
        [sys.executable, "-c", _PYTHON],
        input=json.dumps([[str(folder), name] for folder, name in jobs]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    return _by_job(json.loads(done.stdout.splitlines()[-1]))


def has_r() -> bool:
    """Whether Rscript with lme4 and lmerTest is installed."""
    found = shutil.which("Rscript")
    if found is None:
        return False
    code = 'for (p in c("lme4", "lmerTest", "pbkrtest", "jsonlite")) library(p, character.only = T)'
    return subprocess.run([found, "-e", code], capture_output=True, check=False).returncode == 0


def run_r(jobs: list[tuple[Path, str]], home: Path) -> Mapping[tuple[Path, str], str]:
    """The same for R, in the plainest locale."""
    (home / "jobs.json").write_text(json.dumps([[str(folder), name] for folder, name in jobs]))
    (home / "run.R").write_text(_R)
    done = subprocess.run(
        ["Rscript", "run.R"], cwd=home, capture_output=True, text=True, check=False,
        env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    parts = [part.strip().splitlines() for part in done.stdout.split("\n@@")[1:]]
    return _by_job({lines[0]: lines[-1] for lines in parts})


def _by_job(found: dict[str, str]) -> dict[tuple[Path, str], str]:
    return {(Path(k.split("|")[0]), k.split("|")[1]): v for k, v in found.items()}

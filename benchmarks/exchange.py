"""The data and jobs that all sides read: plain binary columns, and one line of JSON per message."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.workloads import Workload

#: One BLAS thread on every side.
ONE_THREAD = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
_MARK = "RESULT "


def write_frame(frame: pd.DataFrame, folder: Path) -> list[dict[str, Any]]:
    """Write each column as raw float64 (numbers) or int32 (codes, IDs); return what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    columns: list[dict[str, Any]] = []
    for index, name in enumerate(frame.columns):
        column = frame[name]
        path = folder / f"{index}.bin"
        entry: dict[str, Any] = {"name": name, "file": str(path), "kind": "number", "levels": []}
        if isinstance(column.dtype, pd.CategoricalDtype):
            entry |= {"kind": "factor", "levels": [str(x) for x in column.cat.categories]}
            column.cat.codes.to_numpy().astype("<i4").tofile(path)
        elif pd.api.types.is_integer_dtype(column.dtype) and column.nunique() > 100:
            entry["kind"] = "id"
            column.to_numpy().astype("<i4").tofile(path)
        elif pd.api.types.is_numeric_dtype(column.dtype):
            column.to_numpy().astype("<f8").tofile(path)
        else:
            codes, levels = pd.factorize(column.astype(str), sort=True)
            entry |= {"kind": "factor", "levels": [str(x) for x in levels]}
            codes.astype("<i4").tofile(path)
        columns.append(entry)
    return columns


def read_frame(columns: list[dict[str, Any]]) -> pd.DataFrame:
    """The frame of :func:`write_frame`: float64, category, and int64 for plain IDs."""
    data: dict[str, Any] = {}
    for entry in columns:
        if entry["kind"] == "number":
            data[entry["name"]] = np.fromfile(entry["file"], dtype="<f8")
            continue
        codes = np.fromfile(entry["file"], dtype="<i4")
        data[entry["name"]] = (
            codes.astype(np.int64)
            if entry["kind"] == "id"
            else pd.Categorical.from_codes(codes, entry["levels"])
        )
    return pd.DataFrame(data)


def write_job(work: Workload, columns: list[dict[str, Any]], folder: Path) -> Path:
    """The job file of a workload, for every side."""
    path = folder / f"{work.key}.json"
    path.write_text(
        json.dumps({**asdict(work), "key": work.key, "times": work.times, "columns": columns})
    )
    return path


class Worker:
    """One side, in a process of its own that keeps its loaded data between the repetitions."""

    def __init__(self, command: Sequence[str], repository: Path) -> None:
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(repository)}
        self._process = subprocess.Popen(
            command,
            cwd=repository,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def ask(self, limit: float = 1800.0, **message: Any) -> dict[str, Any]:
        """Send one message, return the answer: ``{"error": why}`` on failure or after ``limit`` s.

        A worker that took too long is stopped; every later question fails with the same reason.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            return {"error": "stopped"}
        deadline = time.monotonic() + limit
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.close()
                return {"error": f"> {limit:.0f} s"}
            if line is None:
                return {"error": "stopped"}
            if line.startswith(_MARK):
                return dict(json.loads(line[len(_MARK) :]))

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def open_worker(command: Sequence[str], repository: Path) -> Iterator[Worker]:
    worker = Worker(command, repository)
    try:
        yield worker
    finally:
        worker.close()


def serve(run: Callable[[dict[str, Any], pd.DataFrame], dict[str, Any]]) -> None:
    """The loop of a Python side: load a job's data once, answer each request with one line."""
    import sys

    jobs: dict[str, tuple[dict[str, Any], pd.DataFrame]] = {}
    for line in sys.stdin:
        message = json.loads(line)
        path = message["job"]
        if path not in jobs:
            job = json.loads(Path(path).read_text())
            jobs = {path: (job, read_frame(job["columns"]))}
        try:
            answer = run(*jobs[path])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        print(_MARK + json.dumps(answer), flush=True)


def peak_reset() -> int:
    """Linux: set this process's peak memory back to what it holds now; that amount in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak() -> int:
    """Linux: this process's peak memory since :func:`peak_reset`, bytes."""
    return _status("VmHWM")


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {field} in /proc/self/status")

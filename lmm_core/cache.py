"""Fits by (data fingerprint, spec): bounded, safe with threads, one fit in flight per key."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

import pandas as pd

from lmm_core.data.history import History, carry_out
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel, fit_model
from lmm_core.model.design import Design
from lmm_core.model.spec import ModelSpec

T = TypeVar("T")


@dataclass
class _Slot(Generic[T]):
    done: threading.Event
    value: T | None = None
    error: BaseException | None = None
    weight: int = 1


class Cache(Generic[T]):
    """The most recently used results, at most ``max_weight`` in sum.

    Errors of ours are kept too: the same question gets the same answer at once.
    """

    def __init__(self, max_weight: int, weigh: Callable[[T], int] = lambda value: 1) -> None:
        self._max_weight = max_weight
        self._weigh = weigh
        self._lock = threading.Lock()
        self._slots: OrderedDict[Hashable, _Slot[T]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of ``key``, made once; other callers wait for the one who makes it."""
        with self._lock:
            slot = self._slots.get(key)
            mine = slot is None
            if slot is None:
                slot = self._slots[key] = _Slot(threading.Event())
            self._slots.move_to_end(key)
        if mine:
            self._fill(key, slot, make)
        else:
            slot.done.wait()
        if slot.error is not None:
            raise slot.error
        return slot.value  # type: ignore[return-value]

    def _fill(self, key: Hashable, slot: _Slot[T], make: Callable[[], T]) -> None:
        try:
            slot.value = make()
            slot.weight = self._weigh(slot.value)
        except BaseException as error:
            slot.error = error
            if not isinstance(error, LMMError):
                with self._lock:
                    self._slots.pop(key, None)
        finally:
            slot.done.set()
            self._trim()

    def _trim(self) -> None:
        with self._lock:
            total = sum(slot.weight for slot in self._slots.values())
            for key in list(self._slots):
                if total <= self._max_weight or len(self._slots) == 1:
                    return
                if self._slots[key].done.is_set():
                    total -= self._slots.pop(key).weight

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: Hashable) -> bool:
        """Whether the value, or its error, is there without waiting."""
        with self._lock:
            slot = self._slots.get(key)
            return slot is not None and slot.done.is_set()


@dataclass(frozen=True)
class TimedFit:
    """A fit and how long it took, in seconds."""

    fit: FittedModel
    seconds: float


# About 3 million rows of fitted models in all sessions together.
_fits: Cache[TimedFit] = Cache(3_000_000, lambda timed: 1_000 + timed.fit.n_obs)
# The design with the most columns among the fits of a table, as long as its fit is kept.
_designs: WeakValueDictionary[str, Design] = WeakValueDictionary()
_facts: Cache[Any] = Cache(512)
# 20 million cells of prepared tables, about 160 MB (columns that a step left alone are shared).
_tables: Cache[History] = Cache(20_000_000, lambda history: 1_000 + history.table.frame.size)


def cached_fit(fingerprint: str, frame: pd.DataFrame, spec: ModelSpec) -> TimedFit:
    """``fit_model`` remembered by the data's fingerprint and the spec.

    The df method and the confidence level don't change the estimates, so they share one fit.
    """
    core = replace(spec, df_method="satterthwaite", ci_level=0.95)

    def make() -> TimedFit:
        start = time.perf_counter()
        like = _designs.get(fingerprint)
        fit = fit_model(core, frame, like=like)
        if like is None or set(like.spec.columns()) <= set(core.columns()):
            _designs[fingerprint] = fit.design
        return TimedFit(fit, time.perf_counter() - start)

    timed = _fits.get((fingerprint, core), make)
    if core == spec:
        return timed

    def other_tests() -> TimedFit:
        fit = replace(timed.fit, spec=spec)
        # Where the df method doesn't apply, this raises here and not on a page.
        _ = fit.df_source
        return TimedFit(fit, timed.seconds)

    return _fits.get((fingerprint, spec), other_tests)


def is_fitted(fingerprint: str, spec: ModelSpec) -> bool:
    """Whether ``cached_fit`` of these would answer at once."""
    return (fingerprint, replace(spec, df_method="satterthwaite", ci_level=0.95)) in _fits


def cached_steps(
    table: Table, steps: Sequence[Step], others: Mapping[str, Table] | None = None
) -> History:
    """``carry_out`` remembered by the table's fingerprint and the steps."""
    if not steps:
        return History(table)
    key = (table.fingerprint, *(step.text for step in steps))
    return _tables.get(key, lambda: carry_out(table, steps, others))


def remembered(key: Hashable, make: Callable[[], Any]) -> Any:
    """A small fact about a data set (column kinds, what varies within groups), made once."""
    return _facts.get(key, make)

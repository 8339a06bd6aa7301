"""Fits are made once per data and model, by whoever asks first; errors of ours are kept too."""

from __future__ import annotations

import threading
import time

import pytest

from lmm_core.cache import Cache, cached_fit
from lmm_core.errors import ModelError
from lmm_core.model.spec import ModelSpec
from tests.support import data


def test_a_value_is_made_once_for_many_callers():
    cache: Cache[int] = Cache(10)
    made, results = [], []

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return 42

    threads = [
        threading.Thread(target=lambda: results.append(cache.get("k", make))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [42] * 8
    assert len(made) == 1


def test_the_least_recently_used_goes_first():
    cache: Cache[int] = Cache(3)
    for key in "abc":
        cache.get(key, lambda: 1)
    cache.get("a", lambda: 2)
    cache.get("d", lambda: 1)
    assert cache.get("a", lambda: 3) == 1
    assert cache.get("b", lambda: 4) == 4


def test_weights_bound_the_sum():
    cache: Cache[str] = Cache(10, len)
    for word in ("aaaa", "bbbb", "cccc"):
        cache.get(word, lambda word=word: word)
    assert len(cache) == 2


def test_our_errors_are_kept_and_others_are_not():
    cache: Cache[int] = Cache(10)
    calls = []

    def ours() -> int:
        calls.append("ours")
        raise ModelError("No.", "Try another.", code="no")

    def other() -> int:
        calls.append("other")
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ModelError):
            cache.get("a", ours)
        with pytest.raises(ZeroDivisionError):
            cache.get("b", other)
    assert calls == ["ours", "other", "other"]


def test_other_tests_and_levels_share_the_estimates():
    frame = data("sleepstudy")
    spec = ModelSpec.from_formula("Reaction ~ Days + (1 + Days | Subject)")
    first = cached_fit("sleep", frame, spec).fit
    second = cached_fit("sleep", frame, spec.with_options(ci_level=0.9)).fit
    third = cached_fit("sleep", frame, spec.with_options(df_method="kenward-roger")).fit
    assert first.estimates is second.estimates is third.estimates
    assert second.spec.ci_level == 0.9
    assert third.fixed_effects["df"].iloc[1] == pytest.approx(17.0, rel=1e-3)
    assert cached_fit("other", frame, spec).fit.estimates is not first.estimates


def test_models_of_one_table_share_what_their_designs_have_in_common():
    frame = data("sleepstudy")
    fits = [
        cached_fit("shared", frame, ModelSpec.from_formula(f"Reaction ~ {rest}", tuple(frame))).fit
        for rest in ("Days + (1 + Days | Subject)", "Days + (1 | Subject)", "1 + (1 | Subject)")
    ]
    first, *others = (fit.design for fit in fits)
    assert all(design.y is first.y for design in others)
    assert others[0].model_matrix is first.model_matrix
    alone = cached_fit("another", frame, fits[1].spec).fit
    assert alone.design.y is not first.y
    assert fits[1].estimates.deviance == alone.estimates.deviance

"""Our app without its memory: every run finds no fit and nothing that was computed from one.

So each change is one to a model that was never seen before. What is known of the table alone (the
kinds of its columns) stays, as it would.
"""

from __future__ import annotations

from lmm_core import cache
from lmm_core.model.spec import ModelSpec
from pages.parts import frame, page


def _forget() -> None:
    cache._fits._slots.clear()
    for key in [k for k in cache._facts._slots if isinstance(k, tuple) and _of_a_model(k)]:
        del cache._facts._slots[key]


def _of_a_model(key: tuple) -> bool:
    return any(
        isinstance(part, ModelSpec) or (isinstance(part, tuple) and _of_a_model(part))
        for part in key
    )


def _forgetting(run):
    def alone() -> None:
        _forget()
        run()

    return alone


if not hasattr(page, "forgets"):
    # A run of the page alone doesn't come by here.
    page.forgets, page._next_run_alone = True, _forgetting(page._next_run_alone)
_forget()
frame.run()

"""Small matrices are slower on several BLAS threads than on one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np

# Elements; 16 MB of float64, as the temporaries of a million rows have.
_LARGE = 1 << 21
_lock = threading.Lock()
_depth = 0
_limiter = None


@lru_cache(maxsize=1)
def _controller():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@lru_cache(maxsize=1)
def _blas():
    return tuple(_controller().select(user_api="blas").lib_controllers)


@lru_cache(maxsize=1)
def _keep_freed_memory() -> None:
    """glibc gives arrays above 128 KB back to the system when they are freed, and takes new pages
    for each temporary of a large fit, until it sees an even larger one freed: this one, which is
    never touched. Other allocators don't mind (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty(_LARGE)


@contextmanager
def one_thread(n_rows: int) -> Iterator[None]:
    """BLAS on one thread while any fit runs; sessions are threads, so entries are counted."""
    global _depth, _limiter
    _keep_freed_memory()
    with _lock:
        # Setting a number that is set already costs a twentieth of a small fit.
        if _depth == 0 and any(library.num_threads != 1 for library in _blas()):
            _limiter = _controller().limit(limits=1, user_api="blas")
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and _limiter is not None:
                _limiter.restore_original_limits()
                _limiter = None

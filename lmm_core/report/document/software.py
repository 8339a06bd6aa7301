"""The software and its version, as a methods section names it."""

from __future__ import annotations

import platform
from importlib import metadata

VERSION = "0.1.0"


def software() -> str:
    """ "lmm_core 0.1.0 (Python 3.11.7, NumPy 2.4.1)"."""
    import numpy as np

    return f"lmm_core {version()} (Python {platform.python_version()}, NumPy {np.__version__})"


def version() -> str:
    """The installed version; that of the source when it isn't installed."""
    try:
        return metadata.version("lmm_core")
    except metadata.PackageNotFoundError:
        return VERSION

"""Every language's script of one analysis."""

from __future__ import annotations

from collections.abc import Callable

from lmm_core.report.scripts.analysis import Analysis, Script
from lmm_core.report.scripts.core import core_script
from lmm_core.report.scripts.pymer4_script import pymer4_script
from lmm_core.report.scripts.r_script import r_script
from lmm_core.report.scripts.statsmodels_script import statsmodels_script

_WRITERS: dict[str, Callable[[Analysis], Script]] = {
    "lmm_core": core_script,
    "R": r_script,
    "statsmodels": statsmodels_script,
    "pymer4": pymer4_script,
}
LANGUAGES: tuple[str, ...] = tuple(_WRITERS)
"""What ``write_script`` takes, in the order of a menu."""


def write_script(analysis: Analysis, language: str) -> Script:
    """The script in one of ``LANGUAGES``."""
    return _WRITERS[language](analysis)


def write_scripts(analysis: Analysis) -> tuple[Script, ...]:
    """The scripts in the order of ``LANGUAGES``."""
    return tuple(write_script(analysis, language) for language in LANGUAGES)

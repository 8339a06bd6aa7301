"""The analysis as scripts: lmm_core, statsmodels, pymer4, R. User text in them is quoted text."""

from lmm_core.report.scripts.analysis import OUTPUTS, Analysis, Script
from lmm_core.report.scripts.companion import companion_csv
from lmm_core.report.scripts.sources import main_source, plain_stem
from lmm_core.report.scripts.written import LANGUAGES, write_script, write_scripts

__all__ = [
    "LANGUAGES",
    "OUTPUTS",
    "Analysis",
    "Script",
    "companion_csv",
    "main_source",
    "plain_stem",
    "write_script",
    "write_scripts",
]

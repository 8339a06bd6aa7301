"""Linear mixed-effects models, estimated exactly and explained plainly.

The public face. Names are resolved when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "DataError": "errors",
    "EstimationError": "errors",
    "FittedModel": "fitted",
    "FormulaError": "errors",
    "LMMError": "errors",
    "ModelError": "errors",
    "ModelSpec": "model.spec",
    "ResidualStructure": "model.residual",
    "check_assumptions": "assess.assumptions",
    "compare_models": "inference.comparison",
    "describe": "model.sentence",
    "fit_model": "fitted",
    "load_sample": "data.samples",
    "read_table": "data.read",
    "reshape_long": "data.reshape",
    "sample_names": "data.samples",
    "test_random_terms": "fitted",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"lmm_core.{_HOME[name]}"), name)
    raise AttributeError(f"module 'lmm_core' has no attribute {name!r}")

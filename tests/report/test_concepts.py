"""Every concept is there, short, with its formula, and reachable from a page that uses it."""

import re
from pathlib import Path

import pytest

from lmm_core.report.concepts import CONCEPTS

PAGES = Path(__file__).resolve().parents[2] / "pages"
WANTED = {
    "mixed_model": True,
    "random_effects": True,
    "blup": True,
    "icc": True,
    "reml": False,
    "df": True,
    "aic_bic": True,
    "lrt": True,
    "mixed_or_anova": True,
    "rm_anova": False,
    "marginal_means": True,
    "adjustment": True,
    "johnson_neyman": True,
    "bands": True,
}


def reachable() -> set[str]:
    found: set[str] = set()
    for path in PAGES.rglob("*.py"):
        for call in re.findall(r"what_is\(([^)]*)\)", path.read_text(encoding="utf-8")):
            found |= set(re.findall(r'"(\w+)"', call))
    return found


@pytest.mark.parametrize("key", list(WANTED))
def test_concept(key):
    concept = CONCEPTS[key]
    assert bool(concept.formula) or not WANTED[key]
    assert key in reachable()


@pytest.mark.parametrize("key", list(CONCEPTS))
def test_concepts_are_short(key):
    concept = CONCEPTS[key]
    assert 60 < len(concept.text) < 480
    assert concept.text.endswith(".")
    assert concept.formula.count("{") == concept.formula.count("}")


def test_every_named_concept_exists():
    assert reachable() <= set(CONCEPTS)

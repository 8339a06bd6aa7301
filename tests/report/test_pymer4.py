"""The scripts on pymer4 against its interface: the recorded one, and the installed one if any.

pymer4 starts R when it is imported, so what is installed is read, not imported. Run with pymer4
0.9.2 and R 4.2 (rpy2 3.5.17), the scripts of all samples, of hostile names and of a joined file
ended with "numbers agree".
"""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from lmm_core.report.scripts import write_script
from tests.report.script_analyses import analyses

#: Of pymer4 0.9.2: method of the class lmer -> its parameters.
INTERFACE: dict[str, set[str]] = {
    "__init__": {"formula", "data"},
    "fit": {"summary", "conf_method", "nboot", "save_boots", "parallel", "ncpus", "conf_type",
            "bootMer_kwargs"},
    "set_factors": {"factors_and_levels"},
}  # fmt: skip
ATTRIBUTES = {"result_fit", "ranef_var", "data"}
PASSED_ON = {"weights"}
"""Keywords that lmer hands to lme4."""


def written() -> list[ast.Module]:
    scripts = [write_script(given, "pymer4") for given in analyses().values()]
    return [ast.parse(s.text) for s in scripts if s.text is not None]


def calls(tree: ast.Module) -> dict[str, list[ast.Call]]:
    """Calls of the class and of the model's methods."""
    found: dict[str, list[ast.Call]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            f = node.func
            if isinstance(f, ast.Name) and f.id == "lmer":
                found.setdefault("__init__", []).append(node)
            elif isinstance(f, ast.Attribute) and getattr(f.value, "id", "") == "model":
                found.setdefault(f.attr, []).append(node)
    return found


def test_scripts_use_the_interface_that_was_recorded():
    trees = written()
    assert len(trees) > 20
    for tree in trees:
        for method, made in calls(tree).items():
            for call in made:
                given = {k.arg for k in call.keywords}
                assert given <= INTERFACE[method] | PASSED_ON, method
                assert len(call.args) <= 1
        attributes = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "model"
        }
        assert attributes <= ATTRIBUTES | set(INTERFACE)


def installed() -> Path | None:
    found = find_spec("pymer4")
    return None if found is None or found.origin is None else Path(found.origin).parent


def interface_in(folder: Path) -> dict[str, set[str]]:
    """Parameters of the methods of all models, read from the source."""
    found: dict[str, set[str]] = {}
    for file in (folder / "models").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in INTERFACE:
                names = {a.arg for a in node.args.args} - {"self"}
                found.setdefault(node.name, set()).update(names)
    return found


@pytest.mark.parametrize("method", INTERFACE)
def test_the_installed_interface_is_the_recorded_one(method: str):
    folder = installed()
    if folder is None:
        assert INTERFACE[method]
        return
    assert INTERFACE[method] <= interface_in(folder)[method]
    text = "".join(f.read_text(encoding="utf-8") for f in (folder / "models").glob("*.py"))
    assert all(name in text for name in ATTRIBUTES)

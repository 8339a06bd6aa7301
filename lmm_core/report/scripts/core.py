"""The script on lmm_core itself."""

from __future__ import annotations

from lmm_core.model.residual import ResidualStructure
from lmm_core.model.spec import ModelSpec
from lmm_core.report.scripts.analysis import Analysis, Script
from lmm_core.report.scripts.expected import expected_numbers
from lmm_core.report.scripts.pandas_reading import local
from lmm_core.report.scripts.python_check import python_check
from lmm_core.report.scripts.quoting import comment, one_line, py
from lmm_core.report.scripts.sources import second_sources

LANGUAGE = "lmm_core"
KINDS = ("estimate", "std_error", "df", "p_value", "sd", "correlation", "loglik")
_PLACES = {
    **{kind: f"fixed[{kind!r}][{{k}}]" for kind in KINDS[:4]},
    "sd": "components['sdcor'][{k}]",
    "correlation": "components['sdcor'][{k}]",
    "loglik": "fit.loglik",
}


def core_script(analysis: Analysis) -> Script:
    """Everything in the words of this program; reads the user's own file, or the sample."""
    body = [*_data(analysis), "", *_model(analysis), "", *_tables(analysis), *_figures(analysis)]
    expected = expected_numbers(analysis.fit, KINDS, digits=6)
    check = python_check(expected, _PLACES, 6)
    lines = [
        *comment(f"Linear mixed model of {analysis.plain_file_name}, with lmm_core."),
        *comment("Run it where the package lmm_core can be imported."),
        *_imports(analysis),
        "",
        *body,
        "",
        *check,
        "",
    ]
    reads = "sample" if analysis.sample is not None else "file"
    needed = tuple(s.companion for s in second_sources(analysis).values() if s.data is None)
    return Script(LANGUAGE, "analysis.py", "\n".join(lines), "", reads, len(expected), needed)


def _imports(analysis: Analysis) -> list[str]:
    public = ["ModelSpec", "fit_model"]
    public.append("load_sample" if analysis.sample is not None else "read_table")
    if _wants(analysis, "comparison") and analysis.ladder:
        public.append("compare_models")
    if _wants(analysis, "random_tests"):
        public.append("test_random_terms")
    if any(s.residual is not None for s in (analysis.fit.spec, *_ladder_specs(analysis))):
        public.append("ResidualStructure")
    if analysis.sample is not None and any(s.kind == "join" for s in analysis.table.steps):
        public.append("read_table")
    lines = [f"from lmm_core import {', '.join(sorted(set(public), key=str.casefold))}"]
    if analysis.table.steps:
        lines.append("from lmm_core.data import Step, apply_steps")
    if _wants(analysis, "trajectories"):
        lines.append("from lmm_core.figures.trajectories import trajectories")
    if _wants(analysis, "caterpillar"):
        lines.append("from lmm_core.figures.caterpillar import caterpillar")
    if _wants(analysis, "residuals"):
        lines.append("from lmm_core.figures.diagnostics import residuals_fitted")
    return lines


def _data(analysis: Analysis) -> list[str]:
    if analysis.sample is not None:
        lines = [f"table = load_sample({py(analysis.sample)})"]
    else:
        options = "".join(f", {k}={py(v)}" for k, v in analysis.base.options.items())
        where = f"{analysis.plain_file_name} was downloaded from {analysis.url}. "
        lines = comment(
            (where if analysis.url else "")
            + "The reader recognises separator, decimal mark, encoding and ways to write a missing "
            "value; table.notes says what it decided."
        )
        lines.append(f"table = read_table({py(local(analysis.plain_file_name))}{options})")
    if analysis.table.steps:
        lines += _steps(analysis)
    return [*lines, "for note in table.notes:", "    print(note)"]


def _steps(analysis: Analysis) -> list[str]:
    lines = ["", "# The preparation, step by step.", "steps = ["]
    notes = analysis.table.notes[len(analysis.table.notes) - len(analysis.table.steps) :]
    for step, note in zip(analysis.table.steps, notes, strict=True):
        lines += [f"    {line}" for line in comment(note)]
        lines.append(f"    Step({py(step.kind)}, {py(step.params)}),")
    lines.append("]")
    seconds = second_sources(analysis)
    if not seconds:
        return [*lines, "table = apply_steps(table, steps)"]
    lines += ["", "# The second tables, which lie in this folder too.", "others = {}"]
    for fingerprint, source in seconds.items():
        options = "".join(f", {k}={py(v)}" for k, v in source.base.options.items())
        name = source.file if source.data is not None else source.companion
        made = f"read_table({py(local(name))}{options if source.data is not None else ''})"
        if source.stages[-1].steps:
            own = [f"    Step({py(s.kind)}, {py(s.params)})," for s in source.stages[-1].steps]
            made = "\n".join([f"apply_steps({made}, [", *own, "])"])
        lines += f"others[{py(fingerprint)}] = {made}".split("\n")
    return [*lines, "table = apply_steps(table, steps, others)"]


def _model(analysis: Analysis) -> list[str]:
    spec = analysis.fit.spec
    options = [
        f"reml={spec.reml}",
        f"df_method={py(spec.df_method)}",
        f"ci_level={spec.ci_level!r}",
    ]
    if spec.reference:
        options.append(f"reference={py(spec.reference)}")
    if spec.optimizer != "auto":
        options.append(f"optimizer={py(spec.optimizer)}")
    if spec.weights:
        options.append(f"weights={py(spec.weights)}")
    if spec.residual is not None:
        options.append(f"residual={_residual(spec.residual)}")
    return [
        *comment(
            "The model in lme4's notation: before the bar of (... | group) stands what differs "
            "between groups."
        ),
        "spec = ModelSpec.from_formula(",
        f"    {py(spec.formula)},",
        *(f"    {option}," for option in options),
        ")",
        "fit = fit_model(spec, table.frame)",
        "fixed, components = fit.fixed_effects, fit.variance_components",
    ]


def _residual(structure: ResidualStructure) -> str:
    return f"ResidualStructure.from_texts({', '.join(py(text) for text in structure.texts)})"


def _ladder_specs(analysis: Analysis) -> list[ModelSpec]:
    if not (_wants(analysis, "comparison") and analysis.ladder):
        return []
    return [rung.spec for rung in analysis.ladder if rung.spec != analysis.fit.spec]


def _rung(spec: ModelSpec) -> str:
    """A model of the comparison: its formula is enough where nothing else differs."""
    if spec.residual is None:
        return py(spec.formula)
    return f"ModelSpec.from_formula({py(spec.formula)}, residual={_residual(spec.residual)})"


def _wants(analysis: Analysis, output: str) -> bool:
    return output in analysis.outputs


def _tables(analysis: Analysis) -> list[str]:
    lines: list[str] = []

    def add(words: str, *code: str) -> None:
        lines.extend([*comment(words), *code])

    if _wants(analysis, "fixed_effects"):
        add(
            "Fixed effects: the averages over all groups, with confidence intervals.",
            "print(fixed.to_string())",
        )
    if _wants(analysis, "variance_components"):
        add(
            "Variance components: sdcor is the SD between groups (or a correlation).",
            "print(components.to_string())",
        )
    if _wants(analysis, "icc"):
        add(
            "ICC: the share of the unexplained variance that lies between groups. R²: the share "
            "explained by the fixed effects, and by fixed and random effects.",
            "print(fit.icc(), fit.r2())",
        )
    if _wants(analysis, "anova"):
        add("One F test per term.", "print(fit.anova(type=3).to_string())")
    if _wants(analysis, "random_tests"):
        add("Likelihood-ratio tests of the random effects.",
            "print(test_random_terms(fit).to_string())")  # fmt: skip
    if _wants(analysis, "profile"):
        add("Profile intervals of all parameters; a variance has no sensible Wald interval.",
            'print(fit.confint(method="profile").to_string())')  # fmt: skip
    if _wants(analysis, "comparison") and analysis.ladder:
        add(
            "Other models of the same rows, compared by maximum likelihood.",
            "models = [",
            *(f"    {_rung(rung.spec)},  # {one_line(rung.name)}"
              for rung in analysis.ladder if rung.spec != analysis.fit.spec),
            "]",
            "print(compare_models([spec, *models], table.frame).to_string())",
        )  # fmt: skip
    return lines


def _figures(analysis: Analysis) -> list[str]:
    made = {
        "trajectories": "trajectories(fit, units=table.units)",
        "caterpillar": "caterpillar(fit)",
        "residuals": "residuals_fitted(fit)",
    }
    wanted = [name for name in made if _wants(analysis, name)]
    if not wanted:
        return []
    lines = comment("Figures: open the files in a browser.")
    lines += [
        f'{made[name]}.figure.write_html("{name}.html", include_plotlyjs="directory")'
        for name in wanted
    ]
    return ["", *lines]

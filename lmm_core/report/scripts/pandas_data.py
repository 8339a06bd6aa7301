"""The first part of the scripts without lmm_core: from the file to the model's data frame."""

from __future__ import annotations

from dataclasses import dataclass

from lmm_core.model.encoding import Numeric
from lmm_core.model.factors import factor_of
from lmm_core.report.scripts.analysis import Analysis
from lmm_core.report.scripts.companion import companion_cell, companion_header, companion_name
from lmm_core.report.scripts.layout_recipes import Piece
from lmm_core.report.scripts.model_columns import ModelColumns, model_columns
from lmm_core.report.scripts.pandas_steps import pandas_step, text_helper
from lmm_core.report.scripts.quoting import comment, plain_names, py, wrapped
from lmm_core.report.scripts.reading import PlainReading, plain_reading

_POLY = """\
def poly(x, degree):
    \"\"\"Orthogonal polynomials of x, one column per degree (the same space as x, x², ...).\"\"\"
    x = x - x.mean()
    q, r = np.linalg.qr(np.vander(x, degree + 1, increasing=True))
    return q[:, 1:] * np.sign(np.diag(r))[1:]
"""
_CALLS = {
    **{name: f"np.{name}({{x}})" for name in ("log", "log2", "log10", "log1p", "exp", "sqrt")},
    "center": "{x} - {x}.mean()",
    "scale": "({x} - {x}.mean()) / {x}.std()",
    "I": "{x} ** {k}",
}


@dataclass(frozen=True)
class PandasData:
    """``lines`` end with the data frame ``d``; ``derived`` maps a numeric factor's text to the
    names of its columns in ``d``.
    """

    lines: tuple[str, ...]
    columns: ModelColumns
    derived: dict[str, tuple[str, ...]]
    reads: str


def pandas_data(analysis: Analysis) -> PandasData:
    """Read the file, prepare it, pick the model's columns, leave out incomplete rows."""
    reading = plain_reading(analysis.data, analysis.base)
    steps = _step_lines(analysis)
    simple = steps is not None and (reading is not None or analysis.sample is not None)
    lines: list[str] = []
    if simple and analysis.sample is None:
        assert reading is not None
        reads, columns = "file", model_columns(analysis.fit)
        lines += [*comment(f"Read {analysis.plain_file_name}, which lies in this folder."),
                  *_read(reading, local(analysis.plain_file_name))]  # fmt: skip
        lines += steps or []
    else:
        reads = "table"
        columns = model_columns(analysis.fit, companion_cell)
        columns = _on_one_line(columns)
        lines += companion_words(analysis) + _read_companion(analysis, columns)
    lines += ["", *_model_frame(columns)]
    derived = _derived(analysis, columns, lines)
    return PandasData(tuple(lines), columns, derived, reads)


def companion_words(analysis: Analysis) -> list[str]:
    """Why the script reads the table beside it."""
    name = companion_name(analysis)
    if analysis.sample is not None and not analysis.table.steps:
        return comment(f"Read the sample. Download {name} beside this script first.")
    text = (
        f"Read the prepared table. Download {name} beside this script first: the file is read, or "
        "a step of the preparation done, in a way that has no short form here. The steps were:"
    )
    notes = analysis.table.notes[len(analysis.table.notes) - len(analysis.table.steps) :]
    lines = comment(text if notes else text.removesuffix(" The steps were:"))
    for k, note in enumerate(notes, 1):
        lines += comment(f"{k}. {note}")
    return lines


def local(name: str) -> str:
    """A file's name as a path in this folder, which no reader takes for anything else."""
    return name if name[:1].isalnum() else f"./{name}"


def _step_lines(analysis: Analysis) -> list[str] | None:
    """Lines of all steps, or None when one isn't simple. Samples with steps read the table."""
    steps, stages = analysis.table.steps, analysis.stages
    if analysis.sample is not None and steps:
        return None
    notes = analysis.table.notes[len(analysis.table.notes) - len(steps) :]
    lines: list[str] = []
    for k, step in enumerate(steps):
        made = pandas_step(step, stages[k], stages[k + 1])
        if made is None:
            return None
        lines += ["", *comment(f"Step {k + 1}. {notes[k]}"), *made]
    return lines


def _read(how: PlainReading, name: str) -> list[str]:
    if how.format == "workbook":
        skip = f", skiprows={how.skip}" if how.skip else ""
        return [f"data = pd.read_excel({py(name)}, sheet_name={py(how.sheet)}{skip})"]
    options = [py(name)]
    if how.delimiter != ",":
        options.append(f"sep={py(how.delimiter)}")
    if how.decimal != ".":
        options.append(f"decimal={py(how.decimal)}")
    if how.encoding != "utf-8":
        options.append(f"encoding={py(how.encoding)}")
    if how.skip:
        options.append(f"skiprows={how.skip}")
    options += ["keep_default_na=False", f"na_values={py(list(how.missing))}"]
    return wrapped(options, "data = pd.read_csv(", ")", "    ").split("\n")


def _read_companion(analysis: Analysis, columns: ModelColumns) -> list[str]:
    texts = [c.source for c in columns.columns if c.levels is not None]
    kinds = ", ".join(f"{py(name)}: str" for name in dict.fromkeys(texts))
    return [
        "data = pd.read_csv(",
        f"    {py(companion_name(analysis))},",
        f"    dtype={{{kinds}}},",
        "    keep_default_na=False,",
        "    na_values=[''],",
        ")",
    ]


def _on_one_line(columns: ModelColumns) -> ModelColumns:
    from dataclasses import replace

    found = tuple(replace(c, source=companion_header(c.source)) for c in columns.columns)
    return replace(columns, columns=found)


def _model_frame(columns: ModelColumns) -> list[str]:
    lines = comment(
        "The model's columns, under short names. Rows in which one of them is missing can't be "
        "used: the model needs complete rows."
    )
    lines.append("d = pd.DataFrame({")
    for c in columns.columns:
        source = f"data[{py(c.source)}]"
        if c.levels is None:
            made = f"pd.to_numeric({source}).astype(float)"
        elif c.levels:
            levels = wrapped([py(level) for level in c.levels], "[", "]", "        ")
            made = f"pd.Categorical(text({source}), categories={levels})"
        else:
            made = f"text({source})"
        lines += f"    {py(c.alias)}: {made},".split("\n")
    return [*lines, "}).dropna().reset_index(drop=True)", 'print(len(d), "rows in use")']


def _derived(
    analysis: Analysis, columns: ModelColumns, lines: list[str]
) -> dict[str, tuple[str, ...]]:
    """Add the columns that the formula computes, such as the logarithm of one."""
    spec, encoders = analysis.fit.spec, analysis.fit.design.encoders
    terms = (*spec.fixed, *(t for r in spec.random for t in r.terms))
    texts = dict.fromkeys([spec.outcome, *(text for term in terms for text in term)])
    numeric = [
        text for text in texts if text == spec.outcome or isinstance(encoders[text], Numeric)
    ]
    taken = [c.alias for c in columns.columns]
    made: dict[str, tuple[str, ...]] = {}
    body: list[str] = []
    for text in numeric:
        factor = factor_of(text)
        x = f"d[{py(columns.numeric[factor.column])}]"
        if not factor.calls:
            made[text] = (columns.numeric[factor.column],)
            continue
        degree = factor.calls[-1][1] if factor.calls[-1][0] == "poly" else None
        for call, number in factor.calls[:-1] if degree else factor.calls:
            x = f"({_CALLS[call].format(x=x, k=number)})"
        wanted = [f"{text} {k + 1}" if degree else text for k in range(degree or 1)]
        names = plain_names([*taken, *wanted])[len(taken) :]
        taken += names
        made[text] = tuple(names)
        if degree:
            body.append(f"d[{py(names)}] = poly({x}, {degree})")
        else:
            body.append(f"d[{py(names[0])}] = {x[1:-1]}")
    if body:
        lines += ["", "# Columns that the formula computes.", *body]
    return made


def helpers(lines: list[str]) -> list[str]:
    """The functions that the lines call."""
    used = "\n".join(lines)
    found = ["", "", *text_helper(), "", ""] if "text(" in used else [""]
    if "= poly(" in used:
        found += [*_POLY.rstrip().split("\n"), "", ""]
    return found


def column_piece(piece: Piece, data: PandasData) -> str:
    """One factor of a column of a model matrix: a level as 0 and 1, or a number."""
    text, level, k = piece
    if level is None:
        return f"d[{py(data.derived[text][k])}]"
    alias = data.columns.category[text]
    shown = companion_cell(level) if data.reads == "table" else level
    return f"(d[{py(alias)}] == {py(shown)})"

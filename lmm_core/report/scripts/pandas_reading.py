"""Reading a file into ``data`` with pandas."""

from __future__ import annotations

from lmm_core.data.table import Table
from lmm_core.report.scripts import repairs
from lmm_core.report.scripts.pandas_dialect import PANDAS
from lmm_core.report.scripts.pandas_dialect.words import category, column, names, numbers
from lmm_core.report.scripts.prepared import Language
from lmm_core.report.scripts.quoting import py, wrapped
from lmm_core.report.scripts.reading import XLSX, PlainReading, texts_of


def local(name: str) -> str:
    """A file's name as a path in this folder, which no reader takes for anything else."""
    return name if name[:1].isalnum() else f"./{name}"


def read_lines(
    file: str, how: PlainReading, base: Table, data: bytes | None = None
) -> list[str] | None:
    """The call of pandas, and the repairs."""
    options = _book_options(how) if how.format == "workbook" else _text_options(how, base)
    if how.skip:
        options.append(f"skiprows={how.skip}")
    if how.named:
        options += [
            "header=None",
            f"names={names([str(c) for c in base.frame.columns], '        ')}",
        ]
        if how.format == "workbook":
            first = how.first_column - 1
            options.append(f"usecols=range({first}, {first + base.frame.shape[1]})")
    if how.rows is not None:
        options.append(f"nrows={how.rows}")
    options.append("keep_default_na=False")
    options.append(f"na_values={py(list(how.missing))}")
    call = "read_excel" if how.format == "workbook" else "read_csv"
    package = "openpyxl" if how.book == XLSX else "python-calamine"
    needs = [f"# It needs the package {package}."] if how.format == "workbook" else []
    lines = [*needs, f"data = pd.{call}(", f"    {py(local(file))},"]
    lines += [line for option in options for line in f"    {option},".split("\n")]
    lines.append(")")
    if how.drop_blank:
        lines.append("data = data.dropna(how='all').reset_index(drop=True)")
    return [*lines, *_repaired(how, base)]


def _book_options(how: PlainReading) -> list[str]:
    engine = [] if how.book == XLSX else ['engine="calamine"']
    return [f"sheet_name={py(how.sheet)}", *engine]


def _text_options(how: PlainReading, base: Table) -> list[str]:
    options = []
    if how.delimiter != ",":
        options.append(f"sep={py(chr(92) + 's+' if how.delimiter == ' ' else how.delimiter)}")
    if how.decimal != ".":
        options.append(f"decimal={py(how.decimal)}")
    if how.encoding != "utf-8":
        options.append(f"encoding={py(how.encoding)}")
    stamps = [str(c) for c in base.frame.columns if base.frame[c].dtype.kind == "M"]
    texts = [*texts_of(base), *stamps]
    if texts:
        pairs = wrapped([f"{py(name)}: str" for name in texts], "{", "}", "        ")
        options.append(f"dtype={pairs}")
    return options


def _repaired(how: PlainReading, base: Table) -> list[str]:
    lines: list[str] = []
    for repair in how.repairs:
        x = column(repair.column)
        if repair.kind == repairs.NUMBER and repair.how is not None:
            lines += numbers(x, x, repair.how)
        elif repair.kind == repairs.TEXT:
            lines.append(f"{x} = text({x})")
        elif repair.kind == repairs.STRIP:
            lines.append(f"{x} = {x}.str.strip()")
        elif repair.kind == repairs.UNQUOTE:
            lines.append(
                f'{x} = {x}.str.removeprefix("\'")  # it kept spreadsheets from running it'
            )
        elif repair.kind == repairs.DATE:
            lines.append(f"{x} = pd.to_datetime({x}, format='ISO8601')")
        elif repair.kind == repairs.CATEGORY:
            lines.append(f"{x} = {category(x, base.frame[repair.column])}")
    return lines


PYTHON = Language(PANDAS, read_lines, lambda name: f"{name} = data")

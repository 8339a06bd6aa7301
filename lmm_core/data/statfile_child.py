"""Read a statistics file in a process of its own, with bounded memory; run as a script.

The parsers of SPSS, Stata, SAS and Parquet files are written in C and C++; a damaged file may crash
them. Bytes come in on standard input; out goes an Arrow stream, whose metadata hold the labels, or
one JSON object with an error. Nothing of lmm_core is imported here.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import Any

MEMORY = 6 << 30
"""Bytes of address space that the parsers may use."""
MAX_CELLS = 60_000_000


def _fail(error: str, **details: Any) -> None:
    json.dump({"error": error, **details}, sys.stdout)
    sys.stdout.flush()
    raise SystemExit(0)


def _send(frame: Any, about: dict[str, Any]) -> None:
    import pyarrow as pa

    names = [str(c) for c in frame.columns]
    frame.columns = [str(k) for k in range(len(names))]
    for column in frame.columns:
        if frame[column].dtype == object:
            frame[column] = frame[column].map(str, na_action="ignore").astype("str")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({"about": json.dumps({"names": names, **about})})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)


def _parquet(data: bytes) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(BytesIO(data))
    rows, columns = file.metadata.num_rows, file.metadata.num_columns
    if rows * columns > MAX_CELLS:
        _fail("too_large", rows=rows, columns=columns)
    table = file.read()
    arrays, names = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        if pa.types.is_decimal(kind):
            column = column.cast(pa.float64())
        elif pa.types.is_nested(kind) or pa.types.is_binary(kind):
            column = pa.chunked_array([pa.array(map(_text, column.to_pylist()), pa.string())])
        arrays.append(column)
        names.append(name)
    _send(pa.Table.from_arrays(arrays, [str(k) for k in range(len(names))]).to_pandas(), {
        "real_names": names,
    })  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _statistics(data: bytes, kind: str) -> None:
    try:
        import pyreadstat
    except ImportError:
        _fail("package_missing")
    read = {
        "spss": pyreadstat.read_sav,
        "stata": pyreadstat.read_dta,
        "sas": pyreadstat.read_sas7bdat,
        "xport": pyreadstat.read_xport,
    }[kind]
    _, meta = read(BytesIO(data), metadataonly=True)
    rows, columns = meta.number_rows or 0, meta.number_columns or 0
    if rows * columns > MAX_CELLS:
        _fail("too_large", rows=rows, columns=columns)
    encoding = None
    try:
        frame, meta = read(BytesIO(data), dates_as_pandas_datetime=True)
    except UnicodeDecodeError:
        encoding = "latin1"
    except pyreadstat.ReadstatError as error:
        if "convert" not in str(error):
            raise
        encoding = "latin1"
    except (OverflowError, ValueError):
        frame, meta = read(BytesIO(data), disable_datetime_conversion=True)
    if encoding is not None:
        frame, meta = read(BytesIO(data), dates_as_pandas_datetime=True, encoding=encoding)
    labels = {k: v for k, v in (meta.column_names_to_labels or {}).items() if v}
    values = {
        name: [[code, str(label)] for code, label in known.items()]
        for name, known in (meta.variable_value_labels or {}).items()
    }
    _send(frame, {"labels": labels, "values": values, "encoding": encoding})


def main() -> None:
    """Read standard input as the kind of file named by the first argument."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # not available on this system: the time limit of the parent remains
    kind = sys.argv[1]
    data = sys.stdin.buffer.read()
    try:
        if kind == "parquet":
            _parquet(data)
        else:
            _statistics(data, kind)
    except MemoryError:
        _fail("too_large")
    except Exception as error:
        _fail("damaged", text=str(error)[:200])


if __name__ == "__main__":
    main()

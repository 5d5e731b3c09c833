"""Tables of other libraries in, tables of the same kind out, through the Arrow C data interface."""

from __future__ import annotations

import array
import importlib.util
import os

from . import _altyn

KINDS = ("pandas", "polars", "pyarrow", "duckdb", "altyn")


def kind_of(data) -> str | None:
    """The library a table belongs to; None for a path or a bundled table's name."""
    if isinstance(data, (str, os.PathLike)):
        return None
    library = type(data).__module__.partition(".")[0]
    library = {"_duckdb": "duckdb"}.get(library, library)
    return library if library in KINDS else "pyarrow"


def default_kind() -> str:
    """What a result becomes when no table came in: the first library that is installed."""
    installed = [kind for kind in ("pandas", "polars", "pyarrow") if importlib.util.find_spec(kind)]
    return installed[0] if installed else "altyn"


def arrow_of(data):
    """A table as something with an Arrow stream, over its own memory where it has Arrow's layout."""
    if kind_of(data) == "pandas":
        import pyarrow  # pandas itself hands its rows over through pyarrow

        try:
            data = pyarrow.Table.from_pandas(data, preserve_index=False)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as error:
            _refuse(data, str(error))
    elif kind_of(data) == "duckdb" and not hasattr(data, "__arrow_c_stream__"):
        data = data.to_arrow_table()
    if not hasattr(data, "__arrow_c_stream__"):
        _refuse(data, "it has no __arrow_c_stream__")
    return data


def _refuse(data, context):
    name = f"{type(data).__module__}.{type(data).__qualname__}"
    _altyn.refuse("not-a-table", f"{name} cannot be handed over as a table", name, [context],
                  "rows are taken through the Arrow C stream interface",
                  ["give a pandas or polars frame, a pyarrow table, a DuckDB relation or a path"])


def table_of_state(source, columns):
    """A pickled Table back from its parts."""
    return _altyn._table_of_state(source, columns)


class Sources:
    """The tables of a call, under the names its study asks for them."""

    def __init__(self):
        self.streams: dict[str, object] = {}
        self.kind: str | None = None

    def name_of(self, data) -> str:
        """A path stays a path; a table in memory gets a name that messages can show."""
        if kind_of(data) is None:
            return os.fspath(data)
        stem = f"{type(data).__module__.partition('.')[0].lstrip('_')}.{type(data).__qualname__}"
        name, number = stem, 2
        while name in self.streams:
            name, number = f"{stem} {number}", number + 1
        self.streams[name] = arrow_of(data).__arrow_c_stream__()
        self.kind = self.kind or kind_of(data)
        return name


def to_kind(table: _altyn.Table, kind: str | None):
    """A table of the engine as one of the library asked for."""
    kind = kind or default_kind()
    if kind == "altyn":
        return table
    if kind == "pandas":
        import pandas

        return pandas.DataFrame({name: table[name] for name in table.columns})
    if kind == "polars":
        import polars

        return polars.DataFrame(table)
    if kind == "pyarrow":
        import pyarrow

        return pyarrow.table(table)
    if kind == "duckdb":
        import duckdb
        import pyarrow

        return duckdb.from_arrow(pyarrow.table(table))
    _altyn.refuse_option(kind, list(KINDS), "kind")


def table_of_rows(rows: list[dict], columns: list[str], kind: str | None):
    """Rows of a result as a table; a value that is not there is missing."""
    kind = kind or default_kind()
    values = {name: [row.get(name) for row in rows] for name in columns}
    if kind == "pandas":
        import pandas

        return pandas.DataFrame(values)
    if kind == "polars":
        import polars

        return polars.DataFrame(values, infer_schema_length=None)
    if kind in ("pyarrow", "duckdb"):
        import pyarrow

        table = pyarrow.table(values)
        if kind == "pyarrow":
            return table
        import duckdb

        return duckdb.from_arrow(table)
    columns = []
    for name, column in values.items():
        if any(isinstance(value, str) for value in column):
            columns.append((name, None, column))
        else:
            numbers = [float("nan") if value is None else float(value) for value in column]
            columns.append((name, "", array.array("d", numbers).tobytes()))
    return _altyn._table_of_state("", columns)

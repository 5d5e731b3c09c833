"""The calls of the package. Each becomes a study and takes the one path every surface takes."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from . import _altyn, _options, _progress
from ._results import (CONVERTED, FINDINGS, GAPS, IMPORTED, RECONCILED, REPORTERS, Agreements,
                       Check, Corridors, DataBase, DataCheck, DataConvert, DataFetch, DataImport,
                       DataReconcile, Fit, Fits, Plan, RegionShares, Result, Simulation)
from ._tables import Sources, kind_of, table_of_rows, to_kind

SEED = 20171006

# Options of an estimate that name files to write.
_FILES = ("outputs", "predictions", "effects_file", "resistances", "plots")


def _run(what, content, where, sources=None, folder="", threads=0, seed=SEED, progress=None,
         output=None, record="run.json"):
    shown = _progress.display(progress)
    streams = sources.streams if sources is not None else {}
    try:
        return _altyn.run(what, json.dumps(content), where, folder, streams, threads, seed, shown,
                          _progress.warn, None if output is None else os.fspath(output), record)
    finally:
        _progress.finish(shown)


@_options.document("estimate", leave_out=("formulas", "data"))
def estimate(formula: str | Sequence[str], data: Any, *, threads: int = 0, seed: int = SEED,
             progress: bool | Callable | None = None, kind: str | None = None,
             **options) -> Fit | Fits:
    """Estimate gravity models with absorbed effects.

    fit = altyn.estimate("trade ~ rta | exporter^year + importer^year + exporter^importer", df,
                         cluster="exporter^importer")

    Parameters
    ----------
    formula : str or list of str
        "outcome ~ regressors | effects | endogenous ~ instruments"; several give a Fits.
    data : pandas, polars, pyarrow, DuckDB relation, anything with __arrow_c_stream__, or a path
        The table; also the name of a bundled one (altyn.cases()).
    threads : int
        Threads to use; 0 is one per processor. The digits do not depend on it.
    seed : int
        Of every random draw.
    progress : bool or callable
        A bar in notebooks and a line on terminals unless False.
    kind : str
        Kind of table that tidy() and the others give: pandas, polars, pyarrow, duckdb or altyn;
        that of `data` when not given.
    options
        Below, as on the command line. A table may stand wherever an option names one. Files that
        options name are written, and are in `files`.

    Returns
    -------
    Fit of one model, Fits of several. Ctrl-C stops. Raises InputError.
    """
    where = "altyn.estimate"
    sources = Sources()
    name = sources.name_of(data)
    content = _options.sections("estimate", options, where, sources)
    content.setdefault("estimate", {}).update(
        data=name, formulas=[formula] if isinstance(formula, str) else list(formula))
    files = [f for o in _FILES if o in options for f in _as_list(options[o])]
    answer = _run("estimate", content, where, sources, threads=threads, seed=seed,
                  progress=progress, output="" if files else None,
                  record="" if sources.streams or not files else f"{files[0]}.run.json")
    fits = Fits(answer, kind or sources.kind)
    return fits[0] if len(fits) == 1 else fits


@_options.document("estimate", leave_out=("formulas", "data", "family"), like=estimate)
def ppml(formula: str | Sequence[str], data: Any, **options) -> Fit | Fits:
    """Estimate a Poisson model: altyn.estimate with family="ppml".

    fit = altyn.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", df,
                     cluster="exporter^importer")
    """
    return estimate(formula, data, family="ppml", **options)


@_options.document("simulate")
def simulate(base: Any, fit: Fit | None = None, *, turn_off: str | None = None,
             turn_on: str | None = None, pairs: tuple | None = None, year: int | None = None,
             gdp: Any = None, title: str | None = None, threads: int = 0, seed: int = SEED,
             progress: bool | Callable | None = None, kind: str | None = None,
             output: str | os.PathLike | None = None, **options) -> Simulation:
    """Solve a what-if in general equilibrium, with the range that its assumptions leave.

    altyn.simulate("cases/eaeu/no-union.toml")                       a scenario file
    altyn.simulate(base, fit, turn_off="rta", theta=5)               a table of trade and an estimate

    Parameters
    ----------
    base : path, list of paths, dict, or table
        Scenario files (docs/simulate.md), a scenario as a dict of its sections, in which a table may
        stand wherever a section names one, or a table of the trade of all with all in a year,
        domestic sales included, with the regressor as a column.
    fit : Fit
        The estimate that the coefficient and its standard error are taken from.
    turn_off, turn_on : str
        A regressor of the fit: the column becomes 0, or 1. On top of a scenario file, the agreement
        of that name.
    pairs : tuple of two lists
        Only between these exporters and importers, both ways: (["CAN"], ["JPN"]).
    year : int
        Of the base; a table's last one when not given.
    gdp : str or table
        GDP for domestic trade where the table has none: "gdp" is the bundled one.
    title : str
        The question; year, gdp and title stand over those of a scenario file.
    output : path
        Folder for the report and its tables.

    Returns
    -------
    Simulation. Raises InputError; without an equilibrium `certified` is False and no number is
    shown.
    """
    where = "altyn.simulate"
    sources = Sources()
    flags = _options.sections("simulate", options, where)
    folder = ""
    if isinstance(base, (list, tuple)):
        content = {"scenarios": [os.fspath(path) for path in base]}
    elif isinstance(base, dict):
        content = _options.named(base, sources)
    elif kind_of(base) is None and _is_scenario(base):
        content, where, folder = _file(base)
    else:
        content = {"scenario": {"name": turn_off or turn_on or "scenario", "year": 0},
                   "world": {"trade": sources.name_of(base), "gdp": ""}}
    if "model" in flags:
        content["flags"] = flags["model"]
    if "columns" in flags:
        content["columns"] = flags["columns"]
    if title is None and fit is not None:
        title = f"What if {turn_off} were 0?" if turn_off else f"What if {turn_on} were 1?"
    for section, name, value in (("scenario", "title", title), ("scenario", "year", year),
                                 ("world", "gdp", gdp)):
        if value is not None:
            content.setdefault(section, {})[name] = (
                value if name != "gdp" else sources.name_of(value))
    if fit is not None:
        on_table = "file" not in content and not isinstance(base, (list, tuple, dict))
        change = _change(fit, turn_off, turn_on, pairs, on_table, where)
        content["change"] = [*content.get("change", []), change]
    answer = _run("simulate", content, where, sources, folder=folder, threads=threads, seed=seed,
                  progress=progress, output=output, record="" if sources.streams else "run.json")
    return Simulation(answer, kind or sources.kind)


def _file(path) -> tuple[dict, str, str]:
    """A study file: its content, its path and its folder."""
    path = os.fspath(path)
    content = json.loads(_altyn.read_document(path))
    content.pop("study", None)
    content["file"] = path
    return content, path, str(pathlib.Path(path).parent)


def _is_scenario(path) -> bool:
    return os.fspath(path).endswith((".toml", ".json"))


def _change(fit, turn_off, turn_on, pairs, on_table, where) -> dict:
    if (turn_off is None) == (turn_on is None):
        _altyn.refuse("missing-option", "the change has no regressor", where, [],
                      "a fit says how large an effect is, not which one changes",
                      ['turn_off="rta"', 'turn_on="rta", pairs=(["CAN"], ["JPN"])'])
    name = turn_off or turn_on
    found = fit[name if on_table else name.lower()]
    change = {"name": f"effect of {name}", "effect": found["value"], "effect_se": found["se"],
              "turn_on": turn_on is not None, "source": f"estimate of {fit.formula}"}
    if on_table:
        change |= {"what": "column", "column": name}
        if pairs is not None:
            change |= {"from": _as_list(pairs[0]), "with": _as_list(pairs[1])}
    else:
        change |= {"what": "agreement", "agreement": name}
        if pairs is not None:
            change["joining"] = [*_as_list(pairs[0]), *_as_list(pairs[1])]
    return change


@_options.document("check", leave_out=("file",))
def check(claim: str | os.PathLike | None = None, *, threads: int = 0, seed: int = SEED,
          progress: bool | Callable | None = None, kind: str | None = None,
          output: str | os.PathLike | None = None, **options) -> Check:
    """Check a claim about growth of trade: is the number right, and the cause shown?

    altyn.check("lavrov-2017")
    altyn.check(reporter="RUS", partner="CHN", window="2017-02..2017-07",
                versus="2016-02..2016-07", figure=0.34, agreement="EAEU")

    A table may stand wherever an option names one: world=df, monthly={"RUS": df}.

    Parameters
    ----------
    claim : path
        A claim file, the name of a bundled claim, or an article whose claims are read.
    output : path
        Folder for the report and its tables.

    Returns
    -------
    Check. Raises InputError.
    """
    where = "altyn.check"
    sources = Sources()
    content = _options.sections("check", options, where, sources)
    if claim is not None:
        content.setdefault("claim", {})["file"] = os.fspath(claim)
    if not content.get("claim"):
        _altyn.refuse("missing-option", "there is no claim to check", where, [],
                      "a claim is a pair, a window and a figure",
                      ['altyn.check("lavrov-2017")'])
    answer = _run("check", content, where, sources, threads=threads, seed=seed, progress=progress,
                  output=output, record="" if sources.streams else "run.json")
    return Check(answer, kind or sources.kind)


@_options.document("agreements", leave_out=("pair",))
def agreements(pair: str | None = None, *, kind: str | None = None, **options) -> Agreements:
    """Which agreements bound a pair in a month, and since when; without a pair, what there is.

    altyn.agreements("RUS:KAZ", month="2017-04")
    altyn.agreements(set="EAEU")                 one row per agreement and member
    altyn.agreements(shares="2020-01-01")        how import duties are shared

    Parameters
    ----------
    pair : str
        Two ISO codes: "RUS:KAZ".

    Returns
    -------
    Agreements; tidy() has the rows. Raises InputError.
    """
    where = "altyn.agreements"
    content = _options.sections("agreements", options, where)
    if pair is not None:
        content.setdefault("agreements", {})["pair"] = pair
    return Agreements(_run("agreements", content, where), kind)


@_options.document("regions", leave_out=("first", "second"))
def regions(pair: str, *, threads: int = 0, seed: int = SEED,
            progress: bool | Callable | None = None, kind: str | None = None,
            output: str | os.PathLike | None = None, **options) -> RegionShares:
    """How much of the trade of two economies border regions make, under three definitions.

    altyn.regions("RUS:KAZ", figure=0.7)         is 70% plausible?

    Parameters
    ----------
    pair : str
        Two ISO codes: "RUS:KAZ".
    output : path
        Folder for the report and its tables.

    Returns
    -------
    RegionShares; tidy() has a row per definition. Raises InputError.
    """
    where = "altyn.regions"
    sources = Sources()
    content = _options.sections("regions", options, where, sources)
    first, colon, second = pair.partition(":")
    if not colon:
        _altyn.refuse("bad-pair", f'"{pair}" is not a pair of economies', f"{where} pair", [],
                      "a share of trade is that of two economies", ['altyn.regions("RUS:KAZ")'])
    content["pair"] = {"first": first, "second": second}
    answer = _run("regions", content, where, sources, threads=threads, seed=seed,
                  progress=progress, output=output, record="" if sources.streams else "run.json")
    return RegionShares(answer, kind or sources.kind)


@_options.document("data_check", leave_out=("table", "outputs"))
def data_check(table: Any, *, threads: int = 0, seed: int = SEED, kind: str | None = None,
               **options) -> DataCheck:
    """Say in plain words what is missing, inflated, one-sided or falsely zero in a trade table.

    altyn.data_check(df, exporter="iso3_o", importer="iso3_d", unit="kusd")

    Returns
    -------
    DataCheck; tidy() has one row per finding. Raises InputError.
    """
    sources = Sources()
    name = sources.name_of(table)
    content = _options.sections("data_check", options, "altyn.data_check", sources)
    content.setdefault("data", {}).update(table=name, outputs=[FINDINGS])
    answer = _run("data_check", content, "altyn.data_check", sources, threads=threads, seed=seed)
    return DataCheck(answer, kind or sources.kind)


@_options.document("data_import", leave_out=("source", "files", "outputs"))
def data_import(source: str, files: Any, *, output: Any = None, threads: int = 0,
                kind: str | None = None, **options) -> DataImport:
    """Turn files of a published data set into one table of the project's layout.

    altyn.data_import("baci", ["BACI_HS17_Y2019.csv", "BACI_HS17_Y2020.csv"],
                      codes="country_codes.csv")

    Parameters
    ----------
    source : str
        Whose layout the files have; altyn.sources() lists them.
    files : path or list of paths
        .csv .tsv .txt .gz .zip .parquet .json
    output : path or list of paths
        Files to write too: .parquet .csv .csv.gz .json

    Returns
    -------
    DataImport; tidy() is the table, summary() what became of every row. Raises InputError.
    """
    where = "altyn.data_import"
    sources = Sources()
    content = _options.sections("data_import", options, where, sources)
    written = _paths(output)
    content.setdefault("import", {}).update(
        source=source, files=_paths(files), outputs=written or [IMPORTED])
    return DataImport(_make("data_import", content, where, sources, written, threads=threads), kind)


def _paths(files) -> list[str]:
    return [] if files is None else [os.fspath(path) for path in _as_list(files)]


def _make(what, content, where, sources, written, **context):
    """Runs a study that makes tables, and writes those that have a place to go to, the record beside
    the first."""
    record = f"{written[0]}.run.json" if written and not sources.streams else ""
    return _run(what, content, where, sources, output="" if written else None, record=record,
                **context)


@_options.document("data_base", leave_out=("source", "file"))
def data_base(source: str, file: str | os.PathLike, *, output: str | os.PathLike | None = None,
              threads: int = 0, progress: bool | Callable | None = None, kind: str | None = None,
              **options) -> DataBase:
    """Turn a published input-output table into the base of a world of many sectors.

    altyn.data_base("icio", "2018_SML.csv", theta=5, output="base")

    Parameters
    ----------
    source : str
        Whose layout the file has: icio, wiod2016 and others (docs/data-sources.md).
    file : path
        The table: .csv .gz .zip .xlsx
    output : path
        Folder for the tables and base.toml, which scenarios extend.

    A table may stand wherever an option names one: sectors=df.

    Returns
    -------
    DataBase; tidy() is trade by exporter, importer and sector. Raises InputError.
    """
    where = "altyn.data_base"
    sources = Sources()
    content = _options.sections("data_base", options, where, sources)
    content.setdefault("base", {}).update(source=source, file=os.fspath(file))
    answer = _run("data_base", content, where, sources, threads=threads, progress=progress,
                  output=output, record="" if sources.streams else "run.json")
    return DataBase(answer, kind or sources.kind)


@_options.document("data_reconcile", leave_out=("table", "outputs", "output"))
def data_reconcile(table: Any, *, output: Any = None, gross_output: Any = None, threads: int = 0,
                   progress: bool | Callable | None = None, kind: str | None = None,
                   **options) -> DataReconcile:
    """Make one figure, with an interval, of every flow that both sides record.

    flows = altyn.data_reconcile("world_trade", focus=["RUS", "KAZ"])
    flows.tidy(), flows.reporters(), flows.gaps()

    Parameters
    ----------
    table : pandas, polars, pyarrow, DuckDB relation, or a path
        Trade that both sides record.
    output : path or list of paths
        Files to write the flows to: .parquet .csv .csv.gz .json
    gross_output : table or path
        Gross output of goods: adds what economies sell at home; comes before gdp.

    Returns
    -------
    DataReconcile; tidy() has a row per flow. Raises InputError.
    """
    where = "altyn.data_reconcile"
    sources = Sources()
    name = sources.name_of(table)
    given = dict(options)
    if gross_output is not None:
        given["output"] = gross_output
    content = _options.sections("data_reconcile", given, where, sources)
    written = _paths(output)
    asked = content.setdefault("reconcile", {})
    asked.update(table=name, outputs=written or [RECONCILED])
    if not written:
        asked.update(reporters=REPORTERS, gaps=GAPS)
    answer = _make("data_reconcile", content, where, sources, written, threads=threads,
                   progress=progress)
    return DataReconcile(answer, kind or sources.kind, asked)


@_options.document("data_convert", leave_out=("table", "outputs"))
def data_convert(table: Any, map: Any, *, output: Any = None, threads: int = 0,
                 kind: str | None = None, **options) -> DataConvert:
    """Give the codes of a table other names, split or group them, by concordances.

    altyn.data_convert(df, {"sector": "hs_sections", "economy": regions})

    Parameters
    ----------
    table : pandas, polars, pyarrow, DuckDB relation, or a path
        The table, as altyn.data_import makes them.
    map : dict, or list of "COLUMN=CONCORDANCE"
        The concordance of each column: a table of columns from, to and, if need be, weight,
        first_year, last_year; that of "economy" is for exporters and importers.
    output : path or list of paths
        Files to write too: .parquet .csv .csv.gz .json

    Returns
    -------
    DataConvert; tidy() is the table, summary() what became of every row. Raises InputError.
    """
    where = "altyn.data_convert"
    sources = Sources()
    name = sources.name_of(table)
    content = _options.sections("data_convert", {"map": map, **options}, where, sources)
    written = _paths(output)
    content["convert"].update(table=name, outputs=written or [CONVERTED])
    answer = _make("data_convert", content, where, sources, written, threads=threads)
    return DataConvert(answer, kind or sources.kind)


@_options.document("data_fetch")
def data_fetch(name: str | None = None, *, progress: bool | Callable | None = None,
               kind: str | None = None, **options) -> Any:
    """Download a published data set: resumed, checked, whole or not at all.

    altyn.data_fetch()                            what can be fetched, a table
    altyn.data_fetch("baci_hs17", output="data/")

    Parameters
    ----------
    name : str
        Which one; without it, the list of names, licences and addresses.

    Returns
    -------
    DataFetch, which stands for the path of the file. Raises InputError, and SystemError where the
    server does not give the file.
    """
    where = "altyn.data_fetch"
    content = _options.sections("data_fetch", options, where).get("options", {})
    if name is None:
        names = ["name", "title", "provider", "licence", "page", "url"]
        found = _altyn.fetch_sources(content.get("registry", ""))
        return table_of_rows([dict(zip(names, row)) for row in found], names, kind)
    shown = _progress.display(progress)
    try:
        return DataFetch(_altyn.fetch(name, json.dumps(content), where, shown, _progress.warn))
    finally:
        _progress.finish(shown)


@_options.document("corridors")
def corridors(scenario: str | os.PathLike, action: str = "run", *,
              welfare: Sequence[str] | None = None, threads: int = 0, seed: int = SEED,
              progress: bool | Callable | None = None, kind: str | None = None,
              output: str | os.PathLike | None = None, **options) -> Corridors:
    """Routes, ports and crossings: their costs, their traffic, their value, and what changes do.

    altyn.corridors("cases/eaeu/corridors-caspian.toml")
    altyn.corridors("cases/eaeu/corridors-2016.toml", "value", welfare=["KAZ"])

    Parameters
    ----------
    scenario : path
        A scenario file with its network (docs/corridors.md).
    action : str
        run solves its changes; show lists the links with their costs, traffic the trade on each,
        value what a 1% cheaper link is worth.
    welfare : list of str
        Of value: economies and regions whose real income counts; the members when not given.
    output : path
        Folder for the report and its tables.

    Returns
    -------
    Corridors. Raises InputError.
    """
    content, where, folder = _file(scenario)
    flags = _options.sections("corridors", options, "altyn.corridors")
    content["action"] = action
    if welfare is not None:
        content["welfare"] = _as_list(welfare)
    if flags:
        content["flags"] = flags["model"]
    answer = _run("corridors", content, where, folder=folder, threads=threads, seed=seed,
                  progress=progress, output=output)
    return Corridors(answer, kind)


@_options.document("monitor")
def monitor(plan: str | os.PathLike, *, threads: int = 0, seed: int = SEED,
            progress: bool | Callable | None = None, kind: str | None = None,
            output: str | os.PathLike | None = None, **options) -> Plan:
    """Follow the goals of a plan month by month.

    altyn.monitor("cases/eaeu/plan-2013-2015.toml", as_of="2014-06")

    Parameters
    ----------
    plan : path
        A plan file (docs/monitor.md).
    output : path
        Folder for the report and its tables.

    Returns
    -------
    Plan; tidy() has a row per goal. Raises InputError.
    """
    content, where, folder = _file(plan)
    for section, given in _options.sections("monitor", options, "altyn.monitor").items():
        content.setdefault(section, {}).update(given)
    answer = _run("monitor", content, where, folder=folder, threads=threads, seed=seed,
                  progress=progress, output=output)
    return Plan(answer, kind)


_RESULTS = {"check": Check, "estimate": Fits, "simulate": Simulation, "corridors": Corridors,
            "monitor": Plan, "regions": RegionShares, "data_check": DataCheck,
            "data_import": DataImport, "data_base": DataBase, "data_reconcile": DataReconcile,
            "data_convert": DataConvert, "agreements": Agreements}


def run(study: str | os.PathLike, *, threads: int = 0, seed: int = SEED,
        progress: bool | Callable | None = None, kind: str | None = None,
        output: str | os.PathLike | None = None) -> Result:
    """Run a study file of any kind: what `altyn run FILE` does.

    altyn.run("cases/eaeu/no-union.toml")

    Parameters
    ----------
    study : path
        A study file; one that does not say study = "..." is known by its sections.
    output : path
        Folder for its files and their record.

    Returns
    -------
    The result of that kind: Check, Fits, Simulation, ... Raises InputError.
    """
    path = os.fspath(study)
    what, content, folder = _altyn.read_study(path)
    answer = _run(what, json.loads(content), path, folder=folder, threads=threads, seed=seed,
                  progress=progress, output=output)
    return _RESULTS[what](answer, kind)


def sections(study: str, *, kind: str | None = None) -> Any:
    """The sections that a study file may have, one row per option: what it does, its type, default,
    unit, limits and choices.

    altyn.sections("data_import")
    altyn.sections("corridors")
    """
    names = ["section", "name", "type", "default", "unit", "minimum", "maximum", "choices", "doc"]
    rows = [field | {"section": section, "default": json.dumps(field["default"]),
                     "choices": ", ".join(field.get("choices", []))}
            for section, fields in _options.tables(study, whole=True).items()
            for field in fields.values()]
    return table_of_rows(rows, names, kind)


def _reader(source, title, provider, documentation):
    def read(files: Any, *, kind: str | None = None, **options) -> Any:
        return data_import(source, files, **options).tidy(kind)

    read = _options.signature("data_import", ("source", "files", "outputs"))(read)
    read.__name__ = read.__qualname__ = f"read_{source}"
    read.__doc__ = f"""{title} ({provider}), as one table of the project's layout.

    altyn.read_{source}(files) is altyn.data_import("{source}", files).tidy(), with its options.
    The provider describes the files at {documentation}

    Returns
    -------
    A table of `kind`: pandas, polars, pyarrow, duckdb or altyn. Raises InputError.
    """
    return read


READERS = {f"read_{layout[0]}": _reader(*layout) for layout in _altyn.source_layouts()}


def sources(kind: str | None = None) -> Any:
    """The published data sets that altyn.data_import reads: name, title, provider and where the
    provider describes its files."""
    names = ["name", "title", "provider", "documentation"]
    rows = [dict(zip(names, layout)) for layout in _altyn.source_layouts()]
    return table_of_rows(rows, names, kind)


@_options.document("read_table")
def read_table(path: str | os.PathLike, *, kind: str | None = None, **options) -> Any:
    """Read a table by the ending of its path (.csv .tsv .txt, also .gz, .parquet, .json), or a
    bundled one by name; wrong cells are errors that name file, line and column.

    Returns
    -------
    A table of `kind`: pandas, polars, pyarrow, duckdb or altyn.
    """
    chosen = _options.sections("read_table", options, "altyn.read_table").get("options", {})
    defaults = {name: field["default"] for name, field in
                _options.tables("read_table")["options"].items()}
    return to_kind(_altyn.read_table(os.fspath(path), **(defaults | chosen)), kind)


def cases(kind: str | None = None) -> Any:
    """The bundled tables: name, what it is, unit, period, provider and licence."""
    names = ["name", "what", "unit", "period", "provider", "licence"]
    return table_of_rows([dict(zip(names, row)) for row in _altyn.cases()], names, kind)


def case_file(name: str) -> pathlib.Path:
    """The path of a bundled file, such as "eaeu/no-union.toml"."""
    return pathlib.Path(_altyn.cases_folder()) / name


def _as_list(value) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]

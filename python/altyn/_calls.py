"""The calls of the package. Each becomes a study and takes the one path every surface takes."""

from __future__ import annotations

import json
import os
import pathlib

from . import _altyn, _options, _progress
from ._results import (FINDINGS, IMPORTED, Agreements, Check, DataCheck, DataImport, Fits,
                       RegionShares, Simulation)
from ._tables import Sources, kind_of, table_of_rows, to_kind

SEED = 20171006

# Options of an estimate that name files to write.
_FILES = ("outputs", "predictions", "effects_file", "resistances", "plots")


def _run(kind, content, where, sources=None, folder="", threads=0, seed=SEED, progress=None,
         output=None, record="run.json"):
    shown = _progress.display(progress)
    streams = sources.streams if sources is not None else {}
    try:
        return _altyn.run(kind, json.dumps(content), where, folder, streams, threads, seed, shown,
                          _progress.warn, None if output is None else os.fspath(output), record)
    finally:
        _progress.finish(shown)


@_options.document("estimate", leave_out=("formulas", "data"))
def estimate(formula, data, *, threads=0, seed=SEED, progress=None, kind=None, **options):
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


@_options.document("estimate", leave_out=("formulas", "data", "family"))
def ppml(formula, data, **options):
    """Estimate a Poisson model: altyn.estimate with family="ppml".

    fit = altyn.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", df,
                     cluster="exporter^importer")
    """
    return estimate(formula, data, family="ppml", **options)


@_options.document("simulate")
def simulate(base, fit=None, *, turn_off=None, turn_on=None, pairs=None, year=None, gdp=None,
             title=None, threads=0, seed=SEED, progress=None, kind=None, output=None, **options):
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
        path = os.fspath(base)
        content = json.loads(_altyn.read_document(path))
        content.pop("study", None)
        content["file"] = where = path
        folder = str(pathlib.Path(path).parent)
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
def check(claim=None, *, threads=0, seed=SEED, progress=None, kind=None, output=None, **options):
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
def agreements(pair=None, *, kind=None, **options):
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
def regions(pair, *, threads=0, seed=SEED, progress=None, kind=None, output=None, **options):
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
def data_check(table, *, threads=0, seed=SEED, kind=None, **options):
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
def data_import(source, files, *, output=None, threads=0, kind=None, **options):
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
    written = [os.fspath(path) for path in _as_list(output)] if output is not None else []
    content.setdefault("import", {}).update(
        source=source, files=[os.fspath(path) for path in _as_list(files)],
        outputs=written or [IMPORTED])
    answer = _run("data_import", content, where, sources, threads=threads,
                  output="" if written else None,
                  record=f"{written[0]}.run.json" if written else "")
    return DataImport(answer, kind)


def _reader(source, title, provider, documentation):
    def read(files, *, kind=None, **options):
        return data_import(source, files, **options).tidy(kind)

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


def sources(kind=None):
    """The published data sets that altyn.data_import reads: name, title, provider and where the
    provider describes its files."""
    names = ["name", "title", "provider", "documentation"]
    rows = [dict(zip(names, layout)) for layout in _altyn.source_layouts()]
    return table_of_rows(rows, names, kind)


@_options.document("read_table")
def read_table(path, *, kind=None, **options):
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


def cases(kind=None):
    """The bundled tables: name, what it is, unit, period, provider and licence."""
    names = ["name", "what", "unit", "period", "provider", "licence"]
    return table_of_rows([dict(zip(names, row)) for row in _altyn.cases()], names, kind)


def case_file(name) -> pathlib.Path:
    """The path of a bundled file, such as "eaeu/no-union.toml"."""
    return pathlib.Path(_altyn.cases_folder()) / name


def _as_list(value) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]

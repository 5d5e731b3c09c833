"""What a study found. Every number is the engine's; nothing here computes one."""

from __future__ import annotations

import html
import json
import os
import pathlib

from . import _altyn
from ._tables import table_of_rows, to_kind


# Names of tables that a call takes from its answer.
AGREEMENTS = "agreements.csv"
FINDINGS = "findings.csv"
IMPORTED = "imported.parquet"
CONVERTED = "converted.parquet"
RECONCILED = "reconciled.parquet"
REPORTERS = "reporters.parquet"
GAPS = "gaps.parquet"


class Result:
    """A finished study.

    `value` is the whole result as the JSON contract describes it, `text` what a terminal shows,
    `files` its output files by name (bytes, or a Table), `inputs` every file that was read with its
    digest, `certificates` the residuals of each solve, `certified` whether all of them hold.
    """

    def __init__(self, answer: dict, kind: str | None):
        self.text: str = answer["text"]
        self.value = json.loads(answer["value"])
        self.files: dict = answer["files"]
        self.inputs: list = json.loads(answer["inputs"])
        self.certificates: list = json.loads(answer["certificates"])
        self.certified: bool = answer["certified"]
        self.kind = kind

    def summary(self) -> str:
        """What the command line prints."""
        return self.text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def file(self, name: str, kind: str | None = None):
        """An output file: a table as one of `kind` (that of the input when empty), others as text
        or bytes."""
        content = self.files[name]
        if isinstance(content, _altyn.Table):
            return to_kind(content, kind or self.kind)
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content

    def save(self, folder) -> list[pathlib.Path]:
        """Writes the output files into a folder and returns their paths."""
        written = []
        for name, content in self.files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, _altyn.Table):
                _altyn.write_table(content, os.fspath(path))
            else:
                path.write_bytes(content)
            written.append(path)
        return written


class Fit:
    """One estimated model; `call` is the whole result it came with."""

    def __init__(self, model: dict, call: Fits):
        self.value = model
        self.call = call

    # --- the model as a whole -----------------------------------------------------------------

    @property
    def certified(self) -> bool:
        """The estimating equations hold at the answer; otherwise no number is shown."""
        return self.value["certificate"]["holds"]

    @property
    def certificate(self) -> dict:
        return self.value["certificate"]

    @property
    def status(self) -> str:
        return self.value["status"]

    @property
    def formula(self) -> str:
        return self.value["formula"]

    @property
    def n_obs(self) -> int:
        return self.value["n_obs"]

    @property
    def dropped_rows(self) -> list[dict]:
        """Which rows left the sample, at what stage and why."""
        return self.value["dropped_rows"]

    @property
    def inputs(self) -> list[dict]:
        """Every file that was read, with its digest."""
        return self.call.inputs

    def file(self, name: str, kind: str | None = None):
        """An output file of the call, as Result.file() gives it."""
        return self.call.file(name, kind)

    def summary(self) -> str:
        """What the command line prints."""
        return self.call.text

    def __str__(self) -> str:
        return self.call.text

    def __repr__(self) -> str:
        return self.call.text

    # --- coefficients ---------------------------------------------------------------------------

    def __getitem__(self, name: str) -> dict:
        """A coefficient: value, se, z, p, low, high."""
        for one in self.value.get("coefficients", []):
            if one["name"] == name:
                return dict(one)
        _altyn.refuse_option(name, [c["name"] for c in self.value.get("coefficients", [])],
                             self.formula)

    def coef(self) -> dict[str, float]:
        return {c["name"]: c["value"] for c in self.value.get("coefficients", [])}

    def se(self) -> dict[str, float]:
        return {c["name"]: c["se"] for c in self.value.get("coefficients", [])}

    def vcov(self) -> list[list[float]]:
        """Covariances in the order of the coefficients."""
        return self.value["covariance"]

    def tidy(self, kind: str | None = None):
        """One row per coefficient, as the kind of table that came in."""
        names = {"name": "term", "value": "estimate", "se": "std_error", "z": "statistic",
                 "p": "p_value", "low": "conf_low", "high": "conf_high"}
        rows = [{new: one.get(old) for old, new in names.items()}
                for one in self.value.get("coefficients", [])]
        return table_of_rows(rows, list(names.values()), kind or self.call.kind)

    def glance(self, kind: str | None = None):
        """One row about the model."""
        names = ("formula", "family", "n_obs", "pseudo_r2", "r2", "within_r2", "log_likelihood",
                 "deviance", "wald", "wald_df", "iterations", "status")
        row = {name: self.value[name] for name in names if name in self.value}
        errors = self.value.get("standard_errors", {})
        row["standard_errors"] = errors.get("kind")
        clusters = errors.get("n_clusters")
        row["n_clusters"] = min(clusters) if clusters else None
        row["certified"] = self.certified
        return table_of_rows([row], list(row), kind or self.call.kind)

    def _repr_html_(self) -> str:
        return models_html([self])

    def plot(self, ax=None):
        """Coefficients with their confidence intervals; returns the matplotlib axes."""
        return plot_models([self], ax)


class Fits(Result):
    """Several models of one call, in order; also what else the call found."""

    def __init__(self, answer: dict, kind: str | None):
        super().__init__(answer, kind)
        self.models = [Fit(model, self) for model in self.value["models"]]

    def __len__(self) -> int:
        return len(self.models)

    def __getitem__(self, place: int) -> Fit:
        return self.models[place]

    def __iter__(self):
        return iter(self.models)

    def tidy(self, kind: str | None = None):
        """One row per model and coefficient."""
        rows = []
        for number, model in enumerate(self.value["models"], 1):
            for one in model.get("coefficients", []):
                rows.append({"model": number, "outcome": model["outcome"], "term": one["name"],
                             "estimate": one["value"], "std_error": one["se"],
                             "statistic": one["z"], "p_value": one["p"], "conf_low": one["low"],
                             "conf_high": one["high"]})
        columns = ["model", "outcome", "term", "estimate", "std_error", "statistic", "p_value",
                   "conf_low", "conf_high"]
        return table_of_rows(rows, columns, kind or self.kind)

    def _repr_html_(self) -> str:
        return models_html(self.models)

    def plot(self, ax=None):
        return plot_models(self.models, ax)


class Tables(Result):
    """A result that is a set of named tables with a title."""

    main = ""

    @property
    def title(self) -> str:
        return self.value.get("title", "")

    @property
    def table_names(self) -> list[str]:
        return list(self.value.get("tables", {}))

    def table(self, name: str, kind: str | None = None):
        """One of the result's tables, as the kind of table that came in."""
        tables = self.value.get("tables", {})
        if name not in tables:
            _altyn.refuse_option(name, list(tables), self.title)
        names = [column["name"] for column in tables[name]["columns"]]
        return table_of_rows(self._rows(name), names, kind or self.kind)

    def _rows(self, name: str) -> list[dict]:
        table = self.value["tables"][name]
        names = [column["name"] for column in table["columns"]]
        return [dict(zip(names, row)) for row in table["rows"]]

    def tidy(self, kind: str | None = None):
        """The main table: one row per economy of a scenario, per key result of a check."""
        return self.table(self.main, kind)

    def glance(self, kind: str | None = None):
        """One row about the whole."""
        row = {"title": self.title, "certified": self.certified}
        return table_of_rows([row], list(row), kind or self.kind)

    @property
    def report_html(self) -> str:
        """The whole report as one page."""
        return self.file("report.html")

    def _head(self) -> str:
        return f"<h4>{html.escape(self.title)}</h4>"

    def _shown(self) -> tuple[str, int]:
        return self.main, 12

    def _repr_html_(self) -> str:
        name, limit = self._shown()
        table = self.value.get("tables", {}).get(name)
        if table is None:
            return f"<pre>{html.escape(self.text)}</pre>"
        head = "".join(f"<th>{html.escape(c['label'])}</th>" for c in table["columns"])
        units = [column["unit"] for column in table["columns"]]
        body = "".join("<tr>" + "".join(f"<td>{_cell(v, u)}</td>" for v, u in zip(row, units))
                       + "</tr>" for row in table["rows"][:limit])
        more = len(table["rows"]) - limit
        tail = f"<p>and {more} more rows</p>" if more > 0 else ""
        return f"{self._head()}<table><tr>{head}</tr>{body}</table>{tail}"


class Simulation(Tables):
    """A scenario and its answer. Tables: real_income, economies, pairs, revenue, drivers,
    assumptions; of several scenarios, comparison."""

    @property
    def main(self):
        return "comparison" if "comparison" in self.value.get("tables", {}) else "economies"

    def _shown(self):
        name = "comparison" if self.main == "comparison" else "real_income"
        return name, 20

    def glance(self, kind: str | None = None):
        """One row about the scenario."""
        row = {"name": self.value.get("name"), "title": self.title,
               "about": self.value.get("about"), "certified": self.certified}
        return table_of_rows([row], list(row), kind or self.kind)

    def plot(self, ax=None, top: int = 12):
        """Change of real income with its range, where it may be largest; returns axes."""
        return plot_income(self, ax, top)


class Check(Tables):
    """A checked claim. `verdict` holds number and cause; `lines` the evidence behind them."""

    main = "key_results"

    @property
    def verdict(self) -> dict:
        return self.value["verdict"]

    @property
    def lines(self) -> list[dict]:
        return self.value["lines"]

    def glance(self, kind: str | None = None):
        """One row: the claim and its two verdicts."""
        number, cause = self.verdict["number"], self.verdict["cause"]
        row = {"title": self.title, "number": number["label"], "cause": cause["label"],
               "probability": cause.get("probability"), "certified": self.certified}
        return table_of_rows([row], list(row), kind or self.kind)

    def _head(self):
        number, cause = self.verdict["number"], self.verdict["cause"]
        return (f"<h4>{html.escape(self.title)}</h4><p>Number: <b>{html.escape(number['label'])}</b>. "
                f"Cause: <b>{html.escape(cause['label'])}</b>.</p>")

    def _shown(self):
        return "range_bars", 20

    def plot(self, ax=None):
        """The lines of evidence as ranges of the share of growth that goes with the agreement."""
        return plot_ranges(self._rows("range_bars"), "label", "mid", ax, self.title,
                           "share of the growth, %")


class Corridors(Tables):
    """A network of routes: its links, the traffic on them, what a cheaper one is worth, or what
    changes of links do."""

    @property
    def main(self):
        tables = self.value.get("tables", {})
        return "economies" if "economies" in tables else next(iter(tables), "")

    def _shown(self):
        return ("real_income" if self.main == "economies" else self.main), 20

    def plot(self, ax=None, top: int = 12):
        """Of a run, the change of real income with its range, where it may be largest."""
        return plot_income(self, ax, top)


class Plan(Tables):
    """The goals of a plan, month by month."""

    main = "goals"


class RegionShares(Tables):
    """Shares of trade that border regions make. Tables: region_shares, region_elasticities,
    regions, key_results."""

    main = "region_shares"

    def plot(self, ax=None):
        """The share under each definition with its range, and the claimed one; returns axes."""
        figure = self.value["claim"]["figure"]
        ax = plot_ranges(self._rows(self.main), "label", "mid", ax, self.title,
                         "share of trade, %; bar: 5th to 95th percentile of the draws")
        ax.axvline(100 * figure, color="C3", linewidth=1, label=f"claimed: {100 * figure:g}%")
        ax.legend()
        return ax


class Rows(Result):
    """A result that is one table."""

    table_file = ""

    def tidy(self, kind: str | None = None):
        """The table, as the kind of table that came in."""
        name = self.table_file if self.table_file in self.files else next(iter(self.files), None)
        if name is None:
            _altyn.refuse("missing-option", "the study names no table to write", "outputs", [],
                          "a result keeps the tables that it writes", ['outputs = ["table.csv"]'])
        return self.file(name, kind)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


class DataCheck(Rows):
    """What is odd about a trade table; one row per finding."""

    table_file = FINDINGS


class DataImport(Rows):
    """A published data set in the project's layout; `text` says what became of every row."""


class DataConvert(Rows):
    """A table with other codes; `text` says what became of every row."""


class DataReconcile(Rows):
    """One figure with an interval for every flow that two sides record."""

    def __init__(self, answer: dict, kind: str | None, asked: dict | None = None):
        super().__init__(answer, kind)
        self._asked = asked or {}

    def reporters(self, kind: str | None = None):
        """How reliable each economy's records are."""
        return self._named("reporters", kind)

    def gaps(self, kind: str | None = None):
        """The flows that both sides record, the largest gap first."""
        return self._named("gaps", kind)

    def _named(self, name, kind):
        if name not in self._asked:
            _altyn.refuse("missing-option", f"the call wrote no table of {name}",
                          "altyn.data_reconcile", [], "a call with an output keeps what it writes",
                          [f'{name}="{name}.csv"'])
        return self.file(self._asked[name], kind)


class DataBase(Rows):
    """The base of a world of many sectors: tables trade, intermediate_use, value_added and
    elasticities, and base.toml, on which scenarios stand (save() or output= writes them)."""

    def table(self, name: str, kind: str | None = None):
        """One of the tables, such as "intermediate_use"."""
        names = {os.path.splitext(one)[0]: one for one, content in self.files.items()
                 if isinstance(content, _altyn.Table)}
        if name not in names:
            _altyn.refuse_option(name, list(names), "altyn.data_base")
        return self.file(names[name], kind)


class DataFetch:
    """A file that was downloaded: `path`, and in `source` where it comes from, under what licence,
    with its digest; the same stands beside it in <path>.source.json."""

    def __init__(self, answer: dict):
        self.path = pathlib.Path(answer["path"])
        self.source: dict = json.loads(answer["source"])
        self.text: str = answer["text"]

    def summary(self) -> str:
        """What the command line prints."""
        return self.text

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


class Agreements(Rows):
    """What the registry of agreements answers."""

    table_file = AGREEMENTS


def _cell(value, unit: str) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if unit in ("fraction", "share"):
            return f"{round(100 * value, 2) + 0.0:.2f}%"  # no minus before a zero
        return f"{value:.4g}"
    return html.escape(str(value))


def models_html(models: list[Fit]) -> str:
    """Coefficients side by side, standard errors below them."""
    terms: list[str] = []
    for model in models:
        terms += [c for c in model.coef() if c not in terms]
    cells = "".join(f"<th>({k})<br>{html.escape(m.value['outcome'])}</th>"
                    for k, m in enumerate(models, 1))
    rows = [f"<tr><th></th>{cells}</tr>"]
    for term in terms:
        cells = ""
        for model in models:
            found = [c for c in model.value.get("coefficients", []) if c["name"] == term]
            cells += "<td></td>" if not found else (
                f"<td>{found[0]['value']:.4g}<br>({found[0]['se']:.4g})</td>")
        rows.append(f"<tr><td>{html.escape(term)}</td>{cells}</tr>")
    cells = "".join(f"<td>{m.n_obs:,}</td>" for m in models)
    rows.append(f"<tr><td>rows</td>{cells}</tr>")
    errors = "".join(f"<td>{html.escape(m.value['standard_errors']['kind'])}</td>" for m in models)
    rows.append(f"<tr><td>standard errors</td>{errors}</tr>")
    proof = "".join("<td>certified</td>" if m.certified else "<td><b>no certificate</b></td>"
                    for m in models)
    rows.append(f"<tr><td></td>{proof}</tr>")
    return f"<table>{''.join(rows)}</table>"


def plot_models(models: list[Fit], ax=None):
    terms: list[str] = []
    for model in models:
        terms += [c for c in model.coef() if c not in terms]
    ax = _axes(ax, len(terms) * len(models))
    ax.axvline(0.0, color="0.7", linewidth=1)
    for number, model in enumerate(models):
        shift = 0.6 * (number - (len(models) - 1) / 2) / max(len(models), 2)
        for one in model.value.get("coefficients", []):
            place = len(terms) - 1 - terms.index(one["name"]) - shift
            ax.plot([one["low"], one["high"]], [place, place], color=f"C{number}")
            label = f"({number + 1})" if one["name"] == terms[0] else None
            ax.plot(one["value"], place, "o", color=f"C{number}", label=label)
    ax.set_yticks(range(len(terms)), terms[::-1])
    ax.set_xlabel("coefficient")
    if len(models) > 1:
        ax.legend()
    return ax


def plot_income(result: Tables, ax, top: int):
    """Change of real income with its range, where it may be largest."""
    def reach(row):
        ends = (row["real_income_change"], row["low"], row["high"])
        return max(abs(end) for end in ends if end is not None)

    rows = result._rows("real_income")
    largest = sorted(rows, key=reach, reverse=True)[:top]
    return plot_ranges([row for row in rows if row in largest], "name", "real_income_change", ax,
                       result.title,
                       "change of real income, %; bar: 5th to 95th percentile of the draws")


def plot_ranges(rows: list[dict], label: str, middle: str, ax, title: str, unit: str):
    """Points with bars from `low` to `high`, one row each from the top; fractions as percent."""
    ax = _axes(ax, len(rows))
    ax.axvline(0.0, color="0.7", linewidth=1)
    for place, row in enumerate(reversed(rows)):
        if row["low"] is not None and row["high"] is not None:
            ax.plot([100 * row["low"], 100 * row["high"]], [place, place], color="C0", alpha=0.4,
                    linewidth=4, solid_capstyle="butt")
        if row[middle] is not None:
            ax.plot(100 * row[middle], place, "o", color="C0")
    ax.set_yticks(range(len(rows)), [row[label] for row in reversed(rows)])
    ax.set_xlabel(unit)
    ax.set_title(title)
    return ax


def _axes(ax, n_rows):
    if ax is not None:
        return ax
    import matplotlib.pyplot

    height = 1.2 + 0.3 * max(n_rows, 3)
    return matplotlib.pyplot.subplots(figsize=(6.4, height), layout="constrained")[1]

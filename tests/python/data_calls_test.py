"""What the command line does with data, plans, networks and study files, from Python."""

import hashlib
import http.server
import inspect
import json
import pickle
import threading

import pytest

import altyn
from altyn_run import altyn as command_line, needs_build
from conftest import ROOT
from data_base_test import write_icio

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pytest.importorskip("pyarrow")

CASES = ROOT / "cases"


@needs_build
def test_a_base_of_many_sectors_is_that_of_the_command_line(tmp_path):
    write_icio(tmp_path / "table.csv")
    done = command_line("data", "base", "icio", tmp_path / "table.csv", "--theta", 5, "--sectors",
                        "groups.csv", "-o", "base", "-q", cwd=_with_groups(tmp_path))
    assert done.returncode == 0, done.stderr
    groups = polars.read_csv(tmp_path / "groups.csv")
    base = altyn.data_base("icio", tmp_path / "table.csv", theta=5, sectors=groups,
                           output=tmp_path / "here")
    for name in ("trade.csv", "value_added.csv", "elasticities.csv", "base.toml"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "base" / name).read_bytes()
    assert not (tmp_path / "here" / "run.json").exists()  # a table in memory cannot be had again
    assert base.certified and isinstance(base.tidy(), polars.DataFrame)
    assert base.table("value_added", "pandas")["value"].sum() > 0
    with pytest.raises(altyn.InputError):
        base.table("value_adde")
    answer = altyn.simulate({"scenario": {"name": "s", "extends": str(tmp_path / "here/base.toml")},
                             "model": {"n_draws": 0},
                             "change": [{"name": "c", "what": "cost", "importer": ["KAZ"],
                                         "exporter": ["ROW"], "rate_pct": -5, "source": "made up"}]})
    assert answer.certified


def _with_groups(folder):
    (folder / "groups.csv").write_text("sector,group\n01T02,farms\n03,fish\n")
    return folder


def test_a_base_without_elasticities_is_refused(tmp_path):
    write_icio(tmp_path / "table.csv")
    with pytest.raises(altyn.InputError) as raised:
        altyn.data_base("icio", tmp_path / "table.csv")
    assert raised.value.code == "missing-option"


@pytest.fixture(scope="module")
def some_trade():
    table = altyn.read_table("world_trade", kind="pandas")
    some = ["RUS", "KAZ", "BLR", "CHN", "DEU", "POL", "TUR", "USA"]
    return table[table["exporter"].isin(some) & table["importer"].isin(some)
                 & (table["year"] >= 2014)]


@needs_build
def test_both_sides_records_are_reconciled_as_on_the_command_line(some_trade, tmp_path):
    some_trade.to_csv(tmp_path / "trade.csv", index=False)
    done = command_line("data", "reconcile", "trade.csv", "--reporters", "quality.csv", "-o",
                        "flows.parquet", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = altyn.data_reconcile(some_trade)
    assert found.tidy().equals(pandas.read_parquet(tmp_path / "flows.parquet"))
    there = pandas.read_csv(tmp_path / "quality.csv")
    assert list(found.reporters()["economy"]) == list(there["economy"])
    assert len(found.gaps("polars")) > 100
    written = altyn.data_reconcile(some_trade, output=tmp_path / "again.parquet", gdp="gdp")
    assert "Domestic trade added" in written.summary()
    assert len(pandas.read_parquet(tmp_path / "again.parquet")) > len(found.tidy())
    with pytest.raises(altyn.InputError) as raised:
        written.reporters()
    assert raised.value.code == "missing-option"
    again = pickle.loads(pickle.dumps(found))
    assert again.gaps().equals(found.gaps())


def test_codes_are_converted_by_frames_and_bundled_concordances():
    table = polars.DataFrame({"exporter": ["RUS", "KAZ", "DEU"], "importer": ["DEU", "DEU", "RUS"],
                              "year": [2016, 2016, 2016], "sector": ["01", "02", "27"],
                              "trade_musd": [1.0, 2.0, 4.0]})
    regions = pandas.DataFrame({"from": ["RUS", "KAZ", "*"], "to": ["UNION", "UNION", "REST"]})
    done = altyn.data_convert(table, {"sector": "hs_sections", "economy": regions})
    found = done.tidy()
    assert isinstance(found, polars.DataFrame) and len(found) == 2
    assert dict(zip(found["exporter"], found["trade_musd"])) == {"UNION": 3.0, "REST": 4.0}
    assert "3 rows used" in done.summary()
    with pytest.raises(altyn.InputError) as raised:
        altyn.data_convert(table, {"economy": regions.head(2)})
    assert raised.value.code == "unmatched-codes"


class Files(http.server.BaseHTTPRequestHandler):
    content = b"PK\x03\x04" + bytes(range(256)) * 40

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200 if self.path == "/a.zip" else 404)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)


@pytest.fixture
def registry(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    entry = {"name": "a", "title": "A", "provider": "P", "licence": "L", "page": "https://p",
             "url": f"http://127.0.0.1:{server.server_address[1]}/a.zip", "file": "a.zip"}
    path = tmp_path / "sources.toml"
    path.write_text("[[source]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in entry.items()))
    yield path
    server.shutdown()
    server.server_close()


def test_a_data_set_is_fetched_with_its_source(registry, tmp_path):
    seen = []
    found = altyn.data_fetch("a", registry=registry, output=tmp_path, progress=seen.append)
    assert found.path == tmp_path / "a.zip" and found.path.read_bytes() == Files.content
    assert found.source["sha256"] == hashlib.sha256(Files.content).hexdigest()
    assert json.loads((tmp_path / "a.zip.source.json").read_text()) == found.source
    assert "SHA-256" in found.summary()
    with pytest.raises(altyn.InputError) as raised:
        altyn.data_fetch("a", registry=registry, output=tmp_path)
    assert raised.value.code == "output-exists"
    with pytest.raises(altyn.InputError) as raised:
        altyn.data_fetch("a", registry=registry, output=tmp_path, again=True, sha256="0" * 64)
    assert raised.value.code == "checksum-mismatch"
    with pytest.raises(altyn.InputError) as raised:
        altyn.data_fetch("b", registry=registry, attemts=3)
    assert raised.value.code == "unknown-key" and "attempts" in raised.value.fixes[0]


def test_what_can_be_fetched_is_listed():
    known = altyn.data_fetch(kind="pandas")
    assert "baci_hs17" in list(known["name"]) and set(known["licence"]) - {""}
    with pytest.raises(altyn.InputError) as raised:
        altyn.data_fetch("baci_hs71")
    assert raised.value.code == "unknown-source"


@needs_build
def test_a_network_is_that_of_the_command_line(tmp_path):
    pass_file = CASES / "examples" / "three-economies" / "pass.toml"
    done = command_line("corridors", "run", pass_file, "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stderr
    run = altyn.corridors(pass_file)
    assert run.value == json.loads((tmp_path / "result.json").read_text())
    assert run.summary() == done.stdout and run.certified
    assert "<table>" in run._repr_html_() and len(run.tidy("pandas")) == 3
    links = altyn.corridors(pass_file, "show")
    assert links.table_names == [links.main] and len(links.tidy("pandas")) > 2
    with pytest.raises(altyn.InputError) as raised:
        altyn.corridors(pass_file, "shew")
    assert raised.value.code == "unknown-action"


def test_a_plan_is_followed_to_a_month():
    plan = altyn.monitor(CASES / "eaeu" / "plan-2013-2015.toml", as_of="2014-06")
    assert len(plan.tidy("pandas")) == len(plan.table("goals", "pandas")) > 1
    assert plan.glance("pandas").iloc[0]["certified"]
    with pytest.raises(altyn.InputError):
        altyn.monitor(CASES / "eaeu" / "plan-2013-2015.toml", as_off="2014-06")


def test_a_study_file_of_any_kind_is_run_by_its_sections(tmp_path):
    (tmp_path / "s.toml").write_text(
        f'[scenario]\nname = "s"\nextends = "{CASES / "eaeu" / "common-tariff-plus-5.toml"}"\n'
        "[model]\nn_draws = 0\n")
    assert isinstance(altyn.run(tmp_path / "s.toml"), altyn.Simulation)
    (tmp_path / "e.toml").write_text(
        '[estimate]\ndata = "world_trade"\nformulas = ["trade ~ eaeu | exporter + importer"]\n'
        'agreements = ["EAEU"]\n')
    fits = altyn.run(tmp_path / "e.toml", kind="pandas")
    assert isinstance(fits, altyn.Fits) and list(fits.tidy()["term"]) == ["eaeu"]
    with pytest.raises(altyn.InputError) as raised:
        (tmp_path / "x.toml").write_text("[options]\n")
        altyn.run(tmp_path / "x.toml")
    assert raised.value.code == "unknown-study"


@pytest.mark.parametrize("study", ["estimate", "simulate", "check", "corridors", "monitor", "regions",
                                   "data_import", "data_base", "data_reconcile", "data_convert",
                                   "data_fetch", "data_check", "agreements", "read_table"])
def test_every_option_table_is_within_reach(study):
    table = altyn.sections(study, kind="pandas")
    assert list(table.columns[:3]) == ["section", "name", "type"]
    assert table["doc"].str.len().min() > 0
    assert not table.duplicated(["section", "name"]).any()


def test_an_unknown_kind_of_study_is_named():
    with pytest.raises(altyn.InputError) as raised:
        altyn.sections("data_imports")
    assert raised.value.code == "unknown-study" and raised.value.fixes[0].startswith("data_import")


@pytest.mark.parametrize("name", sorted(n for n in altyn.__all__ if n.islower()))
def test_editors_see_every_option(name):
    function = getattr(altyn, name)
    parameters = inspect.signature(function).parameters
    assert "options" not in parameters
    if name in ("ppml", "estimate"):
        assert {"cluster", "threads", "kind", "memory_limit_gb"} <= set(parameters)
        assert ("family" in parameters) == (name == "estimate")


def test_rows_are_estimated_within_a_memory_limit(tmp_path):
    trade = altyn.read_table("world_trade", kind="pandas")
    trade = trade.rename(columns={"importer_reported_musd": "trade"}).dropna(subset=["trade"])
    trade["rta"] = (trade["exporter"] < trade["importer"]).astype(float) * (trade["year"] > 2010)
    trade.to_parquet(tmp_path / "trade.parquet")
    formula = "trade ~ rta + i(year, rta, ref = 2012) | exporter^year + importer^year"
    whole = altyn.ppml(formula, tmp_path / "trade.parquet", cluster="exporter^importer")
    parts = altyn.ppml(formula, tmp_path / "trade.parquet", cluster="exporter^importer",
                       memory_limit_gb=1)
    # Rows are visited in another order: the last digits of sums differ.
    assert parts.coef() == pytest.approx(whole.coef(), rel=1e-7, abs=1e-9)
    assert parts.se() == pytest.approx(whole.se(), rel=1e-6)
    assert "year::2016:rta" in parts.coef() and "year::2012:rta" not in parts.coef()

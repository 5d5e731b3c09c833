"""The calls of the package: the engine's options, messages and answers, unchanged."""

import json
import pickle
import subprocess
import sys
import textwrap
import threading

import pytest

import altyn
from altyn import _options
from altyn_run import altyn as command_line, needs_build
from conftest import FORMULA, PACKAGE, ROOT

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

CALLS = {"estimate": altyn.estimate, "check": altyn.check, "data_check": altyn.data_check,
         "simulate": altyn.simulate, "read_table": altyn.read_table, "regions": altyn.regions,
         "agreements": altyn.agreements, "data_import": altyn.data_import}


@pytest.mark.parametrize("kind", sorted(CALLS))
def test_docstrings_name_every_option_of_the_field_tables(kind):
    text = CALLS[kind].__doc__
    for fields in _options.tables(kind).values():
        for name, field in fields.items():
            if name in ("formulas", "data", "table", "outputs", "file", "files", "source", "pair",
                        "first", "second", "year"):
                continue  # they are parameters of their own
            assert f"\n{name} : " in text, name
            assert field["doc"].split()[0] in text


def test_an_unknown_option_is_refused_with_the_nearest_name(trade):
    with pytest.raises(altyn.InputError) as raised:
        altyn.ppml(FORMULA, trade, clustr="exporter")
    assert raised.value.code == "unknown-key"
    assert "clustr" in raised.value.what and "cluster" in " ".join(raised.value.fixes)


def test_a_value_out_of_range_is_refused_by_the_field_table(trade):
    with pytest.raises(altyn.InputError) as raised:
        altyn.ppml(FORMULA, trade, tolerance=-1)
    assert "tolerance" in raised.value.where


def test_errors_are_value_errors_and_survive_pickling(trade):
    with pytest.raises(ValueError) as raised:
        altyn.ppml("trade ~ eaue | exporter", trade)
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again) == str(raised.value) and again.fixes == raised.value.fixes
    assert again.code == "no-such-column" and "eaeu" in again.fixes[0]


@needs_build
@pytest.mark.parametrize("formula", ["trade ~ eaue | exporter", "trade ~ ", "nothing"])
def test_messages_are_those_of_the_command_line(formula, trade, tmp_path):
    path = tmp_path / "trade.csv"
    trade.head(200).to_csv(path, index=False)
    done = command_line("estimate", "--data", path, formula, "--quiet")
    with pytest.raises(altyn.InputError) as raised:
        altyn.estimate(formula, path)
    assert done.returncode == 1
    assert str(raised.value) == done.stderr.rstrip("\n").replace("command line", "altyn.estimate")


@needs_build
def test_numbers_are_those_of_the_command_line(trade, tmp_path):
    trade.to_parquet(tmp_path / "trade.parquet")
    done = command_line("estimate", "--data", tmp_path / "trade.parquet", FORMULA, "--cluster",
                        "exporter^importer", "-o", tmp_path / "fit.json", "--quiet")
    assert done.returncode == 0, done.stderr
    fit = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    there = json.loads((tmp_path / "fit.json").read_text())["models"][0]
    assert fit.value["coefficients"] == there["coefficients"]
    assert fit.value["covariance"] == there["covariance"]
    assert fit.value["log_likelihood"] == there["log_likelihood"]
    assert fit.summary() == done.stdout


def test_a_fit_tells_itself(trade):
    fit = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    row = fit.tidy().iloc[0]
    assert row["term"] == "eaeu"
    assert (row["estimate"], row["std_error"]) == (fit.coef()["eaeu"], fit.se()["eaeu"])
    assert fit["eaeu"]["se"] ** 2 == pytest.approx(fit.vcov()[0][0], rel=1e-12)  # a square root
    glance = fit.glance().iloc[0]
    assert glance["n_obs"] == fit.n_obs and glance["certified"]
    assert glance["n_clusters"] <= 132  # pairs of twelve economies
    assert "certified" in fit.summary() and "certified" in fit._repr_html_()
    with pytest.raises(altyn.InputError):
        fit["eaue"]


def test_results_survive_pickling(trade):
    fit = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    again = pickle.loads(pickle.dumps(fit))
    assert again.value == fit.value and again.summary() == fit.summary()
    assert again.tidy().equals(fit.tidy())


def test_several_formulas_give_models_in_order(trade):
    fits = altyn.estimate(["trade ~ eaeu | exporter + importer", FORMULA], trade, family="ppml")
    assert [fit.formula for fit in fits] == ["trade ~ eaeu | exporter + importer", FORMULA]
    assert list(fits.tidy()["model"]) == [1, 2]
    assert fits._repr_html_().count("<th>(") == 2


def test_files_that_options_name_are_written_and_kept(trade, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fit = altyn.ppml(FORMULA, trade, outputs=["fit.tex", "fit.csv"], predictions="fitted.parquet")
    assert (tmp_path / "fit.tex").read_text() == fit.file("fit.tex")
    predicted = fit.file("fitted.parquet")
    assert predicted.equals(pandas.read_parquet(tmp_path / "fitted.parquet"))
    assert len(predicted) == len(trade)
    # A record would promise a repetition that only the caller could make.
    assert not list(tmp_path.glob("*.run.json"))


def test_threads_do_not_change_a_bit(trade):
    one, two = (altyn.ppml(FORMULA, trade, threads=n, cluster="exporter^importer") for n in (1, 3))
    assert one.value["coefficients"] == two.value["coefficients"]


def test_a_joined_table_may_be_a_frame(trade):
    distance = pandas.DataFrame({"exporter": ["RUS", "KAZ"], "importer": ["KAZ", "RUS"],
                                 "border": [1.0, 1.0]})
    with pytest.raises(altyn.InputError) as raised:
        altyn.ppml("trade ~ eaeu + border | year", trade,
                   join=[pandas.concat([distance, distance])])
    assert raised.value.code == "duplicate-key"
    fit = altyn.ppml("trade ~ eaeu + border | year", trade,
                     join=[trade[["exporter", "importer"]].drop_duplicates().assign(
                         border=lambda t: (t["exporter"] == "RUS") * 1.0)])
    assert set(fit.coef()) == {"eaeu", "border"}


def test_progress_is_reported_to_a_callable():
    seen = []
    altyn.ppml(FORMULA.replace("eaeu", "eaeu + eu"), "world_trade", agreements=["EAEU", "EU"],
               bootstrap="pairs", cluster="exporter^importer", draws=40, progress=seen.append)
    assert seen and set(seen[0]) == {"step", "iteration", "total", "gap", "target"}


def test_what_a_callable_raises_stops_the_run():
    class Enough(Exception):
        pass

    def stop(report):
        raise Enough(report["step"])

    with pytest.raises(Enough):
        altyn.ppml(FORMULA, "world_trade", agreements=["EAEU"], bootstrap="pairs", draws=5000,
                   cluster="exporter^importer", progress=stop)


def test_other_threads_run_while_the_engine_works():
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1

    counter = threading.Thread(target=count)
    inside = []
    counter.start()
    try:
        inside.append(counted[0])
        altyn.ppml(FORMULA, "world_trade", agreements=["EAEU"], bootstrap="pairs", draws=60,
                   cluster="exporter^importer", progress=lambda _: inside.append(counted[0]))
    finally:
        stop.set()
        counter.join()
    assert len(inside) > 1 and inside[-1] > inside[0]


LONG = {
    "estimate": f"""altyn.ppml({FORMULA!r}, "world_trade", agreements=["EAEU"], bootstrap="pairs",
                               draws=1000000, cluster="exporter^importer", progress=tell)""",
    "simulate": """altyn.simulate(altyn.case_file("eaeu/no-union.toml"), n_draws=100000,
                                  progress=tell)""",
    "reading": """[altyn.data_check("world_trade") for _ in range(1000)]""",
}


@pytest.mark.parametrize("call", sorted(LONG))
def test_control_c_stops_within_a_tenth_of_a_second_and_the_engine_goes_on(call):
    """From the signal to the exception, the best of a few tries: others may have the processor."""
    script = textwrap.dedent(f"""
        import os, signal, sys, threading, time
        sys.path.insert(0, {str(PACKAGE.parent)!r})
        import altyn
        sent = []
        def interrupt(delay):
            time.sleep(delay)
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)
        def tell(report): pass
        best = 1e9
        for attempt in range(8):
            killer = threading.Thread(target=interrupt, args=(0.4 + 0.11 * attempt,))
            killer.start()
            try:
                LONG
                print("finished")
            except KeyboardInterrupt:
                best = min(best, time.perf_counter() - sent[-1])
            killer.join()
            if best < 0.1 and attempt >= 2:
                break
        print(best)
        print(len(altyn.cases("altyn")))
    """).replace("LONG", LONG[call].replace("\n", " "))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr
    best, n_cases = done.stdout.splitlines()
    assert float(best) < 0.1
    assert int(n_cases) >= 5


def test_a_data_check_speaks_and_lists(trade):
    check = altyn.data_check(trade.assign(trade=trade["trade"] * 1e6), unit="usd")
    findings = check.tidy()
    assert len(findings) > 0 and "sentence" in findings.columns
    assert findings["sentence"].iloc[0] in check.summary()


@pytest.fixture(scope="module")
def lavrov(tmp_path_factory):
    """The home claim with its output folder."""
    folder = tmp_path_factory.mktemp("lavrov")
    return altyn.check("lavrov-2017", output=folder), folder


def test_a_claim_is_checked_and_written(lavrov):
    check, folder = lavrov
    assert check.verdict["cause"]["key"] == "not_supported"
    glance = check.glance("altyn")
    assert glance["cause"] == [check.verdict["cause"]["label"]]
    assert {"report.html", "result.json", "run.json"} <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "result.json").read_text()) == check.value
    assert check.verdict["cause"]["label"] in check._repr_html_()
    again = pickle.loads(pickle.dumps(check))
    assert again.report_html == check.report_html


def test_a_claim_is_checked_on_tables_in_memory(lavrov):
    months = altyn.read_table("russia_monthly_trade", kind="pandas")
    check = altyn.check("lavrov-2017", monthly={"RUS": months},
                        world=altyn.read_table("world_trade", kind="polars"))
    assert check.verdict["cause"] == lavrov[0].verdict["cause"]
    assert isinstance(check.tidy(), pandas.DataFrame)


@needs_build
def test_agreements_are_those_of_the_command_line():
    done = command_line("agreements", "RUS:KAZ", "--month", "2017-04", "--json")
    found = altyn.agreements("RUS:KAZ", month="2017-04")
    assert found.value == json.loads(done.stdout)
    assert list(found.tidy()["agreement"]) == [one["agreement"] for one in found.value]
    with pytest.raises(altyn.InputError) as raised:
        altyn.agreements("RUS:KAZ")
    assert raised.value.code == "missing-option" and raised.value.where == "altyn.agreements month"


def test_agreements_are_listed_with_their_members_and_shares():
    union = altyn.agreements(set="EAEU").tidy("pandas")
    assert union[union["agreement"] == "eaeu"]["economy"].tolist().count("KGZ") == 1
    assert pandas.isna(union[union["economy"] == "KGZ"]["to"].iloc[-1])
    shares = altyn.agreements(shares="2020-01-01").tidy("pandas")
    # Shares are printed to three digits of a percent.
    assert shares["share"].sum() == pytest.approx(1.0, abs=2e-4)
    every = altyn.agreements().tidy("pandas")
    assert {"eaeu", "eu"} <= {name.lower() for name in every["id"]}
    assert altyn.agreements("RUS:USA", month="2017-04").tidy("pandas").empty


@needs_build
def test_regions_are_those_of_the_command_line(tmp_path):
    done = command_line("regions", "share", "RUS:KAZ", "--says", "70", "--n-draws", "200", "-o",
                        tmp_path, "--quiet")
    assert done.returncode == 0, done.stderr
    there = json.loads((tmp_path / "result.json").read_text())
    here = altyn.regions("RUS:KAZ", figure=0.7, n_draws=200)
    assert here.value["tables"] == there["tables"]
    assert here.summary() == done.stdout
    assert list(here.tidy()["definition"]) == ["both_on_border", "either_on_border",
                                               "neither_capital"]
    assert "region_elasticities" in here.table_names
    with pytest.raises(altyn.InputError) as raised:
        altyn.regions("RUS-KAZ")
    assert raised.value.code == "bad-pair"


BACI = "t,i,j,k,v,q\n2017,643,398,010121,1500.5,2.25\n2017,398,643,270900,20000,NA\n"


def test_files_of_a_published_data_set_become_a_table(tmp_path):
    (tmp_path / "baci.csv").write_text(BACI)
    table = altyn.read_baci(tmp_path / "baci.csv", kind="pandas")
    assert table["trade_musd"].tolist() == [20.0, 1.5005]
    assert table["sector"].tolist() == ["270900", "010121"]
    shorter = altyn.read_baci([tmp_path / "baci.csv"], code_digits=2, kind="altyn")
    assert shorter["sector"] == ["27", "01"]
    whole = altyn.data_import("baci", tmp_path / "baci.csv", output=tmp_path / "trade.parquet")
    assert whole.value["rows_read"] == 2 and "2 rows" in whole.summary()
    assert whole.tidy("pandas").equals(pandas.read_parquet(tmp_path / "trade.parquet"))
    with pytest.raises(altyn.InputError) as raised:
        altyn.read_itpd_e(tmp_path / "baci.csv")
    assert raised.value.code == "layout-mismatch"


def test_every_published_data_set_has_a_reader():
    names = list(altyn.sources("pandas")["name"])
    assert "baci" in names and names == sorted(names)
    for name in names:
        assert getattr(altyn, f"read_{name}").__doc__ and f"read_{name}" in altyn.__all__


def test_pictures_are_drawn(trade):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    fit = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    ax = fit.plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["eaeu"]
    low, high = ax.lines[1].get_xdata()
    assert (low, high) == (fit["eaeu"]["low"], fit["eaeu"]["high"])

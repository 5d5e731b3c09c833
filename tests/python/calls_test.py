"""The calls of the package: the engine's options, messages and answers, unchanged."""

import json
import os
import pickle
import signal
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
         "simulate": altyn.simulate, "read_table": altyn.read_table}


@pytest.mark.parametrize("kind", sorted(CALLS))
def test_docstrings_name_every_option_of_the_field_tables(kind):
    text = CALLS[kind].__doc__
    for fields in _options.tables(kind).values():
        for name, field in fields.items():
            if name in ("formulas", "data", "table", "outputs", "file"):
                continue  # they are parameters of their own
            assert f"\n{name} : " in text, name
            assert field["description"].split()[0] in text


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
        altyn.ppml(FORMULA, "world_trade", agreements=["EAEU"], bootstrap="pairs", draws=60,
                   cluster="exporter^importer", progress=lambda _: inside.append(counted[0]))
    finally:
        stop.set()
        counter.join()
    assert len(inside) > 1 and inside[-1] > inside[0]


def test_control_c_stops_and_the_engine_goes_on():
    """The handler of SIGINT runs within a look for signals; the process lives on."""
    script = textwrap.dedent(f"""
        import sys, time
        sys.path.insert(0, {str(PACKAGE.parent)!r})
        import altyn
        told = []
        def tell(report):
            if not told:
                told.append(1); print("running", flush=True)
        try:
            altyn.ppml({FORMULA!r}, "world_trade", agreements=["EAEU"], bootstrap="pairs",
                       draws=1000000, cluster="exporter^importer", progress=tell)
        except KeyboardInterrupt:
            print("stopped", flush=True)
        print(len(altyn.cases("altyn")), flush=True)
    """)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "running\n"
    os.kill(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=120)
    assert rest.splitlines()[0] == "stopped"
    assert int(rest.splitlines()[1]) >= 5
    assert process.returncode == 0


def test_a_data_check_speaks_and_lists(trade):
    check = altyn.data_check(trade.assign(trade=trade["trade"] * 1e6), unit="usd")
    findings = check.tidy()
    assert len(findings) > 0 and "sentence" in findings.columns
    assert findings["sentence"].iloc[0] in check.summary()


def test_a_claim_is_checked_as_on_the_command_line(tmp_path):
    check = altyn.check(ROOT / "cases" / "eaeu" / "lavrov-2017.toml", output=tmp_path / "out")
    assert check.verdict["cause"]["key"] == "not_supported"
    glance = check.glance("altyn")
    assert glance["cause"] == [check.verdict["cause"]["label"]]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "result.json", "run.json"} <= names
    assert json.loads((tmp_path / "out" / "result.json").read_text()) == check.value
    assert check.verdict["cause"]["label"] in check._repr_html_()
    again = pickle.loads(pickle.dumps(check))
    assert again.report_html == check.report_html


def test_pictures_are_drawn(trade):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    fit = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    ax = fit.plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["eaeu"]
    low, high = ax.lines[1].get_xdata()
    assert (low, high) == (fit["eaeu"]["low"], fit["eaeu"]["high"])

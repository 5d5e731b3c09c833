"""Scenarios from Python: files, dicts, and a table of trade with an estimate."""

import json
import math

import pytest

import altyn
from altyn_run import altyn as command_line, needs_build
from conftest import ROOT

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

NO_UNION = ROOT / "cases" / "eaeu" / "no-union.toml"


@pytest.fixture(scope="module")
def base():
    """Three economies, one agreement, million USD."""
    sales = {"KAZ": 100.0, "RUS": 400.0, "DEU": 300.0}
    rows = [(a, b, sales[a] if a == b else 10.0 + 2.0 * k, float({a, b} == {"KAZ", "RUS"}))
            for k, (a, b) in enumerate((a, b) for a in sales for b in sales)]
    return pandas.DataFrame(rows, columns=["exporter", "importer", "trade_musd", "rta"])


class Given:
    """A coefficient from elsewhere, as a fit gives it."""

    formula = "trade ~ rta"

    def __init__(self, value, se):
        self.one = {"value": value, "se": se}

    def __getitem__(self, name):
        return self.one


@needs_build
def test_a_scenario_file_gives_the_answer_of_the_command_line(tmp_path):
    done = command_line("simulate", NO_UNION, "--n-draws", "20", "-o", tmp_path, "--quiet")
    assert done.returncode == 0, done.stderr
    there = json.loads((tmp_path / "result.json").read_text())
    here = altyn.simulate(NO_UNION, n_draws=20)
    assert here.certified
    assert here.value["tables"] == there["tables"]
    assert here.summary() == done.stdout


def test_a_regressor_is_turned_off_in_a_table_of_trade(base):
    answer = altyn.simulate(base, Given(0.5, 0.1), turn_off="rta", theta=5, n_draws=50)
    assert answer.certified
    pairs = answer.table("pairs")
    assert sorted(zip(pairs["exporter"], pairs["importer"])) == [("KAZ", "RUS"), ("RUS", "KAZ")]
    # The direct effect is that of the coefficient alone; 1e-12 is rounding.
    assert pairs["direct_change"].tolist() == pytest.approx([math.exp(-0.5) - 1] * 2, abs=1e-12)
    economies = answer.tidy().set_index("economy")
    assert economies.loc["KAZ", "real_income_change"] < 0
    assert abs(economies.loc["DEU", "real_income_change"]) < -economies.loc["KAZ",
                                                                          "real_income_change"]
    low, high = economies.loc["KAZ", ["real_income_change_low", "real_income_change_high"]]
    assert low < economies.loc["KAZ", "real_income_change"] < high


def test_the_unit_of_trade_does_not_matter_once_stated(base):
    unstated = base.rename(columns={"trade_musd": "trade"})
    with pytest.raises(altyn.InputError) as raised:
        altyn.simulate(unstated, Given(0.5, 0.1), turn_off="rta", n_draws=0)
    assert raised.value.code == "unit-unknown"
    wanted = altyn.simulate(base, Given(0.5, 0.1), turn_off="rta", n_draws=0).tidy()
    dollars = unstated.assign(trade=unstated["trade"] * 1e6)
    found = altyn.simulate(dollars, Given(0.5, 0.1), turn_off="rta", n_draws=0, unit="usd").tidy()
    # Scaling by a million is not exact in binary.
    assert found["real_income_change"].tolist() == pytest.approx(
        wanted["real_income_change"].tolist(), abs=1e-10)


def test_turning_on_what_is_on_changes_nothing_and_is_refused(base):
    with pytest.raises(altyn.InputError) as raised:
        altyn.simulate(base, Given(0.5, 0.1), turn_on="rta", pairs=(["KAZ"], ["RUS"]), n_draws=0)
    assert raised.value.code == "no-pairs"


def test_turning_on_between_some_pairs_changes_these_alone(base):
    answer = altyn.simulate(base, Given(0.3, 0.0), turn_on="rta", pairs=(["DEU"], ["KAZ"]),
                            n_draws=0)
    pairs = answer.table("pairs")
    assert set(zip(pairs["exporter"], pairs["importer"])) == {("DEU", "KAZ"), ("KAZ", "DEU")}


def test_off_and_on_are_each_other_s_opposite(base):
    off = altyn.simulate(base, Given(0.4, 0.0), turn_off="rta", n_draws=0)
    trade = off.table("pairs")
    assert (trade["full_change"] < 0).all()
    on = altyn.simulate(base.assign(rta=0.0), Given(0.4, 0.0), turn_on="rta",
                        pairs=(["KAZ"], ["RUS"]), n_draws=0)
    assert on.table("pairs")["direct_change"].tolist() == pytest.approx(
        (1 / (1 + trade["direct_change"]) - 1).tolist(), abs=1e-12)  # rounding


@pytest.mark.parametrize("change, code", [
    ({"turn_off": "rta", "turn_on": "rta"}, "missing-option"),
    ({}, "missing-option"),
    ({"turn_off": "fta"}, "no-such-column"),
])
def test_a_change_that_says_too_little_or_too_much_is_refused(base, change, code):
    with pytest.raises(altyn.InputError) as raised:
        altyn.simulate(base, Given(0.5, 0.1), n_draws=0, **change)
    assert raised.value.code == code


def test_a_missing_value_of_the_column_is_refused(base):
    hole = base.copy()
    hole.loc[(hole.exporter == "KAZ") & (hole.importer == "DEU"), "rta"] = None
    with pytest.raises(altyn.InputError) as raised:
        altyn.simulate(hole, Given(0.5, 0.1), turn_off="rta", n_draws=0)
    assert raised.value.code == "missing-value" and "KAZ to DEU" in raised.value.what


def test_a_fit_takes_the_place_of_a_scenario_s_estimate(base):
    fit = altyn.ppml("trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer",
                     "world_trade", agreements=["EAEU", "EU"], cluster="exporter^importer")
    answer = altyn.simulate(ROOT / "cases" / "eaeu" / "eaeu-2016.toml", fit, turn_off="EAEU",
                            n_draws=0)
    assumed = answer.table("assumptions", "altyn")
    place = assumed["assumption"].index("effect of EAEU")
    assert assumed["value"][place] == fit["eaeu"]["value"]
    assert assumed["se"][place] == fit["eaeu"]["se"]


def test_a_simulation_tells_itself(base):
    answer = altyn.simulate(base, Given(0.5, 0.1), turn_off="rta", n_draws=20)
    assert answer.title == "What if rta were 0?"
    assert answer.glance().iloc[0]["certified"]
    assert "Kazakhstan" in answer._repr_html_()
    assert answer.report_html.lower().startswith("<!doctype html>")
    with pytest.raises(altyn.InputError):
        answer.table("economy")


def test_a_simulation_is_drawn(base):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    ax = altyn.simulate(base, Given(0.5, 0.1), turn_off="rta", n_draws=20).plot()
    assert "Kazakhstan" in [label.get_text() for label in ax.get_yticklabels()]

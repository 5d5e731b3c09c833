"""A plan is followed month by month, and a wrong plan file is refused."""

import csv
import gzip
import json

import pytest

from altyn_run import ROOT, altyn, needs_build, refused

pytestmark = needs_build

PLAN = ROOT / "cases" / "eaeu" / "plan-2013-2015.toml"


def turnover_2012_to_2015():
    """The same sums, straight from the table."""
    sums = {}
    with gzip.open(ROOT / "cases/tables/russia_monthly_trade.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["partner"] == "KAZ" and row["exports_musd"]:
                year = row["month"][:4]
                sums[year] = sums.get(year, 0.0) + float(row["exports_musd"]) + float(
                    row["imports_musd"])
    return sums


def test_values_path_and_status_are_those_of_the_table(tmp_path):
    done = altyn("monitor", PLAN, "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "months.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["goal"] == "turnover"]
    sums = turnover_2012_to_2015()
    assert len(rows) == 36
    # Sums of the same two-decimal figures in another order: rounding only.
    for year, row in zip(("2013", "2014", "2015"), rows[11::12]):
        assert float(row["value"]) == pytest.approx(sums[year], rel=1e-12)
    assert float(rows[17]["path"]) == pytest.approx(1.05 * sums["2012"], rel=1e-12)
    assert [row["status"] for row in rows[11::12]] == ["behind", "behind", "missed"]
    for row in rows:
        if row["projected"]:
            assert float(row["projected_low"]) <= float(row["projected"]) <= float(
                row["projected_high"])
    assert rows[-1]["projected"] == ""
    # Russia's yearly record for 2015: 10,301.6 + 4,275.01, 7.4% below the months.
    assert float(rows[-1]["other_record"]) == pytest.approx(14576.61, abs=0.1)
    assert rows[-1]["revised"] == "1"


def test_nothing_after_a_month_enters_what_is_said_of_it(tmp_path):
    altyn("monitor", PLAN, "-o", tmp_path / "full", "-q")
    altyn("monitor", PLAN, "--as-of", "2014-06", "-o", tmp_path / "early", "-q")
    full, early = (json.loads((tmp_path / name / "result.json").read_text())
                   for name in ("full", "early"))
    for a, b in zip(full["goals"], early["goals"]):
        assert len(b["months"]) == 18
        assert a["months"][:18] == b["months"]


def test_runs_again_to_the_same_bytes(tmp_path):
    altyn("monitor", PLAN, "-o", tmp_path, "-q")
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html", "report.md", "key_results.csv", "months.csv", "result.json", "run.json"}
    done = altyn("rerun", tmp_path / "run.json")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("old, new, code", [
    ("target_growth = 0.10", "taget_growth = 0.10", "unknown-key"),
    ('partners = ["KAZ"]', 'partners = ["PRT"]', "no-such-partner"),
    ('reporter = "RUS"', 'reporter = "ARM"', "goal-without-data"),
    ('as_of = "2015-12"', 'as_of = "2012-06"', "goal-without-data"),
    ('as_of = "2015-12"', 'as_of = "2031-06"', "window-outside-data"),
    ("2012-01..2012-12", "2003-01..2003-12", "window-outside-data"),
    ("2012-01..2012-12", "2010-03..2011-02", "window-blank-month"),
    ("2012-01..2012-12", "2012-01..2012-06", "goal-window"),
    ('due = "2015-12"', 'due = "2012-03"', "goal-window"),
    ("target_growth = 0.10", "", "goal-target"),
    ('name = "exports to Russia"', 'name = "turnover"', "duplicate-name"),
    ("[[goal]]", "[[gaol]]", "unknown-key"),
])
def test_a_wrong_plan_is_refused(tmp_path, old, new, code):
    plan = tmp_path / "plan.toml"
    text = PLAN.read_text()
    assert old in text
    plan.write_text(text.replace(old, new, -1 if old == "[[goal]]" else 1))
    assert refused(altyn("monitor", plan), code)
    assert not (tmp_path / "run.json").exists()

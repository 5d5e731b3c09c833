"""Input-output tables as their providers publish them, made into a base that scenarios run on."""

import csv
import gzip
import json
import os
import pathlib

import pytest

from altyn_run import ROOT, altyn, needs_build, refused, rows_of

pytestmark = needs_build

ECONOMIES = ["RUS", "KAZ", "ROW"]
FLOWS = [[20, 30, 1, 2, 3, 4], [25, 40, 2, 3, 5, 6], [1, 2, 5, 8, 2, 1], [2, 1, 6, 9, 1, 2],
         [4, 6, 1, 3, 90, 80], [5, 7, 2, 4, 70, 120]]
FINAL = [[60, 4, 10], [90, 5, 12], [3, 25, 4], [2, 30, 3], [9, 3, 300], [11, 6, 400]]
INVENTORIES = [[2, 0, 0], [-3, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, -5], [0, 0, 4]]
TAXES = [1, 2, 0.5, 0.5, 3, 4]


def write_icio(path):
    """The layout of the OECD's file with two sectors."""
    industries = [f"{e}_{s}" for e in ECONOMIES for s in ("01T02", "03")]
    uses = ["HFCE", "NPISH", "GGFC", "GFCF", "INVNT"]
    rows = [["V1", *industries, *[f"{e}_{use}" for e in ECONOMIES for use in uses], "OUT"]]
    output = [sum(FLOWS[i] + FINAL[i] + INVENTORIES[i]) for i in range(6)]
    for i, name in enumerate(industries):
        last = [v for e in range(3) for v in (FINAL[i][e], 0, 0, 0, INVENTORIES[i][e])]
        rows.append([name, *FLOWS[i], *last, output[i]])
    added = [output[i] - TAXES[i] - sum(row[i] for row in FLOWS) for i in range(6)]
    for name, values in (("TLS", TAXES), ("VA", added), ("OUT", output)):
        rows.append([name, *values, *[0] * 16])
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def table(tmp_path):
    write_icio(tmp_path / "2018_SML.csv")
    return tmp_path


SCENARIO = """
study = "simulate"

[scenario]
name = "liberal"
extends = "base/base.toml"

[model]
n_draws = 0

[[change]]
name = "duties fall"
what = "tariff"
importer = ["KAZ"]
exporter = ["ROW"]
formula = "set"
rate_pct = 0
source = "made up"
"""


def test_a_scenario_runs_on_the_base_of_a_published_table(table):
    (table / "duties.csv").write_text("importer,exporter,sector,duty_type,rate\n"
                                      "KAZ,WLD,01T02,AHS,0.1\nKAZ,RUS,01T02,AHS,0\n"
                                      "KAZ,WLD,03,AHS,0.2\nKAZ,RUS,03,AHS,0\n"
                                      "KAZ,WLD,03,MFN,0.3\n")
    done = altyn("data", "base", "icio", "2018_SML.csv", "--theta", 5, "--tariffs", "duties.csv",
                 "--year", 2018, "-o", "base", cwd=table)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "computed again" in done.stdout and "1 rows of duties are not AHS" in done.stdout
    base = json.loads((table / "base" / "base.json").read_text())
    assert base["economies"] == sorted(ECONOMIES)
    assert max(block["residual"] for block in base["printed"]) < 1e-12
    assert base["inventory_share"] > 0 and base["output_moved_share"] > 0
    (table / "liberal.toml").write_text(SCENARIO)
    done = altyn("simulate", "liberal.toml", "-o", "out", cwd=table)
    assert done.returncode == 0, done.stdout + done.stderr
    results = {row["economy"]: float(row["exports_change"])
               for row in rows_of(table / "out" / "key_results.csv")}
    assert set(results) == set(ECONOMIES)
    # A small economy that opens up exports more to pay for its imports.
    assert results["KAZ"] > 0.001
    again = altyn("rerun", "base/run.json", cwd=table)
    assert again.returncode == 0, again.stdout + again.stderr


def test_regions_and_groups_of_sectors_add_up(table):
    (table / "regions.csv").write_text("economy,region\nRUS,EAEU\nKAZ,EAEU\n*,REST\nARM,EAEU\n")
    (table / "groups.csv").write_text("sector,group\n*,goods\n")
    done = altyn("data", "base", "icio", "2018_SML.csv", "--theta", 4, "--economies", "regions.csv",
                 "--sectors", "groups.csv", "--inventories", "final_use", "-o", "base", cwd=table)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 economies, 1 sectors, of 3 and 2" in done.stdout
    assert "1 names of regions.csv that the table has not: ARM" in done.stdout
    trade = {(r["exporter"], r["importer"]): float(r["value"])
             for r in rows_of(table / "base" / "trade.csv")}
    everything = sum(map(sum, FLOWS)) + sum(map(sum, FINAL)) + sum(map(sum, INVENTORIES))
    assert sum(trade.values()) == pytest.approx(everything, rel=1e-12)
    abroad = sum(FLOWS[i][4] + FLOWS[i][5] + FINAL[i][2] + INVENTORIES[i][2] for i in range(4))
    assert trade["EAEU", "REST"] == pytest.approx(abroad, rel=1e-12)


def test_a_table_that_does_not_add_up_wants_a_word(table):
    path = table / "2018_SML.csv"
    path.write_text(path.read_text().replace("RUS_03,25,40", "RUS_03,25,44"))
    done = altyn("data", "base", "icio", path, "--theta", 5, "-o", "base", cwd=table)
    assert refused(done, "io-not-balanced", "03 in RUS", "--repair ras")
    assert not (table / "base").exists()
    done = altyn("data", "base", "icio", path, "--theta", 5, "--repair", "ras", "-o", "base",
                 cwd=table)
    assert done.returncode == 0, done.stderr
    assert "relative entropy" in done.stdout
    repair = json.loads((table / "base" / "base.json").read_text())["repair"]
    assert 0 < repair["mean_log_change"] < repair["largest_log_change"] < 0.2


def test_what_is_missing_is_named(table):
    base = lambda *words: altyn("data", "base", *words, "-o", "base", cwd=table)
    assert refused(base("icio", "2018_SML.csv"), "missing-option", "--elasticities")
    assert refused(base("wiod", "2018_SML.csv", "--theta", 5), "unknown-source", "wiod2016")
    assert refused(base("wiod2013", "2018_SML.csv", "--theta", 5), "layout-mismatch")
    (table / "theta.csv").write_text("sector,theta\n03,4\n")
    done = base("icio", "2018_SML.csv", "--elasticities", "theta.csv")
    assert refused(done, "unknown-sector", "01T02")


REFERENCE = pathlib.Path(
    os.environ.get("ALTYN_REFERENCE_DATA", ROOT.parent / "shared" / "data" / "reference"))


def reference(name):
    with gzip.open(REFERENCE / "multisector" / f"wiod2014_{name}.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not (REFERENCE / "multisector" / "wiod2014_trade_share.csv.gz").exists(),
                    reason=f"reference data absent: {REFERENCE / 'multisector'}")
def test_the_world_of_2014_in_the_layout_of_its_provider(tmp_path):
    """Goods of 44 economies, each sector's users alike, written as WIOD's file of 2016."""
    sectors = ["C01", "C04", "C10", "C13", "C17", "C20"]
    number = {s: k for k, s in enumerate(sectors)}
    spending = {(r["country"], r["sector"]): float(r["value"]) for r in reference("expenditure")
                if r["sector"] in number}
    countries = sorted({c for c, _ in spending})
    place = {c: k for k, c in enumerate(countries)}
    n, size = len(countries), len(countries) * len(sectors)
    bought = [[0.0] * n for _ in range(size)]  # seller's industry, buyer; duties are a percent or two
    for r in reference("trade_share"):
        if r["sector"] in number:
            bought[place[r["origin"]] * 6 + number[r["sector"]]][place[r["destination"]]] = (
                float(r["value"]) * spending[r["destination"], r["sector"]])
    output = [sum(row) for row in bought]
    use = {}
    for r in reference("intermediate_share"):
        if r["input"] in number and r["output"] in number:
            buyer = place[r["country"]]
            use[buyer, number[r["input"]], number[r["output"]]] = (
                float(r["value"]) * output[buyer * 6 + number[r["output"]]])
    demand = {(place[c], number[s]): value for (c, s), value in spending.items()}
    rows = [["IndustryCode", "IndustryDescription", "Country", "RNr", "Year",
             *[f"{c}{k}" for c in countries for k in range(1, 7)],
             *[f"{c}{k}" for c in countries for k in range(57, 62)], "TOT"]]
    flows = []
    for i in range(size):
        share = [bought[i][b] / demand[b, i % 6] if demand[b, i % 6] else 0.0 for b in range(n)]
        used = [[share[b] * use.get((b, i % 6, o), 0.0) for o in range(6)] for b in range(n)]
        final = [share[b] * (demand[b, i % 6] - sum(use.get((b, i % 6, o), 0.0) for o in range(6)))
                 for b in range(n)]
        flows.append([value for of_buyer in used for value in of_buyer])
        # What industries use beyond what is bought comes out of inventories.
        uses = [value for b in range(n) for value in (max(final[b], 0), 0, 0, 0, min(final[b], 0))]
        rows.append([sectors[i % 6], "", countries[i // 6], i % 6 + 1, 2014, *flows[-1], *uses,
                     output[i]])
    added = [output[k] - sum(row[k] for row in flows) for k in range(size)]
    for code, name, values in (("VA", "Value added at basic prices", added),
                               ("GO", "Output at basic prices", output)):
        rows.append([code, name, "TOT", 70, 2014, *values, *[0] * (5 * n + 1)])
    with gzip.open(tmp_path / "WIOT2014.csv.gz", "wt", newline="") as file:
        csv.writer(file).writerows(rows)
    for rule in ("produced", "final_use"):
        done = altyn("data", "base", "wiod2016", "WIOT2014.csv.gz", "--theta", 5, "--repair", "ras",
                     "--inventories", rule, "-o", rule, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        base = json.loads((tmp_path / rule / "base.json").read_text())
        assert len(base["economies"]) == 44 and "RUS" in base["economies"]
        assert base["inventory_share"] > 0
        # As printed the table adds up; producing inventories anew leaves it so.
        assert max(block["residual"] for block in base["printed"]) < 1e-9
        assert max(block["residual"] for block in base["written"]) < 1e-4
    moved = base["repair"]  # negative final uses were set to zero: something had to give
    assert 0 < moved["mean_log_change"] < 0.1 < moved["largest_log_change"]

"""Both sides' records of trade reconciled, and codes converted, the way a user does."""


import gzip

import pytest

from altyn_run import ROOT, altyn, needs_build, refused, rows_of

pytestmark = needs_build


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reconciled")
    done = altyn("data", "reconcile", "world_trade", "--focus", "RUS,KAZ", "--gdp", "gdp",
                 "--reporters", "reporters.csv", "--gaps", "gaps.csv", "-o", "trade.csv", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_kazakhstan_and_russia_in_2012(reconciled):
    folder, text = reconciled
    flow = next(row for row in rows_of(folder / "trade.csv")
                if (row["exporter"], row["importer"], row["year"]) == ("KAZ", "RUS", "2012"))
    # Russia records 9,409 million USD, Kazakhstan 6,747; neighbours pay next to no freight.
    assert float(flow["by_importer_musd"]) == pytest.approx(9409, abs=1)
    assert float(flow["by_exporter_musd"]) == pytest.approx(6747, abs=1)
    assert 1.0 <= float(flow["cif_fob_ratio"]) < 1.05
    assert 6747 < float(flow["trade_musd"]) < 9409
    assert float(flow["low_musd"]) < 6747 and float(flow["high_musd"]) > 9409
    assert 0.3 < float(flow["importer_weight"]) < 0.7  # neither's records agree much with partners'
    assert flow["record"] == "both"
    assert "KAZ to RUS 2012: importer 9409, exporter 6747; reconciled" in text
    gaps = rows_of(folder / "gaps.csv")
    stakes = [abs(float(r["by_importer_musd"]) / float(r["cif_fob_ratio"]) -
                  float(r["by_exporter_musd"])) for r in gaps[:50]]
    assert stakes == sorted(stakes, reverse=True)


def test_freight_rises_with_distance_and_reporters_differ(reconciled):
    folder, text = reconciled
    ratios = {(r["exporter"], r["importer"]): float(r["cif_fob_ratio"])
              for r in rows_of(folder / "trade.csv") if r["cif_fob_ratio"]}
    assert ratios["CHN", "USA"] > ratios["DEU", "FRA"] >= 1.0
    assert 1.1 < ratios["CHN", "USA"] < 1.3
    quality = {r["economy"]: float(r["sd_log"]) for r in rows_of(folder / "reporters.csv")}
    assert quality["DEU"] < quality["RUS"] < quality["NGA"]


def test_domestic_trade_is_flagged_and_the_flag_reaches_the_scenario(reconciled, tmp_path):
    folder, text = reconciled
    assert "Domestic trade added" in text and "gdp_share" in text
    rows = rows_of(folder / "trade.csv")
    home = next(r for r in rows if r["exporter"] == r["importer"] == "KAZ" and r["year"] == "2012")
    assert home["domestic_flag"] == "gdp_share" and home["record"] == "domestic"
    assert float(home["low_musd"]) < float(home["trade_musd"]) < float(home["high_musd"])
    (tmp_path / "s.toml").write_text(
        f'study = "simulate"\n[scenario]\nname = "s"\n'
        f'extends = "{ROOT / "cases" / "eaeu" / "no-union.toml"}"\n'
        f'[world]\ntrade = "{folder / "trade.csv"}"\n')
    done = altyn("simulate", "s.toml", "-o", "out", "--n-draws", 0, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "gdp_share" in (tmp_path / "out" / "report.md").read_text()


def test_a_run_is_repeated_from_its_record(reconciled):
    folder, _ = reconciled
    again = altyn("rerun", "trade.csv.run.json", cwd=folder)
    assert again.returncode == 0, again.stdout + again.stderr


def test_one_sided_tables_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("exporter,importer,year,trade_musd\nRUS,KAZ,2012,1\n")
    assert refused(altyn("data", "reconcile", "a.csv", cwd=tmp_path), "one-sided")


def test_products_become_sections_and_economies_regions(tmp_path):
    (tmp_path / "trade.csv").write_text(
        "exporter,importer,year,sector,trade_musd\n"
        "RUS,KAZ,2012,01,1\nRUS,KAZ,2012,05,2\nRUS,ROM,2012,27,4\nKAZ,RUS,2012,27,8\n")
    (tmp_path / "regions.csv").write_text("from,to\nRUS,EAEU\nKAZ,EAEU\n*,rest\n")
    done = altyn("data", "convert", "trade.csv", "--map", "sector=hs_sections", "--map",
                 "economy=regions.csv", "-o", "small.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "small.csv").read_text().splitlines() == [
        "exporter,importer,year,sector,trade_musd",
        "EAEU,EAEU,2012,I animals,3", "EAEU,EAEU,2012,V minerals,8",
        "EAEU,rest,2012,V minerals,4"]
    assert "3 rows of trade inside a region" in done.stdout
    again = altyn("rerun", "small.csv.run.json", cwd=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr


def test_units_that_do_not_change_with_states(tmp_path):
    (tmp_path / "trade.csv").write_text(
        "exporter,importer,year,trade_musd\nSCG,RUS,2004,5\nSRB,RUS,2008,6\nMNE,RUS,2008,1\n")
    done = altyn("data", "convert", "trade.csv", "--map", "economy=former_states", "--unmatched",
                 "keep", "-o", "long.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "long.csv").read_text().splitlines()[1:] == [
        "YUG,SUN,2004,5", "YUG,SUN,2008,7"]


def test_duties_by_product_become_duties_by_industry(tmp_path):
    (tmp_path / "duties.csv").write_text(
        "importer,exporter,year,sector,rate,imports_musd\n"
        "RUS,WLD,2017,270900,0.0,30\nRUS,WLD,2017,271121,0.05,10\nRUS,WLD,2017,870323,0.15,50\n"
        "RUS,WLD,2017,240411,0.2,1\n")
    done = altyn("data", "convert", "duties.csv", "--map", "sector=hs_isic4,isic4_icio",
                 "--weigh-by", "imports_musd", "-o", "icio.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = {row["sector"]: row for row in rows_of(tmp_path / "icio.csv")}
    assert set(rows) == {"B05_06", "C10T12", "C29"}
    assert float(rows["B05_06"]["rate"]) == pytest.approx(0.05 * 10 / 40)
    assert float(rows["C29"]["imports_musd"]) == 50


@pytest.mark.parametrize("industries", ["isic4_icio", "isic4_wiod2013", "isic4_wiod2016"])
def test_every_product_has_an_industry_and_no_trade_is_lost(tmp_path, industries):
    table = gzip.decompress((ROOT / "cases" / "tables" / "hs_isic4.csv.gz").read_bytes()).decode()
    codes = sorted({line.split(",")[0] for line in table.splitlines()[1:]})
    (tmp_path / "trade.csv").write_text("exporter,importer,year,sector,trade_musd\n" + "".join(
        f"RUS,KAZ,2017,{code},{1 + k % 7}\n" for k, code in enumerate(codes)))
    done = altyn("data", "convert", "trade.csv", "--map", f"sector=hs_isic4,{industries}", "-o",
                 "out.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sum(float(row["trade_musd"]) for row in rows_of(tmp_path / "out.csv")) == pytest.approx(
        sum(1 + k % 7 for k in range(len(codes))), rel=1e-12)


def test_codes_without_a_place_are_named(tmp_path):
    (tmp_path / "trade.csv").write_text("exporter,importer,year,sector,trade_musd\nRUS,KAZ,2012,AA,1\n")
    done = altyn("data", "convert", "trade.csv", "--map", "sector=hs_sections", "-o", "a.csv",
                 cwd=tmp_path)
    assert refused(done, "unmatched-codes", "AA (1 rows)", "--unmatched leave_out")
    assert not (tmp_path / "a.csv").exists()

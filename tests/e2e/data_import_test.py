"""Files of published data sets, imported and then used the way a user does."""

import zipfile

from altyn_run import altyn, needs_build, refused

pytestmark = needs_build

BACI = ("t,i,j,k,v,q\n"
        "2017,643,398,010121,1500.5,2.25\n"
        "2017,398,643,270900,20000,NA\n"
        "2017,842,643,880240,12.5,0.5\n"
        "2017,899,643,880240,1,1\n")


def test_an_archive_becomes_a_table_that_the_checks_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "BACI_HS17_Y2017.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BACI_HS17_Y2017.csv", BACI)
        archive.writestr("country_codes_V1.csv", "country_code,country_iso3\n643,RUS\n")
    done = altyn("data", "import", "baci", "BACI_HS17_Y2017.zip", "-o", "trade.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "a group of economies, not one" in done.stdout
    assert (tmp_path / "trade.csv").read_text().splitlines() == [
        "exporter,importer,year,sector,trade_musd,quantity_t",
        "KAZ,RUS,2017,270900,20,",
        "RUS,KAZ,2017,010121,1.5005,2.25",
        "USA,RUS,2017,880240,0.0125,0.5"]
    checked = altyn("data", "check", "trade.csv", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "million USD" in checked.stdout
    again = altyn("rerun", "trade.csv.run.json", cwd=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr


def test_a_wrong_source_or_file_writes_nothing(tmp_path):
    (tmp_path / "a.csv").write_text(BACI)
    run = lambda *words: altyn("data", "import", *words, "-o", "out.csv", cwd=tmp_path)
    assert refused(run("bacy", "a.csv"), "unknown-source", "baci, cepii_gravity")
    assert refused(run("itpd_e", "a.csv"), "layout-mismatch", "exporter_iso3", "t, i, j, k, v, q")
    assert refused(run("baci", "missing.csv"), "file-not-found", "missing.csv")
    (tmp_path / "a.csv").write_text(BACI.replace("842", "84x"))
    assert refused(run("baci", "a.csv"), "unknown-economy", "line 4", "column i")
    assert not (tmp_path / "out.csv").exists()

"""The share of border regions, from the command line."""

import csv
import hashlib
import json

import pytest

from altyn_run import altyn, needs_build, refused

pytestmark = needs_build

FILES = {"report.html", "report.md", "report.ru.md", "result.json", "key_results.csv", "shares.csv",
         "elasticities.csv", "pairs.csv", "regions.csv", "run.json"}


@pytest.fixture(scope="module")
def share(tmp_path_factory):
    folder = tmp_path_factory.mktemp("regions")
    done = altyn("regions", "share", "RUS:KAZ", "--says", "70", "-o", folder, "--threads", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout, json.loads((folder / "result.json").read_text())


def test_writes_every_file_and_no_other(share):
    assert {p.name for p in share[0].iterdir()} == FILES


def test_says_under_which_definition_the_claim_is_plausible(share):
    assert "plausible only if what counts is trade between any two regions outside the capitals" \
        in share[1]
    assert "правдоподобно, только если считается торговля любых двух регионов, кроме столиц" \
        in (share[0] / "report.ru.md").read_text()


def test_all_pairs_are_handed_out_and_their_shares_add_up(share):
    with open(share[0] / "pairs.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 83 * 18
    assert sum(float(row["share"]) for row in rows) == pytest.approx(1.0, abs=1e-9)
    assert len(share[2]["tables"]["region_pairs"]["rows"]) == 100


def test_threads_change_no_byte_and_rerun_gives_the_same_files(share, tmp_path):
    assert altyn("regions", "share", "RUS:KAZ", "--says", "70", "-o", tmp_path, "--threads", "1",
                 "-q").returncode == 0
    for name in FILES:
        one, two = (hashlib.sha256((folder / name).read_bytes()).digest()
                    for folder in (tmp_path, share[0]))
        assert one == two, name
    done = altyn("rerun", share[0] / "run.json")
    assert done.returncode == 0 and "same bytes" in done.stdout, done.stdout + done.stderr


def test_another_figure_moves_the_verdict_and_not_the_shares(share, tmp_path):
    assert altyn("regions", "share", "RUS:KAZ", "--says", "15", "-o", tmp_path, "-q",
                 ).returncode == 0
    other = json.loads((tmp_path / "result.json").read_text())
    rows, before = (value["tables"]["region_shares"]["rows"] for value in (other, share[2]))
    assert [row[2] for row in rows] == [row[2] for row in before]
    assert [row[8] for row in rows] == [True, False, False]


def test_wrong_words_are_refused(tmp_path):
    refused(altyn("regions", "share", "RUS-KAZ"), "bad-pair", "RUS:KAZ")
    refused(altyn("regions", "share", "RUS:FRA"), "no-regions", "FRA")
    refused(altyn("regions", "share", "RUS:KAZ", "--says", "170"), "bad-option", "figure")
    refused(altyn("regions", "share", "RUS:KAZ", "--regions", "no.csv"), "file-not-found", "no.csv")
    refused(altyn("regions", "share", "RUS:KAZ", "--size", "area"), "bad-option", "product")
    table = tmp_path / "borders.csv"
    table.write_text("economy,partner,region\nRUS,KAZ,RU.04\nKAZ,RUS,KZ.99\n")
    refused(altyn("regions", "share", "RUS:KAZ", "--borders", table), "unknown-region", "line 3",
            "KZ.99")


def test_a_file_of_the_same_study_gives_the_same_answer(share, tmp_path):
    study = tmp_path / "regions.toml"
    study.write_text('study = "regions"\n[pair]\nfirst = "RUS"\nsecond = "KAZ"\n'
                     "[options]\nfigure = 0.7\n")
    done = altyn("run", study, "-o", tmp_path / "out", "-q")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/shares.csv").read_bytes() == (share[0] / "shares.csv").read_bytes()

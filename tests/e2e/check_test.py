"""The flagship claim, other claims, and wrong input, from the command line."""

import csv
import hashlib
import json
import re

import pytest

from altyn_run import CLAIM, altyn, needs_build, refused

pytestmark = needs_build

FILES = {"report.html", "report.md", "report.ru.md", "result.json", "claim-review.json", "key_results.csv",
         "results.parquet", "run.json"}


@pytest.fixture(scope="module")
def flagship(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lavrov")
    done = altyn("check", CLAIM, "--output", folder, "--threads", "2", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout, json.loads((folder / "result.json").read_text())


def test_writes_every_file_and_no_other(flagship):
    assert {p.name for p in flagship[0].iterdir()} == FILES


def test_prints_the_number_and_the_verdict_without_colour_codes(flagship):
    text = flagship[1]
    for words in ("6,182.9", "8,555.2", "38.4%"):
        assert words in text
    assert "\033" not in text
    assert flagship[2]["verdict"]["cause"]["label"].upper() in text


def test_the_cause_is_not_shown_by_these_data(flagship):
    cause = flagship[2]["verdict"]["cause"]
    assert cause["key"] in ("possible_not_shown", "not_supported")
    assert cause["probability"] < 0.66


def test_every_available_line_with_a_solve_is_certified(flagship):
    for line in flagship[2]["lines"]:
        assert line["available"], line
        for certificate in line["certificates"]:
            assert certificate["holds"], (line["id"], certificate)


# Names and terms that Russian keeps, and what others said or found, in the words of their source.
LATIN = re.compile(r"\b(?!(?:Brent|Comtrade|ETWFE|theta|percent_effect|beta|Rosstat|flag)\b)[A-Za-z]{4,}")


def test_every_sentence_of_the_flagship_has_its_russian(flagship):
    russian = flagship[2]["russian"]
    verdict = russian["verdict"]
    texts = [russian["title"], russian["claim"]["in_our_words"], russian["synthesis"]["sentence"],
             verdict["number"]["sentence"], verdict["number"]["rule"], verdict["cause"]["sentence"],
             verdict["cause"]["rule"], *verdict["summary"], *verdict["would_change"],
             *verdict["confidence"]["reasons"]]
    for line in russian["lines"]:
        texts += [line[key] for key in ("title", "question", "finding", "limits", "controls")]
    texts += [method["text"] for method in russian["methods"]]
    for table in russian["tables"].values():
        texts += [table["title"], table["note"], *(column["label"] for column in table["columns"])]
    for text in texts:
        assert not LATIN.search(text), text
    report = (flagship[0] / "report.ru.md").read_text()
    assert "## Линии свидетельств" in report and "8\u00a0555,2" in report


def test_every_chart_table_is_rectangular(flagship):
    for name, table in flagship[2]["tables"].items():
        for row in table["rows"]:
            assert len(row) == len(table["columns"]), name


def test_key_results_hold_what_the_terminal_says(flagship):
    with open(flagship[0] / "key_results.csv", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    growth = flagship[2]["growth"]["growth"]
    assert any(abs(float(row["value"]) - growth) < 1e-12 for row in rows.values() if row["value"])


def test_threads_change_no_byte_and_rerun_gives_the_same_files(flagship, tmp_path):
    one = tmp_path / "one"
    assert altyn("check", CLAIM, "-o", one, "--threads", "1", "--quiet").returncode == 0

    def digest(folder, name):
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    for name in FILES:
        assert digest(one, name) == digest(flagship[0], name), name
    done = altyn("rerun", one / "run.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same bytes" in done.stdout


def test_another_seed_changes_draws_and_not_the_number(flagship, tmp_path):
    assert altyn("check", CLAIM, "-o", tmp_path, "--seed", "5", "-q").returncode == 0
    other = json.loads((tmp_path / "result.json").read_text())
    assert other["growth"] == flagship[2]["growth"]
    assert other["synthesis"]["share"] != flagship[2]["synthesis"]["share"]


@pytest.mark.parametrize("pair, agreement, says", [
    ("RUS:BLR", "EAEU", "24"), ("RUS:CHN", "EAEU", "34"), ("RUS:DEU", "EU", "20"),
])
def test_other_pairs_and_unions_work_without_editing_code(pair, agreement, says, tmp_path):
    done = altyn("check", "--pair", pair, "--window", "2017-02..2017-07", "--versus",
                 "2016-02..2016-07", "--agreement", agreement, "--says", says, "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["claim"]["partner"] == pair[4:]
    if agreement == "EU" or pair == "RUS:CHN":  # the pair is not bound by it
        assert result["verdict"]["cause"]["key"] != "supported"


def test_window_outside_the_data():
    refused(altyn("check", CLAIM, "--window", "2022-02..2022-07", "--versus", "2021-02..2021-07"),
            "window-outside-data", "2021-12")


def test_blank_months_inside_the_window():
    refused(altyn("check", CLAIM, "--window", "2010-06..2010-09", "--versus", "2009-06..2009-09"),
            "blank-month", "2010-07")


def test_misspelt_key_in_a_claim_file(tmp_path):
    claim = tmp_path / "claim.toml"
    claim.write_text(CLAIM.read_text().replace("figure =", "figrue ="))
    refused(altyn("check", claim), "unknown-key", "figrue", "write figure", "claim.toml:")


def test_broken_toml(tmp_path):
    claim = tmp_path / "claim.toml"
    claim.write_text("reporter = \"RUS\"\npartner = = 1\n")
    refused(altyn("check", claim), "bad-toml", "claim.toml:2")


def test_missing_claim_file_and_missing_claim():
    refused(altyn("check", "no-such.toml"), "file-not-found", "no-such.toml")
    refused(altyn("check"), "missing-option")


def test_unknown_partner_and_unknown_code():
    refused(altyn("check", "--pair", "RUS:KAZZ", "--window", "2017-02..2017-07", "--says", "1"),
            "unknown-economy", "KAZ")


def monthly(tmp_path, *rows):
    path = tmp_path / "monthly.csv"
    path.write_text("month,partner,exports_musd,imports_musd\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("row, code, words", [
    ("2016-02,KAZ,x12,5", "text-in-number", "x12"),
    ("2016-02,KAZ,-3,5", "negative-trade", "-3"),
    ("2016-01,KAZ,3,5", "duplicate-partner-month", "2016-01"),
    ("2016-02,QQQ,3,5", "unknown-economy", "QQQ"),
    ("2016-13,KAZ,3,5", "bad-month", "2016-13"),
])
def test_bad_rows_of_a_monthly_table_are_named(row, code, words, tmp_path):
    path = monthly(tmp_path, "2016-01,KAZ,1,2", "2016-03,KAZ,1,2", "2016-04,KAZ,1,2", row)
    refused(altyn("check", CLAIM, "--monthly", f"RUS={path}"), code, words, "monthly.csv")


@pytest.mark.parametrize("content, ending, code", [
    (b"", "csv", "empty-file"),
    (b"month,partner,exports_musd,imports_musd\n", "csv", "empty-table"),
    (b"", "parquet", "empty-file"),
    (b"PAR1truncated", "parquet", "truncated-parquet"),
])
def test_empty_and_truncated_tables(content, ending, code, tmp_path):
    path = tmp_path / f"monthly.{ending}"
    path.write_bytes(content)
    refused(altyn("check", CLAIM, "--monthly", f"RUS={path}"), code, path.name)


def test_wrong_column(tmp_path):
    path = tmp_path / "monthly.csv"
    path.write_text("month,partner,sales\n2016-01,KAZ,1\n")
    refused(altyn("check", CLAIM, "--monthly", f"RUS={path}"), "no-column-for", "monthly.csv")


def test_outputs_appear_whole_or_not_at_all(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "report.html").mkdir()  # a folder stands where a file should go
    done = altyn("check", CLAIM, "-o", target, "-q")
    assert done.returncode in (1, 3)
    assert [p.name for p in target.iterdir()] == ["report.html"]


def test_unknown_flag_and_bad_option_value():
    refused(altyn("check", CLAIM, "--windo", "x"), "bad-command")
    refused(altyn("check", CLAIM, "--n-draws", "-5"), "bad-option", "n_draws")
    refused(altyn("check", CLAIM, "--strength", "hugely"), "unknown-strength")


def test_version_and_help():
    assert altyn("--version").stdout.startswith("altyn ")
    for command in ("check", "estimate", "simulate", "data", "regions", "agreements", "run", "rerun"):
        done = altyn(command, "--help")
        assert done.returncode == 0 and "Usage" in done.stdout, command

"""Articles go from text to verdict with one command."""

import json
import subprocess

import pytest

from altyn_run import ALTYN, ROOT, altyn, needs_build, refused

pytestmark = needs_build

ARTICLES = ROOT / "cases" / "examples"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_article_about_the_2017_claim_goes_to_its_verdict(language, tmp_path):
    done = altyn("check", ARTICLES / f"article-{language}.txt", "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    read = json.loads((tmp_path / "claims.json").read_text())
    assert read["date"] == "2017-10-06"
    assert len(read["claims"]) == 1
    claim = read["claims"][0]
    assert claim["missing"] == [] and claim["not_checked"] == ""
    assert claim["window"]["value"] == "2017-02..2017-07"
    assert claim["agreement"]["value"] == "EAEU"
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["verdict"]["number"]["key"] == "right_for_this_window_only"
    assert result["verdict"]["cause"]["key"] == "not_supported"
    assert abs(result["growth"]["base_musd"] - 6182.9) < 0.05
    again = altyn("rerun", tmp_path / "run.json")
    assert again.returncode == 0 and "same bytes" in again.stdout, again.stdout + again.stderr


def test_blanks_are_filled_from_the_command_line_and_named_without_it(tmp_path):
    article = tmp_path / "article.txt"
    article.write_text("Trade between Russia and Kazakhstan has grown by 40 percent.\n")
    done = altyn("check", article, "-q")
    assert done.returncode == 0, done.stderr
    assert "not checked" in done.stdout and "--window" in done.stdout
    done = altyn("check", article, "--window", "2017-02..2017-07", "-q", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "8,555.2" in done.stdout


def test_two_claims_are_checked_apart(tmp_path):
    article = tmp_path / "article.html"
    article.write_text("<html><p>In 2017 trade of Russia with Kazakhstan rose 32%, and with Belarus "
                       "23%.</p></html>")
    done = altyn("check", article, "-q", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"claims.json", "claim-1-report.html", "claim-2-report.html"} <= names


def test_a_claim_that_the_data_cannot_answer_is_listed_with_the_reason(tmp_path):
    article = tmp_path / "article.txt"
    article.write_text("Trade between Peru and Chile grew 12% in 2014.\n")
    done = altyn("check", article, "-q")
    assert done.returncode == 0, done.stderr
    assert "not checked: no table has the trade of PER with CHL" in done.stdout


def test_text_without_a_claim_and_text_that_is_too_long(tmp_path):
    article = tmp_path / "article.txt"
    article.write_text("Kazakhstan's GDP grew by 4% in 2017.\n")
    refused(altyn("check", article), "no-claim", "article.txt")
    article.write_bytes(b"x" * 10_000_001)
    refused(altyn("check", article), "article-too-long")
    refused(altyn("check", tmp_path / "absent.txt"), "file-not-found")


@pytest.mark.parametrize("text", [
    "Mutual trade within the Eurasian Economic Union grew by 30 percent in 2017.\n",
    "Взаимная торговля стран ЕАЭС в 2017 году выросла на 30 процентов.\n",
])
def test_the_number_of_trade_inside_a_bloc_is_checked_and_its_cause_is_not(tmp_path, text):
    article = tmp_path / "article.txt"
    article.write_text(text)
    done = altyn("check", article, "-q", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    claim = json.loads((tmp_path / "out" / "claims.json").read_text())["claims"][0]
    assert claim["bloc"]["value"] == "EAEU"
    assert claim["number"]["key"] == "right"
    assert claim["number"]["members"] == ["ARM", "BLR", "KAZ", "KGZ", "RUS"]
    assert "cause of growth inside a bloc" in claim["not_checked"]
    assert claim["result"] is None


def test_a_share_of_trade_is_listed_and_not_checked(tmp_path):
    article = tmp_path / "article.txt"
    article.write_text("Border regions account for about 70 percent of trade between Russia and "
                       "Kazakhstan.\n")
    done = altyn("check", article, "-q")
    assert done.returncode == 0, done.stderr
    assert "not checked: a share of trade" in done.stdout


def test_a_repeated_claim_is_checked_once_and_twenty_at_most(tmp_path):
    article = tmp_path / "article.txt"
    # No table has these pairs, so that the checks themselves end at once.
    article.write_text("".join(f"Trade between Peru and Chile grew {n}% in 2014.\n"
                               for n in (11, 11, *range(12, 34))))
    done = altyn("check", article, "-q", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    claims = json.loads((tmp_path / "out" / "claims.json").read_text())["claims"]
    assert len(claims) == 24
    reasons = [claim["not_checked"] for claim in claims]
    assert reasons[1] == "the same as claim 1"
    assert sum("no table has" in reason for reason in reasons) == 20
    assert reasons[-3:] == ["the first 20 claims of a text are checked"] * 3


def test_an_empty_text_has_no_claim():
    done = subprocess.run([str(ALTYN), "check", "-", "-q"], input="", capture_output=True, text=True,
                          timeout=60)
    assert refused(done, "no-claim")

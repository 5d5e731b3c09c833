"""Memberships and alignment as regressors, with the warning that belongs to them."""

import json

import pytest

from altyn_run import ROOT, altyn, needs_build, refused

pytestmark = needs_build

CLAIM = ROOT / "cases" / "examples" / "russia-belarus-2017.toml"
MEMBERS = ROOT / "cases" / "examples" / "memberships.csv"
EFFECTS = "exporter^year + importer^year"


def test_text_note_and_json_carry_the_warning_where_the_column_is_used(tmp_path):
    outputs = [tmp_path / f"table.{ending}" for ending in ("json", "md", "html", "tex")]
    done = altyn("estimate", "--data", "world_trade", "--agreements", "EU", "--memberships", MEMBERS,
                 f"trade ~ csw(eu, joint_sea_forum) | {EFFECTS}", "-q",
                 *[word for output in outputs for word in ("-o", output)])
    assert done.returncode == 0, done.stderr
    assert "joint_sea_forum may be bad controls" in done.stdout
    models = json.loads(outputs[0].read_text())["models"]
    assert "warnings" not in models[0]
    assert models[1]["warnings"][0].startswith("joint_sea_forum may be bad controls")
    for output in outputs[1:]:
        assert "may be bad controls" in output.read_text(), output


def test_alignment_by_position_leaves_out_rows_without_one(tmp_path):
    table = tmp_path / "positions.csv"
    years = (2000, 2003, 2006, 2009, 2012, 2015, 2016, 2017)
    economies = ("RUS", "KAZ", "CHN", "DEU", "FRA", "USA")
    table.write_text("economy,year,position\n" + "".join(
        f"{code},{year},{place + 0.1 * place * (year % 5)}\n"
        for place, code in enumerate(economies) for year in years))
    done = altyn("estimate", "--data", "world_trade", "--alignment", table,
                 "trade ~ alignment | exporter + importer + year", "-q")
    assert done.returncode == 0, done.stderr
    # At most six economies' thirty ordered pairs in eight years are left.
    used = int(done.stdout.split(" rows used")[0].split("\n")[-1].strip().replace(",", ""))
    assert 0 < used <= 240
    assert "warning: alignment may be bad controls" in done.stdout


def test_a_check_shows_the_estimate_with_memberships_beside_the_one_the_verdict_rests_on(tmp_path):
    fast = ["--no-calibrate", "--n-draws", "200", "-q"]
    altyn("check", CLAIM, *fast, "-o", tmp_path / "without")
    done = altyn("check", CLAIM, *fast, "--memberships", MEMBERS, "-o", tmp_path / "with")
    assert done.returncode == 0, done.stderr
    without, given = (json.loads((tmp_path / name / "result.json").read_text())
                      for name in ("without", "with"))
    assert given["verdict"]["cause"] == without["verdict"]["cause"]
    rows = given["tables"]["agreement_estimates"]["rows"]
    assert [row[1] for row in rows if "held fixed" in row[0]] == ["eaeu", "eu", "joint_memberships"]
    line = next(one for one in given["lines"] if one["id"] == "L5")
    assert "may be bad controls" in line["limits"]


@pytest.mark.parametrize("rows, code, says", [
    ("RUS,Club,2010,2008\n", "ends-before-start", "line 2"),
    ("RUS,Club,2001,2010\nRUS,Club,2009,\n", "overlapping-spells", "line 3"),
    ("RUX,Club,2001,\n", "unknown-economy", "RUS"),
])
def test_wrong_memberships_are_refused_with_their_line(tmp_path, rows, code, says):
    table = tmp_path / "members.csv"
    table.write_text("economy,organisation,from,to\n" + rows)
    done = altyn("estimate", "--data", "world_trade", "--memberships", table,
                 f"trade ~ joint_memberships | {EFFECTS}")
    assert refused(done, code, says)


def test_a_pair_year_that_stands_twice_is_refused(tmp_path):
    table = tmp_path / "votes.csv"
    table.write_text("first,second,year,alignment\nRUS,KAZ,2015,0.5\nKAZ,RUS,2015,0.6\n")
    done = altyn("estimate", "--data", "world_trade", "--alignment", table,
                 f"trade ~ alignment | {EFFECTS}")
    assert refused(done, "duplicate-pair-year", "line 3")


def test_memberships_without_a_yearly_table_are_refused(tmp_path):
    done = altyn("check", CLAIM, "--world", "", "--memberships", MEMBERS, "-q")
    assert refused(done, "unused-option")

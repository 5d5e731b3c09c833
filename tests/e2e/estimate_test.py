"""Estimates and agreements from the command line."""

import json

import pytest

from altyn_run import ROOT, altyn, needs_build, refused

pytestmark = needs_build

THREE_WAY = "trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer"


def test_the_union_estimate_on_the_bundled_table(tmp_path):
    outputs = [tmp_path / f"table.{e}" for e in ("json", "tex", "md", "html", "csv", "txt", "docx")]
    words = [w for o in outputs for w in ("-o", o)]
    done = altyn("estimate", "--data", "world_trade", "--agreements", "EAEU,EU", THREE_WAY,
                 "--cluster", "exporter^importer", *words, "-q")
    assert done.returncode == 0, done.stderr
    assert "certified" in done.stdout
    for output in outputs:
        assert output.stat().st_size > 100, output
    model = json.loads(outputs[0].read_text())["models"][0]
    eaeu = next(c for c in model["coefficients"] if c["name"] == "eaeu")
    # attribution.md L5 prints six digits of beta and four of its standard error.
    assert eaeu["value"] == pytest.approx(-0.064686, abs=5e-7)
    assert eaeu["se"] == pytest.approx(0.0981, abs=5e-5)
    assert model["n_obs"] == 50341


def test_wrong_formula_points_at_the_character():
    refused(altyn("estimate", "--data", "world_trade", "trade ~ eaeu + | exporter"), "formula-syntax",
            "^")


def test_wrong_column_names_the_nearest():
    refused(altyn("estimate", "--data", "world_trade", "trade ~ yeer | exporter"),
            "no-such-column", "year")


def test_unknown_format_is_refused_before_anything_is_written(tmp_path):
    done = altyn("estimate", "--data", "world_trade", "trade ~ 1 | exporter + importer", "-o",
                 tmp_path / "t.xyz", "-q")
    assert done.returncode == 1 and "unknown-format" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pair, month, present, absent", [
    ("RUS:KAZ", "2017-04", "Eurasian Economic Union", "Common Economic Space"),
    ("RUS:KAZ", "2010-06", "ustoms", "Eurasian Economic Union"),
    ("DEU:POL", "2004-05", "European Union", "Eurasian"),
    ("RUS:CHN", "2017-04", "no agreement", "Union"),
])
def test_which_agreements_bound_a_pair(pair, month, present, absent):
    done = altyn("agreements", pair, "--month", month)
    assert done.returncode == 0, done.stderr
    assert present in done.stdout and absent not in done.stdout


def test_a_pair_without_a_month_is_refused():
    refused(altyn("agreements", "RUS:KAZ"), "missing-option", "--month")

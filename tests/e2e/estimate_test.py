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


TWO_WAY = "trade ~ eu | exporter^year + importer^year"


@pytest.mark.parametrize("words, code, says", [
    (["--draws", "10"], "unused-option", "--bootstrap"),
    (["--splits", "3"], "unused-option", "--split"),
    (["--penalty", "1"], "unused-option", "--penalised"),
    (["--plot-title", "x"], "unused-option", "--plots"),
    (["--lags", "2"], "unused-option", "driscoll_kraay"),
    (["--cutoff-km", "100"], "unused-option", "conley"),
    (["--cluster", "exporter", "--variance", "hc3"], "unused-option", "cluster"),
    (["--weight-meaning", "frequency"], "unused-option", "--weights"),
    (["--average-over", "treated"], "unused-option", "--average-effects"),
    (["--reference", "DEU"], "unused-option", "--resistances"),
    (["--resistances", "r.csv"], "missing-option", "--reference"),
    (["--resistances", "r.csv", "--reference", "DEX"], "no-such-level", "DEU"),
    (["--variance", "conley"], "no-coordinates", "--latitude"),
    (["--variance", "driscoll_kraay"], "no-periods", "--time"),
    (["--variance", "dyadic"], "no-dyads", "exporter + importer"),
    (["--bootstrap", "score"], "no-clusters", "--cluster"),
    (["--split", "economy"], "bad-option", "exporter"),
    (["--penalised", "--penalty-kind", "lasso"], "bad-option", "--penalty"),
    (["--event-study", "year"], "no-event-study", "etwfe"),
    (["--bias-correction", "--family", "ols"], "no-bias-correction", "ppml"),
    (["--join", "geodist,geodist"], "nothing-to-join", "geodist"),
    (["--join", "brent_monthly"], "no-shared-column", "brent"),
    (["--cohorts", "euu"], "no-such-column", "eu"),
    (["--predictions", "p.csv", TWO_WAY + " + exporter^importer"], "one-model", "one formula"),
    (["--plots", "p.png"], "unknown-format", ".svg"),
    (["--separation", "fe,ir"], "bad-option", "simplex"),
    (["--average-effects", "eaeu"], "no-such-coefficient", "eu"),
])
def test_options_that_go_wrong_together_are_named(words, code, says, tmp_path):
    refused(altyn("estimate", "--data", "world_trade", "--agreements", "EU", TWO_WAY, *words, "-q",
                  cwd=tmp_path), code, says)
    assert list(tmp_path.iterdir()) == []


def test_threads_change_no_byte_of_anything_that_follows(tmp_path):
    for threads in ("1", "2"):
        done = altyn("estimate", "--data", "world_trade", "--agreements", "EU", "--cohorts", "eu",
                     "trade ~ eu | exporter^year + importer^year", "--cluster", "exporter^importer",
                     "--bootstrap", "pairs", "--draws", "8", "--split", "exporter,importer",
                     "--splits", "2", "--average-effects", "eu", "--predictions", f"p{threads}.csv",
                     "--effects-file", f"e{threads}.csv", "--resistances", f"r{threads}.csv",
                     "--reference", "DEU", "-o", f"t{threads}.json", "--threads", threads, "-q",
                     cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    for name in ("p{}.csv", "e{}.csv", "r{}.csv", "t{}.json"):
        assert (tmp_path / name.format(1)).read_bytes() == (tmp_path / name.format(2)).read_bytes()


def test_a_study_file_says_the_same_as_the_command(tmp_path):
    study = tmp_path / "eu.toml"
    study.write_text("""study = "estimate"
[estimate]
data = "world_trade"
agreements = ["EU"]
cohorts = ["eu"]
formulas = ["trade ~ etwfe(eu_cohort, year) | exporter^year + importer^year + exporter^importer"]
outputs = ["table.json"]
[options]
cluster = "exporter^importer"
[follow_up]
plots = ["eu.svg"]
""")
    done = altyn("run", study, "-o", tmp_path / "out", "-q")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"table.json", "eu.svg", "run.json"}
    found = json.loads((tmp_path / "out" / "table.json").read_text())["models"][0]["event_study"]
    # Rows weigh the cells: the average over all treated is that of the cohorts.
    total = sum(c["n_treated"] for c in found["by_cohort"])
    mean = sum(c["n_treated"] * c["log"]["value"] for c in found["by_cohort"]) / total
    assert found["overall"]["log"]["value"] == pytest.approx(mean, abs=1e-12)
    assert "same bytes" in altyn("rerun", tmp_path / "out" / "run.json").stdout

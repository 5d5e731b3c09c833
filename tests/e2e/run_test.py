"""Study files of any kind, run as they are, in parts, and again."""

import pytest

from altyn_run import ROOT, altyn, needs_build, refused

pytestmark = needs_build

EAEU = ROOT / "cases" / "eaeu"
THREE = ROOT / "cases" / "examples" / "three-economies"


def files_of(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*"))
            if p.is_file() and "parts" not in p.relative_to(folder).parts}


def done(*words):
    ran = altyn(*words, "-q")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("study, n_parts", [
    (EAEU / "no-union.toml", 3), (THREE / "union.toml", 2), (THREE / "regions.toml", 2),
    (THREE / "pass.toml", 2)],
    ids=lambda value: getattr(value, "stem", value))
def test_parts_of_a_scenario_make_the_bytes_of_one_run(study, n_parts, tmp_path):
    shown = done("run", study, "-o", tmp_path / "whole")
    for part in range(1, n_parts + 1):
        done("run", study, "--part", f"{part}/{n_parts}", "-o", tmp_path / "parts")
    assert done("merge", study, "-o", tmp_path / "parts") == shown
    whole = files_of(tmp_path / "whole")
    assert "run.json" in whole and "report.html" in whole
    assert files_of(tmp_path / "parts") == whole


@pytest.mark.parametrize("command, study", [
    (["simulate"], EAEU / "common-tariff-plus-5.toml"),
    (["corridors", "run"], THREE / "pass.toml"),
    (["monitor"], EAEU / "plan-2013-2015.toml")], ids=lambda value: getattr(value, "stem", None))
def test_a_file_runs_by_its_sections_as_its_own_command_runs_it(command, study, tmp_path):
    shown = done("run", study, "-o", tmp_path / "run")
    assert done(*command, study, "-o", tmp_path / "own") == shown
    same = ["report.html", "result.json", "key_results.csv"]
    run, own = files_of(tmp_path / "run"), files_of(tmp_path / "own")
    assert {name: run[name] for name in same} == {name: own[name] for name in same}
    assert "The same bytes" in done("rerun", tmp_path / "run" / "run.json")


def test_a_claim_file_is_checked(tmp_path):
    shown = done("run", EAEU / "lavrov-2017.toml", "-o", tmp_path / "run")
    assert "Did the EAEU raise Russia-Kazakhstan trade" in shown
    assert (tmp_path / "run" / "claim-review.json").exists()
    assert "The same bytes" in done("rerun", tmp_path / "run" / "run.json")


def test_a_file_that_could_be_several_things_is_refused_with_their_names(tmp_path):
    study = tmp_path / "both.toml"
    study.write_text('[scenario]\nname = "s"\n[estimate]\ndata = "x"\n')
    ran = altyn("run", study)
    assert refused(ran, "unknown-study", '"estimate" is known by estimate',
                   '"simulate" is known by scenario', 'study = "simulate"')
    study.write_text("[[agreement]]\n")
    assert refused(altyn("run", study), "unknown-study", '"check" is known by claim')


def test_a_study_without_parts_says_so(tmp_path):
    ran = altyn("run", EAEU / "lavrov-2017.toml", "--part", "1/2", "-o", tmp_path)
    assert refused(ran, "no-parts")

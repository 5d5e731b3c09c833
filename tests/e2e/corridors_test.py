"""The bundled network and its scenarios, from the command line, and wrong input."""

import csv
import json
import re
import subprocess

import pytest

from altyn_run import ALTYN, ROOT, altyn, needs_build, refused

pytestmark = needs_build

EAEU = ROOT / "cases" / "eaeu"
BASE = EAEU / "corridors-2016.toml"
NAMES = ["corridors-altai", "corridors-borders-back", "corridors-caspian",
         "corridors-crossing-closed"]
FILES = {"report.html", "report.md", "result.json", "key_results.csv", "drivers.csv", "trade.csv",
         "traffic.csv", "assumptions.csv", "run.json"}


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def income(folder):
    return {row["economy"]: tuple(float(row["real_income_change" + part])
                                  for part in ("", "_low", "_high"))
            for row in rows_of(folder / "key_results.csv")}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folders = {}
    for name in NAMES:
        folder = tmp_path_factory.mktemp(name)
        done = altyn("corridors", "run", EAEU / f"{name}.toml", "-o", folder, "--n-draws", "40",
                     "--threads", "2", "-q")
        assert done.returncode == 0, name + done.stdout + done.stderr
        assert "certified" in done.stdout
        folders[name] = folder
    return folders


@pytest.mark.parametrize("name", NAMES)
def test_writes_every_file_and_the_certificate_holds(solved, name):
    assert {p.name for p in solved[name].iterdir()} == FILES
    result = json.loads((solved[name] / "result.json").read_text())
    assert result["certificates"] and all(one["holds"] for one in result["certificates"])
    assert any("40 draws over all assumptions together; 0 of them" in one
               for one in result["summary"])


@pytest.mark.parametrize("name", NAMES)
def test_every_assumption_has_a_source_and_nothing_is_incredible(solved, name):
    rows = rows_of(solved[name] / "assumptions.csv")
    assert all(row["source"] not in ("", "no source given") for row in rows)
    for economy, (value, low, high) in income(solved[name]).items():
        assert low <= high, economy
        assert -0.05 < low and high < 0.05, economy


def test_signs_are_those_of_the_questions(solved):
    caspian = income(solved["corridors-caspian"])
    assert caspian["AZE"][1] > 0 and caspian["KAZ"][1] > 0
    back = income(solved["corridors-borders-back"])
    for economy in ("KAZ", "BLR", "RU-ORE", "KZ-AKT"):
        assert back[economy][2] < 0, economy
    closed = income(solved["corridors-crossing-closed"])
    assert closed["KZ-AKT"][2] < 0 and closed["RU-ORE"][2] < 0
    altai = income(solved["corridors-altai"])
    assert altai["RU-AL"][1] > 0 and altai["MNG"][0] > 0


def test_a_closed_crossing_sends_trade_over_the_next(solved):
    traffic = {(row["from"], row["to"], row["mode"]): row
               for row in rows_of(solved["corridors-crossing-closed"] / "traffic.csv")}
    closed = traffic["Orenburg", "Aktobe", "road"]
    assert float(closed["traffic_after_musd"]) == 0.0 < float(closed["traffic_musd"])
    assert float(traffic["Orenburg", "Oral", "road"]["traffic_change_musd"]) > 0


def test_documented_commands_run(tmp_path):
    text = (ROOT / "docs" / "corridors.md").read_text()
    lines = [line for line in re.search(r"```sh\n(.*?)```", text, re.S)[1].splitlines() if line]
    assert len(lines) == 4
    for line in lines:
        words = line.replace("out/", f"{tmp_path}/").split()
        words[0] = str(ALTYN)
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, line + done.stdout + done.stderr


def test_value_ranks_links_and_traffic_is_certified(tmp_path):
    done = altyn("corridors", "value", BASE, "--welfare", "KAZ", "-o", tmp_path)
    assert done.returncode == 0 and "certified" in done.stdout
    values = [float(row["value_musd"]) for row in rows_of(tmp_path / "link_values.csv")]
    assert values == sorted(values, reverse=True) and values[0] > 0 and len(values) == 198


def test_the_same_bytes_for_any_number_of_threads_and_again(solved, tmp_path):
    done = altyn("corridors", "run", EAEU / "corridors-altai.toml", "-o", tmp_path, "--n-draws",
                 "40", "--threads", "1", "-q")
    assert done.returncode == 0
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (solved["corridors-altai"] / name).read_bytes()
    assert altyn("rerun", tmp_path / "run.json").returncode == 0


def changed(tmp_path, links=None, scenario=""):
    """A scenario of its own on the bundled base, with another table of links."""
    text = BASE.read_text().replace('extends = "eaeu-2016.toml"',
                                    f'extends = "{EAEU / "eaeu-2016.toml"}"')
    if links is not None:
        (tmp_path / "links.csv").write_text(links)
        text = text.replace('links = "network_links"', 'links = "links.csv"')
    path = tmp_path / "scenario.toml"
    path.write_text(text + scenario)
    return path


LINKS = (EAEU / "network" / "links.csv").read_text()


@pytest.mark.parametrize("old, new, code", [
    ("Moscow,Smolensk,road,,,,", "Moscow,Smolensk,road,,-5,,", "bad-length"),
    ("Moscow,Smolensk,road,,,,", "Moscow,Smolensk,road,,0,,", "bad-length"),
    ("Moscow,Smolensk,road,,,,", "Moscov,Smolensk,road,,,,", "unknown-node"),
    ("Moscow,Smolensk,road,,,,", "Moscow,Kazan,road,,,,", "duplicate-link"),
    ("Moscow,Smolensk,road,,,,", "Moscow,Smolensk,road,outter,,,", "unknown-crossing"),
    ("Moscow,Smolensk,road,,,,", "Moscow,Smolensk,canal,,,,", "missing-cost"),
])
def test_a_bad_link_is_refused_with_its_line(tmp_path, old, new, code):
    assert LINKS.count(old) >= 1
    done = altyn("corridors", "show", changed(tmp_path, LINKS.replace(old, new, 1)))
    assert refused(done, code, "links.csv line ")


def test_an_island_is_refused_by_name(tmp_path):
    kept = "\n".join(line for line in LINKS.splitlines() if "Helsinki" not in line) + "\n"
    done = altyn("corridors", "show", changed(tmp_path, kept))
    assert refused(done, "disconnected", "Helsinki")


@pytest.mark.parametrize("change, code, word", [
    ('links = ["Aktau - Bakuu"]\nclose = true', "unknown-link", "Aktau - Baku"),
    ('crossing = ["caspien"]\nclose = true', "unknown-crossing", "caspien"),
    ('links = ["Aktau - Baku"]', "bad-change", "one thing"),
    ('links = ["Aktau - Baku"]\nwait_pct = -50\nrange_pct = [-40, -30]', "bad-range", "-50"),
])
def test_a_bad_change_is_refused(tmp_path, change, code, word):
    path = changed(tmp_path, scenario=f'\n[[link_change]]\nname = "x"\n{change}\n')
    assert refused(altyn("corridors", "run", path), code, word)


def test_a_scenario_without_changes_and_a_small_shape_are_refused(tmp_path):
    assert refused(altyn("corridors", "run", BASE), "no-changes")
    path = changed(tmp_path)
    path.write_text(path.read_text().replace("shape = 300.0", "shape = 5.0")
                    .replace("shape_range = [230.0, 450.0]", ""))
    assert refused(altyn("corridors", "traffic", path), "route-shape-too-small", "cheapest cycle")

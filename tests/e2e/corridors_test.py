"""The bundled network and its scenarios, from the command line, and wrong input."""

import json
import math
import re
import shutil
import subprocess

import pytest

from altyn_run import ALTYN, ROOT, altyn, income, needs_build, refused, rows_of

pytestmark = needs_build

EAEU = ROOT / "cases" / "eaeu"
PASS = ROOT / "cases" / "examples" / "three-economies" / "pass.toml"
BASE = EAEU / "corridors-2016.toml"
NAMES = ["corridors-altai", "corridors-borders-back", "corridors-caspian",
         "corridors-crossing-closed"]
FILES = {"report.html", "report.md", "result.json", "key_results.csv", "drivers.csv", "trade.csv",
         "traffic.csv", "assumptions.csv", "run.json"}


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
    assert float(traffic["Oral", "Aktobe", "road"]["traffic_change_musd"]) > 0


def test_documented_commands_run(tmp_path):
    text = (ROOT / "docs" / "corridors.md").read_text()
    lines = [line for line in re.search(r"```sh\n(.*?)```", text, re.S)[1].splitlines() if line]
    assert len(lines) == 5
    for line in lines:
        words = line.replace("out/", f"{tmp_path}/").split()
        words[0] = str(ALTYN)
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, line + done.stdout + done.stderr


def test_value_ranks_links_with_their_range(tmp_path):
    done = altyn("corridors", "value", BASE, "--welfare", "KAZ", "--n-draws", "20", "-o", tmp_path)
    assert done.returncode == 0 and "certified" in done.stdout, done.stderr
    rows = rows_of(tmp_path / "link_values.csv")
    values = [float(row["value_musd"]) for row in rows]
    assert values == sorted(values, reverse=True) and values[0] > 0 and len(values) == 205
    assert all(float(row["low_musd"]) < float(row["high_musd"]) for row in rows[:20])
    done = altyn("corridors", "value", BASE, "--welfare", "KZ-XXX", "--n-draws", "0")
    assert done.returncode == 1 and "KZ-XXX" in done.stderr


def test_traffic_is_certified(tmp_path):
    done = altyn("corridors", "traffic", BASE, "-o", tmp_path)
    assert done.returncode == 0 and "certified" in done.stdout
    assert len(rows_of(tmp_path / "traffic.csv")) == 205


def test_the_same_bytes_for_any_number_of_threads_and_again(solved, tmp_path):
    done = altyn("corridors", "run", EAEU / "corridors-altai.toml", "-o", tmp_path, "--n-draws",
                 "40", "--threads", "1", "-q")
    assert done.returncode == 0
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (solved["corridors-altai"] / name).read_bytes()
    assert altyn("rerun", tmp_path / "run.json").returncode == 0


@pytest.fixture
def world(tmp_path):
    """A copy of the example of many sectors that a test may spoil."""
    return shutil.copytree(PASS.parent, tmp_path / "world")


def test_a_network_under_many_sectors_shows_carries_and_runs(tmp_path):
    for action in ("show", "traffic"):
        done = altyn("corridors", action, PASS)
        assert done.returncode == 0, done.stderr
        assert "Pass             South City" in done.stdout
    done = altyn("corridors", "run", PASS, "-o", tmp_path / "out", "-q")
    assert done.returncode == 0 and done.stdout.count("certified") >= 2, done.stdout + done.stderr
    incomes = {row["economy"]: row for row in rows_of(tmp_path / "out" / "key_results.csv")}
    for economy in ("North", "South"):
        value, low, high = (float(incomes[economy]["real_income_change" + end])
                            for end in ("", "_low", "_high"))
        assert 0 < low < value < high
    traffic = {(row["from"], row["to"]): row for row in rows_of(tmp_path / "out" / "traffic.csv")}
    assert float(traffic["Pass", "South City"]["traffic_change_musd"]) > 0
    assert float(traffic["Island Port", "North City"]["traffic_change_musd"]) < 0
    assumed = {row["assumption"] for row in rows_of(tmp_path / "out" / "assumptions.csv")}
    assert {"time at the pass", "crossing border: hours", "day in transit"} <= assumed
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert {"traffic", "corridor_map", "real_income"} <= set(result["tables"])
    assert result["run"]["command"] == f"altyn corridors run {PASS}"
    again = altyn("corridors", "run", PASS, "-o", tmp_path / "one", "--threads", "1", "-q")
    assert again.returncode == 0
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "one" / path.name).read_bytes(), path.name


def test_the_value_of_a_link_is_what_a_cheaper_one_brings(world, tmp_path):
    """The adjoint against the whole chain run twice: 1% off one link's cost, by its waiting."""
    done = altyn("corridors", "value", world / "pass.toml", "--welfare", "South", "-o", tmp_path / "v")
    assert done.returncode == 0, done.stderr
    spending = float(re.search(r"spending (\d+) million", done.stdout)[1])
    link = next(row for row in rows_of(tmp_path / "v" / "link_values.csv") if row["from"] == "Pass")
    cost = math.log1p(float(link["cost_share"]))
    path = world / "pass.toml"
    # A day costs 1% of value and the post takes a day, so waiting is 0.01 of the cost's log.
    percent = -0.01 * cost / 0.01 * 100
    path.write_text(path.read_text().replace("wait_pct = -50.0\nrange_pct = [-60.0, -40.0]",
                                             f"wait_pct = {percent}"))
    done = altyn("corridors", "run", path, "--n-draws", "0", "-o", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    south = next(row for row in rows_of(tmp_path / "r" / "key_results.csv")
                 if row["economy"] == "South")
    # The step is 1% of a cost of a few percent; shape times that bends the curve by about 2%.
    assert float(south["real_income_change"]) * spending == pytest.approx(
        float(link["value_musd"]), rel=0.05)


@pytest.mark.parametrize("file, old, new, code, where", [
    ("links.csv", "Pass,South City,road,border,,,,40,", "Pass,South City,road,border,,,,-40,",
     "bad-fee", "links.csv line 3"),
    ("links.csv", "Harbour,Island Port,sea,port,,,,,", "Harbour,Island Port,sea,port,,,-1,,",
     "bad-wait", "links.csv line 5"),
    ("links.csv", "North City,Pass,road,,430,50,,,", "North City,Pass,road,,430,0,,,",
     "bad-speed", "links.csv line 2"),
    ("links.csv", "Pass,South City,road,border,,,,40,", "Pass,South City,road,border,,,,40,0",
     "", ""),
    ("nodes.csv", "Harbour,South,,51.5,26.0", "Harbour,South,,91.5,26.0",
     "bad-coordinates", "nodes.csv line 5"),
    ("nodes.csv", "Harbour,South,,51.5,26.0", "Pass,South,,51.5,26.0",
     "duplicate-node", "nodes.csv line 5"),
    ("nodes.csv", "Island Port,Island,Island", "Island Port,Island,", "no-node", "Island"),
    ("pass.toml", 'name = "sea speed"', 'name = "see speed"', "missing-cost", "links.csv line 5"),
    ("pass.toml", 'name = "port"', 'name = "harbour"', "unknown-crossing", "links.csv line 5"),
    ("pass.toml", "shape = 100.0", "shape = -1.0", "", "shape"),
    ("pass.toml", "[routes]", "[[rout]]", "", "rout"),
])
def test_wrong_input_is_refused_with_file_and_row(world, file, old, new, code, where):
    path = world / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    done = altyn("corridors", "show", world / "pass.toml")
    if not code and not where:  # a one-way link beside another way round is no mistake
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 1 and where in done.stderr, done.stderr
    assert not code or f"error[{code}]" in done.stderr, done.stderr


def test_a_one_way_island_is_named_with_its_line(world):
    path = world / "links.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("Island Port,")]
    path.write_text("\n".join(kept).replace("Harbour,Island Port,sea,port,,,,,",
                                            "Harbour,Island Port,sea,port,,,,,0") + "\n")
    done = altyn("corridors", "show", world / "pass.toml")
    assert refused(done, "one-way", "Island Port", "nodes.csv line 6")


def test_a_closed_bridge_names_what_it_cuts_off(tmp_path):
    path = changed(tmp_path, scenario='\n[[link_change]]\nname = "x"\n'
                   'links = ["Tashkent - Dushanbe"]\nclose = true\n')
    assert refused(altyn("corridors", "run", path), "disconnected", "Dushanbe")


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
    path.write_text(path.read_text().replace("shape = 220.0", "shape = 5.0")
                    .replace("shape_range = [200.0, 330.0]", ""))
    assert refused(altyn("corridors", "traffic", path), "route-shape-too-small", "cheapest cycle")

"""Models beside the plain scenario, each from its own section of a file: partial equilibrium,
GE-PPML, chosen tariffs, capital, simpler variants."""

import csv
import gzip
import json
import math
import os
import pathlib
import shutil

import pytest

from altyn_run import ROOT, altyn, needs_build, refused, rows_of

pytestmark = needs_build

EAEU = ROOT / "cases" / "eaeu"
EXAMPLES = ROOT / "cases" / "examples"
REFERENCE = pathlib.Path(
    os.environ.get("ALTYN_REFERENCE_DATA", ROOT.parent / "shared" / "data" / "reference"))


def spoil(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def run(path, folder, *flags):
    done = altyn("simulate", path, "-o", folder, "-q", *flags)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((folder / "result.json").read_text())
    assert result["schema"] == "altyn.scenario/1"
    assert result["certificates"] and all(one["holds"] for one in result["certificates"])
    assert (folder / "report.html").stat().st_size > 10_000
    return result


# ---- partial equilibrium

@pytest.fixture
def partial(tmp_path):
    folder = tmp_path / "partial"
    shutil.copytree(EXAMPLES / "partial", folder)
    return folder


def test_gsim_gives_the_published_prices(tmp_path):
    run(EXAMPLES / "partial" / "four-markets.toml", tmp_path / "out")
    rows = {row["region"]: row for row in rows_of(tmp_path / "out" / "markets.csv")}
    # Francois and Hall (2003), four decimals.
    for region, price in (("US", 0.0792), ("JP", -0.0316), ("EU", 0.0480), ("RW", -0.0184)):
        assert float(rows[region]["price_change"]) == pytest.approx(price, abs=5e-5)
        parts = sum(float(rows[region][part]) for part in ("producers", "buyers", "duties"))
        assert float(rows[region]["welfare"]) == pytest.approx(parts, abs=1e-9)
        low, high = float(rows[region]["low"]), float(rows[region]["high"])
        assert low < float(rows[region]["welfare"]) < high


def test_smart_creates_and_diverts(partial, tmp_path):
    run(partial / "preference.toml", tmp_path / "out")
    rows = {row["exporter"]: {k: float(v) for k, v in row.items() if k != "exporter"}
            for row in rows_of(tmp_path / "out" / "partners.csv")}
    # Creation is imports times the elasticity times the relative change of price, 0.15 / 1.15.
    assert rows["Partner"]["creation"] == pytest.approx(120 * 1.2 * 0.15 / 1.15, rel=1e-12)
    assert sum(row["diversion"] for row in rows.values()) == pytest.approx(0, abs=1e-9)
    assert rows["Neighbour"]["change"] < 0 < rows["Partner"]["change"]
    for row in rows.values():
        assert row["low"] < row["change"] < row["high"]
    again = altyn("rerun", tmp_path / "out" / "run.json")
    assert again.returncode == 0 and "same bytes" in again.stdout, again.stdout + again.stderr


BAD_PARTIAL = [
    ("preference.toml", "demand_range = [-1.6, -0.9]", "demand_range = [-1.0, -0.9]", "bad-range", "demand"),
    ("preference.toml", "demand_elasticity = -1.2", "demand_elasticity = 1.2", "bad-option", "demand"),
    ("preference.toml", "table =", "tabel =", "unknown-key", "table"),
    ("market.csv", "Neighbour,200", "Neighbour,", "missing-value", "line 3"),
    ("market.csv", "Neighbour,200", "Partner,200", "duplicate-row", "line 3"),
    ("market.csv", "Rest,380,15,15", "Rest,380,15,-100", "tariff-range", "Rest"),
]


@pytest.mark.parametrize("file, old, new, code, word", BAD_PARTIAL)
def test_wrong_partial_input_is_refused(partial, file, old, new, code, word):
    spoil(partial / file, old, new)
    refused(altyn("simulate", partial / "preference.toml"), code, word)


# ---- GE-PPML

@pytest.fixture(scope="module")
def borders(tmp_path_factory):
    source = REFERENCE / "equilibrium/advanced_guide_ch2/Chapter2Application1.csv.gz"
    if not source.exists():
        pytest.skip(f"reference data absent: {source}")
    folder = tmp_path_factory.mktemp("borders")
    with gzip.open(source, "rt") as file, open(folder / "trade.csv", "w") as out:
        out.write("exporter,importer,trade,ln_dist,contiguity,border\n")
        for row in csv.DictReader(file):
            if row["year"] != "2006":
                continue
            out.write(f'{row["exporter"]},{row["importer"]},{row["trade"]},'
                      f'{math.log(float(row["DIST"]))!r},{row["CNTG"]},'
                      f'{int(row["exporter"] != row["importer"])}\n')
    (folder / "scenario.toml").write_text("""
[scenario]
name = "no-borders"
title = "Trade without borders"
[ge_ppml]
table = "trade.csv"
variables = ["ln_dist", "contiguity", "border"]
coefficients = [-0.7912879, 0.6736456, -2.47445]
new_coefficients = [-0.7912879, 0.6736456, 0.0]
sigma = 7
reference = "DEU"
""")
    return folder


# As published (five rounds) and in the limit; the guide's table 2, in percent. The coefficients
# above have seven digits, hence four of the price.
@pytest.mark.parametrize("tolerance, argentina, abroad", [
    ("0.01", 32.27649, 117.9588), ("1e-8", 32.1517, None)])
def test_ge_ppml_as_published_and_in_the_limit(borders, tmp_path, tolerance, argentina, abroad):
    path = borders / f"at-{tolerance}.toml"
    path.write_text((borders / "scenario.toml").read_text() + f"tolerance = {tolerance}\n")
    result = run(path, tmp_path / "out")
    row = next(r for r in rows_of(tmp_path / "out" / "key_results.csv") if r["economy"] == "ARG")
    assert 100 * float(row["price_change"]) == pytest.approx(argentina, abs=1e-3)
    if abroad is not None:
        assert 100 * float(row["exports_change"]) == pytest.approx(abroad, abs=1e-2)
        assert any("published tables" in note for note in result["notes"])


def test_ge_ppml_with_ranges(borders, tmp_path):
    path = borders / "ranges.toml"
    path.write_text((borders / "scenario.toml").read_text() + "tolerance = 0.01\nn_draws = 30\n"
                    "coefficients_se = [0.0501494, 0.1073719, 0.1193816]\nsigma_range = [6, 8]\n")
    run(path, tmp_path / "out")
    for row in rows_of(tmp_path / "out" / "key_results.csv"):
        assert float(row["low"]) < float(row["real_income_change"]) < float(row["high"])
    assert {row["assumption"]: row["se"] for row in rows_of(tmp_path / "out" / "assumptions.csv")}[
        "coefficient of border"] == "0.1193816"
    for part in ("1/2", "2/2"):
        altyn("run", path, "--part", part, "-o", tmp_path / "parts")
    altyn("merge", path, "-o", tmp_path / "parts")
    for name in ("key_results.csv", "report.html", "run.json"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_a_pair_that_is_missing(borders, tmp_path):
    lines = (borders / "trade.csv").read_text().splitlines()
    (tmp_path / "trade.csv").write_text("\n".join(lines[:-1]) + "\n")
    shutil.copy(borders / "scenario.toml", tmp_path)
    refused(altyn("simulate", tmp_path / "scenario.toml"), "missing-pair", "every pair")
    spoil(tmp_path / "scenario.toml", "coefficients = [-0.7912879, 0.6736456, -2.47445]",
          "coefficients = [-0.7912879, 0.6736456]")
    refused(altyn("simulate", tmp_path / "scenario.toml"), "wrong-shape", "2 coefficients")


# ---- tariffs that are chosen

@pytest.fixture
def three(tmp_path):
    folder = tmp_path / "three"
    shutil.copytree(EXAMPLES / "three-economies", folder)
    return folder


def rates_of(folder):
    return {(row["player"], row["tariff"]): (float(row["rate_before"]), float(row["rate"]))
            for row in rows_of(folder / "optimal_tariffs.csv")}


def welfare(folder):
    return {row["economy"]: float(row["real_income_change"])
            for row in rows_of(folder / "key_results.csv")}


def test_no_other_rate_serves_the_chooser_better(three, tmp_path):
    run(three / "best-tariffs.toml", tmp_path / "best")
    best = welfare(tmp_path / "best")["North"]
    assert best > 0 and all(rate > before for before, rate in rates_of(tmp_path / "best").values())
    for least, most in ((0, 20), (30, 40)):
        path = three / f"bound-{least}.toml"
        path.write_text((three / "best-tariffs.toml").read_text().replace(
            "[optimal]", f"[optimal]\nleast_rate_pct = {least}\nmost_rate_pct = {most}"))
        run(path, tmp_path / str(least), "--n-draws", "0")
        for _, rate in rates_of(tmp_path / str(least)).values():
            assert least / 100 - 1e-9 <= rate <= most / 100 + 1e-9
        assert welfare(tmp_path / str(least))["North"] < best


def test_answering_tariffs_cost_what_agreeing_ones_keep(three, tmp_path):
    text = (three / "best-tariffs.toml").read_text()
    players = 'players = ["North", "South", "Island"]'
    for problem in ("nash", "cooperative"):
        path = three / f"{problem}.toml"
        path.write_text(text.replace('problem = "optimum"', f'problem = "{problem}"').replace(
            'players = ["North"]', players))
        result = run(path, tmp_path / problem, "--n-draws", "0")
        assert len({player for player, _ in rates_of(tmp_path / problem)}) == 3
        assert any("on average" in sentence for sentence in result["summary"])
    nash, together = welfare(tmp_path / "nash"), welfare(tmp_path / "cooperative")
    assert nash["North"] < 0 and nash["South"] < 0
    assert all(change > -1e-6 for change in together.values())  # nobody loses by agreeing


def test_a_union_chooses_one_tariff_towards_outsiders(three, tmp_path):
    (three / "chosen.toml").write_text(
        '[scenario]\nname = "chosen"\nextends = "union.toml"\n'
        '[optimal]\nproblem = "optimum"\nplayers = ["mainland"]\n')
    run(three / "chosen.toml", tmp_path / "out", "--n-draws", "0")
    chosen = rates_of(tmp_path / "out")
    assert {tariff for _, tariff in chosen} == {"food", "machines", "services"}
    cells = rows_of(tmp_path / "out" / "trade_by_sector.csv")
    for member in ("North", "South"):
        food = next(c for c in cells if (c["exporter"], c["importer"], c["sector"]) ==
                    ("Island", member, "food"))
        assert float(food["tariff"]) == pytest.approx(chosen["mainland", "food"][1], rel=1e-12)


def test_the_best_common_tariff_of_the_bundled_union(tmp_path):
    run(EAEU / "best-common-tariff.toml", tmp_path, "--n-draws", "50")
    before, rate = rates_of(tmp_path)["EAEU", "goods"]
    # A small economy would take 1 / theta = 20%; with free-trade partners untaxed it is less.
    assert before == pytest.approx(0.056) and 0.08 < rate < 0.2
    members = {row["economy"]: float(row["real_income_change"])
               for row in rows_of(tmp_path / "key_results.csv")}
    for member in ("RUS", "KAZ", "BLR", "ARM", "KGZ"):
        assert members[member] > 0


BAD_OPTIMA = [
    ('players = ["North"]', "players = []", "no-players", "optimum"),
    ('players = ["North"]', 'players = ["North", "South"]', "no-players", "2 are named"),
    ('players = ["North"]', 'players = ["Nroth"]', "unknown-economy", "North"),
    ('players = ["North"]', 'players = ["North"]\nsector = ["fod"]', "unknown-sector", "food"),
    ('problem = "optimum"', 'problem = "best"', "bad-option", "optimum"),
]


@pytest.mark.parametrize("old, new, code, word", BAD_OPTIMA)
def test_wrong_choices_are_refused(three, old, new, code, word):
    spoil(three / "best-tariffs.toml", old, new)
    refused(altyn("simulate", three / "best-tariffs.toml"), code, word)


# ---- capital

def test_capital_follows_real_income_and_multiplies_it(tmp_path):
    run(EAEU / "no-union-capital.toml", tmp_path, "--n-draws", "30")
    ends = {row["economy"]: {k: float(v) for k, v in row.items() if k not in ("economy", "name")}
            for row in rows_of(tmp_path / "long_run.csv")}
    assert set(ends) == {"RUS", "KAZ", "BLR", "ARM", "KGZ"}
    for economy, row in ends.items():
        # In the long run capital moves with real spending; its share 0.35 makes gains and losses
        # about 1 / (1 - 0.35) times as large. Households count the way there too.
        assert row["capital_change"] == pytest.approx(row["real_income_change"], abs=1e-8)
        if abs(row["first_year_change"]) > 1e-3:
            ratio = row["real_income_change"] / row["first_year_change"]
            assert 1.3 < ratio < 1.7, economy
            assert 1 < row["discounted_change"] / row["first_year_change"] < ratio
        assert row["low"] <= row["high"]
    years = [row for row in rows_of(tmp_path / "path.csv") if row["economy"] == "KGZ"]
    losses = [-float(row["real_income_change"]) for row in years]
    assert len(years) == 60 and years[0]["year"] == "2016"
    assert losses == sorted(losses) and float(years[0]["capital_change"]) == 0


def test_a_change_that_comes_in_steps(tmp_path):
    border = ('[[change]]\nname = "b"\nwhat = "border_cost"\nfrom = ["KAZ"]\nwith = ["RUS"]\n'
              'by_pct = 5\nphase_in = [2016, 2019]\nsource = "x"\n')
    text = f'[scenario]\nname = "x"\nextends = "{EAEU}/eaeu-2016.toml"\n' + border
    path = tmp_path / "steps.toml"
    path.write_text(text)
    # Without capital every year is an equilibrium of its own: a quarter of the way in each.
    run(path, tmp_path / "static", "--n-draws", "0")
    years = [row for row in rows_of(tmp_path / "static" / "path.csv") if row["economy"] == "KAZ"]
    losses = [-float(row["real_income_change"]) for row in years]
    assert [float(row["year"]) for row in years] == [2016, 2017, 2018, 2019]
    steps = [b - a for a, b in zip([0.0] + losses, losses)]
    assert max(steps) < 1.3 * min(steps)  # less and less is traded
    assert losses[-1] == pytest.approx(-welfare(tmp_path / "static")["KAZ"], abs=1e-12)
    path.write_text(text + "[capital]\nn_years = 8\n")
    run(path, tmp_path / "out", "--n-draws", "0")
    losses = [-float(row["real_income_change"]) for row in rows_of(tmp_path / "out" / "path.csv")
              if row["economy"] == "KAZ"]
    steps = [b - a for a, b in zip([0.0] + losses, losses)]
    # A quarter of the cost in each of the first four years; capital moves little beside it.
    assert min(steps[:4]) > 5 * max(steps[4:]) > 0
    path.write_text(text.replace("[2016, 2019]", "[2019, 2016]") + "[capital]\n")
    refused(altyn("simulate", path), "bad-change", "phase_in")


# ---- the one-sector world in other clothes

def test_parts_of_real_income_add_up_and_the_numeraire_moves_no_real_number(tmp_path):
    path = EAEU / "common-tariff-plus-5.toml"
    run(path, tmp_path / "world", "--n-draws", "0")
    run(path, tmp_path / "russia", "--n-draws", "0", "--numeraire", "RUS")
    world, russia = (welfare(tmp_path / name) for name in ("world", "russia"))
    # Deficits are closed in proportion to income: nothing real depends on the unit.
    for economy, change in world.items():
        assert russia[economy] == pytest.approx(change, abs=1e-9)
    for row in rows_of(tmp_path / "world" / "decomposition.csv"):
        parts = sum(float(row[p]) for p in ("terms_of_trade", "volume_of_trade", "trade_costs",
                                            "transfer"))
        # Twenty steps leave an error of the fourth order.
        assert parts == pytest.approx(float(row["welfare_log"]), abs=1e-8)
        assert math.expm1(float(row["welfare_log"])) == pytest.approx(world[row["economy"]], abs=1e-9)
    gains = {row["economy"]: float(row["gains_from_trade"])
             for row in rows_of(tmp_path / "world" / "key_results.csv")}
    assert all(0 < gain < 0.6 for gain in gains.values())


def test_regions_with_flows_that_are_known(tmp_path):
    regions = "".join(f'[[region]]\nof = "KGZ"\ncode = "{code}"\nshare_pct = {share}\n'
                      f'area_km2 = 1000\nsource = "x"\n' for code, share in (("K1", 40), ("K2", 60)))
    change = ('[[change]]\nname = "b"\nwhat = "border_cost"\nfrom = ["K1"]\nwith = ["KAZ"]\n'
              'by_pct = -10\nsource = "x"\n')
    head = f'[scenario]\nname = "x"\nextends = "{EAEU}/eaeu-2016.toml"\n'
    text = head + '[regions]\nflows = "flows.csv"\n' + regions + change
    partners = sorted({row["economy"] for row in _world_economies(tmp_path)})
    lines = ["exporter,importer,value"]
    for a in ("K1", "K2"):
        for b in partners:
            # K1 sells all it sells to Kazakhstan's market three times as easily as K2 does.
            ease = 3 if (a, b) == ("K1", "KAZ") else 1
            lines += [f"{a},{b},{ease}", f"{b},{a},1"]
        lines += [f"{a},K1,1", f"{a},K2,1"]
    (tmp_path / "flows.csv").write_text("\n".join(lines) + "\n")
    path = tmp_path / "regions.toml"
    path.write_text(text)
    run(path, tmp_path / "out", "--n-draws", "0")
    sales = {row["exporter"]: float(row["base_musd"]) for row in rows_of(tmp_path / "out" / "trade.csv")
             if row["importer"] == "KAZ"}
    assert sales.keys() == {"K1"}
    (tmp_path / "flows.csv").write_text("\n".join(lines + [lines[1]]) + "\n")
    refused(altyn("simulate", path), "duplicate-row", "flows.csv")
    path.write_text(head + '[regions]\nflows = "flows.csv"\n' + change.replace("K1", "KGZ"))
    refused(altyn("simulate", path), "bad-change", "no economy is split")


def _world_economies(tmp_path):
    run(EAEU / "common-tariff-plus-5.toml", tmp_path / "all", "--n-draws", "0")
    return [row for row in rows_of(tmp_path / "all" / "key_results.csv") if row["economy"] != "KGZ"]


def test_what_each_change_did_adds_up(tmp_path):
    run(EAEU / "no-union.toml", tmp_path, "--n-draws", "0")
    whole = welfare(tmp_path)
    parts = {}
    for row in rows_of(tmp_path / "contributions.csv"):
        parts.setdefault(row["economy"], {})[row["change"]] = float(row["contribution_log"])
    assert set(parts) == {"RUS", "KAZ", "BLR", "ARM", "KGZ"}
    for economy, by_change in parts.items():
        assert len(by_change) > 2 and any("shares in the duties" in name for name in by_change)
        assert sum(by_change.values()) == pytest.approx(math.log1p(whole[economy]), abs=1e-10)


# ---- simpler variants of many sectors

@pytest.mark.parametrize("variant, note", [("no_links", "from themselves only"),
                                           ("no_inputs", "factors alone"),
                                           ("one_sector", "All sectors are one")])
def test_variants_keep_the_world_and_change_the_answer(three, tmp_path, variant, note):
    text = (three / "agreement.toml").read_text()
    if variant == "one_sector":
        text = text.replace('sector = ["machines"]', "").replace('sector = ["food"]', "")
    (three / "full.toml").write_text(text)
    (three / "simple.toml").write_text(text.replace("[sectors]", f'[sectors]\nvariant = "{variant}"'))
    run(three / "full.toml", tmp_path / "full", "--n-draws", "0")
    result = run(three / "simple.toml", tmp_path / "simple", "--n-draws", "0")
    assert any(note in line for line in result["notes"])
    full, simple = (
        {row["economy"]: row for row in rows_of(tmp_path / name / "key_results.csv")}
        for name in ("full", "simple"))
    for economy, row in full.items():
        collected = float(simple[economy]["duty_collected_base"])
        assert collected == pytest.approx(float(row["duty_collected_base"]), rel=1e-8, abs=1e-12)
    assert full["South"]["real_income_change"] != simple["South"]["real_income_change"]

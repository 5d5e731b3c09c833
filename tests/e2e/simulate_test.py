"""The bundled scenarios, their claims to being credible, and wrong input, from the command line."""

import hashlib
import json
import os
import re
import subprocess

import pytest

from altyn_run import ALTYN, ROOT, altyn, income, needs_build, refused, rows_of

pytestmark = needs_build

EAEU = ROOT / "cases" / "eaeu"
FILES = {"report.html", "report.md", "result.json", "key_results.csv", "revenue.csv", "drivers.csv",
         "decomposition.csv", "trade.csv", "assumptions.csv", "run.json"}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Every bundled scenario once, on two threads."""
    folders = {}
    for path in sorted(EAEU.glob("*.toml")):
        if "[[change]]" not in path.read_text():
            continue
        folder = tmp_path_factory.mktemp(path.stem)
        done = altyn("simulate", path, "-o", folder, "--threads", "2", "-q")
        assert done.returncode == 0, path.name + done.stdout + done.stderr
        assert "certified" in done.stdout
        folders[path.stem] = folder
    return folders


NAMES = ["altai-border", "armenia-kyrgyzstan-undone", "common-tariff-minus-5",
         "common-tariff-plus-5", "kazakhstan-leaves-hard", "kazakhstan-leaves-soft", "no-union",
         "no-union-literature", "uzbekistan-joins"]


def test_these_are_all_the_scenarios(solved):
    assert sorted(solved) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_writes_every_file_and_the_certificate_holds(solved, name):
    # Scenarios that do several things say what each of them did.
    one_thing = {"altai-border", "common-tariff-minus-5", "common-tariff-plus-5"}
    files = FILES if name in one_thing else FILES | {"contributions.csv"}
    assert {p.name for p in solved[name].iterdir()} == files
    result = json.loads((solved[name] / "result.json").read_text())
    assert result["certificates"] and all(one["holds"] for one in result["certificates"])
    assert any("draws over all assumptions together; 0 of them" in one for one in result["summary"])


@pytest.mark.parametrize("name", NAMES)
def test_every_assumption_has_a_source(solved, name):
    rows = rows_of(solved[name] / "assumptions.csv")
    assert len(rows) >= 4
    assert all(row["source"] not in ("", "no source given") for row in rows)
    # What the user assumes is a range, save the question itself.
    drawn = [row for row in rows if row["low"] or row["se"]]
    assert len(drawn) >= len(rows) - 1


@pytest.mark.parametrize("name", NAMES)
def test_ranges_hold_the_value_and_nothing_is_incredible(solved, name):
    for economy, (value, low, high) in income(solved[name]).items():
        assert low <= value <= high or abs(value) < 1e-6, (economy, value, low, high)
        # Tariffs and border costs of goods move whole economies by a few percent at most.
        assert -0.05 < low and high < 0.05, economy


@pytest.mark.parametrize("name", NAMES)
def test_the_drivers_of_the_range_are_named(solved, name):
    rows = rows_of(solved[name] / "drivers.csv")
    assert rows
    share = {}
    for row in rows:
        share[row["economy"]] = share.get(row["economy"], 0.0) + float(row["variance_share"])
    # Assumptions are drawn independently; squared correlations of a finite sample may overshoot.
    assert max(share.values()) < 1.1


# Whose real income moves, which way (None: open), and within what band. Members lose the cheap
# border; small members lose what the pool pays them beyond their own duties.
BANDS = [
    ("no-union", "RUS", None, 0.005),
    ("no-union", "KGZ", -1, 0.05),
    ("no-union-literature", "BLR", -1, 0.05),
    ("armenia-kyrgyzstan-undone", "ARM", -1, 0.03),
    ("armenia-kyrgyzstan-undone", "KGZ", -1, 0.05),
    ("armenia-kyrgyzstan-undone", "RUS", 1, 0.001),
    ("uzbekistan-joins", "UZB", None, 0.02),
    ("uzbekistan-joins", "KAZ", 1, 0.005),
    ("kazakhstan-leaves-soft", "KAZ", -1, 0.02),
    ("kazakhstan-leaves-hard", "KAZ", -1, 0.02),
    ("common-tariff-plus-5", "RUS", 1, 0.005),
    ("common-tariff-minus-5", "RUS", -1, 0.01),
    ("altai-border", "MN-071", 1, 0.01),
    ("altai-border", "RU-AL", 1, 0.01),
    ("altai-border", "CN-XJ", 1, 0.001),
]


@pytest.mark.parametrize("name, economy, sign, band", BANDS)
def test_sign_and_size(solved, name, economy, sign, band):
    value, low, high = income(solved[name])[economy]
    assert max(abs(low), abs(high), abs(value)) < band
    if sign is not None:
        assert low * sign > 0 and high * sign > 0
    else:
        assert low < 0 < high


def test_a_hard_exit_costs_more_trade_than_a_soft_one(solved):
    exports = {name: {row["economy"]: float(row["exports_change"])
                      for row in rows_of(solved[name] / "key_results.csv")}
               for name in ("kazakhstan-leaves-soft", "kazakhstan-leaves-hard")}
    assert exports["kazakhstan-leaves-hard"]["KAZ"] < exports["kazakhstan-leaves-soft"]["KAZ"] < 0


@pytest.mark.parametrize("name, sign", [("common-tariff-plus-5", 1), ("common-tariff-minus-5", -1)])
def test_pooled_revenue_is_shared_by_the_dated_keys(solved, name, sign):
    rows = {row["economy"]: {k: float(v) for k, v in row.items() if k not in ("economy", "name")}
            for row in rows_of(solved[name] / "revenue.csv")}
    keys = {"RUS": .8533, "KAZ": .0711, "BLR": .0455, "KGZ": .0190, "ARM": .0111}
    for when in ("before", "change"):
        pool = sum(rows[economy]["collected_" + when] for economy in keys)
        for economy, key in keys.items():
            # Exact up to the printed digits of the table: the pool pays out what it takes in.
            assert rows[economy]["received_" + when] == pytest.approx(key * pool, rel=1e-9)
    assert all(rows[economy]["received_change"] * sign > 0 for economy in keys)


def test_regions_add_up_to_their_nations(solved):
    trade = rows_of(solved["altai-border"] / "trade.csv")
    assert {row["exporter"] for row in trade} == {"RU-ALT", "RU-AL", "KZ-VOS", "CN-XJ", "MN-071",
                                                  "MN-043"}
    # No pair inside one nation crosses a border.
    assert ("RU-ALT", "RU-AL") not in {(row["exporter"], row["importer"]) for row in trade}
    for row in trade:
        assert float(row["direct_change"]) > float(row["full_change"]) > 0


@pytest.mark.parametrize("name", ["altai-border", "kazakhstan-leaves-hard"])
def test_threads_change_no_byte_and_rerun_gives_the_same_files(solved, name, tmp_path):
    done = altyn("simulate", EAEU / f"{name}.toml", "-o", tmp_path, "--threads", "1", "-q")
    assert done.returncode == 0, done.stderr

    def digest(folder, file):
        return hashlib.sha256((folder / file).read_bytes()).hexdigest()

    for file in FILES:
        assert digest(tmp_path, file) == digest(solved[name], file), file
    again = altyn("rerun", tmp_path / "run.json", cwd="/")
    assert again.returncode == 0 and "same bytes" in again.stdout, again.stdout + again.stderr


def test_several_scenarios_stand_side_by_side(solved, tmp_path):
    files = [EAEU / f"kazakhstan-leaves-{how}.toml" for how in ("soft", "hard")]
    done = altyn("simulate", *files, "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stderr
    both = {(row["scenario"], row["economy"]): float(row["real_income_change"])
            for row in rows_of(tmp_path / "comparison.csv")}
    for file in files:
        assert both[file.stem, "KAZ"] == income(solved[file.stem])["KAZ"][0]
        assert (tmp_path / file.stem / "report.html").exists()
    assert "same bytes" in altyn("rerun", tmp_path / "run.json").stdout


def test_compared_with_another_scenario_the_common_part_cancels(solved, tmp_path):
    done = altyn("simulate", EAEU / "kazakhstan-leaves-hard.toml", "--versus",
                 EAEU / "kazakhstan-leaves-soft.toml", "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stderr
    hard, soft = (income(solved[f"kazakhstan-leaves-{how}"])["KAZ"] for how in ("hard", "soft"))
    step, low, high = income(tmp_path)["KAZ"]
    assert 1.0 + step == pytest.approx((1.0 + hard[0]) / (1.0 + soft[0]), rel=1e-12)
    # Both draw the same border cost, so the difference is known better than either.
    assert high - low < 0.5 * (hard[2] - hard[1])


def test_an_elasticity_given_beside_the_file_wins(tmp_path):
    done = altyn("simulate", EAEU / "no-union.toml", "--theta", "4", "--theta-range", "3,6",
                 "--n-draws", "0", "-o", tmp_path, "-q")
    assert done.returncode == 0, done.stderr
    assert "trade elasticity 4" in done.stdout
    assert "--theta 4" in json.loads((tmp_path / "result.json").read_text())["run"]["command"]


def russia_loses(tmp_path, *flags):
    done = altyn("simulate", EAEU / "kazakhstan-leaves-soft.toml", "--n-draws", "0", "-q", "-o",
                 tmp_path, *flags)
    assert done.returncode == 0, done.stderr
    return -float({row["economy"]: row["real_income_change"]
                   for row in rows_of(tmp_path / "key_results.csv")}["RUS"])


def test_intermediates_and_elastic_supply_multiply_the_loss(tmp_path):
    plain = russia_loses(tmp_path / "plain")
    # Goods made of goods: the cost of trade is paid at every stage (1 / .5). Factors that are
    # supplied less when they earn less add one part per unit of elasticity.
    assert russia_loses(tmp_path / "made", "--value-added-share", "0.5") > 1.3 * plain
    assert russia_loses(tmp_path / "elastic", "--supply-elasticity", "1") > 1.3 * plain


@pytest.mark.parametrize("closure", ["none", "additive", "world_share", "multiplicative",
                                     "endogenous"])
def test_every_closure_gives_an_answer_of_the_same_size(closure, tmp_path):
    loss = russia_loses(tmp_path, "--deficits", closure)
    assert 0.0001 < loss < 0.001  # .0003 with multiplicative deficits


# ---- wrong input

def written(tmp_path, text, name="scenario.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


BASE = f'[scenario]\nname = "x"\nextends = "{EAEU}/eaeu-2016.toml"\n'
BORDER = '[[change]]\nwhat = "border_cost"\nfrom = ["KAZ"]\nwith = ["RUS"]\nby_pct = 5\n'
REGION = '[[region]]\nof = "RUS"\ncode = "{}"\nshare_pct = {}\narea_km2 = 1000\nsource = "x"\n'
WRONG = [
    ("no-changes", BASE, ["changes nothing"]),
    ("unknown-key", BASE + BORDER.replace("by_pct", "by_percent"), ["by_percent"]),
    ("bad-change", BASE + '[[change]]\nwhat = "border_cost"\nby_pct = 5\n', ["pairs"]),
    ("bad-change", BASE + '[[change]]\nwhat = "agreement"\nagreement = "EAEU"\n', ["effect"]),
    ("bad-change", BASE + '[[change]]\nwhat = "tariff"\nrate_pct = 5\n', ["importer"]),
    ("bad-change", BASE + '[[change]]\nwhat = "tariff"\nimporter = ["KAZ"]\nsame_as = "commn external tariff"\n',
     ["common external tariff"]),
    ("bad-range", BASE + BORDER + "range_pct = [6, 10]\n", ["range_pct"]),
    ("unknown-economy", BASE + BORDER.replace("KAZ", "KZA"), ["KZA", "KAZ"]),
    ("not-in-world", BASE + BORDER.replace("KAZ", "AFG"), ["AFG"]),
    ("no-pairs", BASE + BORDER.replace("RUS", "KAZ"), ["touches no pair"]),
    ("duplicate-name", BASE + 2 * BORDER.replace("what", 'name = "b"\nwhat'), ["b"]),
    ("bad-option", BASE + BORDER + "[model]\ntheta = 0\n", ["theta"]),
    ("bad-option", BASE + BORDER + '[[tariff]]\nname = "t"\nimporter = ["KAZ"]\nrate_pct = -120\n',
     ["rate_pct"]),
    ("no-duty-shares", BASE + BORDER + '[revenue]\ndate = "2009-01-01"\n', ["2009-01-01"]),
    ("missing-key", BASE.replace("eaeu-2016", "no-union") .replace("extends", "title") + BORDER
     + '[revenue]\nleave = ["KAZ"]\n', ["pool"]),
    ("regions-no-partition", BASE + BORDER + REGION.format("R1", 60) + REGION.format("R2", 30),
     ["sums to 0.9"]),
    ("regions-no-partition", BASE + BORDER + REGION.format("R1", 60) + REGION.format("R2", 50)
     + REGION.format("RUS", 0), ["RUS"]),
    ("duplicate-name", BASE + BORDER + 2 * REGION.format("R1", 50), ["R1"]),
]


@pytest.mark.parametrize("code, text, words", WRONG)
def test_wrong_scenarios_are_refused(code, text, words, tmp_path):
    refused(altyn("simulate", written(tmp_path, text)), code, *words)


def test_a_scenario_that_extends_itself(tmp_path):
    path = written(tmp_path, '[scenario]\nname = "x"\nextends = "scenario.toml"\n' + BORDER)
    refused(altyn("simulate", path), "extends-itself")


def test_duty_shares_that_do_not_sum(tmp_path):
    keys = written(tmp_path, '[[duty_share]]\nagreement = "eaeu"\nfrom = "2015-01-01"\n'
                   'shares = { RUS = 85, KAZ = 7, BLR = 4.6 }\nsource = "x"\ncertainty = "read"\n',
                   "keys.toml")
    text = BASE + BORDER + f'[world]\nagreements = ["agreements_eaeu", "agreements_world", "{keys}"]\n'
    refused(altyn("simulate", written(tmp_path, text)), "duty-shares-sum", "96.6")


def test_comparison_in_another_world(tmp_path):
    text = '[scenario]\nname = "y"\nyear = 2015\n' + BORDER
    other = written(tmp_path, text, "other.toml")
    refused(altyn("simulate", EAEU / "no-union.toml", "--versus", other), "other-base")


def test_two_scenarios_of_one_name(tmp_path):
    path = written(tmp_path, BASE + BORDER + "[model]\nn_draws = 0\n")
    refused(altyn("simulate", path, path), "duplicate-name")


def test_the_page_of_docs_runs_as_printed(tmp_path):
    page = (ROOT / "docs" / "simulate.md").read_text()
    block = re.search(r"```sh\n(.*?)```", page, re.S).group(1)
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    path = f"{ALTYN.parent}{os.pathsep}{os.environ['PATH']}"
    for line in block.strip().splitlines():
        done = subprocess.run(line.split(), cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "PATH": path}, timeout=300)
        assert done.returncode == 0, line + done.stderr
    # The example file has no key that the reader refuses.
    toml = re.search(r"```toml\n(.*?)```", page, re.S).group(1).replace("no-union.toml", "")
    toml = toml.replace("eaeu-2016.toml", str(EAEU / "eaeu-2016.toml"))
    done = altyn("simulate", written(tmp_path, toml), "--n-draws", "20")
    assert done.returncode == 0, done.stderr

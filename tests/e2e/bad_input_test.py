"""Wrong numbers in the files of every model: an error by name that says where the number stands."""

import pytest

from altyn_run import altyn, needs_build, refused

pytestmark = needs_build

# ---- many sectors, as shares

SHARES = {
    "scenario.toml": """
[scenario]
name = "x"
[sectors]
trade_share = "trade_share.csv"
tariff = "tariff.csv"
input_share = "input_share.csv"
value_added_share = "value_added_share.csv"
consumption_share = "consumption_share.csv"
factor_income = "factor_income.csv"
elasticities = "elasticities.csv"
repair = "income"
[[union]]
name = "pair"
members = ["A", "B"]
[[union_keys]]
union = "pair"
members = ["A", "B"]
keys_pct = [60, 40]
[[change]]
name = "duty"
what = "tariff"
importer = ["A"]
rate_pct = 5
[model]
n_draws = 0
decomposition_steps = 0
""",
    "trade_share.csv": "exporter,importer,sector,value\nA,A,food,0.8\nB,A,food,0.2\nB,B,food,0.7\n"
                       "A,B,food,0.3\nA,A,services,0.9\nB,A,services,0.1\nB,B,services,1\n",
    "tariff.csv": "exporter,importer,sector,value\nB,A,food,0.1\n",
    "input_share.csv": "economy,input,output,value\n" + "".join(
        f"{e},food,{j},0.2\n{e},services,{j},0.3\n" for e in "AB" for j in ("food", "services")),
    "value_added_share.csv": "economy,sector,value\n" + "".join(
        f"{e},{j},0.5\n" for e in "AB" for j in ("food", "services")),
    "consumption_share.csv": "economy,sector,value\nA,food,0.4\nA,services,0.6\nB,food,0.5\n"
                             "B,services,0.5\n",
    "factor_income.csv": "economy,value\nA,100\nB,80\n",
    "elasticities.csv": "sector,theta\nfood,5\nservices,4\n",
}
REGION = '[[region]]\nof = "A"\ncode = "{}"\nshare_pct = {}\narea_km2 = 1000\n[[change]]'

# ---- partial equilibrium and GE-PPML

SMART = {
    "scenario.toml": '[scenario]\nname = "x"\n[smart]\ntable = "market.csv"\n'
                     "demand_elasticity = -1.2\nsubstitution_elasticity = 2\n",
    "market.csv": "exporter,value,tariff_pct,new_tariff_pct\nA,10,5,0\nB,20,5,5\n",
}
GSIM = {
    "scenario.toml": '[scenario]\nname = "x"\n[gsim]\ntrade = "trade.csv"\n'
                     "demand_elasticity = -1.2\nsupply_elasticity = 1.5\n"
                     "substitution_elasticity = 5\n",
    "trade.csv": "exporter,importer,value,tariff_pct,new_tariff_pct\nA,A,10,0,0\nA,B,5,5,0\n"
                 "B,A,4,5,0\nB,B,12,0,0\n",
}
GE_PPML = {
    "scenario.toml": '[scenario]\nname = "x"\n[ge_ppml]\ntable = "trade.csv"\nsigma = 5\n'
                     'variables = ["border"]\ncoefficients = [-1.0]\nnew_coefficients = [-0.5]\n',
    "trade.csv": "exporter,importer,trade,border\n" + "".join(
        f"{i},{j},{50 if i == j else 5},{int(i != j)}\n" for i in "ABC" for j in "ABC"),
}

# ---- one sector, on a world of one's own

ONE = {
    "scenario.toml": """
[scenario]
name = "x"
year = 2016
[world]
trade = "trade.csv"
gdp = "gdp.csv"
agreements = ["agreements_eaeu"]
[[tariff]]
name = "duty"
importer = ["KAZ"]
exporter = ["CHN"]
rate_pct = 5
[[change]]
name = "border"
what = "border_cost"
from = ["KAZ"]
with = ["RUS"]
by_pct = 5
[model]
n_draws = 0
""",
    "trade.csv": "exporter,importer,year,trade_musd\n" + "".join(
        f"{i},{j},2016,{v}\n" for i, j, v in (("KAZ", "RUS", 9), ("RUS", "KAZ", 8), ("CHN", "RUS", 30),
                                              ("RUS", "CHN", 20), ("CHN", "KAZ", 6), ("KAZ", "CHN", 4),
                                              ("BLR", "RUS", 3), ("RUS", "BLR", 5))),
    "gdp.csv": "economy,year,gdp_usd\nKAZ,2016,1e9\nRUS,2016,9e9\nCHN,2016,6e10\nBLR,2016,4e8\nUKR,2016,9e8\n",
}
ISOLATED = ("BLR,RUS,2016,3\nRUS,BLR,2016,5\n", "BLR,UKR,2016,3\nUKR,BLR,2016,5\n")

# file, what stands there, what is wrong, the error, words that say where.
CASES = [
    # negative shares and values
    (SHARES, "trade_share.csv", "B,A,food,0.2", "B,A,food,-0.2", "negative-value", "trade_share.csv, line 3"),
    (SHARES, "input_share.csv", "A,food,food,0.2", "A,food,food,-0.2", "negative-value",
     "input_share.csv, line 2"),
    (SHARES, "consumption_share.csv", "A,food,0.4", "A,food,-0.4", "negative-value",
     "consumption_share.csv, line 2"),
    (ONE, "trade.csv", "KAZ,RUS,2016,9", "KAZ,RUS,2016,-9", "negative-trade", "trade.csv"),
    (SMART, "market.csv", "A,10,", "A,-10,", "trade-range", "market.csv: A"),
    (GSIM, "trade.csv", "A,B,5,", "A,B,-5,", "trade-range", "trade.csv: A -> B"),
    (GE_PPML, "trade.csv", "A,B,5,", "A,B,-5,", "negative-value", "trade.csv, line 3"),
    # shares that do not sum
    (SHARES, "trade_share.csv", "B,A,food,0.2", "B,A,food,0.1", "shares-do-not-sum",
     "scenario.toml [sectors]: trade_share: food in A"),
    (SHARES, "input_share.csv", "A,food,food,0.2", "A,food,food,0.25", "shares-do-not-sum",
     "input_share: food in A"),
    (SHARES, "consumption_share.csv", "A,food,0.4", "A,food,0.5", "shares-do-not-sum",
     "consumption_share: A"),
    (ONE, "scenario.toml", "n_draws = 0", "n_draws = 0\nvalue_added_share = 1.2", "bad-option",
     "value_added_share"),
    # zero expenditure
    (SHARES, "factor_income.csv", "A,100", "A,0", "income-not-positive", "factor_income: A"),
    (SHARES, "scenario.toml", 'repair = "income"', 'expenditure = "consumption_share.csv"',
     "base-not-equilibrium", "[sectors]: base"),
    (SMART, "market.csv", "A,10,5,0\nB,20,", "A,0,5,0\nB,0,", "zero-expenditure", "market.csv"),
    (GSIM, "trade.csv", "A,A,10,0,0\nA,B,5,5,0\nB,A,4,5,0", "A,B,5,5,0", "zero-expenditure",
     "trade.csv: A"),
    (GE_PPML, "trade.csv", "A,A,50,0\nA,B,5,1\nA,C,5,1", "A,A,0,0\nA,B,0,1\nA,C,0,1", "zero-output",
     "trade.csv: economy A"),
    # a sector without suppliers
    (SHARES, "trade_share.csv", "A,A,food,0.8\nB,A,food,0.2\n", "", "no-suppliers",
     "trade_share: food in A"),
    # tariffs below -100%
    (SHARES, "tariff.csv", "B,A,food,0.1", "B,A,food,-1.1", "tariff-range", "tariff: food, B -> A"),
    (SHARES, "scenario.toml", "rate_pct = 5", "rate_pct = -120", "bad-option", "[[change]] 1"),
    (ONE, "scenario.toml", "rate_pct = 5", "rate_pct = -120", "bad-option", "[[tariff]] 1"),
    (SMART, "market.csv", "A,10,5,0", "A,10,5,-100", "tariff-range", "market.csv: A"),
    (GSIM, "trade.csv", "A,B,5,5,0", "A,B,5,5,-100", "tariff-range", "trade.csv: A -> B"),
    # an economy that trades with itself only
    (SHARES, "trade_share.csv", SHARES["trade_share.csv"],
     "exporter,importer,sector,value\n" + "".join(f"{e},{e},{j},1\n" for e in "AB"
                                                  for j in ("food", "services")),
     "economy-isolated", "economy A"),
    (ONE, "trade.csv", *ISOLATED, "economy-isolated", "scenario.toml: economy BLR"),
    (GE_PPML, "trade.csv", GE_PPML["trade.csv"], GE_PPML["trade.csv"].replace("A,B,5", "A,B,0").replace(
        "A,C,5", "A,C,0").replace("B,A,5", "B,A,0").replace("C,A,5", "C,A,0"), "economy-isolated",
     "trade.csv: economy A"),
    # elasticities
    (SHARES, "elasticities.csv", "food,5", "food,0", "theta-range", "elasticities.csv"),
    (SHARES, "elasticities.csv", "food,5", "food,-5", "negative-value", "elasticities.csv, line 2"),
    (ONE, "scenario.toml", "n_draws = 0", "n_draws = 0\ntheta = 0", "bad-option", "theta"),
    (ONE, "scenario.toml", "n_draws = 0", "n_draws = 0\ntheta = -5", "bad-option", "theta"),
    (SMART, "scenario.toml", "= -1.2", "= 1.2", "bad-option", "demand_elasticity"),
    (GSIM, "scenario.toml", "supply_elasticity = 1.5", "supply_elasticity = 0", "elasticity-range", "trade.csv"),
    (GE_PPML, "scenario.toml", "sigma = 5", "sigma = 1", "bad-option", "sigma"),
    # a list of regions that does not partition its economy
    (SHARES, "scenario.toml", "[[change]]", REGION.format("R", 60), "regions-no-partition",
     "scenario.toml: regions of A"),
    (SHARES, "scenario.toml", "[[change]]", REGION.format("R", 60).replace("[[change]]", "")
     + REGION.format("A", 0).replace("[[change]]", "") + REGION.format("S", 50), "regions-no-partition",
     "output_share of A"),
    (SHARES, "scenario.toml", "[[change]]", REGION.format("B", 100), "duplicate-economy", "regions of A"),
    (SHARES, "scenario.toml", "[[change]]", REGION.format("R", 100).replace('"A"', '"X"'),
     "unknown-economy", "regions of X"),
    # revenue keys that do not sum
    (SHARES, "scenario.toml", "keys_pct = [60, 40]", "keys_pct = [60, 39]", "revenue-keys", "pair"),
    # dynamics
    (ONE, "scenario.toml", "[model]", "[capital]\ncapital_share = 1.5\n[model]", "bad-option",
     "capital_share"),
    (ONE, "scenario.toml", "[model]", "[capital]\ndepreciation = 0\n[model]", "capital-range",
     "depreciation"),
    # kinds of change that another model has
    (ONE, "scenario.toml", 'what = "border_cost"', 'what = "quota"', "other-model", "[[change]] 1 what"),
    (SHARES, "scenario.toml", 'what = "tariff"', 'what = "border_cost"', "other-model", "[[change]] 1 what"),
]


def written(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder / "scenario.toml"


@pytest.mark.parametrize("files", [SHARES, SMART, GSIM, GE_PPML, ONE])
def test_the_worlds_run_before_they_are_spoilt(files, tmp_path):
    done = altyn("simulate", written(tmp_path, files), "-q")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("files, name, old, new, code, word", CASES)
def test_wrong_numbers_are_refused_at_their_place(files, name, old, new, code, word, tmp_path):
    path = written(tmp_path, files)
    assert old in files[name]
    (tmp_path / name).write_text(files[name].replace(old, new, 1))
    refused(altyn("simulate", path), code, word)

"""Other programs on the same data in the same run, also where they are wrong."""

import math
import warnings

import pytest

import altyn
from conftest import FORMULA

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def pyfixest():
    return pytest.importorskip("pyfixest", reason="pyfixest is not installed")


def peer(pyfixest, formula, data, vcov):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyfixest.fepois(formula, data=data, vcov=vcov, separation_check=["fe"],
                               iwls_tol=1e-12, fixef_tol=1e-12)


def test_three_way_coefficients_are_those_of_pyfixest(pyfixest, trade):
    data = trade.assign(
        exporter_year=trade["exporter"] + trade["year"].astype(str),
        importer_year=trade["importer"] + trade["year"].astype(str),
        pair=trade["exporter"] + trade["importer"])
    theirs = peer(pyfixest, "trade ~ eaeu | exporter_year + importer_year + pair", data,
                  {"CRV1": "pair"})
    ours = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    # Both solve to a relative 1e-9; their demeaning stops at 1e-12 of a step, not of an equation.
    assert ours.coef()["eaeu"] == pytest.approx(float(theirs.coef()["eaeu"]), rel=1e-6)
    assert ours.n_obs == int(theirs._N)


def test_clustered_errors_by_its_convention_are_those_of_pyfixest(pyfixest, trade):
    theirs = peer(pyfixest, "trade ~ eaeu | exporter + importer", trade, {"CRV1": "exporter"})
    ours = altyn.ppml("trade ~ eaeu | exporter + importer", trade, cluster="exporter",
                      se_convention="fixest")
    assert ours.se()["eaeu"] == pytest.approx(float(theirs.se()["eaeu"]), rel=1e-5)


# ---- gegravity 0.3: general equilibrium

CODES = ["RUS", "KAZ", "BLR", "ARM", "KGZ", "UZB", "CHN", "DEU", "POL", "TUR", "UKR", "FRA"]
SIGMA = 6.0
EFFECT = 0.4


@pytest.fixture(scope="module")
def gegravity():
    return pytest.importorskip("gegravity", reason="gegravity is not installed")


def model_of(gegravity, frame, coefficients, sigma, reference, rescales):
    """A solved baseline; its solver needs a scale that its user has to find."""
    names = list(coefficients)
    estimates = pandas.DataFrame({"var": names, "coeff": coefficients.values(), "ste": 0.01})
    costs = gegravity.CostCoeffs(estimates=estimates, identifier_col="var", coeff_col="coeff",
                                 stderr_col="ste")
    data = gegravity.BaselineData(frame, imp_var_name="importer", exp_var_name="exporter",
                                  year_var_name="year", trade_var_name="trade",
                                  expend_var_name="E", output_var_name="Y")
    model = gegravity.OneSectorGE(data, year="2006", reference_importer=reference,
                                  expend_var_name="E", output_var_name="Y", sigma=sigma,
                                  cost_variables=names, cost_coeff_values=costs, quiet=True)
    for rescale in rescales:
        try:
            model.build_baseline(omr_rescale=rescale)
            return model
        except ValueError:
            continue
    pytest.fail("no scale found")


@pytest.fixture(scope="module")
def peer_world(gegravity):
    """Twelve economies without deficits, an agreement among five taken away: its baseline trade,
    and what each program makes of it."""
    size = {code: 1000.0 / (k + 1) for k, code in enumerate(CODES)}
    rows = [{"exporter": a, "importer": b, "year": 2006, "trade": 1.0, "Y": size[a], "E": size[b],
             "lndist": math.log(100 + 350 * abs(i - j) + 60 * ((7 * i + 7 * j) % 5) * (i != j)),
             "international": float(i != j), "rta": float(i != j and max(i, j) < 5)}
            for i, a in enumerate(CODES) for j, b in enumerate(CODES)]
    frame = pandas.DataFrame(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = model_of(gegravity, frame,
                         {"lndist": -0.4, "international": -2.0, "rta": EFFECT}, SIGMA, "DEU",
                         [1, 100, 10, 1000])
        model.define_experiment(model.baseline_data.assign(rta=0.0))
        model.simulate()
    trade = model.bilateral_trade_results["baseline modeled trade"]
    base = frame[["exporter", "importer", "year", "rta"]].assign(
        trade_musd=[trade[a, b] for a, b in zip(frame["exporter"], frame["importer"])])
    answer = altyn.simulate(base, Given(EFFECT), turn_off="rta", theta=SIGMA - 1, n_draws=0)
    assert answer.certified
    return model, base, answer


class Given:
    """A coefficient without a standard error, as a fit gives it."""

    formula = "given"

    def __init__(self, value):
        self.value = value

    def __getitem__(self, name):
        return {"value": self.value, "se": 0.0}


def test_the_conditional_effect_is_that_of_gegravity(peer_world):
    model, _, answer = peer_world
    terms = model.country_mr_terms
    outward = (terms["conditional omr"] / terms["baseline omr"]) ** (SIGMA - 1)
    inward = (terms["conditional imr"] / terms["baseline imr"]) ** (SIGMA - 1)
    for row in answer.table("pairs").itertuples():
        theirs = math.exp(-EFFECT) * outward[row.exporter] * inward[row.importer] - 1
        # Its solver stops at 1e-8 of its unknowns, which enter here to the fifth power.
        assert row.conditional_change == pytest.approx(theirs, abs=1e-6)


def unsold(base, prices):
    """The largest share of an economy's output that the world does not buy at these prices: output
    is quantity times price, spending is income, shares follow the gravity equation."""
    trade = {(r.exporter, r.importer): r.trade_musd for r in base.itertuples()}
    rta = {(r.exporter, r.importer): r.rta for r in base.itertuples()}
    sold = {code: 0.0 for code in CODES}
    for j in CODES:
        weights = {i: trade[i, j] * math.exp(-EFFECT * rta[i, j]) * prices[i] ** (1 - SIGMA)
                   for i in CODES}
        income = prices[j] * sum(trade[j, k] for k in CODES)
        for i in CODES:
            sold[i] += income * weights[i] / sum(weights.values())
    output = {i: prices[i] * sum(trade[i, k] for k in CODES) for i in CODES}
    return max(abs(sold[i] / output[i] - 1) for i in CODES)


def test_gegravity_s_full_effect_leaves_markets_uncleared_and_ours_clears_them(peer_world):
    """Its prices never feed back into spending: what it calls the full effect has the resistances of
    the conditional one, and at its prices goods are left over. Markets are counted here anew."""
    model, base, answer = peer_world
    terms = model.country_mr_terms
    for side in ("omr", "imr"):
        assert (terms[f"experiment {side}"] / terms[f"conditional {side}"] - 1).abs().max() < 1e-8
    theirs = model.factory_gate_prices["experiment factory gate price"].to_dict()
    # Without duties and deficits income is the price of what an economy makes.
    ours = {row.economy: (1 + row.real_income_change) * (1 + row.price_index_change)
            for row in answer.tidy().itertuples()}
    assert model.solver_diagnostics["full_GE"]["success"]
    assert unsold(base, theirs) > 1e-3
    assert unsold(base, ours) < 1e-8  # the tolerance of a solve


def test_trade_without_borders_has_negative_prices_in_gegravity_and_none_here(gegravity, reference):
    """Its own example of 69 economies: the equations hold with negative prices, because 1 - sigma is
    even, and it says that it converged. A price is positive."""
    path = reference("equilibrium/advanced_guide_ch2/Chapter2Application1.csv.gz")
    frame = pandas.read_csv(path).query("year == 2006")
    frame = frame.assign(ln_dist=frame["DIST"].map(math.log), contiguity=frame["CNTG"] * 1.0,
                         border=(frame["exporter"] != frame["importer"]) * 1.0)
    frame["Y"] = frame.groupby("exporter")["trade"].transform("sum")
    frame["E"] = frame.groupby("importer")["trade"].transform("sum")
    coefficients = {"ln_dist": -0.7912879, "contiguity": 0.6736456, "border": -2.47445}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = model_of(gegravity, frame, coefficients, 7.0, "DEU", [1000])
        model.define_experiment(model.baseline_data.assign(border=0.0))
        model.simulate()
    theirs = model.factory_gate_prices["experiment factory gate price"]
    assert model.solver_diagnostics["full_GE"]["message"] == "The solution converged."
    assert (theirs < 0).sum() >= 3

    table = frame[["exporter", "importer", "trade", *coefficients]]
    answer = altyn.simulate({"scenario": {"name": "no-borders", "title": "Trade without borders"},
                             "ge_ppml": {"table": table, "variables": list(coefficients),
                                         "coefficients": list(coefficients.values()),
                                         "new_coefficients": [-0.7912879, 0.6736456, 0.0],
                                         "sigma": 7, "reference": "DEU", "tolerance": 1e-8}})
    assert answer.certified
    prices = answer.table("economies", "pandas").set_index("economy")["price_change"]
    assert (prices > -1).all()
    # Percent, by an independent implementation run to the limit.
    assert 100 * prices["ARG"] == pytest.approx(32.1517, abs=1e-3)

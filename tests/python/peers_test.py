"""Other programs on the same data in the same run."""

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


def test_gegravity_and_altyn_have_the_same_direct_and_other_full_effects(reference):
    """Canada and Japan sign an agreement (the sample data of gegravity 0.3, its coefficients).

    The change of trade at given sizes is one formula for both. What gegravity calls full keeps
    spending fixed while prices move, so its numbers are not an equilibrium's: with markets cleared
    the two economies gain more.
    """
    gegravity = pytest.importorskip("gegravity", reason="gegravity is not installed")
    data = pandas.read_csv(reference("gravity/gegravity_sample_data_set.csv"))
    data["year"] = data["year"].astype(str)
    coefficients = pandas.DataFrame(
        [("lndist", -0.3898623, 0.0729915), ("contiguity", 0.891577, 0.1327354),
         ("common_language", 0.0326249, 0.0840702), ("pta", 0.4711383, 0.1076578),
         ("international", -3.412584, 0.2151235)], columns=["var", "beta", "se"])
    model = gegravity.OneSectorGE(
        gegravity.BaselineData(data, imp_var_name="importer", exp_var_name="exporter",
                               year_var_name="year", trade_var_name="trade", expend_var_name="E",
                               output_var_name="Y"),
        year="2006", reference_importer="DEU", expend_var_name="E", output_var_name="Y", sigma=5,
        cost_variables=list(coefficients["var"]), quiet=True,
        cost_coeff_values=gegravity.CostCoeffs(coefficients, identifier_col="var",
                                               coeff_col="beta", stderr_col="se"))
    model.build_baseline(omr_rescale=1)
    changed = model.baseline_data.copy()
    pair = [{"CAN", "JPN"} == {a, b} for a, b in zip(changed["exporter"], changed["importer"])]
    changed.loc[pair, "pta"] = 1
    model.define_experiment(changed)
    model.simulate()
    theirs = model.bilateral_trade_results
    gdp = model.country_results

    base = theirs.reset_index()[["exporter", "importer", "baseline modeled trade"]]
    base = base.rename(columns={"baseline modeled trade": "trade"})
    base = base.merge(data[["exporter", "importer", "pta"]], on=["exporter", "importer"])

    class Given:
        formula = "gegravity's own coefficients"

        def __getitem__(self, name):
            return {"value": 0.4711383, "se": 0.1076578}

    ours = altyn.simulate(base, Given(), turn_on="pta", pairs=(["CAN"], ["JPN"]), theta=4,
                          n_draws=0, unit="musd")
    assert ours.certified
    pairs = ours.table("pairs").set_index(["exporter", "importer"])
    assert set(pairs.index) == {("CAN", "JPN"), ("JPN", "CAN")}
    economies = ours.tidy().set_index("economy")
    # The published output of the example; five digits are printed.
    assert gdp.loc["CAN", "GDP change (percent)"] == pytest.approx(0.418261, abs=2e-5)
    assert 100 * economies.loc["CAN", "real_income_change"] > 0.42
    assert 100 * economies.loc["CAN", "real_income_change"] == pytest.approx(0.428, abs=5e-3)

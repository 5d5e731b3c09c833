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

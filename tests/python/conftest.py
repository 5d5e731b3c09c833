"""Tests of the Python package run on what the build tree holds (ALTYN_PYTHON=ON)."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "build" / "release" / "python" / "altyn"

if not list(PACKAGE.glob("_altyn*.so")):
    collect_ignore_glob = ["*_test.py"]

FORMULA = "trade ~ eaeu | exporter^year + importer^year + exporter^importer"


@pytest.fixture(scope="session")
def trade():
    """Trade of twelve economies, by both sides' records, with membership of the union as 0/1."""
    import altyn

    table = altyn.read_table("world_trade", kind="pandas")
    some = ["RUS", "KAZ", "BLR", "ARM", "KGZ", "UZB", "CHN", "DEU", "POL", "TUR", "UKR", "FRA"]
    table = table[table["exporter"].isin(some) & table["importer"].isin(some)]
    table = table.rename(columns={"importer_reported_musd": "trade"}).dropna(subset=["trade"])
    members = {"RUS": 2010, "KAZ": 2010, "BLR": 2010, "ARM": 2015, "KGZ": 2015}
    start = [max(members.get(a, 9999), members.get(b, 9999))
             for a, b in zip(table["exporter"], table["importer"])]
    table["eaeu"] = (table["year"] >= start).astype(float)
    return table[["exporter", "importer", "year", "trade", "eaeu"]].reset_index(drop=True)


@pytest.fixture(scope="session")
def reference():
    """A file of the published data, which are not part of the project."""
    folder = pathlib.Path(os.environ.get("ALTYN_REFERENCE_DATA",
                                         ROOT.parent / "shared" / "data" / "reference"))

    def find(name):
        if not (folder / name).exists():
            pytest.skip(f"needs {name} under ALTYN_REFERENCE_DATA")
        return folder / name

    return find

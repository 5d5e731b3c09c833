"""Runs the built command the way a user does."""

import csv
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALTYN = ROOT / "build" / "release" / "bin" / "altyn"
CLAIM = ROOT / "cases" / "eaeu" / "lavrov-2017.toml"

needs_build = pytest.mark.skipif(not ALTYN.exists(), reason="build/release/bin/altyn is not built")


def altyn(*words, cwd=None):
    return subprocess.run([str(ALTYN), *map(str, words)], cwd=cwd, capture_output=True, text=True,
                          timeout=300)


def refused(done, code, *words):
    """Wrong input: exit code 1, the error's name, its words, and nothing on stdout."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"error[{code}]" in done.stderr, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert done.stdout == ""
    return True


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def income(folder):
    """Real income by economy: the change, and its range."""
    return {row["economy"]: tuple(float(row["real_income_change" + part])
                                  for part in ("", "_low", "_high"))
            for row in rows_of(folder / "key_results.csv")}

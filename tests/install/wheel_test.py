"""One wheel of the stable ABI serves every Python from 3.12 on: the one that ALTYN_WHEEL names, or the
newest in dist/, is installed into each that is on this machine."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

SMOKE = """
import pickle, altyn
fit = altyn.ppml("trade ~ eaeu | exporter^year + importer^year + exporter^importer", "world_trade",
                 agreements=["EAEU"], cluster="exporter^importer")
assert fit.certified and altyn.case_file("eaeu/no-union.toml").exists()
assert pickle.loads(pickle.dumps(fit)).coef() == fit.coef()
answer = altyn.run(altyn.case_file("examples/three-economies/agreement.toml"))
assert answer.certified and len(altyn.sections("estimate", kind="altyn")) > 10
try:
    altyn.check("lavrov-2018")
except altyn.InputError as error:
    print(error.code, repr(fit.coef()["eaeu"]), altyn.__file__)
"""


def wheel():
    named = os.environ.get("ALTYN_WHEEL")
    found = [pathlib.Path(named)] if named else sorted(
        (ROOT / "dist").glob("altyn-*-cp312-abi3-*.whl"), key=lambda path: path.stat().st_mtime)
    if not found:
        pytest.skip("no wheel: python3.12 -m pip wheel . --no-deps -w dist")
    return found[-1]


def interpreters():
    pyenv = pathlib.Path.home() / ".pyenv" / "versions"
    for minor in range(12, 20):
        places = [shutil.which(f"python3.{minor}"), *sorted(pyenv.glob(f"3.{minor}.*/bin/python3"))]
        for place in reversed([place for place in places if place]):
            asked = subprocess.run([place, "-c", "import venv, sys; print(sys.version_info[1])"],
                                   capture_output=True, text=True)
            if asked.stdout.strip() == str(minor):
                yield pytest.param(place, id=f"3.{minor}")
                break


@pytest.mark.parametrize("python", list(interpreters()))
def test_the_same_wheel_runs_on_every_python(python, tmp_path):
    made = wheel()
    subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True)
    run = tmp_path / "venv" / "bin" / "python"
    subprocess.run([run, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", made],
                   check=True)
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("PYTHONPATH", "ALTYN_CASES")}
    done = subprocess.run([run, "-c", SMOKE], cwd=tmp_path, capture_output=True, text=True,
                          env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("file-not-found ") or done.stdout.startswith("unknown-")
    assert str(tmp_path) in done.stdout  # not the package of a build tree

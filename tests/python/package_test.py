"""The package as `pip install .` puts it: complete, and at home anywhere."""

import ast
import os
import subprocess
import sys

from conftest import ROOT


def test_the_installed_package_finds_its_library_and_its_cases_from_anywhere(tmp_path):
    subprocess.run(["cmake", "--install", ROOT / "build" / "release", "--component", "python",
                    "--prefix", tmp_path], check=True, capture_output=True)
    package = tmp_path / "altyn"
    names = {path.name for path in package.iterdir()}
    assert {"__init__.py", "__init__.pyi", "py.typed", "_altyn.pyi", "cases"} <= names
    assert any(name.startswith("libduckdb") for name in names)
    assert {path.name for path in package.glob("*.py")} == {
        path.name for path in (ROOT / "python" / "altyn").glob("*.py")}
    stubs = ast.parse((package / "_altyn.pyi").read_text())
    typed = {node.name for node in stubs.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert {"Table", "run", "sections", "read_table"} <= typed
    calls = {node.name: node for node in ast.parse((package / "__init__.pyi").read_text()).body
             if isinstance(node, ast.FunctionDef)}
    assert {"estimate", "simulate", "data_reconcile", "read_baci"} <= set(calls)
    assert "cluster" in {argument.arg for argument in calls["ppml"].args.kwonlyargs}

    script = ("import altyn; print(altyn.case_file('manifest.toml'));"
              "print(len(altyn.read_table('gdp', kind='altyn')))")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ALTYN")}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, text=True,
                          capture_output=True, env=environment | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    place, n_rows = done.stdout.splitlines()
    assert place == str(package / "cases" / "manifest.toml") and int(n_rows) > 1000

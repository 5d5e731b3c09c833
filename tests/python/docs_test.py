"""The examples of docs/python.md run, in order, as a reader would type them."""

import re

import pytest

from conftest import ROOT

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


def test_examples_run_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(), re.S)
    assert len(blocks) == 8
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert (tmp_path / "models.svg").exists()
    assert (tmp_path / "out" / "no-union" / "report.html").exists()

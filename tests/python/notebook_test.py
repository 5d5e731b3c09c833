"""The notebook that tells the union's story runs from top to bottom."""

import os

import pytest

from conftest import PACKAGE, ROOT

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    notebook = nbformat.read(ROOT / "docs" / "notebooks" / "eaeu.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "kept without outputs"
    os.environ["PYTHONPATH"] = str(PACKAGE.parent)
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": tmp_path_factory.mktemp("run")}}
                            ).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cells, kind):
    return [output["data"][kind] for cell in cells for output in cell.outputs
            if kind in output.get("data", {})]


def test_results_are_tables_and_pictures(cells):
    pages = shown(cells, "text/html")
    assert any("Cause: <b>" in page for page in pages)
    assert any("certified" in page for page in pages)
    assert any("Kyrgyzstan" in page for page in pages)
    assert len(shown(cells, "image/png")) == 6


def test_the_story_s_verdict_is_the_check_s(cells):
    printed = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    assert "Not supported" in printed
    assert "Real income:" in printed
    assert "The union's effect on its members' trade" in printed

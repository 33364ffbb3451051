import pathlib

import jupytext
import nbclient
import nbformat
import pytest

SOURCES = sorted((pathlib.Path(__file__).parents[1] / "notebooks").glob("[0-9]*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_notebook_has_the_cells_of_its_source(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(notebook)
    expected = [(cell.cell_type, cell.source) for cell in jupytext.read(source).cells]
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == expected
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert source.with_suffix(".ipynb").stat().st_size < 1_500_000


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_notebook_runs(source):
    """With one epoch instead of those in the cell tagged `parameters`."""
    notebook = jupytext.read(source)
    (parameters,) = (c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    parameters.source = "EPOCHS = 1"
    nbclient.NotebookClient(notebook, timeout=300).execute()

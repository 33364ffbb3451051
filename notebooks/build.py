"""Makes each notebook from its text source, runs it, and keeps its outputs.

python notebooks/build.py              all of them
python notebooks/build.py 01_quick_start.py
"""

import argparse
import pathlib

import jupytext
from nbclient import NotebookClient

HERE = pathlib.Path(__file__).parent


def tidy(notebook):
    """Drops what differs from build to build: times, identifiers, and messages about drivers."""
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="file names of text sources (default: all)")
    names = parser.parse_args().names or [path.name for path in sorted(HERE.glob("[0-9]*.py"))]
    for name in names:
        source = HERE / name
        notebook = jupytext.read(source)
        NotebookClient(
            notebook, timeout=None, coalesce_streams=True, resources={"metadata": {"path": HERE}}
        ).execute()
        tidy(notebook)
        jupytext.write(notebook, source.with_suffix(".ipynb"))
        print(source.with_suffix(".ipynb"), flush=True)


if __name__ == "__main__":
    main()

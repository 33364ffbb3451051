"""Makes each notebook from its text source, runs it, and keeps its outputs.

The time that it took is written into its text, source and notebook.

    python notebooks/build.py                    all of them
    python notebooks/build.py 01_quick_start.py
    python notebooks/build.py --texts            only their texts; outputs stay as they are
    python notebooks/build.py --edition student  for a class: no solutions, and marks for nbgrader
    python notebooks/build.py --edition slides   a talk of each chapter, which opens offline
    python notebooks/build.py --language zh      the chapters with the texts of notebooks/zh, which
                                                 may be combined with --edition
"""

import argparse
import base64
import io
import itertools
import math
import os
import pathlib
import queue
import re
import time

import edition
import jupytext
import nbformat
import translation
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from PIL import Image
from traitlets import Type

HERE = pathlib.Path(__file__).parent
SETTINGS = HERE.parent / "docs" / "conf.py"
TIME = re.compile(r"(?<=Takes )\S+(?= s on two CPU cores)")
INSTALL = """\
# On Colab and the like: installs the package where it is missing.
import importlib.util
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if importlib.util.find_spec("dcgan_tf") is None:
    folders = "..", "../..", "dcgan_tf"
    places = [folder for folder in folders if os.path.exists(f"{folder}/setup.cfg")]
    %pip install -q {(places + ["ADDRESS"])[0]}"""


class PatientChannel(AsyncZMQSocketChannel):
    """Looks every second whether a message is there.

    A single wait sometimes sleeps on although the message has come, for ever or until its timeout.
    """

    async def get_msg(self, timeout=None):
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            try:
                return await super().get_msg(timeout=max(min(left, 1), 0))
            except queue.Empty:
                if left <= 0:
                    raise


class PatientClient(AsyncKernelClient):
    shell_channel_class = iopub_channel_class = Type(PatientChannel)


class PatientManager(AsyncKernelManager):
    client_factory = Type(PatientClient)


def run(notebook, timeout=None):
    """Runs a notebook, and puts the outputs into it.

    Args:
        notebook: The notebook. Relative paths are seen from this folder.
        timeout: Int, the most seconds that a cell may take, or `None`.
    """
    NotebookClient(
        notebook,
        kernel_manager_class=PatientManager,
        timeout=timeout,
        coalesce_streams=True,
        resources={"metadata": {"path": HERE}},
    ).execute()


def read(source):
    """Reads a text source, and puts the cell that installs the package after its title."""
    notebook = jupytext.read(source)
    repository = re.search(r'^repository = "(.*)"', SETTINGS.read_text(), re.MULTILINE)[1]
    address = f"git+{repository}" if repository else "dcgan_tf: its source is not here"
    install = nbformat.v4.new_code_cell(INSTALL.replace("ADDRESS", address))
    install.metadata["tags"] = ["hide-cell"]
    notebook.cells.insert(1, install)
    return notebook


def tidy(notebook):
    """Drops what differs from build to build, and what only a running notebook can show."""
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [
                out
                for out in cell.outputs
                if out.get("name") != "stderr"
                and "application/vnd.jupyter.widget-view+json" not in out.get("data", ())
            ]
            for out in cell.outputs:
                if "image/png" in out.get("data", ()):
                    out.data["image/png"] = compress(out.data["image/png"])
    notebook.metadata.pop("widgets", None)


def compress(picture):
    """Makes a PNG picture smaller, in base64, and keeps each of its pixels."""
    with Image.open(io.BytesIO(base64.b64decode(picture))) as opened:
        pixels = opened.convert("RGBA")
    if pixels.getchannel("A").getextrema() == (255, 255):
        pixels = pixels.convert("RGB")
        red, green, blue = pixels.split()
        if red.tobytes() == green.tobytes() == blue.tobytes():
            pixels = red
    file = io.BytesIO()
    pixels.save(file, "png", optimize=True)
    return min(picture, base64.b64encode(file.getvalue()).decode(), key=len)


def take_outputs(notebook, path):
    """Takes the outputs over from the notebook as it is, for the cells whose code is the same.

    Raises:
        ValueError: if other code has outputs, which would then not be its own.
    """
    last = nbformat.read(path, 4)
    notebook.metadata = last.metadata
    before = [cell for cell in last.cells if cell.cell_type == "code"]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for old, new in itertools.zip_longest(before, cells):
        if old is None or new is None or old.source != new.source:
            raise ValueError(f"The code of {path.name} has changed. Build it without --texts.")
        new.outputs, new.execution_count = old.outputs, old.execution_count


def write_edition(kind, names, folder, language):
    """Writes the chapters for a class, or as slides, into a folder."""
    sources = [HERE / name for name in names]
    if kind == "student":
        chapters = {source.stem: read(source) for source in sources}
        if language == "zh":
            for source in sources:
                translation.translate(chapters[source.stem], translation.find_chinese(source))
        edition.write(chapters, folder)
    else:
        import slides  # needs packages that only a talk needs

        for source in sources:
            place = HERE / "zh" if language == "zh" else HERE
            slides.write(place / f"{source.stem}.ipynb", folder)
    print(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="file names of text sources (default: all)")
    parser.add_argument("--texts", action="store_true", help="run nothing, and keep the outputs")
    parser.add_argument(
        "--edition",
        choices=("student", "slides"),
        help="what to make of the chapters, running nothing",
    )
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="(default: en)")
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        help="folder of the edition (default: its name)",
    )
    arguments = parser.parse_args()
    names = arguments.names or [path.name for path in sorted(HERE.glob("[0-9]*.py"))]
    if arguments.edition:
        folder = arguments.output or pathlib.Path(arguments.edition)
        write_edition(arguments.edition, names, folder, arguments.language)
        return
    if arguments.language == "zh":
        for name in names:
            translation.write_notebook(HERE / name, HERE / "zh")
        return
    os.environ.pop("MPLBACKEND", None)  # with another backend the notebook would lose its figures
    for name in names:
        source = HERE / name
        if arguments.texts:
            notebook = read(source)
            take_outputs(notebook, source.with_suffix(".ipynb"))
            tidy(notebook)
            jupytext.write(notebook, source.with_suffix(".ipynb"))
            continue
        start = time.perf_counter()
        notebook = read(source)
        run(notebook)
        tidy(notebook)
        seconds = f"{time.perf_counter() - start:.0f}"
        notebook.cells[0].source = TIME.sub(seconds, notebook.cells[0].source)
        source.write_text(TIME.sub(seconds, source.read_text()))
        jupytext.write(notebook, source.with_suffix(".ipynb"))
        print(source.with_suffix(".ipynb"), seconds, "s", flush=True)


if __name__ == "__main__":
    main()

"""The course: notebooks as their sources say, each runs, each exercise is checked both ways."""

import base64
import io
import pathlib
import re

import build
import jupytext
import nbformat
import numpy as np
import pytest
from PIL import Image

WRONG_ANSWERS = pathlib.Path(__file__).with_name("wrong_answers")
SOURCES = sorted((pathlib.Path(__file__).parents[1] / "notebooks").glob("[0-9]*.py"))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


def tagged(notebook, kind):
    """Cells by the number in their tag, for example of `check-3`."""
    found = {}
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if match := re.fullmatch(rf"{kind}-(\d+)", tag):
                found[int(match[1])] = cell
    return found


@each_source
def test_notebook_has_the_cells_of_its_source(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(notebook)
    expected = [(cell.cell_type, cell.source) for cell in build.read(source).cells]
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == expected
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert source.with_suffix(".ipynb").stat().st_size < 1_500_000
    assert build.TIME.search(notebook.cells[0].source)[0].isdigit(), "says how long it takes"


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_picture_keeps_its_pixels_when_it_is_compressed(mode):
    noise = np.random.default_rng(0).integers(256, size=(60, 60, 4), dtype=np.uint8)
    picture = Image.fromarray(noise).convert(mode)
    before, after = io.BytesIO(), io.BytesIO()
    picture.convert("RGBA").save(before, "png", compress_level=0)
    compressed = build.compress(base64.b64encode(before.getvalue()).decode())
    after.write(base64.b64decode(compressed))
    assert after.tell() <= before.tell() * len(mode) / 4 + 1000
    expected = np.asarray(picture.convert("RGBA"))
    np.testing.assert_array_equal(np.asarray(Image.open(after).convert("RGBA")), expected)


@each_source
def test_each_figure_is_there(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and "plt.show()" in cell.source and "def " not in cell.source:
            kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
            assert any(kind.startswith("image/") for kind in kinds), cell.source


@each_source
def test_exercises_are_whole(source):
    notebook = build.read(source)
    exercises, checks, solutions = (
        tagged(notebook, kind) for kind in ("exercise", "check", "solution")
    )
    assert list(exercises) == list(range(1, len(exercises) + 1)) and len(exercises) >= 4
    assert exercises.keys() == checks.keys() == solutions.keys()
    for number, cell in checks.items():
        assert cell.source.count(f"with exercise({number}):") == 1
    for cell in solutions.values():
        assert "hide-cell" in cell.metadata["tags"] and cell.metadata["jupyter"]["source_hidden"]


def wrong_answers(source):
    """Cells of code by exercise, each with a hint that the check must give to it."""
    found = {}
    for cell in jupytext.read(WRONG_ANSWERS / source.name).cells:
        found.setdefault(cell.metadata["exercise"], []).append(cell)
    return found


@each_source
def test_each_exercise_has_two_wrong_answers(source):
    exercises = tagged(build.read(source), "exercise")
    found = wrong_answers(source)
    assert found.keys() == exercises.keys()
    assert all(len({cell.source for cell in cells}) >= 2 for cells in found.values())


@each_source
def test_exercises_say_how_hard_they_are(source):
    text = "\n".join(cell.source for cell in build.read(source).cells)
    marks = re.findall(r"^### Exercise \d+ (\S+): ", text, re.M)
    assert len(marks) == len(tagged(build.read(source), "exercise"))
    assert set(marks) <= {"★☆☆", "★★☆", "★★★"}
    assert text.count("\n## An open project: ") == 1 and "A good answer\n\n- " in text


@pytest.mark.course
@each_source
def test_notebook_runs(source, record_property):
    """With the numbers that its cell of parameters has for it, and each check also answered.

    After a check come wrong answers, then the solution, each with the check again.
    """
    notebook = build.read(source)
    kept = tagged(nbformat.read(source.with_suffix(".ipynb"), as_version=4), "check")
    checks, solutions = tagged(notebook, "check"), tagged(notebook, "solution")
    wrong, tried, cells = wrong_answers(source), [], []
    for cell in notebook.cells:
        cells.append(cell)
        if "parameters" in cell.metadata.get("tags", []):
            for name, value in cell.metadata["quick"].items():
                assert re.search(rf"^{name} = ", cell.source, re.MULTILINE)
                cell.source += f"\n{name} = {value!r}"
        for number, check in checks.items():
            if cell is check:
                for answer in wrong[number]:
                    again = nbformat.v4.new_code_cell(check.source)
                    tried.append((number, answer, again))
                    cells += [nbformat.v4.new_code_cell(answer.source), again]
                again = nbformat.v4.new_code_cell(check.source)
                tried.append((number, None, again))
                cells += [nbformat.v4.new_code_cell(solutions[number].source), again]
    notebook.cells = cells
    build.run(notebook, timeout=300)
    for number, check in checks.items():
        assert printed(check).startswith(f"Exercise {number}: not yet. ")
        assert printed(check) == printed(kept[number]), "what the notebook shows"
    faults = []
    for number, answer, again in tried:
        expected = f"Exercise {number}: not yet. " if answer else f"Exercise {number}: right.\n"
        hint = answer.metadata["hint"] if answer else ""
        if not (expected in printed(again) and hint in printed(again)):
            faults.append(f"{number}, {hint!r}: {answer and answer.source}\n{printed(again)}")
    assert not faults, "\n".join(faults)
    refused = sum(answer is not None for _, answer, _ in tried)
    record_property("wrong answers refused", refused)


def printed(cell):
    return "".join(out.text for out in cell.outputs if out.get("name") == "stdout")

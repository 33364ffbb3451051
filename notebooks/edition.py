"""The course for a class: notebooks without answers, answers apart, and nbgrader's marks on cells.

The folder that `write` fills is a course of nbgrader (https://nbgrader.readthedocs.io):

    student/         what the class gets: no outputs, no solutions
    solutions/       the solutions with their explanations
    source/          the same with solutions between marks, for `nbgrader generate_assignment`
    nbgrader_config.py
"""

import re

import jupytext
import nbformat

STUB = "# Write your answer in place of the three dots."
CONFIG = f'''"""Settings of nbgrader for the course of dcgan_tf."""

c = get_config()  # noqa: F821, nbgrader gives it
c.CourseDirectory.course_id = "dcgan_tf"
c.ClearSolutions.code_stub = {{"python": {STUB!r}}}
c.ExecutePreprocessor.timeout = 600
'''
SOLUTIONS = re.compile("^## (Solutions|参考答案)$", re.MULTILINE)
EXERCISE = re.compile("^### (?:Exercise|练习) (\\d+) ([★☆]{3})[:：]", re.MULTILINE)
QUICK = """

# While nbgrader checks answers, the trainings are short.
import os

if os.environ.get("NBGRADER_EXECUTION"):
    {}"""


def mark(cell, name, points=None, solution=False):
    """Gives a cell the metadata of nbgrader, schema 3: graded if it has points, else read-only."""
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": name,
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "cell_type": cell.cell_type,
    }
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points


def divide(notebook):
    """Cuts a notebook before its solutions.

    Args:
        notebook: A notebook as `build.read` returns it.

    Returns:
        Two lists of cells: the chapter, and its solutions.
    """
    for i, cell in enumerate(notebook.cells):
        heading = SOLUTIONS.search(cell.source)
        if cell.cell_type == "markdown" and heading:
            before, after = cell.source[: heading.start()], cell.source[heading.start() :]
            chapter = notebook.cells[:i]
            if before.strip():
                chapter.append(nbformat.v4.new_markdown_cell(before.strip()))
            return chapter, [nbformat.v4.new_markdown_cell(after)] + notebook.cells[i + 1 :]
    raise ValueError("The notebook has no heading '## Solutions'.")


def count_stars(cells):
    """How many stars each exercise has, by its number: its points in a class."""
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return {int(number): stars.count("★") for number, stars in EXERCISE.findall(text)}


def tag_of(cell):
    """The kind and the number of a tag such as `check-3`; None twice for another cell."""
    for tag in cell.metadata.get("tags", []):
        if match := re.fullmatch(r"(exercise|check|solution)-(\d+)", tag):
            return match[1], int(match[2])
    return None, None


def prepare(notebook, with_solutions):
    """Makes the notebook of a student, or that of the teacher, with nbgrader's metadata.

    Args:
        notebook: A notebook as `build.read` returns it. It is left as it is.
        with_solutions: Bool, whether the solutions stand below the exercises, between the marks
            that nbgrader looks for.

    Returns:
        The new notebook, without outputs.
    """
    chapter, rest = divide(nbformat.from_dict(notebook))
    solutions = {tag_of(cell)[1]: cell.source for cell in rest if tag_of(cell)[1]}
    points = count_stars(chapter)
    made = nbformat.v4.new_notebook(metadata=notebook.metadata, cells=chapter)
    for i, cell in enumerate(made.cells):
        cell.id = f"cell-{i}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        kind, number = tag_of(cell)
        if kind == "exercise":
            answer = f"### BEGIN SOLUTION\n{solutions[number]}\n### END SOLUTION"
            cell.source += f"\n\n{answer if with_solutions else STUB}"
            mark(cell, f"exercise-{number}", solution=True)
        elif kind == "check":
            mark(cell, f"check-{number}", points=points[number])
        elif "parameters" in cell.metadata.get("tags", []):
            quick = (f"{name} = {value!r}" for name, value in cell.metadata["quick"].items())
            cell.source += QUICK.format("\n    ".join(quick))
            mark(cell, "parameters")
    return made


def write(notebooks, folder):
    """Writes the course for a class.

    Args:
        notebooks: Dict from the name of a chapter to its notebook.
        folder: `pathlib.Path`. Files that are there already are written again.
    """
    for name, notebook in notebooks.items():
        files = {
            folder / "student" / f"{name}.ipynb": prepare(notebook, with_solutions=False),
            folder / "source" / name / f"{name}.ipynb": prepare(notebook, with_solutions=True),
            folder / "solutions" / f"{name}.ipynb": nbformat.v4.new_notebook(
                metadata=notebook.metadata, cells=divide(nbformat.from_dict(notebook))[1]
            ),
        }
        for path, made in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            jupytext.write(made, path)
    (folder / "nbgrader_config.py").write_text(CONFIG)

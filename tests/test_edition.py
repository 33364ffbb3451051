"""The course for a class: no answers in what students get, and nbgrader grades it."""

import csv
import os
import pathlib
import re
import shutil
import subprocess

import build
import edition
import nbformat
import pytest

SOURCES = sorted((pathlib.Path(__file__).parents[1] / "notebooks").glob("[0-9]*.py"))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    edition.write({source.stem: build.read(source) for source in SOURCES}, folder)
    return folder


def sources_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@each_source
def test_students_get_no_answer_and_no_output(course, source):
    student = nbformat.read(course / "student" / f"{source.stem}.ipynb", 4)
    nbformat.validate(student)
    text = "\n".join(cell.source for cell in student.cells)
    assert "Solutions" not in text and "BEGIN SOLUTION" not in text
    for cell in build.read(source).cells:
        if any(tag.startswith("solution-") for tag in cell.metadata.get("tags", [])):
            assert cell.source not in text
            solutions = nbformat.read(course / "solutions" / f"{source.stem}.ipynb", 4)
            assert cell.source in sources_of(solutions)
    assert not any(cell.get("outputs") for cell in student.cells)


@each_source
def test_each_exercise_has_points_and_each_cell_one_name(course, source):
    notebook = nbformat.read(course / "source" / source.stem / f"{source.stem}.ipynb", 4)
    marks = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
    names = [each["grade_id"] for each in marks]
    assert len(set(names)) == len(names) and names.count("parameters") == 1
    graded = {each["grade_id"]: each["points"] for each in marks if each["grade"]}
    solved = [each["grade_id"] for each in marks if each["solution"]]
    assert len(graded) == len(solved) >= 4 and set(graded.values()) <= {1, 2, 3}
    assert all(each["locked"] != each["solution"] for each in marks)


def test_the_command_writes_what_it_is_asked_for(tmp_path, monkeypatch, capsys):
    words = ["build.py", "--edition", "student", "--output", str(tmp_path / "class"), "03_game.py"]
    monkeypatch.setattr("sys.argv", words)
    build.main()
    assert capsys.readouterr().out == f"{tmp_path / 'class'}\n"
    written = {str(path.relative_to(tmp_path / "class")) for path in tmp_path.rglob("*.*")}
    notebooks = {"student/03_game.ipynb", "solutions/03_game.ipynb", "source/03_game/03_game.ipynb"}
    assert written == {"nbgrader_config.py", *notebooks}


def test_a_class_can_have_chinese_notebooks(tmp_path, monkeypatch):
    words = ["build.py", "--edition", "student", "--language", "zh", "--output", str(tmp_path)]
    monkeypatch.setattr("sys.argv", [*words, "03_game.py"])
    build.main()
    english, chinese = (
        edition.prepare(build.read(build.HERE / "03_game.py"), with_solutions=False),
        nbformat.read(tmp_path / "student" / "03_game.ipynb", 4),
    )
    for one, other in zip(english.cells, chinese.cells, strict=True):
        assert other.metadata == one.metadata
        assert (other.source == one.source) == (one.cell_type == "code")
    (heading, *_) = nbformat.read(tmp_path / "solutions" / "03_game.ipynb", 4).cells
    assert heading.source.startswith("## 参考答案")


@pytest.mark.tools
@each_source
def test_slides_open_without_a_network(source, tmp_path):
    pytest.importorskip("nbconvert")
    import slides

    path = source.with_suffix(".ipynb")
    slides.write(path, tmp_path)
    page = (tmp_path / f"{source.stem}.html").read_text(encoding="utf-8")
    assert re.findall(r"<(?:script|link|img)\b[^>]*(?:src|href)=.https?:", page) == []
    assert "Reveal.initialize" in page and "MathJax" in page and "Solutions</h2>" not in page
    cells = nbformat.read(path, 4).cells
    drawn = sum("image/png" in out.get("data", {}) for c in cells for out in c.get("outputs", []))
    assert page.count('src="data:image/png') == drawn > 0


@pytest.mark.tools
@each_source
def test_nbgrader_grades_it(course, source, tmp_path):
    """With nbgrader of an environment of its own, whose program the variable NBGRADER names."""
    program = os.environ.get("NBGRADER") or shutil.which("nbgrader")
    if program is None:
        pytest.skip(
            "nbgrader is not installed, and the variable NBGRADER does not name its program"
        )
    # nbgrader starts other programs of its environment by their names.
    paths = f"{pathlib.Path(program).parent}{os.pathsep}{os.environ['PATH']}"
    name = source.stem
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)

    def run(*words):
        done = subprocess.run(
            [program, *words],
            cwd=tmp_path,
            env={**os.environ, "PATH": paths},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]

    run("generate_assignment", name, "--create")
    released = nbformat.read(tmp_path / "release" / name / f"{name}.ipynb", 4)
    student = nbformat.read(tmp_path / "student" / f"{name}.ipynb", 4)
    assert sources_of(released) == sources_of(student)
    for who, folder in (("untouched", "release"), ("solved", "source")):
        shutil.copytree(tmp_path / folder / name, tmp_path / "submitted" / who / name)
    run("autograde", name)
    run("export")
    with open(tmp_path / "grades.csv") as file:
        scores = {row["student_id"]: row for row in csv.DictReader(file)}
    stars = edition.count_stars(build.read(source).cells)
    assert float(scores["solved"]["score"]) == float(scores["solved"]["max_score"])
    assert float(scores["solved"]["max_score"]) == sum(stars.values())
    assert float(scores["untouched"]["score"]) == 0

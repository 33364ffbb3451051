"""The house: what stands in which room, how large a file may be, and what imports what."""

import ast
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "dcgan_tf"
ROOMS = ("gan", "networks", "data", "evaluation", "monitoring", "applications", "runs")
FILES = sorted(PACKAGE.rglob("*.py"))
READING_PATH = ("gan/article_losses.py", "networks/default.py", "gan/model.py")


def lines_of(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_there_are_at_most_twelve_entries():
    entries = {path.name for path in PACKAGE.iterdir()} - {"__pycache__"}
    assert set(ROOMS) < entries and len(entries) <= 12


def test_the_half_hour_is_at_most_450_lines():
    assert sum(lines_of(PACKAGE / name) for name in READING_PATH) <= 450


def test_no_file_is_too_long():
    written = [
        path
        for path in PACKAGE.rglob("*.*")
        if path.suffix in (".py", ".html", ".css", ".js") and path.parent.name != "assets"
    ]
    written += (ROOT / "javascript").glob("*/src/*.js")  # of which assets/ has what was built
    assert {path.name: lines_of(path) for path in written if lines_of(path) > 300} == {}
    assert lines_of(PACKAGE / "cli.py") < 200


def test_no_two_modules_have_one_name():
    names = [path.stem for path in FILES if path.stem != "__init__"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_lives_there_and_what_may_not(room):
    text = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text()))
    assert len(text.split("\n\n")) >= 2
    assert f"| `{room}/` |" in (ROOT / "docs" / "design.md").read_text()


def test_no_module_is_shadowed_by_a_variable():
    """A variable with the name of a module that the same file imports hides it."""
    found = []
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dcgan_tf")
            for alias in node.names
            if (ROOT / node.module.replace(".", "/") / f"{alias.name}.py").exists()
        }
        for node in ast.walk(tree):
            name = getattr(node, "arg", None) if isinstance(node, ast.arg) else None
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.id
            if name in modules:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
    assert found == []


def test_imports_lead_downwards():
    program = pathlib.Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_drawing_is_that_of_the_code():
    command = [sys.executable, ROOT / "docs" / "draw_house.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_every_module_is_in_the_api():
    page = (ROOT / "docs" / "api.md").read_text()
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES]
    private = {"dcgan_tf.__init__", "dcgan_tf.__main__", "dcgan_tf.cli"}
    for module in set(modules) - private:
        assert f".. automodule:: {module.removesuffix('.__init__')}\n" in page, module


def test_papers_and_links_are_those_of_the_list():
    """Each paper that a docstring names or links to is in docs/references.md, and each is used."""
    page = (ROOT / "docs" / "references.md").read_text()
    listed = dict(re.findall(r"^\| (.+? \d{4}) \| \[.+?\]\((\S+?)\) \|", page, re.MULTILINE))
    code = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    linked = re.findall(r"^ +(\S.*? \d{4}),\s+(https?://\S+)$", code, re.MULTILINE)
    assert len(listed) > 20 and set(linked) == set(listed.items())


def test_each_workaround_of_keras_names_its_test():
    text = (PACKAGE / "gan" / "keras_compat.py").read_text()
    watched = (ROOT / "tests" / "test_upstream.py").read_text()
    named = set(re.findall(r"test_keras_\w+", text))
    assert named and named == set(re.findall(r"def (test_keras_\w+)", watched))

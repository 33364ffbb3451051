"""The README is short, and the Python of the README and of three pages of docs/ runs as written."""

import pathlib
import re

import keras
import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FEW_STEPS = ("epochs=25", "epochs=1, steps_per_epoch=20, verbose=0")


def run_python_of(page, *changes):
    """Runs the Python of a page, which must be one block, word for word.

    Args:
        page: str, the text of the page.
        *changes: pairs of strings, old and new, which make the example shorter.

    Returns:
        The dict of names that the code has defined.
    """
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    names = {}
    exec(code, names)
    return names


def read_page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run_python_of(README, FEW_STEPS)
    assert names["images"].shape == (16, 28, 28, 1)
    assert len(names["x_train"]) == 8004 and len(names["x_test"]) == 1996
    assert (tmp_path / "run" / "samples" / "epoch_0001.png").exists()
    assert (tmp_path / "run" / "progress.gif").exists()
    for loaded in (names["model"], keras.saving.load_model("digits.keras")):
        np.testing.assert_array_equal(loaded.generate(16, seed=1), names["images"])


def test_python_about_scores_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run_python_of(read_page("scores.md"), FEW_STEPS, ("samples=2000", "samples=50"))
    assert names["best"].best < 100 and (tmp_path / "best.keras").exists()


def test_python_about_fast_layers_runs():
    names = run_python_of(read_page("performance.md"))
    assert names["tutorial"].generate(2, seed=0).shape == (2, 28, 28, 1)


def test_python_about_failures_runs(capsys):
    changes = ('"collapse"', '"dead-start"'), ("verbose=1", "verbose=0")
    run_python_of(read_page("failures.md"), *changes)
    assert "dead start: the noise makes no difference" in capsys.readouterr().out


def test_readme_is_short():
    assert len(README.splitlines()) <= 130


def test_gif_of_the_readme_is_small():
    name = re.search(r"!\[.*?\]\((.*?)\)", README).group(1)
    gif = ROOT / name
    assert gif.suffix == ".gif" and gif.stat().st_size < 1_000_000

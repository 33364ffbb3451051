import pathlib
import re

import keras
import numpy as np

README = (pathlib.Path(__file__).parents[1] / "README.md").read_text()


def test_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    """Word for word, but for the numbers of epochs, steps and samples, and the quickest failure."""
    monkeypatch.chdir(tmp_path)
    training, scoring, fast, failing = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}

    def run(code, *changes):
        for old, new in changes:
            assert old in code
            code = code.replace(old, new)
        exec(code, names)

    few = "epochs=1, steps_per_epoch=20, verbose=0"
    run(training, ("epochs=25", few))
    assert names["images"].shape == (16, 28, 28, 1)
    assert (tmp_path / "run" / "samples" / "epoch_0001.png").exists()
    assert (tmp_path / "run" / "progress.gif").exists()
    loaded = keras.saving.load_model("digits.keras")
    np.testing.assert_array_equal(loaded.generate(16, seed=1), names["images"])

    run(scoring, ("epochs=25", few), ("samples=2000", "samples=50"))
    assert names["best"].best < 100 and (tmp_path / "best.keras").exists()

    run(fast)
    run(failing, ('"collapse"', '"dead-start"'), ("verbose=1", "verbose=0"))
    assert "dead start: the noise makes no difference" in capsys.readouterr().out


def test_gif_of_the_readme_is_small():
    name = re.search(r"!\[.*?\]\((.*?)\)", README).group(1)
    gif = pathlib.Path(__file__).parents[1] / name
    assert gif.suffix == ".gif" and gif.stat().st_size < 1_000_000

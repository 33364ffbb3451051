import pathlib
import re

import keras
import numpy as np

README = (pathlib.Path(__file__).parents[1] / "README.md").read_text()


def test_python_of_the_readme_runs(tmp_path, monkeypatch):
    """Word for word, but for the number of epochs."""
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    short = code.replace("epochs=30", "epochs=1, verbose=0")
    assert short != code
    names = {}
    exec(short, names)
    assert names["images"].shape == (16, 28, 28, 1)
    assert (tmp_path / "run" / "samples" / "epoch_0001.png").exists()
    assert (tmp_path / "run" / "progress.gif").exists()
    loaded = keras.saving.load_model("digits.keras")
    np.testing.assert_array_equal(loaded.generate(16, seed=1), names["images"])


def test_gif_of_the_readme_is_small():
    name = re.search(r"!\[.*?\]\((.*?)\)", README).group(1)
    gif = pathlib.Path(__file__).parents[1] / name
    assert gif.suffix == ".gif" and gif.stat().st_size < 1_000_000

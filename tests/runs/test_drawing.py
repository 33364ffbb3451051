"""Samples as one picture, as many files and as a film."""

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from dcgan_tf import DCGAN, load_model
from dcgan_tf.data.rendering import to_uint8
from dcgan_tf.runs import drawing
from dcgan_tf.runs.run_files import write_run
from dcgan_tf.runs.settings import Settings


@pytest.fixture
def lively(finished):
    """A run whose images differ, which those of a model of three steps hardly do."""
    model = DCGAN((16, 16, 1), 8, seed=0)
    model.compile()
    for variable in model.generator.trainable_variables:
        if "kernel" in variable.path:
            variable.assign(10 * variable)
    model.save(finished / "model.keras")
    return finished


def test_each_image_as_a_file_of_its_own(work, lively, command):
    status, out, _ = command("sample", lively, "--count", 300, "--separate", "many", "--seed", 4)
    assert status == 0 and "300 generated images: many" in out
    paths = sorted((work / "many").iterdir())
    assert [path.name for path in paths[:2]] == ["00001.png", "00002.png"] and len(paths) == 300
    images = np.stack([iio.imread(path) for path in paths])
    expected = to_uint8(load_model(lively / "model.keras").generate(300, seed=4))[..., 0]
    np.testing.assert_allclose(images.astype(int), expected, atol=1)
    assert len({image.tobytes() for image in images}) == 300


def test_the_folder_for_the_files_must_be_new_or_empty(work, lively, command):
    (work / "full").mkdir()
    (work / "full" / "mine.png").write_text("")
    for words, message in (
        (("--separate", "full"), "The folder is not empty. Received: 'full'"),
        (("--separate", "full/mine.png"), "There is a file where the folder should go"),
        (("--separate", "new", "--output", "new.png"), "two places to write to"),
        (("--separate", "new", "--walk", 3), "not allowed with argument"),
        (("--count", 20_000), "One picture cannot hold so many images"),
        (("--walk", 3, "--output", "walk.png"), "wrong ending"),
    ):
        status, _, err = command("sample", lively, *words)
        assert status == 2 and message in err and len(err.splitlines()) == 1
    assert sorted(path.name for path in work.iterdir()) == ["data.npz", "full", "runs"]


@pytest.mark.parametrize("name", ["walk.gif", "walk.mp4"])
def test_a_film_walks_through_the_latent_space_and_comes_back(work, lively, command, name):
    if name.endswith("mp4"):
        pytest.importorskip("av")
    words = ("--walk", 3, "--count", 2, "--output", name)
    status, out, _ = command("sample", lively, *words)
    assert status == 0 and f"2 generated images: {name}" in out
    frames = [frame.astype(int) for frame in iio.imiter(work / name)]
    steps = [np.abs(a - b).mean() for a, b in zip(frames, frames[1:] + frames[:1], strict=True)]
    assert len(frames) >= 36 and max(steps) < 5 * np.median(steps) + 2
    assert np.abs(frames[0] - frames[12]).mean() > np.median(steps)


def test_a_walk_has_a_name_by_default(work, lively, command):
    assert command("sample", lively, "--walk", 2)[0] == 0
    with Image.open(lively / "walk.gif") as film:
        assert film.n_frames == 24 and film.info["loop"] == 0


def test_a_film_has_to_fit_into_memory(work, lively, command):
    words = ("--walk", 25, "--count", 100_000, "--output", "walk.gif")
    status, _, err = command("sample", lively, *words)
    most = 2**30 // (25 * 12 * 16 * 16)
    assert status == 2 and f"Expected at most --count {most}." in err
    assert not (work / "walk.gif").exists()


def test_texts_cannot_be_single_images(work, command):
    write_run(work, Settings(application="text", data=None))
    for word in (("--separate", "dir"), ("--walk", 3)):
        status, _, err = command("sample", work, *word)
        assert status == 2 and "makes no single images" in err
    assert not (work / "dir").exists()


def test_the_description_names_a_hundred_labels(work):
    """A data set with a label for each image would print megabytes."""
    images = np.zeros((300, 8, 8), np.uint8)
    np.savez("data.npz", x_train=images, y_train=np.arange(300) % 150)
    line = drawing.Preview("data.npz").describe().splitlines()[1]
    assert line.startswith("images of each label: 0: 2, 1: 2, 2: 2")
    assert line.endswith("98: 2, 99: 2, and 50 more labels")

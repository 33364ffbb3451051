import json

import imageio.v3 as iio
import keras
import numpy as np
import pytest
from helpers import gif_durations

from dcgan_tf import GAN, ProgressGif, SampleGrid
from dcgan_tf.data import rendering


@pytest.fixture
def gan(digits):
    """Makes a small GAN of images and a function that fits it from one epoch to another."""

    def make(seed=0):
        layers = keras.layers
        initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
        options = {"kernel_initializer": initializer}
        generator = [layers.Dense(256, "tanh", **options), layers.Reshape((16, 16, 1))]
        discriminator = [layers.Flatten(), layers.Dense(1, **options)]
        model = GAN(
            keras.Sequential([keras.Input((8,)), *generator]),
            keras.Sequential([keras.Input((16, 16, 1)), *discriminator]),
            latent_dim=8,
            seed=seed,
        )
        model.compile(regularizer=None)

        def fit(first_epoch, last_epoch, *callbacks):
            model.fit(
                digits[:32, 6:22, 6:22],
                batch_size=32,
                initial_epoch=first_epoch,
                epochs=last_epoch,
                shuffle=False,
                verbose=0,
                callbacks=list(callbacks),
            )
            return model

        return model, fit

    return make


def names(folder):
    return sorted(path.name for path in folder.glob("*.png"))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_grids_show_the_same_noise(tmp_path, gan):
    model, fit = gan()
    fit(0, 2, SampleGrid(tmp_path, rows=2, columns=3, seed=7))
    assert names(tmp_path) == ["epoch_0001.png", "epoch_0002.png"]
    expected = rendering.make_grid(rendering.to_uint8(model.generate(6, seed=7)), columns=3)
    np.testing.assert_array_equal(iio.imread(tmp_path / "epoch_0002.png"), expected)


def test_every(tmp_path, gan):
    _, fit = gan()
    fit(0, 5, SampleGrid(tmp_path, every=2), ProgressGif(tmp_path / "film.gif", every=2))
    assert names(tmp_path) == ["epoch_0002.png", "epoch_0004.png"]
    assert len(gif_durations(tmp_path / "film.gif")[0]) == 2


def test_gif_has_a_frame_for_each_epoch(tmp_path, gan):
    _, fit = gan()
    gif = ProgressGif(tmp_path / "film.gif", duration_ms=120, hold_ms=900, rows=2, columns=2)
    fit(0, 6, gif)
    assert gif_durations(tmp_path / "film.gif") == ([120] * 5 + [900], 0)
    frames = iio.imread(tmp_path / "film.gif")
    grid = iio.imread(tmp_path / "film_frames" / "epoch_0003.png")
    captioned = rendering.add_caption(grid, "epoch 3")
    np.testing.assert_array_equal(frames[2], np.stack([captioned] * 3, axis=-1))


def test_gif_keeps_its_frames_where_it_is_told(tmp_path, gan):
    _, fit = gan()
    fit(0, 2, ProgressGif(tmp_path / "film.gif", frames_dir=tmp_path / "grids"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.gif", "grids"]
    assert names(tmp_path / "grids") == ["epoch_0001.png", "epoch_0002.png"]


def test_gif_is_there_while_training_goes_on(tmp_path, gan):
    _, fit = gan()

    class Crash(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        fit(0, 5, ProgressGif(tmp_path / "film.gif"), Crash())
    assert len(gif_durations(tmp_path / "film.gif")[0]) == 3


def test_resumed_run_continues_the_frames(tmp_path, gan):
    model, fit = gan()
    fit(0, 2, SampleGrid(tmp_path / "a"), ProgressGif(tmp_path / "a.gif"))
    fit(2, 4, SampleGrid(tmp_path / "a"), ProgressGif(tmp_path / "a.gif"))
    _, fit = gan()
    fit(0, 4, SampleGrid(tmp_path / "b"), ProgressGif(tmp_path / "b.gif"))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_resumed_run_drops_frames_that_it_makes_again(tmp_path, gan):
    model, fit = gan()
    fit(0, 2, SampleGrid(tmp_path))
    model.save_weights(tmp_path / "after_2.weights.h5")
    fit(2, 4, SampleGrid(tmp_path))
    resumed, fit = gan(seed=1)
    resumed.load_weights(tmp_path / "after_2.weights.h5")
    fit(2, 3, SampleGrid(tmp_path))
    assert names(tmp_path) == ["epoch_0001.png", "epoch_0002.png", "epoch_0003.png"]


def test_new_run_drops_the_frames_of_an_earlier_one(tmp_path, gan):
    (tmp_path / "epoch_0007.png").write_bytes(b"stale")
    (tmp_path / "my_epoch.png").write_bytes(b"not ours")
    _, fit = gan()
    fit(0, 3, SampleGrid(tmp_path))
    _, fit = gan(seed=1)
    fit(0, 1, SampleGrid(tmp_path))
    assert names(tmp_path) == ["epoch_0001.png", "my_epoch.png"]


@pytest.mark.parametrize("every", [1, 2])
def test_resumed_run_never_takes_over_frames_of_another(tmp_path, gan, every):
    _, fit = gan(seed=1)
    fit(0, 5, SampleGrid(tmp_path, every=every))
    _, fit = gan(seed=0)
    fit(0, 3)
    with pytest.warns(UserWarning, match="do not come from the run"):
        fit(3, 4, SampleGrid(tmp_path, every=every))
    assert names(tmp_path) == ["epoch_0004.png"]
    assert list(json.loads((tmp_path / "checksums.json").read_text())) == ["4"]


def test_bad_arguments_are_refused_and_write_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    for make, message in (
        (lambda: SampleGrid(tmp_path / "a", rows=0), "Received: rows=0. Expected an integer"),
        (lambda: SampleGrid(tmp_path / "a", columns=1.5), "Received: columns=1.5"),
        (lambda: SampleGrid(tmp_path / "a", every=0), "Received: every=0"),
        (lambda: SampleGrid(tmp_path / "a", seed=-1), "Received: seed=-1"),
        (lambda: SampleGrid(tmp_path / "file"), "There is a file where the folder should go"),
        (lambda: ProgressGif(tmp_path / "a.png"), "ends in .gif"),
        (lambda: ProgressGif(tmp_path / "a.gif", duration_ms=0.2), "Expected milliseconds"),
        (lambda: ProgressGif(tmp_path / "a.gif", hold_ms=0), "Expected milliseconds"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

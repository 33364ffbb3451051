import importlib.util
import json
import weakref

import imageio.v3 as iio
import keras
import numpy as np
import pytest
from helpers import gif_durations

from dcgan_tf import GAN, ProgressGif, SampleGrid, Scorecard, Scorer, TrainingDoctor
from dcgan_tf.data import films, rendering
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.monitoring import samples
from dcgan_tf.networks.default import build_discriminator, build_generator


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


def test_every_second_epoch_and_the_last_one(tmp_path, gan):
    _, fit = gan()
    fit(0, 5, SampleGrid(tmp_path, every=2), ProgressGif(tmp_path / "film.gif", every=2))
    assert names(tmp_path) == ["epoch_0002.png", "epoch_0004.png", "epoch_0005.png"]
    assert len(gif_durations(tmp_path / "film.gif")[0]) == 3


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
    for name in ("epoch_0007.png", "my_epoch.png", "epoch_0001 (1).png"):
        (tmp_path / name).write_bytes(b"not ours")
    _, fit = gan()
    fit(0, 3, SampleGrid(tmp_path))
    _, fit = gan(seed=1)
    fit(0, 1, SampleGrid(tmp_path))
    ours = ["epoch_0001.png"]
    others = ["epoch_0001 (1).png", "epoch_0007.png", "my_epoch.png"]
    assert names(tmp_path) == sorted(ours + others)


@pytest.mark.parametrize("every", [1, 2])
def test_resumed_run_never_takes_over_frames_of_another(tmp_path, gan, every):
    _, fit = gan(seed=1)
    fit(0, 5, SampleGrid(tmp_path, every=every))
    _, fit = gan(seed=0)
    fit(0, 3)
    with pytest.warns(UserWarning, match="do not come from the run"):
        fit(3, 4, SampleGrid(tmp_path, every=every))
    assert names(tmp_path) == ["epoch_0004.png"]
    known = json.loads((tmp_path / "checksums.json").read_text())
    assert list(known["weights"]) == ["4"] and list(known["pictures"]) == ["4"] * (4 % every == 0)


def test_bad_arguments_are_refused_and_write_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    for make, message in (
        (lambda: SampleGrid(tmp_path / "a", rows=0), "Received: rows=0. Expected an integer"),
        (lambda: SampleGrid(tmp_path / "a", columns=1.5), "Received: columns=1.5"),
        (lambda: SampleGrid(tmp_path / "a", every=0), "Received: every=0"),
        (lambda: SampleGrid(tmp_path / "a", seed=-1), "Received: seed=-1"),
        (lambda: SampleGrid(tmp_path / "file"), "There is a file where the folder should go"),
        (lambda: ProgressGif(tmp_path / "a.png"), "ends in .gif or .mp4"),
        (lambda: ProgressGif(tmp_path / "a.gif", duration_ms=0.2), "Expected milliseconds"),
        (lambda: ProgressGif(tmp_path / "a.gif", hold_ms=0), "Expected milliseconds"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_mp4_needs_its_extra_from_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"dcgan_tf\[video\]"):
        ProgressGif(tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


def test_mp4_has_a_frame_for_each_epoch(tmp_path, gan):
    _, fit = gan()
    fit(0, 4, ProgressGif(tmp_path / "film.mp4", duration_ms=100, hold_ms=500))
    film = iio.imread(tmp_path / "film.mp4", plugin="pyav").astype(int)
    assert len(film) == 3 + 5
    for i in range(4):
        grid = iio.imread(tmp_path / "film_frames" / f"epoch_{i + 1:04d}.png").astype(int)
        difference = film[i, : grid.shape[0], : grid.shape[1]] - grid[..., np.newaxis]
        assert np.abs(difference).mean() < 8


def write_pictures(folder, epochs):
    """Writes pictures whose grey is the epoch's number."""
    for epoch in epochs:
        grey = np.full((20, 80), epoch, np.uint8)
        rendering.write_png(folder / f"epoch_{epoch:04d}.png", grey)


def test_a_long_film_shows_a_hundred_frames_evenly(tmp_path):
    write_pictures(tmp_path / "film_frames", range(1, 251))
    film = ProgressGif(tmp_path / "film.gif", duration_ms=50)
    film.write()
    shown = iio.imread(film.path)[:, 0, 0, 0].astype(int)
    assert len(shown) == samples.FRAMES_SHOWN == 100
    assert shown[0] == 1 and shown[-1] == 250
    assert set(np.diff(shown)) == {2, 3}


def test_a_film_has_few_frames_in_memory(tmp_path, monkeypatch):
    write_pictures(tmp_path / "film_frames", range(1, 41))
    film = ProgressGif(tmp_path / "film.gif", duration_ms=50)
    paths = film._list_pictures()
    frames = [rendering.add_caption(iio.imread(p), f"epoch {samples.read_epoch(p)}") for p in paths]
    films.write_film(tmp_path / "expected.gif", frames, 50, film.hold_ms)
    alive, most = weakref.WeakSet(), []

    class Frame(np.ndarray):  # a plain array knows no weak references
        __hash__ = object.__hash__

    def watch(picture, text, add_caption=rendering.add_caption):
        frame = add_caption(picture, text).view(Frame)
        alive.add(frame)
        most.append(len(alive))
        return frame

    monkeypatch.setattr(rendering, "add_caption", watch)
    film.write()
    assert (tmp_path / "film.gif").read_bytes() == (tmp_path / "expected.gif").read_bytes()
    assert len(most) == 2 * 40 and max(most) <= 2


def test_the_film_is_seldom_written_again(tmp_path, gan, monkeypatch):
    """A thousand epochs write it about as often as the powers of 1.25 up to 1,000 are whole."""
    model, _ = gan()
    film = ProgressGif(tmp_path / "film.gif", every=2)
    film.set_model(model)
    written = []
    monkeypatch.setattr(film, "write", lambda: written.append(epoch + 1))
    monkeypatch.setattr(SampleGrid, "on_epoch_end", lambda *_, **__: None)
    film.on_train_begin()
    for epoch in range(1000):
        film.on_epoch_end(epoch)
    assert written[:5] == [2, 4, 6, 8, 10] and written[-1] > 1000 / 1.25
    assert len(written) < 32 and all(epoch % 2 == 0 for epoch in written)
    assert all(b < 1.25 * a + 2 for a, b in zip(written, written[1:], strict=False))


def test_all_callbacks_watch_images_with_transparency(tmp_path):
    shape = (32, 32, 4)
    model = GAN(build_generator(shape), build_discriminator(shape), 16, seed=0)
    model.compile()
    images = np.random.default_rng(0).uniform(-1, 1, (64, *shape)).astype(np.float32)
    doctor = TrainingDoctor(images, verbose=0)
    scorer = Scorer(images, choose_features("mine", images))
    history = model.fit(
        images,
        batch_size=32,
        epochs=2,
        verbose=0,
        callbacks=[
            SampleGrid(tmp_path / "grids", rows=1, columns=2),
            ProgressGif(tmp_path / "film.gif"),
            ProgressGif(tmp_path / "film.mp4", frames_dir=tmp_path / "others"),
            doctor,
            Scorecard(scorer, verbose=0),
        ],
    ).history
    assert len(doctor.findings) == len(history["val_frechet_distance"]) == 2
    assert len(gif_durations(tmp_path / "film.gif")[0]) == 2 and (tmp_path / "film.mp4").exists()
    grid = iio.imread(tmp_path / "grids" / "epoch_0002.png")
    first = model.generate(2, seed=0)[0].astype(np.float64)
    opacity = (first[..., 3:] + 1) / 2
    expected = 255 * ((first[..., :3] + 1) / 2 * opacity + 1 - opacity)
    np.testing.assert_allclose(grid[2:34, 2:34].astype(float), expected, atol=2)


def build_pair(shape, condition=None):
    """Builds a compiled GAN whose samples have a shape, with a label as condition if asked for."""
    layers = keras.layers
    noise, sample = keras.Input((4,)), keras.Input(shape)
    made, seen = noise, layers.Flatten()(sample)
    inputs, judged = [noise], [sample]
    if condition:
        label = keras.Input(condition)
        made, seen = (layers.Concatenate()([x, label]) for x in (made, seen))
        inputs, judged = [noise, label], [sample, label]
    made = layers.Reshape(shape)(layers.Dense(int(np.prod(shape)), "tanh")(made))
    generator = keras.Model(inputs if condition else noise, made)
    discriminator = keras.Model(judged if condition else sample, layers.Dense(1)(seen))
    model = GAN(generator, discriminator, 4, seed=0)
    model.compile(regularizer=None)
    return model


@pytest.mark.parametrize("kind", ["grid", "film"])
@pytest.mark.parametrize(
    ("shape", "condition", "message"),
    [
        ((16, 16, 2), None, r"cannot be drawn.*Received: samples of shape \(None, 16, 16, 2\)"),
        ((16, 16, 5), None, r"Expected \(None, height, width, 1, 3 or 4\), or `draw`"),
        ((2,), None, r"cannot be drawn.*\(None, 2\)"),
        ((8, 16, 16, 1), None, "cannot be drawn"),
        ((16, 16, 1), (3,), r"without their condition. Received: .*\(None, 3\).*`draw`"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_the_first_step(
    tmp_path, kind, shape, condition, message
):
    model = build_pair(shape, condition)
    images = np.zeros((8, *shape), np.float32)
    labels = np.zeros((8, *condition), np.float32) if condition else None

    def watch(draw=None):
        if kind == "grid":
            return SampleGrid(tmp_path / "grids", draw=draw)
        return ProgressGif(tmp_path / "film.gif", draw=draw)

    def fit(callback):
        model.fit(images, labels, batch_size=8, verbose=0, callbacks=[callback])

    with pytest.raises(ValueError, match=message):
        fit(watch())
    assert model.generator_optimizer.iterations == 0 and list(tmp_path.iterdir()) == []
    fit(watch(draw=lambda model: np.zeros((9, 9), np.uint8)))
    assert model.generator_optimizer.iterations == 1

import collections.abc
import importlib.util
import weakref

import imageio.v3 as iio
import numpy as np
import pytest
from helpers import gif_durations

from dcgan_tf.data import films


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_gif_times_and_loop(tmp_path, shape):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, shape, dtype=np.uint8) for _ in range(5)]
    films.write_film(tmp_path / "film.gif", frames, duration_ms=150, hold_ms=1200)
    assert gif_durations(tmp_path / "film.gif") == ([150, 150, 150, 150, 1200], 0)


def test_gif_keeps_grey_frames_exactly(tmp_path):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, (20, 30), dtype=np.uint8)]
    for _ in range(3):  # each frame changes a part of the one before
        frames.append(frames[-1].copy())
        frames[-1][5:9, 7:20] = rng.integers(0, 256, (4, 13))
    films.write_film(tmp_path / "film.gif", frames)
    read = iio.imread(tmp_path / "film.gif")
    np.testing.assert_array_equal(read, np.stack([np.stack(frames)] * 3, axis=-1))


@pytest.mark.parametrize("repeats", [1, 3])
def test_gif_of_equal_frames_lasts_as_long(tmp_path, repeats):
    frames = [np.zeros((20, 30), np.uint8)] * repeats
    films.write_film(tmp_path / "film.gif", frames, duration_ms=100, hold_ms=500)
    assert sum(gif_durations(tmp_path / "film.gif")[0]) == 100 * (repeats - 1) + 500


@pytest.mark.parametrize("name", ["film.gif", "film.mp4"])
def test_seconds_and_unequal_frames_are_refused(tmp_path, name):
    frame = np.zeros((20, 30), np.uint8)
    with pytest.raises(ValueError, match=r"Received: duration_ms=0.2. Expected milliseconds"):
        films.write_film(tmp_path / name, [frame], duration_ms=0.2)
    for frames in ([], [frame, frame[:10]]):
        with pytest.raises(ValueError, match="Expected at least one frame, all of one shape"):
            films.write_film(tmp_path / name, frames)
    assert list(tmp_path.iterdir()) == []


def make_gradients(count):
    """Makes frames of (66, 90, 3) whose colours change gradually, as in a blurred photograph."""
    y, x = np.mgrid[0:1:66j, 0:1:90j]
    for k in range(count):
        colours = (x, y, (x + y + k / count) % 2 / 2)
        yield np.rint(255 * np.stack(colours, axis=-1)).astype(np.uint8)


def test_gif_keeps_few_colours_exactly(tmp_path):
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (256, 3), dtype=np.uint8)
    frames = [colours[rng.permutation(600).reshape(20, 30) % 256] for _ in range(3)]
    films.write_film(tmp_path / "film.gif", frames)
    np.testing.assert_array_equal(iio.imread(tmp_path / "film.gif"), frames)


def test_gif_shows_many_colours_without_bands(tmp_path):
    frames = list(make_gradients(5))
    assert len(np.unique(frames[0].reshape(-1, 3), axis=0)) > 5000
    films.write_film(tmp_path / "film.gif", frames)
    for read, frame in zip(iio.imread(tmp_path / "film.gif"), frames, strict=True):
        difference = read.astype(float) - frame
        assert np.abs(difference).mean() < 14
        # In a band all neighbours differ in the same way; in a pattern of dots they do not.
        likeness = np.mean(difference[:, 1:] * difference[:, :-1]) / np.mean(difference**2)
        assert likeness < 0.3


@pytest.mark.parametrize("shape", [(33, 41), (33, 41, 3), (32, 40, 3)])
@pytest.mark.parametrize("name", ["film.mp4", "FILM.MP4"])
def test_mp4_is_what_browsers_play(tmp_path, shape, name):
    levels = [40 * k for k in range(6)]
    frames = [np.full(shape, level, np.uint8) for level in levels]
    films.write_film(tmp_path / name, frames, duration_ms=150, hold_ms=900)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    about = iio.immeta(tmp_path / name, plugin="pyav")
    assert about["codec"] == "h264" and about["video_format"] == "yuv420p"
    assert about["fps"] == pytest.approx(1000 / 150, rel=1e-3)
    assert about["duration"] == pytest.approx(5 * 0.15 + 0.9, rel=1e-3)
    read = iio.imread(tmp_path / name, plugin="pyav").astype(int)
    height, width = shape[0] + shape[0] % 2, shape[1] + shape[1] % 2
    assert read.shape == (5 + 6, height, width, 3)
    shown = read[:, 4:28, 4:36].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(shown, levels + 5 * levels[-1:], atol=3)


def test_mp4_fills_up_with_white(tmp_path):
    films.write_film(tmp_path / "film.mp4", [np.zeros((31, 31), np.uint8)] * 2)
    last = iio.imread(tmp_path / "film.mp4", plugin="pyav")[-1].astype(int)
    assert last.shape == (32, 32, 3)
    assert last[:28, :28].max() < 30 and last[-1].min() > 180 and last[:, -1].min() > 180


def test_mp4_takes_less_room_than_gif(tmp_path):
    frames = list(make_gradients(20))
    sizes = {}
    for name in ("film.gif", "film.mp4"):
        films.write_film(tmp_path / name, frames)
        sizes[name] = (tmp_path / name).stat().st_size
    assert sizes["film.mp4"] < sizes["film.gif"] / 2


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_a_film_that_fails_leaves_the_old_one(tmp_path, suffix):
    path = tmp_path / f"film.{suffix}"
    path.write_bytes(b"old")
    good, bad = np.zeros((20, 30), np.uint8), np.full((20, 30), None)
    with pytest.raises((TypeError, ValueError)):
        films.write_film(path, [good, bad])
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_films_that_cannot_be_written_are_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.mp4").mkdir()
    for path, message in (
        (tmp_path / "film.png", "Expected a name that ends in .gif or .mp4"),
        (tmp_path / "folder.mp4", "Expected the name of a file"),
        (tmp_path / "file" / "film.mp4", "There is a file where the folder should go"),
    ):
        with pytest.raises(ValueError, match=message):
            films.check_film_file(path)
    for name in ("film.gif", "FILM.GIF", "film.mp4", "film.Mp4"):
        assert films.check_film_file(tmp_path / "new" / name).name == name
    assert not (tmp_path / "new").exists()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert films.check_film_file(tmp_path / "film.gif").name == "film.gif"
    with pytest.raises(ImportError, match=r"pip install \"dcgan_tf\[video\]\""):
        films.check_film_file(tmp_path / "film.MP4")


def test_frames_may_be_made_one_at_a_time(tmp_path):
    alive, most = weakref.WeakSet(), []

    class Frame(np.ndarray):  # a plain array knows no weak references
        __hash__ = object.__hash__

    class Frames(collections.abc.Sequence):
        def __len__(self):
            return 9

        def __getitem__(self, index):
            frame = list(make_gradients(9))[range(9)[index]].view(Frame)
            alive.add(frame)
            most.append(len(alive))
            return frame

    films.write_film(tmp_path / "one.gif", Frames())
    films.write_film(tmp_path / "all.gif", list(make_gradients(9)))
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "all.gif").read_bytes()
    films.write_film(tmp_path / "one.mp4", Frames())
    assert len(most) == 4 * 9 and max(most) <= 2


def test_frames_made_one_at_a_time_must_have_one_shape(tmp_path):
    class Frames(collections.abc.Sequence):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return np.zeros((20, 30 + range(3)[index] // 2), np.uint8)

    with pytest.raises(ValueError, match="Expected at least one frame, all of one shape"):
        films.write_film(tmp_path / "film.gif", Frames())
    assert list(tmp_path.iterdir()) == []

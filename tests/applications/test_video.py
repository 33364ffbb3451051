import keras
import numpy as np
import pytest
from scipy import ndimage
from scipy.stats import kstest

from dcgan_tf import load_dataset
from dcgan_tf.applications import video
from dcgan_tf.networks.layers import Shift


def test_films_go_straight_on_and_stay_in_the_frame():
    digits = load_dataset()[0][0][:200]
    films = video.make_films(digits, seed=1)
    assert films.shape == (200, 8, 28, 28, 1) and films.dtype == np.float32
    light = (films + 1).sum(axis=(2, 3, 4))
    np.testing.assert_allclose(light, light[:, :1] * np.ones(8), rtol=1e-4)  # nothing goes out
    centres = np.array([[ndimage.center_of_mass(frame[..., 0] + 1) for frame in f] for f in films])
    steps = np.diff(centres, axis=1)
    np.testing.assert_allclose(video.measure_steps(films), steps, atol=1e-3)
    np.testing.assert_allclose(steps, steps[:, :1] * np.ones((7, 1)), atol=1e-3)
    assert kstest(steps[:, 0].ravel() / video.FASTEST / 2 + 0.5, "uniform").pvalue > 0.01
    assert video.measure_agreement(films) > 0.97
    assert video.measure_speed(np.repeat(films[:, :1], 8, axis=1)) == pytest.approx(0.0, abs=1e-6)


def test_the_generator_moves_each_digit_straight_on_and_inside_the_frame():
    generator = video.MovingDigits(seed=0, with_data=False).build().generator
    shift = next(layer for layer in generator.layers if isinstance(layer, Shift))
    picture_and_path = keras.Model(generator.input, shift.input)
    noise = 3 * np.random.default_rng(0).normal(size=(100, 24)).astype(np.float32)
    pictures, paths = map(np.asarray, picture_and_path(noise))
    frames = np.arange(8)
    for path in paths.transpose(0, 2, 1).reshape(-1, 8):  # rows and columns of each film
        line = np.polynomial.Polynomial.fit(frames, path, deg=1)
        np.testing.assert_allclose(path, line(frames), atol=1e-5)
    assert 3 < abs(paths).max() <= 4  # digits of 20 pixels, frames of 28
    assert paths.std(axis=0).min() > 1  # each noise has a path of its own

    noise[:, 16:] = noise[0, 16:]  # the numbers that make the path, now those of the first film
    others, same_paths = map(np.asarray, picture_and_path(noise))
    np.testing.assert_array_equal(others, pictures)
    np.testing.assert_array_equal(same_paths, paths[:1] * np.ones((100, 1, 1), np.float32))

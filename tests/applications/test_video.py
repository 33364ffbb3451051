import numpy as np
import pytest
from scipy import ndimage
from scipy.stats import kstest

from dcgan_tf import load_dataset
from dcgan_tf.applications import (
    video,
)


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

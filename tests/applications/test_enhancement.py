import numpy as np
import pytest
import tensorflow as tf
from helpers import load_small

from dcgan_tf import applications
from dcgan_tf.applications import enhancement
from dcgan_tf.runs import settings


def test_enhancement_starts_from_means_of_sixteen_pixels():
    application = load_small("enhancement")
    means = application.samples.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(application.condition[..., 0], means, atol=1e-6)
    assert application.baseline(application.condition).shape == application.samples.shape


def test_noise_is_normal_and_ends_at_black_and_white():
    grey = np.zeros((200, 28, 28, 3), np.float32)
    noisy = enhancement.add_noise(grey, np.random.default_rng(0))
    assert np.abs(noisy).max() == 1.0 and abs(noisy.mean()) < 0.01
    inside = noisy[np.abs(noisy) < 1]
    # A normal distribution with a standard deviation of 0.8 has 78.9 % within one of these units.
    assert len(inside) / noisy.size == pytest.approx(0.789, abs=0.005)
    assert np.mean(np.abs(inside) < 0.4) == pytest.approx(0.383 / 0.789, abs=0.01)


def test_a_low_contrast_leaves_a_tenth_to_three_tenths():
    steps = np.tile(np.repeat([-1.0, 1.0], 392).reshape(1, 28, 28, 1), (500, 1, 1, 1))
    poor = enhancement.reduce_contrast(steps, np.random.default_rng(0)).reshape(500, 2, 392)
    halves = poor.mean(axis=2)
    contrast = (halves[:, 1] - halves[:, 0]) / 2
    assert 0.08 < contrast.min() < 0.12 and 0.28 < contrast.max() < 0.32
    assert poor.min() >= -1 and poor.max() <= 1
    middles = halves.mean(axis=1)
    assert middles.min() < -0.7 and middles.max() > 0.7
    assert np.median(poor.std(axis=2)) == pytest.approx(enhancement.GRAIN, rel=0.05)


@pytest.mark.parametrize("damage", enhancement.DAMAGES)
def test_the_usual_way_repairs_a_part_of_the_damage(damage):
    application = applications.load("enhancement")(damage=damage)
    given, real = application.held_out_condition[:200], application.held_out[:200]
    repaired = application.baseline(given)
    assert given.dtype == repaired.dtype == np.float32 and np.abs(repaired).max() <= 1
    before, after = (
        float(tf.reduce_mean(tf.image.psnr(each, real, 2.0)))
        for each in (application.visible(given), repaired)
    )
    assert after > before + 0.5
    model = application.build()
    assert model.generate(4, condition=given[:4]).shape == (4, 28, 28, 1)


def test_damages_are_those_of_the_command_line():
    assert tuple(enhancement.DAMAGES) == settings.DAMAGES
    with pytest.raises(ValueError, match="Received: 'rain'. Expected one of size, noise, contrast"):
        applications.load("enhancement")(damage="rain")
    chosen = settings.Settings.from_options({"application": "enhancement", "damage": "noise"})
    assert "--damage noise" in chosen.command()
    with pytest.raises(ValueError, match="chooses this itself. Received: --damage noise"):
        settings.Settings.from_options({"application": "translation", "damage": "noise"})

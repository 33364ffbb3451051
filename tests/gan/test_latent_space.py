import keras
import numpy as np
import pytest

from dcgan_tf import GAN
from dcgan_tf.gan.latent_space import project, slerp


def test_slerp_goes_along_a_circle_in_equal_steps():
    start, end = np.array([3.0, 0.0, 0.0]), np.array([0.0, 3.0, 0.0])
    way = slerp(start, end, 4)
    assert way.dtype == np.float32
    angles = np.radians([0, 30, 60, 90])
    expected = 3 * np.stack([np.cos(angles), np.sin(angles), np.zeros(4)], axis=1)
    np.testing.assert_allclose(way, expected, atol=1e-6)


@pytest.mark.parametrize("factor", [2.0, -1.0])
def test_slerp_of_vectors_in_one_line_is_the_line(factor):
    start = np.array([1.0, 2.0])
    way = slerp(start, factor * start, 3)
    np.testing.assert_allclose(way, [start, (1 + factor) / 2 * start, factor * start], atol=1e-6)


def test_projection_finds_the_noise_that_made_a_sample():
    """A generator that turns and stretches: each sample comes from one noise vector alone."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5)])
    discriminator = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model = GAN(generator, discriminator, latent_dim=3)
    model.compile()
    noise = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    samples = model.predict(noise, verbose=0)
    found, made, start = project(model, samples, steps=500)
    np.testing.assert_allclose(found, noise, atol=1e-2)
    np.testing.assert_allclose(made, samples, atol=1e-2)
    assert (np.abs(start - samples).max(axis=1) > np.abs(made - samples).max(axis=1)).all()

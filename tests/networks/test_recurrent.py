import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf.networks.recurrent import build_recurrent_discriminator, build_recurrent_generator


@pytest.mark.parametrize("shape", [(10, 11), (64, 1)])
def test_recurrent_networks_derive_from_the_shape(shape):
    generator = build_recurrent_generator(shape, latent_dim=5, units=7, activation="tanh", seed=1)
    discriminator = build_recurrent_discriminator(shape, units=7, seed=1)
    noise = tf.random.stateless_normal((3, 5), (0, 0))
    sequences = generator(noise)
    assert sequences.shape == (3, *shape) and np.abs(sequences).max() <= 1
    assert np.ptp(sequences.numpy(), axis=1).max() > 0  # the steps differ
    assert discriminator(sequences).shape == (3, 1)
    same = build_recurrent_generator(shape, latent_dim=5, units=7, activation="tanh", seed=1)
    np.testing.assert_array_equal(sequences, same(noise))

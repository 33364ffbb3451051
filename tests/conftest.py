import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest


@pytest.fixture(scope="session")
def digits():
    """96 of the bundled digits, float32 (96, 28, 28, 1) in [-1, 1]: three batches of 32."""
    from dcgan_tf import load_dataset

    return load_dataset("mnist-10k")[0][0][:96]


@pytest.fixture
def tiny_gan():
    """Makes GANs of points in the plane: fast to trace, with BatchNorm and Dropout."""

    def make(seed=0, latent_dim=3):
        from dcgan_tf import GAN

        layers = keras.layers
        initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
        options = {"kernel_initializer": initializer}
        generator = keras.Sequential(
            [
                keras.Input((latent_dim,)),
                layers.Dense(8, **options),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Dense(2, **options),
            ]
        )
        discriminator = keras.Sequential(
            [
                keras.Input((2,)),
                layers.Dense(8, activation="relu", **options),
                layers.Dropout(0.3, seed=seed),
                layers.Dense(1, **options),
            ]
        )
        return GAN(generator, discriminator, latent_dim, seed=seed)

    return make


@pytest.fixture(scope="session")
def points():
    """80 points in the plane, float32 (80, 2)."""
    return np.random.default_rng(0).normal(2.0, 0.5, (80, 2)).astype(np.float32)

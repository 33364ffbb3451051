import keras
import numpy as np
import pytest
from helpers import fit

from dcgan_tf import DCGAN, GAN


def test_networks_that_share_weights_are_refused():
    shared = keras.layers.Dense(4)
    condition = keras.Input((4,))
    noise, samples = keras.Input((3,)), keras.Input((2,))
    together = keras.layers.Concatenate()
    generator = keras.Model(
        [noise, condition], keras.layers.Dense(2)(together([noise, shared(condition)]))
    )
    discriminator = keras.Model(
        [samples, condition], keras.layers.Dense(1)(together([samples, shared(condition)]))
    )
    with pytest.raises(ValueError, match="share weights.*Received: .*kernel in both"):
        GAN(generator, discriminator, latent_dim=3)


@pytest.mark.parametrize("steps", [0, -1, 1.5, None])
def test_discriminator_steps_are_checked(tiny_gan, steps):
    with pytest.raises(ValueError, match="Received: discriminator_steps=.*at least 1"):
        tiny_gan().compile(discriminator_steps=steps)


def test_compile_refuses(tiny_gan):
    model = tiny_gan()
    shared = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="share an optimizer. Received: the same object twice"):
        model.compile(shared, shared)
    with pytest.raises(ValueError, match="Received: loss='wgan'"):
        model.compile(loss="wgan")


def test_networks_that_do_not_fit_are_refused(tiny_gan):
    good = tiny_gan()
    wide = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    two_logits = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    for generator, discriminator, latent_dim, message in (
        (good.generator, good.discriminator, 4, "generator does not take the noise"),
        (good.generator, wide, 3, "discriminator does not take what the generator makes"),
        (good.generator, two_logits, 3, r"Received: output of shape \(None, 2\)"),
        (good.generator, good.discriminator, 0, "Expected an integer of at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            GAN(generator, discriminator, latent_dim)


def test_data_that_does_not_fit_is_refused(digits):
    model = DCGAN((16, 16, 1), latent_dim=8, seed=0)
    model.compile()
    with pytest.raises(ValueError, match="does not fit the networks. Received: .*Expected"):
        fit(model, digits)


def test_samples_of_whole_numbers_are_refused(tiny_gan):
    model = tiny_gan()
    model.compile()
    with pytest.raises(ValueError, match="does not fit the networks. Received: int64 of shape"):
        fit(model, np.ones((32, 2), np.int64))

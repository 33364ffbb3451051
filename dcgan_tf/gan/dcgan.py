"""The `GAN` for images with the default networks, which most users want.

DCGAN stands for deep convolutional GAN, the name that Radford et al. (2015) gave to such networks.
"""

import keras

from dcgan_tf.gan.keras_compat import use_policy
from dcgan_tf.gan.model import GAN
from dcgan_tf.gan.validation import check_pixels
from dcgan_tf.networks.pairs import build_pair


@keras.saving.register_keras_serializable(package="dcgan_tf")
class DCGAN(GAN):
    """A `GAN` of images with the default convolutional networks (Radford et al. 2015).

    Args:
        image_shape: (height, width, channels); 16 to 256 pixels a side, 1 or 3 channels.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights, the noise and Dropout. The same seed and
            the same data give the same model, bit for bit.
        name: Str or `None`, the model's name.
        generator: `keras.Model` in the place of the default generator, as a saved model has it.
        discriminator: `keras.Model` in the place of the default discriminator.
        **kwargs: other arguments of `keras.Model`, such as `dtype="mixed_bfloat16"`.

    Raises:
        ValueError: for an image shape that the networks do not support, with the reason.

    Example:

    >>> model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)

    References:
        Radford et al. 2015, https://arxiv.org/abs/1511.06434
    """

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=16,
        seed=None,
        name=None,
        generator=None,
        discriminator=None,
        **kwargs,
    ):
        self.image_shape = image_shape
        if generator is None or discriminator is None:
            with use_policy(kwargs.get("dtype")):
                pair = build_pair("default", image_shape, latent_dim, seed)
            generator, discriminator = generator or pair[0], discriminator or pair[1]
        super().__init__(generator, discriminator, latent_dim, seed=seed, name=name, **kwargs)

    def fit(self, x=None, *args, validation_data=None, **kwargs):
        """Keras' `fit`. It first checks that the pixels are in [-1, 1], see `check_pixels`."""
        x, validation_data = check_pixels(x), check_pixels(validation_data)
        return super().fit(x, *args, validation_data=validation_data, **kwargs)

    def evaluate(self, x=None, *args, **kwargs):
        """Keras' `evaluate`, with the same check."""
        if not kwargs.get("_use_cached_eval_dataset"):  # `fit` sets it, and has checked before
            x = check_pixels(x)
        return super().evaluate(x, *args, **kwargs)

    def train_on_batch(self, x, *args, **kwargs):
        """Keras' `train_on_batch`, with the same check."""
        return super().train_on_batch(check_pixels(x), *args, **kwargs)

    def test_on_batch(self, x, *args, **kwargs):
        """Keras' `test_on_batch`, with the same check."""
        return super().test_on_batch(check_pixels(x), *args, **kwargs)

    def get_config(self):
        return {**super().get_config(), "image_shape": self.image_shape}

    @classmethod
    def from_config(cls, config):
        """Builds the model that a file describes."""
        with use_policy(config.get("dtype")):
            if "generator" not in config:  # saved by version 1, whose default networks were these
                shape, seed = tuple(config["image_shape"]), config.get("seed")
                pair = build_pair("dcgan", shape, config["latent_dim"], seed)
                networks = dict(zip(("generator", "discriminator"), pair, strict=True))
                saved = map(keras.saving.serialize_keras_object, networks.values())
                config = {**config, **dict(zip(networks, saved, strict=True))}
            return super().from_config(config)

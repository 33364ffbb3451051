"""The `GAN` for images with the default networks, which most users want.

DCGAN stands for deep convolutional GAN, the name that Radford et al. (2015) gave to such networks.
"""

import keras
import numpy as np

from dcgan_tf.gan.model import GAN
from dcgan_tf.networks.pairs import build_pair


@keras.saving.register_keras_serializable(package="dcgan_tf")
class DCGAN(GAN):
    """A `GAN` of images with the default convolutional networks (Radford et al. 2015).

    Args:
        image_shape: (height, width, channels); 16 to 128 pixels a side, 1 or 3 channels.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights, the noise and Dropout. The same seed and
            the same data give the same model, bit for bit.
        name: Str or `None`, the model's name.

    Raises:
        ValueError: for an image shape that the networks do not support, with the reason.

    Example:

    >>> model = DCGAN(image_shape=(28, 28, 1), latent_dim=16, seed=0)

    References:
        Radford et al. 2015, https://arxiv.org/abs/1511.06434
    """

    def __init__(self, image_shape=(28, 28, 1), latent_dim=16, seed=None, name=None, **kwargs):
        self.image_shape = image_shape
        pair = build_pair("default", image_shape, latent_dim, seed)
        super().__init__(*pair, latent_dim, seed=seed, name=name, **kwargs)

    def fit(self, x=None, *args, **kwargs):
        """Keras' `fit`. If `x` is an array, it first checks that all pixels are in [-1, 1]."""
        if isinstance(x, np.ndarray) and x.size and not -1.0 <= x.min() <= x.max() <= 1.0:
            raise ValueError(
                f"The generator's tanh cannot make such pixels. Received: values from {x.min():g} "
                f"to {x.max():g}. Expected images in [-1, 1], for example x / 127.5 - 1 of bytes."
            )
        return super().fit(x, *args, **kwargs)

    def get_config(self):
        # `GAN.get_config` would also save the definitions of both networks. A DCGAN does not need
        # them, because it builds the same networks again from these three arguments.
        own = ("image_shape", "latent_dim", "seed")
        return {**keras.Model.get_config(self), **{name: getattr(self, name) for name in own}}

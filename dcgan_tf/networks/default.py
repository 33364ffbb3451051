"""The default generator and discriminator, built from the shape of the images.

A generator takes noise, float32 `(batch, latent_dim)`, and returns images, float32
`(batch, height, width, channels)` in [-1, 1]. A discriminator takes such images and returns logits,
float32 `(batch, 1)`; a positive logit means "real".
"""

import math

import keras

from dcgan_tf.networks.image_shape import check_image_shape, count_halvings, crop

ANY_CHANNELS = range(1, 65)  # pictures have 1 or 3, what is like pictures may have more


def build_generator(image_shape=(28, 28, 1), latent_dim=16, filters=32, seed=None):
    """Builds the default generator, small enough for a laptop's CPU.

    In the manner of Radford et al. (2015): a dense layer makes a few pixels of many channels, and
    each transposed convolution doubles height and width. Their kernels of 4x4 are a multiple of
    the stride, which avoids chequered patterns (Odena et al. 2016). A plain convolution goes before
    each of them.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`; up to 64
            channels.
        latent_dim: Int, length of the noise vector.
        filters: Int, channels before the last layer; twice as many in each layer before it.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, latent_dim)`, to images, float32
        `(batch, height, width, channels)` in [-1, 1].
    """
    height, width, channels = check_image_shape(image_shape, ANY_CHANNELS)
    halvings = count_halvings(height, width)
    rows, columns = math.ceil(height / 2**halvings), math.ceil(width / 2**halvings)
    widths = [filters * 2**i for i in reversed(range(halvings))]
    options = {"kernel_initializer": _dcgan_initializer(seed), "use_bias": False}

    def activated(x):
        return keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))

    noise = keras.Input((latent_dim,), name="noise")
    x = keras.layers.Dense(rows * columns * widths[0], **options)(noise)
    x = activated(keras.layers.Reshape((rows, columns, widths[0]))(x))
    x = activated(keras.layers.Conv2D(widths[0], 3, 1, "same", **options)(x))
    for width_of_layer in widths[1:]:
        x = activated(keras.layers.Conv2DTranspose(width_of_layer, 4, 2, "same", **options)(x))
        x = activated(keras.layers.Conv2D(width_of_layer, 3, 1, "same", **options)(x))
    options["use_bias"] = True  # no normalisation follows, which would take a bias away again
    x = keras.layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh", **options)(x)
    return keras.Model(noise, crop(x, height, width), name="generator")


def build_discriminator(image_shape=(28, 28, 1), filters=32, seed=None):
    """Builds the default discriminator: convolutions take the picture down to one number.

    Each strided convolution halves height and width; a plain one goes after the last.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`; up to 64
            channels.
        filters: Int, channels of the first layer; twice as many in each layer after it.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: images, float32 `(batch, height, width, channels)` in [-1, 1], to logits,
        float32 `(batch, 1)`.
    """
    height, width, channels = check_image_shape(image_shape, ANY_CHANNELS)
    options = {"kernel_initializer": _dcgan_initializer(seed)}

    images = x = keras.Input((height, width, channels), name="images")
    for i in range(count_halvings(height, width)):
        x = keras.layers.Conv2D(filters * 2**i, 4, 2, "same", **options)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Conv2D(x.shape[-1], 3, 1, "same", **options)(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="discriminator")


def _dcgan_initializer(seed):
    """Normal with a standard deviation of 0.02 (Radford et al. 2015), new values at each call."""
    return keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))

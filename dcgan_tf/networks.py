"""Generators and discriminators, built from the shape of the images.

A generator takes noise, float32 `(batch, latent_dim)`, and returns images, float32
`(batch, height, width, channels)` in [-1, 1]. A discriminator takes such images and returns logits,
float32 `(batch, 1)`; a positive logit means "real".
"""

import math

import keras
import numpy as np

from dcgan_tf.checks import check_image_shape


def build_generator(image_shape=(28, 28, 1), latent_dim=16, filters=32, seed=None):
    """Builds the default generator, small enough for a laptop's CPU.

    In the manner of Radford et al. (2015): a dense layer makes a few pixels of many channels, and
    each transposed convolution doubles height and width. Their kernels of 4x4 are a multiple of
    the stride, which avoids chequered patterns (Odena et al. 2016). A plain convolution goes before
    each of them.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        filters: Int, channels before the last layer; twice as many in each layer before it.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, latent_dim)`, to images, float32
        `(batch, height, width, channels)` in [-1, 1].
    """
    height, width, channels = check_image_shape(image_shape)
    halvings = _halvings(height, width)
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
    return keras.Model(noise, _crop(x, height, width), name="generator")


def build_discriminator(image_shape=(28, 28, 1), filters=32, seed=None):
    """Builds the default discriminator: convolutions take the picture down to one number.

    Each strided convolution halves height and width; a plain one goes after the last.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        filters: Int, channels of the first layer; twice as many in each layer after it.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: images, float32 `(batch, height, width, channels)` in [-1, 1], to logits,
        float32 `(batch, 1)`.
    """
    height, width, channels = check_image_shape(image_shape)
    options = {"kernel_initializer": _dcgan_initializer(seed)}

    images = x = keras.Input((height, width, channels), name="images")
    for i in range(_halvings(height, width)):
        x = keras.layers.Conv2D(filters * 2**i, 4, 2, "same", **options)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Conv2D(x.shape[-1], 3, 1, "same", **options)(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="discriminator")


def build_tutorial_generator(image_shape=(28, 28, 1), latent_dim=100, seed=None):
    """Builds the generator of TensorFlow's DCGAN tutorial.

    For 28x28 grey images and noise of 100 it has 2,330,944 parameters, as there.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`, as `build_generator`.
    """
    height, width, channels = check_image_shape(image_shape)
    rows, columns = math.ceil(height / 4), math.ceil(width / 4)
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer, "use_bias": False}

    def activated(x):
        return keras.layers.LeakyReLU(0.3)(keras.layers.BatchNormalization()(x))

    noise = keras.Input((latent_dim,), name="noise")
    x = activated(keras.layers.Dense(rows * columns * 256, **options)(noise))
    x = keras.layers.Reshape((rows, columns, 256))(x)
    x = activated(keras.layers.Conv2DTranspose(128, 5, 1, "same", **options)(x))
    x = activated(keras.layers.Conv2DTranspose(64, 5, 2, "same", **options)(x))
    x = keras.layers.Conv2DTranspose(channels, 5, 2, "same", activation="tanh", **options)(x)
    return keras.Model(noise, _crop(x, height, width), name="tutorial_generator")


def build_tutorial_discriminator(image_shape=(28, 28, 1), seed=None):
    """Builds the discriminator of TensorFlow's DCGAN tutorial.

    For 28x28 grey images it has 212,865 parameters, as there.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        seed: Int or `None`, fixes the initial weights and Dropout.

    Returns:
        A `keras.Model`, as `build_discriminator`.
    """
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}

    images = x = keras.Input(check_image_shape(image_shape), name="images")
    for i, filters in enumerate((64, 128)):
        x = keras.layers.Conv2D(filters, 5, 2, "same", **options)(x)
        x = keras.layers.LeakyReLU(0.3)(x)
        x = keras.layers.Dropout(0.3, seed=None if seed is None else seed + i)(x)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="tutorial_discriminator")


def build_dense_discriminator(image_shape=(28, 28, 1), units=(512, 256), seed=None):
    """Builds a fully connected discriminator, the one Article 2, section 4.3 asks for.

    It sees pixels without knowing which of them are neighbours.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        units: sequence of ints, the widths of the hidden layers.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`, as `build_discriminator`.
    """
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}

    images = keras.Input(check_image_shape(image_shape), name="images")
    x = keras.layers.Flatten()(images)
    for width in units:
        x = keras.layers.Dense(width, **options)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="dense_discriminator")


PAIRS = {
    "default": (build_generator, build_discriminator),
    "tutorial": (build_tutorial_generator, build_tutorial_discriminator),
    "dense": (build_generator, build_dense_discriminator),
}


def build_pair(name, image_shape=(28, 28, 1), latent_dim=16, seed=None):
    """Builds a generator and the discriminator that goes with it.

    Args:
        name: a key of `PAIRS`: `"default"`, `"tutorial"` (of TensorFlow's DCGAN tutorial) or
            `"dense"` (the default generator with a fully connected discriminator).
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights of both, and Dropout.

    Returns:
        A tuple `(generator, discriminator)` of `keras.Model`s.
    """
    build_generator, build_discriminator = PAIRS[name]
    seeds = [None, None]
    if seed is not None:  # two numbers far apart, so that the networks share no random values
        seeds = np.random.SeedSequence(seed).generate_state(2).tolist()
    return (
        build_generator(image_shape, latent_dim, seed=seeds[0]),
        build_discriminator(image_shape, seed=seeds[1]),
    )


def _dcgan_initializer(seed):
    """Normal with a standard deviation of 0.02 (Radford et al. 2015), new values at each call."""
    return keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))


def _halvings(height, width):
    """How often the larger side is halved until at most 8 pixels are left, but at least twice."""
    return max(2, math.ceil(math.log2(max(height, width) / 8)))


def _crop(images, height, width):
    """Cuts off what is too much: doubling leads to multiples of 4, 8 or 16 pixels only."""
    rows, columns = images.shape[1] - height, images.shape[2] - width
    if rows or columns:
        images = keras.layers.Cropping2D(((0, rows), (0, columns)))(images)
    return images

"""The default generator and discriminator, two convolutional networks for any shape of images."""

import math

import keras

from dcgan_tf.networks.image_shape import check_image_shape, count_halvings, crop
from dcgan_tf.networks.layers import MinibatchStdDev, SelfModulation, UpConv2D
from dcgan_tf.networks.seeds import split_seed

ANY_CHANNELS = range(1, 65)  # images have 1 or 3; a film may have one channel for each frame


def build_generator(image_shape=(28, 28, 1), latent_dim=16, filters=32, seed=None):
    """Builds the default generator, small enough for a laptop's CPU.

    A dense layer makes a few pixels with many channels. Then plain convolutions alternate with
    `UpConv2D`, which doubles height and width. After each of them `SelfModulation` normalises the
    channels and lets the noise scale and shift them.

    Args:
        image_shape: (height, width, channels) as in `check_image_shape`, but up to 64 channels.
        latent_dim: Int, length of the noise vector.
        filters: Int, channels of the last hidden stage. Each stage before it has twice as many.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, latent_dim)`, to images, float32
        `(batch, height, width, channels)` in [-1, 1].
    """
    height, width, channels = check_image_shape(image_shape, ANY_CHANNELS)
    halvings = count_halvings(height, width)
    rows, columns = math.ceil(height / 2**halvings), math.ceil(width / 2**halvings)
    first, *others = [filters * 2**i for i in reversed(range(halvings))]
    seeds = split_seed(seed, 2)
    options = {"kernel_initializer": make_dcgan_initializer(seeds[0]), "use_bias": False}
    modulation = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seeds[1]))
    noise = keras.Input((latent_dim,), name="noise")

    def activate(x):
        return keras.layers.LeakyReLU(0.2)(SelfModulation(32, modulation)(x, noise))

    x = keras.layers.Dense(rows * columns * first, **options)(noise)
    x = activate(keras.layers.Reshape((rows, columns, first))(x))
    x = activate(keras.layers.Conv2D(first, 3, 1, "same", **options)(x))
    for filters_of_layer in others:
        x = activate(UpConv2D(filters_of_layer, **options)(x))
        x = activate(keras.layers.Conv2D(filters_of_layer, 3, 1, "same", **options)(x))
    options["use_bias"] = True  # only here: a normalisation would cancel a bias before it
    x = UpConv2D(channels, activation="tanh", **options)(x)
    return keras.Model(noise, crop(x, height, width), name="generator")


def build_discriminator(image_shape=(28, 28, 1), filters=32, seed=None):
    """Builds the default discriminator, which turns an image into one logit.

    Strided convolutions halve height and width, down to at most 4x4 pixels. `MinibatchStdDev` adds
    how different the image is from others of the batch. Two dense layers look at all of this.

    Args:
        image_shape: (height, width, channels) as in `check_image_shape`, but up to 64 channels.
        filters: Int, channels of the first stage. Each stage after it has twice as many, up to 512.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: images, float32 `(batch, height, width, channels)` in [-1, 1], to logits,
        float32 `(batch, 1)`. A logit is any real number; a positive one means "real".
    """
    height, width, channels = check_image_shape(image_shape, ANY_CHANNELS)
    options = {"kernel_initializer": make_dcgan_initializer(seed)}

    images = x = keras.Input((height, width, channels), name="images")
    for i in range(count_halvings(height, width) + 1):
        x = keras.layers.Conv2D(min(filters * 2**i, 512), 4, 2, "same", **options)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    x = MinibatchStdDev()(keras.layers.Flatten()(x))
    x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(128, **options)(x))
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="discriminator")


def make_dcgan_initializer(seed):
    """Returns the initializer of Radford et al. (2015): normal values, standard deviation 0.02."""
    return keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))

"""Pairs of a generator and a discriminator by name: the default pair and others to compare it with.

Each network is built for a given shape of images. Inputs and outputs are those of the default pair.
"""

import math

import keras

from dcgan_tf.networks.default import (
    build_discriminator,
    build_generator,
    make_dcgan_initializer,
)
from dcgan_tf.networks.image_shape import check_image_shape, count_halvings, crop
from dcgan_tf.networks.recurrent import build_row_discriminator, build_row_generator
from dcgan_tf.networks.seeds import split_seed


def build_tutorial_generator(image_shape=(28, 28, 1), latent_dim=100, seed=None):
    """Builds the generator of TensorFlow's DCGAN tutorial.

    For grey images of 28x28 pixels and 100 noise values it has 2,330,944 parameters, as in the
    tutorial.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_generator`.
    """
    height, width, channels = check_image_shape(image_shape)
    rows, columns = math.ceil(height / 4), math.ceil(width / 4)
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer, "use_bias": False}

    def activate(x):
        return keras.layers.LeakyReLU(0.3)(keras.layers.BatchNormalization()(x))

    noise = keras.Input((latent_dim,), name="noise")
    x = activate(keras.layers.Dense(rows * columns * 256, **options)(noise))
    x = keras.layers.Reshape((rows, columns, 256))(x)
    x = activate(keras.layers.Conv2DTranspose(128, 5, 1, "same", **options)(x))
    x = activate(keras.layers.Conv2DTranspose(64, 5, 2, "same", **options)(x))
    x = keras.layers.Conv2DTranspose(channels, 5, 2, "same", activation="tanh", **options)(x)
    return keras.Model(noise, crop(x, height, width), name="tutorial_generator")


def build_tutorial_discriminator(image_shape=(28, 28, 1), seed=None):
    """Builds the discriminator of TensorFlow's DCGAN tutorial.

    For grey images of 28x28 pixels it has 212,865 parameters, as in the tutorial.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        seed: Int or `None`, fixes the initial weights and Dropout.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_discriminator`.
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


def build_dcgan_generator(image_shape=(28, 28, 1), latent_dim=16, filters=32, seed=None):
    """Builds a small generator after Radford et al. (2015), with transposed convolutions.

    A dense layer makes a few pixels with many channels. Then plain convolutions alternate with
    transposed ones, which double height and width. Their kernels of 4x4 are a multiple of their
    stride 2: this makes chequered patterns weaker (Odena et al. 2016), but does not remove them.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        filters: Int, channels of the last hidden stage. Each stage before it has twice as many.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_generator`.

    References:
        Radford et al. 2015, https://arxiv.org/abs/1511.06434

        Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard/
    """
    height, width, channels = check_image_shape(image_shape)
    halvings = count_halvings(height, width, 8)
    rows, columns = math.ceil(height / 2**halvings), math.ceil(width / 2**halvings)
    first, *others = [filters * 2**i for i in reversed(range(halvings))]
    options = {"kernel_initializer": make_dcgan_initializer(seed), "use_bias": False}

    def activate(x):
        return keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))

    noise = keras.Input((latent_dim,), name="noise")
    x = keras.layers.Dense(rows * columns * first, **options)(noise)
    x = activate(keras.layers.Reshape((rows, columns, first))(x))
    x = activate(keras.layers.Conv2D(first, 3, 1, "same", **options)(x))
    for filters_of_layer in others:
        x = activate(keras.layers.Conv2DTranspose(filters_of_layer, 4, 2, "same", **options)(x))
        x = activate(keras.layers.Conv2D(filters_of_layer, 3, 1, "same", **options)(x))
    options["use_bias"] = True  # only here: a batch normalisation would cancel a bias before it
    x = keras.layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh", **options)(x)
    return keras.Model(noise, crop(x, height, width), name="generator")


def build_dcgan_discriminator(image_shape=(28, 28, 1), filters=32, seed=None):
    """Builds the discriminator for `build_dcgan_generator`.

    Each strided convolution halves height and width. A plain convolution follows the last of them.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        filters: Int, channels of the first stage. Each stage after it has twice as many.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_discriminator`.
    """
    height, width, channels = check_image_shape(image_shape)
    options = {"kernel_initializer": make_dcgan_initializer(seed)}

    images = x = keras.Input((height, width, channels), name="images")
    for i in range(count_halvings(height, width, 8)):
        x = keras.layers.Conv2D(filters * 2**i, 4, 2, "same", **options)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Conv2D(x.shape[-1], 3, 1, "same", **options)(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="discriminator")


def build_dense_discriminator(image_shape=(28, 28, 1), units=(512, 256), offset=1.0, seed=None):
    """Builds a fully connected discriminator, as in Article 2, section 4.3.

    It sees all pixels, but it does not know which of them are neighbours. Most pixels of a digit
    are black, which is -1. The discriminator adds 1 to all pixels, so that black is 0 and only the
    strokes count. Train it with a quarter of the default learning rate.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        units: sequence of ints, the widths of the hidden layers.
        offset: Float, what is added to all pixels.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_discriminator`.

    Example:

    >>> model = GAN(*build_pair("dense", seed=0), latent_dim=16, seed=0)
    >>> model.compile(discriminator_optimizer=adam(0.0005))
    """
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}

    images = keras.Input(check_image_shape(image_shape), name="images")
    x = keras.layers.Flatten()(images)
    x = keras.layers.Rescaling(1.0, offset)(x)
    for width in units:
        x = keras.layers.Dense(width, **options)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    logits = keras.layers.Dense(1, **options)(x)
    return keras.Model(images, logits, name="dense_discriminator")


def build_spectral_discriminator(image_shape=(28, 28, 1), seed=None):
    """Builds the default discriminator with spectral normalisation (Miyato et al. 2018).

    Each training step divides every kernel, taken as a matrix, by its largest singular value: the
    largest factor by which the matrix can stretch a vector. Power iteration estimates it. So the
    gradients of a layer cannot grow without bound. (A convolution may still stretch a whole image,
    because its patches overlap. Kernel size and stride limit by how much.)

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_discriminator`.

    References:
        Miyato et al. 2018, https://arxiv.org/abs/1802.05957
    """

    def normalise(layer):
        copy = type(layer).from_config(layer.get_config())
        return keras.layers.SpectralNormalization(copy) if hasattr(layer, "kernel") else copy

    plain = build_discriminator(image_shape, seed=seed)
    discriminator = keras.models.clone_model(plain, clone_function=normalise)
    for copy, variable in zip(
        discriminator.trainable_variables, plain.trainable_variables, strict=True
    ):
        copy.assign(variable)
    seeds = keras.random.SeedGenerator(seed)
    for variable in discriminator.non_trainable_variables:  # the start of the power iteration
        variable.assign(keras.random.normal(variable.shape, seed=seeds))
    return discriminator


PAIRS = {
    "default": (build_generator, build_discriminator),
    "dcgan": (build_dcgan_generator, build_dcgan_discriminator),
    "tutorial": (build_tutorial_generator, build_tutorial_discriminator),
    "dense": (build_generator, build_dense_discriminator),
    "recurrent": (build_row_generator, build_row_discriminator),
    "spectral": (build_generator, build_spectral_discriminator),
}


def build_pair(name, image_shape=(28, 28, 1), latent_dim=16, seed=None):
    """Builds a generator and the discriminator that belongs to it.

    Args:
        name: a key of `PAIRS`: `"default"`; `"dcgan"`, smaller networks after Radford et al. (2015)
            with transposed convolutions; `"tutorial"`, from TensorFlow's DCGAN tutorial;
            `"dense"`, the default generator with a fully connected discriminator; `"recurrent"`,
            two networks that go through an image row by row; or `"spectral"`, the default pair
            with spectral normalisation in the discriminator.
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights of both networks, and Dropout.

    Returns:
        A tuple `(generator, discriminator)`, each a `keras.Model`.

    Raises:
        ValueError: for an unknown name, or an image shape that the networks do not support.
    """
    if name not in PAIRS:
        raise ValueError(f"Unknown pair. Received: name={name!r}. Expected one of {sorted(PAIRS)}.")
    check_image_shape(image_shape)
    build_generator, build_discriminator = PAIRS[name]
    seeds = split_seed(seed, 2)
    return (
        build_generator(image_shape, latent_dim, seed=seeds[0]),
        build_discriminator(image_shape, seed=seeds[1]),
    )

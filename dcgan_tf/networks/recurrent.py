"""Recurrent networks for both sides, as Article 2, section 3.1 and Article 3, section 2 name them.

A sequence is made, and read, step by step; what a network keeps in mind between two steps is the
state of its gated recurrent units (Cho et al. 2014).
"""

import keras

from dcgan_tf.networks.image_shape import check_image_shape
from dcgan_tf.networks.seeds import split_seed


def build_recurrent_generator(sample_shape, latent_dim=16, units=64, activation=None, seed=None):
    """Builds a generator of sequences.

    Every step gets the whole noise; the state tells the steps apart.

    Args:
        sample_shape: (steps, values) of a sequence.
        latent_dim: Int, length of the noise vector.
        units: Int, recurrent units.
        activation: Str or function, of the values, for example `"tanh"`; `None` for any number.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, latent_dim)`, to float32 `(batch, steps, values)`.
    """
    steps, values = sample_shape
    noise = keras.Input((latent_dim,), name="noise")
    seeds = split_seed(seed, 2)
    x = keras.layers.RepeatVector(steps)(noise)
    x = build_gru(units, seeds[0], return_sequences=True)(x)
    initializer = keras.initializers.GlorotUniform(seed=seeds[1])
    outputs = keras.layers.Dense(values, activation, kernel_initializer=initializer)(x)
    return keras.Model(noise, outputs, name="recurrent_generator")


def build_recurrent_discriminator(sample_shape, units=64, seed=None):
    """Builds a discriminator of sequences, which reads them in both directions.

    Args:
        sample_shape: (steps, values) of a sequence.
        units: Int, recurrent units in each direction.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: float32 `(batch, steps, values)` to logits, float32 `(batch, 1)`.
    """
    sequences = keras.Input(sample_shape, name="sequences")
    x = build_bidirectional(units, seed)(sequences)
    initializer = keras.initializers.GlorotUniform(seed=split_seed(seed, 3)[2])
    logits = keras.layers.Dense(1, kernel_initializer=initializer)(x)
    return keras.Model(sequences, logits, name="recurrent_discriminator")


def build_row_generator(image_shape=(28, 28, 1), latent_dim=16, seed=None):
    """Builds a recurrent generator of images, which writes them row by row (Article 2, 3.1).

    The noise is laid out as one vector for each row; the recurrent state carries on what was
    written above. It learns more slowly than convolutions, and trains with a third of their rate.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`, as `build_generator`.

    Example:

    >>> model = GAN(*build_pair("recurrent", seed=0), latent_dim=16, seed=0)
    >>> model.compile(generator_optimizer=adam(0.0007, averaged=True))
    """
    height, width, channels = check_image_shape(image_shape)
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}

    noise = keras.Input((latent_dim,), name="noise")
    x = keras.layers.Dense(height * 32, **options)(noise)
    x = keras.layers.Reshape((height, 32))(x)
    x = build_gru(128, seed, return_sequences=True)(x)
    x = keras.layers.Dense(128, use_bias=False, **options)(x)
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    rows = keras.layers.Dense(width * channels, "tanh", **options)(x)
    return keras.Model(noise, keras.layers.Reshape(image_shape)(rows), name="row_generator")


def build_row_discriminator(image_shape=(28, 28, 1), seed=None):
    """Builds a recurrent discriminator of images, which reads them row by row, down and up.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`, as `build_discriminator`.
    """
    height, width, channels = check_image_shape(image_shape)
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    options = {"kernel_initializer": initializer}

    images = keras.Input(image_shape, name="images")
    x = keras.layers.Reshape((height, width * channels))(images)
    x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(64, **options)(x))
    x = build_bidirectional(64, seed, return_sequences=True)(x)
    logits = keras.layers.Dense(1, **options)(keras.layers.Flatten()(x))
    return keras.Model(images, logits, name="row_discriminator")


def build_bidirectional(units, seed=None, **options):
    """Two layers as `gru` makes them, with the same arguments: one reads from the end."""
    forwards, backwards = split_seed(seed, 2)
    return keras.layers.Bidirectional(
        build_gru(units, forwards, **options),
        backward_layer=build_gru(units, backwards, go_backwards=True, **options),
    )


def build_gru(units, seed=None, **options):
    """A layer of gated recurrent units that works with penalties on D's slope, on a GPU too.

    Args:
        units: Int, recurrent units.
        seed: Int or `None`, fixes the initial weights.
        **options: further arguments of `keras.layers.GRU`.

    Returns:
        A `keras.layers.GRU`.
    """
    seeds = split_seed(seed, 2)
    return keras.layers.GRU(
        units,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[0]),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[1]),
        use_cudnn=False,  # cuDNN's have no second derivative
        **options,
    )

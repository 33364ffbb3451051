"""Recurrent generators and discriminators (Article 2, section 3.1 and Article 3, section 2).

A recurrent network makes or reads a sequence step by step. What it remembers from one step to the
next is the *state* of its gated recurrent units (Cho et al. 2014).
"""

import keras

from dcgan_tf.networks.image_shape import check_image_shape
from dcgan_tf.networks.layers import GumbelSoftmax
from dcgan_tf.networks.seeds import split_seed


def build_text_generator(sample_shape, latent_dim=32, units=128, seed=None):
    """Builds a generator of texts, which chooses one character after the other.

    A part of the noise sets the state at the beginning. Then each step reads the character that was
    chosen last, changes the state, and chooses the next character (`GumbelSoftmax`) by the rest of
    the noise. So each character can depend on all those before it. A network that reads what it has
    just written is called *autoregressive*.

    Args:
        sample_shape: (length, characters): the number of places in a text, and the number of
            different characters.
        latent_dim: Int, how many numbers of the noise set the state.
        units: Int, number of recurrent units.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, latent_dim + length * characters)`, to texts,
        float32 `(batch, length, characters)`, with 1 for the character at a place and 0 for all
        others.
    """
    length, characters = sample_shape
    seeds = split_seed(seed, 4)
    first, second, third = [keras.initializers.GlorotUniform(seed=each) for each in seeds[:3]]
    cell = keras.layers.GRUCell(
        units,
        kernel_initializer=first,
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[3]),
    )
    compute_logits = keras.layers.Dense(characters, kernel_initializer=second)

    noise = keras.Input((latent_dim + length * characters,), name="noise")
    state = keras.layers.Dense(units, "tanh", kernel_initializer=third)(noise[:, :latent_dim])
    draws = keras.layers.Reshape(sample_shape)(noise[:, latent_dim:])
    character = keras.ops.zeros_like(draws[:, 0])  # there is none before the first one
    text = []
    for place in range(length):
        state, _ = cell(character, state)
        character = GumbelSoftmax()(compute_logits(state), draws[:, place])
        text.append(character)
    return keras.Model(noise, keras.ops.stack(text, axis=1), name="text_generator")


def build_row_generator(image_shape=(28, 28, 1), latent_dim=16, seed=None):
    """Builds a recurrent generator, which makes an image row by row (Article 2, section 3.1).

    A dense layer turns the noise into one vector for each row. The recurrent state tells each row
    what stands above it. This generator learns more slowly than convolutions do, so train it with
    a third of their learning rate.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_generator`.

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
    """Builds a recurrent discriminator, which reads the rows of an image downwards and upwards.

    Args:
        image_shape: (height, width, channels) of the images, as in `check_image_shape`.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model` with the inputs and outputs of `build_discriminator`.
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
    """Builds two layers with `build_gru`: one reads forwards, the other one from the end.

    Args:
        units: Int, number of recurrent units in each direction.
        seed: Int or `None`, fixes the initial weights.
        **options: further arguments of `keras.layers.GRU`, for both layers.

    Returns:
        A `keras.layers.Bidirectional`, whose output has the values of both layers.
    """
    forwards, backwards = split_seed(seed, 2)
    return keras.layers.Bidirectional(
        build_gru(units, forwards, **options),
        backward_layer=build_gru(units, backwards, go_backwards=True, **options),
    )


def build_gru(units, seed=None, **options):
    """Builds a layer of gated recurrent units (Cho et al. 2014).

    The layer works together with the penalties of `gan.regularizers`, on a GPU too.

    Args:
        units: Int, number of recurrent units.
        seed: Int or `None`, fixes the initial weights.
        **options: further arguments of `keras.layers.GRU`.

    Returns:
        A `keras.layers.GRU`.

    References:
        Cho et al. 2014, https://arxiv.org/abs/1406.1078
    """
    seeds = split_seed(seed, 2)
    return keras.layers.GRU(
        units,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[0]),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[1]),
        use_cudnn=False,  # cuDNN has no second derivative, which a penalty on gradients needs
        **options,
    )

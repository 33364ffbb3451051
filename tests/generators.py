"""Small generators with every layer that a page can compute, and weights that show errors."""

import keras
import numpy as np

from dcgan_tf import GAN
from dcgan_tf.networks.layers import SelfModulation, UpConv2D

layers = keras.layers


def shake(network, seed=0):
    """Gives a network random weights, whose normalisations have seen other images than these."""
    rng = np.random.default_rng(seed)
    for weight in network.weights:
        name = weight.path.rpartition("/")[2]
        if name in ("seed_generator_state", "vector_u"):
            continue
        if name in ("moving_variance", "gamma"):
            value = rng.uniform(0.5, 2, weight.shape)
        elif len(weight.shape) < 2:
            value = rng.normal(0, 0.4, weight.shape)
        else:
            inputs = np.prod(weight.shape[:-1])
            value = rng.normal(0, 1.2 / np.sqrt(inputs), weight.shape)
        weight.assign(value)
    return network


def make_model(generator, latent_dim=6):
    """Makes a GAN with a generator whose pixels are neither all alike nor all black or white."""
    shake(generator)
    image = keras.Input(generator.output_shape[1:])
    inputs = [image, keras.Input(())] if len(generator.inputs) == 2 else [image]
    logit = layers.Dense(1)(layers.Flatten()(image))
    return GAN(generator, keras.Model(inputs, logit), latent_dim)


def build_dense_and_normalised():
    noise = keras.Input((6,))
    x = layers.Dense(48, activation="gelu")(noise)
    x = layers.LayerNormalization()(x)
    x = layers.Dropout(0.5)(layers.GaussianNoise(0.3)(x))
    x = layers.Reshape((2, 3, 8))(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(1.5, 0.1, 0.2)(x)
    x = layers.UpSampling2D(2)(x)
    x = layers.GroupNormalization(4)(layers.Conv2D(8, 3, padding="same")(x))
    x = layers.PReLU(shared_axes=(1, 2))(x)
    x = layers.UpSampling2D((4, 3), interpolation="bilinear")(x)
    x = layers.LayerNormalization(axis=(1, 2, 3))(layers.DepthwiseConv2D(3, padding="same")(x))
    x = layers.ELU(0.7)(x)
    x = layers.ZeroPadding2D(((3, 1), (2, 4)))(x)
    x = layers.Conv2D(3, 3, dilation_rate=2, activation="sigmoid")(x)
    return keras.Model(noise, layers.Rescaling(2.0, -1.0)(x))


def build_transposed():
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4 * 5 * 6, use_bias=False),
            layers.Activation("silu"),
            layers.Reshape((4, 5, 6)),
            layers.Conv2DTranspose(5, 5, 2, padding="same", activation="elu"),
            layers.Conv2DTranspose(4, (3, 4), (1, 2), padding="valid", activation="softplus"),
            layers.Conv2DTranspose(4, 2, 3, padding="same", activation="mish"),
            layers.BatchNormalization(scale=False),
            layers.LeakyReLU(0.3),
            layers.Conv2DTranspose(3, 3, 1, padding="valid", activation="tanh"),
            layers.Cropping2D(((1, 2), (0, 3))),
        ]
    )


def build_branches():
    noise = keras.Input((6,))
    table = layers.Reshape((4, 4, 4))(layers.Dense(64, activation="selu")(noise))
    shared = layers.Conv2D(4, 3, padding="same", activation="softsign")
    first, second = shared(table), shared(layers.Permute((2, 1, 3))(table))
    x = layers.Add()([first, second, table])
    x = layers.Subtract()([x, layers.Multiply()([first, second])])
    x = layers.Maximum()([x, layers.Minimum()([first, table])])
    x = layers.Concatenate()([x, layers.Average()([first, second]), layers.Softmax()(table)])
    pooled = layers.MaxPooling2D(2)(x)
    pooled = layers.AveragePooling2D(3, 1, padding="same")(layers.UpSampling2D(2)(pooled))
    most = layers.GlobalMaxPooling2D(keepdims=True)(x)
    mean = layers.Reshape((1, 1, 12))(layers.GlobalAveragePooling2D()(x))
    x = layers.Add()([layers.Multiply()([pooled, mean]), most])
    x = UpConv2D(6, 5, activation="hard_silu")(x)
    x = SelfModulation(5)(x, noise)
    x = layers.SpectralNormalization(UpConv2D(1, 3, activation="tanh"))(x)
    return keras.Model(noise, x)


def build_recurrent():
    noise = keras.Input((6,))
    x = layers.RepeatVector(8)(noise)
    x = layers.GRU(7, return_sequences=True)(x)
    x = layers.GRU(7, return_sequences=True, reset_after=False, go_backwards=True)(x)
    x = layers.SimpleRNN(9, return_sequences=True, activation="relu")(x)
    x = layers.LSTM(10, return_sequences=True, recurrent_activation="hard_sigmoid")(x)
    last = layers.LSTM(16)(x)
    rows = layers.Dense(16, "tanh")(x)
    return keras.Model(noise, layers.Reshape((8, 16, 1))(layers.Add()([rows, last])))


def build_with_label():
    noise, label = keras.Input((6,)), keras.Input((), dtype="int32")
    both = layers.Concatenate()([noise, layers.Flatten()(layers.Embedding(3, 5)(label))])
    inner = keras.Sequential([keras.Input((11,)), layers.Dense(16 * 16 * 3, "tanh")])
    return keras.Model([noise, label], layers.Reshape((16, 16, 3))(inner(both)))


GENERATORS = {
    "normalised": build_dense_and_normalised,
    "transposed": build_transposed,
    "branches": build_branches,
    "recurrent": build_recurrent,
    "labels": build_with_label,
}

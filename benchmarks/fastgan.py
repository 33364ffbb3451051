"""A pair of networks after FastGAN, as a yardstick for `own_images.py`.

It follows Liu et al. 2021 (https://arxiv.org/abs/2101.04775), in code of our own, with half of the
paper's channels, as it has to train on a processor: gated convolutions, noise in each stage, and a
skip-layer excitation in the generator; spectral normalisation, two ways through each stage, and a
decoder in the discriminator. The decoder has to draw the real images again from the features of the
discriminator, which keeps these from looking at a few details alone. The paper compares the drawn
images by another network (LPIPS); here it is by their mean absolute difference.
"""

import keras

LATENT_DIM = 256
layers, ops = keras.layers, keras.ops


def build_fastgan(size):
    """Builds the pair for square images in colour of 64 pixels or more a side.

    Returns:
        The generator, the discriminator, and what the discriminator minimises in addition to its
        loss: a regulariser as in `dcgan_tf.gan.regularizers`.
    """
    discriminator, features, decoder = build_discriminator(size)

    def reconstruct(judge, real_images, fake_images, seeds):
        drawn = decoder(features(real_images, training=True), training=True)
        return ops.mean(ops.abs(drawn - real_images))

    return build_generator(size), discriminator, reconstruct


def build_generator(size):
    noise = keras.Input((LATENT_DIM,))
    x = layers.Dense(4 * 4 * 1024, use_bias=False)(noise)
    first = x = gate(layers.BatchNormalization()(layers.Reshape((4, 4, 1024))(x)))
    filters, side = 256, 4
    while side < size:
        x = grow(x, filters, noisy=True)
        filters, side = max(filters // 2, 64), 2 * side
    excited = layers.Conv2D(x.shape[-1], 4)(first)
    excited = layers.Conv2D(x.shape[-1], 1, activation="sigmoid")(ops.silu(excited))
    images = layers.Conv2D(3, 3, padding="same", activation="tanh")(x * excited)
    return keras.Model(noise, images, name="fastgan_generator")


def build_discriminator(size):
    images = keras.Input((size, size, 3))
    x = layers.LeakyReLU(0.2)(convolve(images, 32, 4, 2, normalised=False))
    filters = 64
    while x.shape[1] > 8:
        straight = activate(convolve(activate(convolve(x, filters, 4, 2)), filters, 3))
        pooled = activate(convolve(layers.AveragePooling2D(2)(x), filters, 1))
        x, filters = (straight + pooled) / 2, 2 * filters
    features = keras.Model(images, x)
    logits = convolve(activate(convolve(x, filters, 1)), 1, 4, normalised=False)
    logits = layers.GlobalAveragePooling2D()(logits)

    y = encoded = keras.Input(x.shape[1:])
    filters = 64
    while y.shape[1] < size:
        y, filters = grow(y, filters), max(filters // 2, 16)
    drawn = layers.Conv2D(3, 3, padding="same", activation="tanh")(y)
    decoder = keras.Model(encoded, drawn, name="decoder")
    discriminator = Discriminator(images, logits, name="fastgan_discriminator")
    discriminator.decoder = decoder  # so that its weights are trained with the others
    return discriminator, features, decoder


class Discriminator(keras.Model):
    """A functional model that also owns a decoder."""


def grow(x, filters, noisy=False):
    """Doubles height and width, then convolves, normalises and gates."""
    x = layers.UpSampling2D()(x)
    x = layers.Conv2D(2 * filters, 3, padding="same", use_bias=False)(x)
    x = Noise()(x) if noisy else x
    return gate(layers.BatchNormalization()(x))


def gate(x):
    """Multiplies one half of the channels by the sigmoid of the other half."""
    values, gates = ops.split(x, 2, axis=-1)
    return values * ops.sigmoid(gates)


def convolve(x, filters, size, stride=1, normalised=True):
    convolution = layers.Conv2D(filters, size, stride, "same", use_bias=False)
    x = layers.SpectralNormalization(convolution)(x)
    return layers.BatchNormalization()(x) if normalised else x


def activate(x):
    return layers.LeakyReLU(0.2)(x)


class Noise(layers.Layer):
    """Adds noise, the same for all channels, times a weight that is learned and begins at 0."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(0)

    def build(self, shape):
        self.weight = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        noise = keras.random.normal((*ops.shape(x)[:-1], 1), seed=self.seeds)
        return x + self.weight * noise

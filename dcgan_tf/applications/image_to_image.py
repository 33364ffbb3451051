"""From one image to another: the base class of completion, enhancement and translation.

The condition is an image y, which is made from a real image x. The generator makes G(z, y) from y
and the noise z. The discriminator sees pairs of images, and asks: "is this a real image, and does
it belong to y?" In addition to fooling the discriminator, the generator minimises the absolute
difference between G(z, y) and x (Isola et al. 2017).
"""

import abc
import math

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.evaluation.scorer import MEASURES, REAL, Scorer
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.more_losses import AbsoluteError
from dcgan_tf.networks.default import crop

LATENT_DIM = 16
MOST_IMAGES = 10_000  # to train on: a run takes minutes. Of more images we draw some at random.
HELD_OUT = 10  # without a test part, one image of so many is not trained on
SPLIT_SEED = 0  # the same images are held out, whatever the seed of the run
SCORES = ("frechet_distance", "kernel_distance", "precision", "recall", "coverage")


class ImageToImage(Application):
    """An application that makes an image from another image, its condition.

    Attributes:
        baseline_title: Str, the name of what `baseline` does.
        weight: Float, how much the absolute error counts when it is added to the generator's loss.

    References:
        Isola et al. 2017, https://arxiv.org/abs/1611.07004
    """

    default_data = "mnist-10k"
    steps = 3000
    draws_without_data = False
    weight = 10.0

    @abc.abstractmethod
    def make_conditions(self, images, rng):
        """Makes the condition of each image.

        Args:
            images: float32 `(n, height, width, channels)` in [-1, 1].
            rng: `numpy.random.Generator`.

        Returns:
            float32 `(n, h, w, c)`; height, width and channels may differ from those of the images.
        """

    @abc.abstractmethod
    def baseline(self, conditions):
        """Makes images from conditions without a network, for comparison.

        Args:
            conditions: what `make_conditions` returns.

        Returns:
            float32 `(n, height, width, channels)` in [-1, 1].
        """

    def load(self):
        samples, labels = self.open_data()
        self.held_out, self.held_out_labels = self.dataset.test_part
        if not len(self.held_out):
            held_out, known = split(len(samples))
            self.held_out_labels = None if labels is None else labels[held_out]
            samples, self.held_out = samples[known], samples[held_out]
        rng = np.random.default_rng(self.seed)
        if len(samples) > MOST_IMAGES:
            samples = samples[rng.choice(len(samples), MOST_IMAGES, replace=False)]
        self.condition = self.make_conditions(samples, rng)
        self.held_out_condition = self.make_conditions(self.held_out, rng)
        return samples

    def build(self):
        networks = build_translators(
            self.condition.shape[1:], self.samples.shape[1:], LATENT_DIM, self.seed
        )
        model = GAN(*self.extend_networks(*networks), LATENT_DIM, seed=self.seed)
        model.compile(generator_term=AbsoluteError(self.weight))
        return model

    def extend_networks(self, generator, discriminator):
        """Returns the two networks. A sub-class may add something to them."""
        return generator, discriminator

    def draw(self, model, n=24, seed=0):
        """Draws three rows in turn: the conditions, the generated images and the real images.

        The images are held out: the model was not trained on them.
        """
        n = min(n, len(self.held_out))
        made = model.generate(n, seed, condition=self.held_out_condition[:n])
        given = self.visible(self.held_out_condition[:n])
        columns, rows = min(8, n), []
        for start in range(0, n, columns):
            part = slice(start, start + columns)
            for row in (given[part], made[part], self.held_out[part]):
                blank = np.ones((columns - len(row), *row.shape[1:]), np.float32)
                rows += [row, blank]
        grid = rendering.make_grid(rendering.to_uint8(np.concatenate(rows)), columns)
        return rendering.add_caption(grid, "given, made of it, and the truth")

    def generate(self, model, n, seed=0, label=None, noise=None, first=0):
        condition = self.held_out_condition[(first + np.arange(n)) % len(self.held_out)]
        return model.generate(n, seed, condition=condition, noise=noise)

    def visible(self, conditions):
        """Conditions as images of the same size as the samples, and with as many channels."""
        height, width, channels = self.samples.shape[1:]
        pictures = tf.image.resize(conditions, (height, width), method="nearest").numpy()
        return np.broadcast_to(pictures, (*pictures.shape[:3], channels))

    def score(self, model, n=10_000, seed=0, verbose=1):
        dataset = self.dataset
        features = choose_features(
            *(self.data, dataset.images, dataset.labels, dataset.label_names), verbose=2 * verbose
        )
        n = min(n, len(self.held_out), len(self.samples) // 2)
        real, given = self.held_out[:n], self.held_out_condition[:n]
        made, simple = model.generate(n, seed, condition=given), self.baseline(given)
        scorer = Scorer(self.samples, features, self.held_out, n)
        by_score, by_real, by_baseline = (
            scorer.score(made),
            scorer.score_real(),
            scorer.score(simple),
        )
        baseline = self.baseline_title
        rows = [
            Row(key, *texts, by_score[key], {REAL: by_real[key], baseline: by_baseline[key]})
            for key, *texts in MEASURES
            if key in SCORES
        ]
        for key, title, meaning, measure in (
            ("psnr", "PSNR", "peak signal-to-noise ratio in decibels", tf.image.psnr),
            ("ssim", "SSIM", "structural similarity, 1 for equal images", tf.image.ssim),
        ):
            value, reference = (
                tf.reduce_mean(measure(each, real, max_val=2.0)) for each in (made, simple)
            )
            references = {REAL: None, baseline: reference}
            rows.append(Row(key, title, "higher", meaning, value, references))
        if self.held_out_labels is not None and features.class_names is not None:
            value, *others = (self._accuracy(features, each) for each in (made, real, simple))
            meaning = "fraction in which the classifier sees the class of the real image"
            references = dict(zip((REAL, baseline), others, strict=True))
            rows.append(
                Row("accuracy", "classified correctly", "higher", meaning, value, references)
            )
        return Card(
            features=features.description,
            samples=n,
            references=(REAL, baseline),
            rows=tuple(rows),
            note="All conditions come from images that the model was not trained on. Real: real "
            f"images against other real images. The last column: {baseline}, without a network.",
        )

    def _accuracy(self, features, pictures):
        labels = np.unique(self.dataset.labels)[features.classify(pictures)]
        return np.mean(labels == self.held_out_labels[: len(pictures)])


def split(n):
    """Draws a tenth of the images of a data set without a test part, to be held out.

    Args:
        n: Int, the number of images.

    Returns:
        A tuple of int arrays in ascending order: the places of the images to hold out, and those of
        all others.

    Raises:
        ValueError: if there are fewer than 10 images.
    """
    if n < HELD_OUT:
        raise ValueError(
            f"There are too few images to hold some of them out. Received: {n} "
            f"{'image' if n == 1 else 'images'} without a test part. Expected at least {HELD_OUT}, "
            "or test images as a part of their own."
        )
    order = np.random.default_rng(SPLIT_SEED).permutation(n)
    held_out, known = np.split(order, [n // HELD_OUT])
    return np.sort(held_out), np.sort(known)


def build_translators(condition_shape, image_shape, latent_dim, seed=None, filters=32):
    """Builds a U-Net (Ronneberger et al. 2015) as the generator, and a discriminator of pairs.

    A U-Net goes down and up again. The generator shrinks the condition to a quarter of its height
    and width, adds the noise there, and enlarges the result. On the way up, each size also gets the
    features of the same size from the way down, so that fine details are not lost.

    Args:
        condition_shape: (height, width, channels) of the condition. A smaller condition is enlarged
            to the size of the images.
        image_shape: (height, width, channels) of the images.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights of both.
        filters: Int, the number of channels at full and half size. A quarter has twice as many.

    Returns:
        A tuple `(generator, discriminator)`, each a `keras.Model`. The generator turns noise and
        condition into images, float32 `(batch, height, width, channels)` in [-1, 1]. The
        discriminator turns images and condition into logits, float32 `(batch, 1)`: the higher a
        logit, the more it takes the pair for real.

    References:
        Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597

        Isola et al. 2017, https://arxiv.org/abs/1611.07004
    """
    layers = keras.layers
    seeds = keras.random.SeedGenerator(seed)
    options = {"kernel_initializer": keras.initializers.HeNormal(seed=seeds), "padding": "same"}

    def convolve(x, filters, size=3, strides=1, kind=layers.Conv2D, normalised=True):
        x = kind(filters, size, strides, use_bias=not normalised, **options)(x)
        return layers.LeakyReLU(0.2)(layers.BatchNormalization()(x) if normalised else x)

    def upsample(x, skip):
        x = convolve(x, skip.shape[-1], 4, 2, layers.Conv2DTranspose)
        x = layers.Concatenate()([crop(x, *skip.shape[1:3]), skip])
        return convolve(x, skip.shape[-1])

    def enlarge(condition):
        return layers.Resizing(*image_shape[:2], "nearest")(condition)

    noise = keras.Input((latent_dim,), name="noise")
    condition = keras.Input(condition_shape, name="condition")
    full = convolve(enlarge(condition), filters)
    half = convolve(full, filters, 4, 2)
    quarter = convolve(half, 2 * filters, 4, 2)
    spread = layers.Dense(math.prod(quarter.shape[1:3]) * latent_dim)(noise)
    spread = layers.Reshape((*quarter.shape[1:3], latent_dim))(spread)
    x = convolve(layers.Concatenate()([quarter, spread]), 2 * filters)
    x = upsample(upsample(x, half), full)
    made = layers.Conv2D(image_shape[-1], 3, 1, activation="tanh", **options)(x)
    generator = keras.Model([noise, condition], made, name="generator")

    pictures = keras.Input(image_shape, name="images")
    condition = keras.Input(condition_shape, name="condition")
    x = layers.Concatenate()([pictures, enlarge(condition)])
    for size, strides, width in ((4, 2, filters), (4, 2, 2 * filters), (3, 1, 2 * filters)):
        x = convolve(x, width, size, strides, normalised=False)
    logits = layers.Dense(1)(layers.Flatten()(x))
    return generator, keras.Model([pictures, condition], logits, name="discriminator")

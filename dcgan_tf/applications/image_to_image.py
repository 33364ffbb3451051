"""From one image to another: what completion, enhancement and translation share.

The condition is an image y. The generator makes G(z, y) from it, the discriminator judges pairs, "a
real image that belongs to this one", and the generator also minimises its distance from the image
that y was made of (Isola et al. 2017).
"""

import abc
import math

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import load_dataset
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.evaluation.scorer import MEASURES, REAL, Scorer
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.more_losses import AbsoluteError
from dcgan_tf.networks.default import crop

LATENT_DIM = 16
MOST_IMAGES = 10_000  # to train on, so that a run takes minutes; of more some are taken at random
SCORES = ("frechet_distance", "kernel_distance", "precision", "recall", "coverage")


class ImageToImage(Application):
    """An application whose condition is made from the very image that is to be found.

    Attributes:
        baseline_title: Str, what `baseline` does.
        weight: Float, of the absolute error beside the adversarial loss.
    """

    default_data = "mnist-10k"
    epochs = 12
    weight = 10.0

    @abc.abstractmethod
    def conditions(self, images, rng):
        """Makes the condition of each image, float32 `(n, h, w, c)`; `rng` is NumPy's generator."""

    @abc.abstractmethod
    def baseline(self, conditions):
        """Makes images from conditions without a network, float32 `(n, height, width, c)`."""

    def load(self):
        (samples, _), (self.held_out, self.held_out_labels) = load_dataset(self.data)
        if not len(self.held_out):  # the last tenth is kept apart
            most = math.ceil(0.9 * len(samples))
            samples, self.held_out = samples[:most], samples[most:]
        rng = np.random.default_rng(self.seed)
        if len(samples) > MOST_IMAGES:
            samples = samples[rng.choice(len(samples), MOST_IMAGES, replace=False)]
        self.condition = self.conditions(samples, rng)
        self.held_out_condition = self.conditions(self.held_out, rng)
        return samples

    def build(self):
        networks = build_translators(
            self.condition.shape[1:], self.samples.shape[1:], LATENT_DIM, self.seed
        )
        model = GAN(*self.finished(*networks), LATENT_DIM, seed=self.seed)
        model.compile(generator_term=AbsoluteError(self.weight))
        return model

    def finished(self, generator, discriminator):
        """The two networks, for a sub-class to add something to them."""
        return generator, discriminator

    def draw(self, model, n=24, seed=0):
        """Draws in turns what is given, what is made of it, and the truth."""
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

    def visible(self, conditions):
        """Conditions as pictures of the samples' size."""
        size = self.samples.shape[1:3]
        return tf.image.resize(conditions, size, method="nearest").numpy()

    def score(self, model, n=10_000, seed=0, verbose=1):
        (samples, labels), _ = load_dataset(self.data)
        features = choose_features(self.data, samples, labels, verbose=2 * verbose)
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
            ("psnr", "PSNR", "decibels", tf.image.psnr),
            ("ssim", "SSIM", "alike in structure, 1 is the same", tf.image.ssim),
        ):
            value, reference = (
                tf.reduce_mean(measure(each, real, max_val=2.0)) for each in (made, simple)
            )
            references = {REAL: None, baseline: reference}
            rows.append(Row(key, title, "higher", meaning, value, references))
        if self.held_out_labels is not None:
            value, *others = (self._accuracy(features, each) for each in (made, real, simple))
            meaning = "fraction that the classifier takes for what the truth shows"
            references = dict(zip((REAL, baseline), others, strict=True))
            rows.append(
                Row("accuracy", "classified correctly", "higher", meaning, value, references)
            )
        return Card(
            features=features.description,
            samples=n,
            references=(REAL, baseline),
            rows=tuple(rows),
            note="Made from images that were not trained on. Real: real images against other "
            f"real images. The last column: {baseline}, without a network.",
        )

    def _accuracy(self, features, pictures):
        names = np.array(features.class_names).astype(self.held_out_labels.dtype)
        labels = self.held_out_labels[: len(pictures)]
        return np.mean(names[features.classify(pictures)] == labels)


def build_translators(condition_shape, image_shape, latent_dim, seed=None, filters=32):
    """Builds a U-Net (Ronneberger et al. 2015) as the generator, and a discriminator of pairs.

    The generator takes the condition down to a quarter of its height and width, adds the noise
    there, and comes up again; at each size it also sees what it saw on the way down.

    Args:
        condition_shape: (height, width, channels) of the condition, enlarged if it is smaller.
        image_shape: (height, width, channels) of the images.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights of both.
        filters: Int, channels at full size; twice as many below.

    Returns:
        A tuple `(generator, discriminator)`, each a `keras.Model`: noise and condition to images,
        float32 `(batch, height, width, channels)` in [-1, 1]; images and condition to logits.
    """
    layers = keras.layers
    seeds = keras.random.SeedGenerator(seed)
    options = {"kernel_initializer": keras.initializers.HeNormal(seed=seeds), "padding": "same"}

    def convolved(x, filters, size=3, strides=1, kind=layers.Conv2D, normalised=True):
        x = kind(filters, size, strides, use_bias=not normalised, **options)(x)
        return layers.LeakyReLU(0.2)(layers.BatchNormalization()(x) if normalised else x)

    def upwards(x, beside):
        x = convolved(x, beside.shape[-1], 4, 2, layers.Conv2DTranspose)
        x = layers.Concatenate()([crop(x, *beside.shape[1:3]), beside])
        return convolved(x, beside.shape[-1])

    def enlarged(condition):
        return layers.Resizing(*image_shape[:2], "nearest")(condition)

    noise = keras.Input((latent_dim,), name="noise")
    condition = keras.Input(condition_shape, name="condition")
    full = convolved(enlarged(condition), filters)
    half = convolved(full, filters, 4, 2)
    quarter = convolved(half, 2 * filters, 4, 2)
    spread = layers.Dense(math.prod(quarter.shape[1:3]) * latent_dim)(noise)
    spread = layers.Reshape((*quarter.shape[1:3], latent_dim))(spread)
    x = convolved(layers.Concatenate()([quarter, spread]), 2 * filters)
    x = upwards(upwards(x, half), full)
    made = layers.Conv2D(image_shape[-1], 3, 1, activation="tanh", **options)(x)
    generator = keras.Model([noise, condition], made, name="generator")

    pictures = keras.Input(image_shape, name="images")
    condition = keras.Input(condition_shape, name="condition")
    x = layers.Concatenate()([pictures, enlarged(condition)])
    for size, strides, width in ((4, 2, filters), (4, 2, 2 * filters), (3, 1, 2 * filters)):
        x = convolved(x, width, size, strides, normalised=False)
    logits = layers.Dense(1)(layers.Flatten()(x))
    return generator, keras.Model([pictures, condition], logits, name="discriminator")

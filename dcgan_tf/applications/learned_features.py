"""From feature extraction to feature generation (Article 4): what the two networks have learned.

The discriminator was never told a label. Its features are compared with raw pixels and with those
of the same network before training, by a linear classifier that gets a few labels of each class.
The generator's noise has directions that mean something: on the way from one noise vector to
another there are digits all along, differences of mean vectors can be added, and for a real digit a
noise vector can be found that makes nearly the same one.
"""

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import load_dataset
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.gan.dcgan import DCGAN
from dcgan_tf.gan.latent_space import project, slerp

LABELS_A_CLASS = (10, 50, 100)
PROJECTED = 10
RAW, UNTRAINED = "raw pixels", "untrained"  # what the features are compared with
CANDIDATES = 10_000  # generated images over which means are taken


class LearnedFeatures(Application):
    """The default GAN of digits, and what its networks are good for."""

    default_data = "mnist-10k"

    def load(self):
        (samples, self.labels), (self.held_out, self.held_out_labels) = load_dataset(self.data)
        if self.labels is None or not len(self.held_out):
            raise ValueError(
                f"Features are judged by labels. Received: {self.data!r}. Expected images with "
                "labels and a test part."
            )
        return samples

    def build(self):
        model = DCGAN(self.samples.shape[1:], seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=64, seed=0):
        return rendering.make_grid(rendering.to_uint8(model.generate(n, seed)))

    def score(self, model, n=10_000, seed=0, verbose=1):
        untrained = self.build().discriminator
        extractors = {
            "generated": feature_extractor(model.discriminator),
            RAW: _flatten,
            UNTRAINED: feature_extractor(untrained),
        }
        rows = []
        for labels in LABELS_A_CLASS:
            fractions = {
                name: self.probe(extract, labels, n, seed) for name, extract in extractors.items()
            }
            title = f"accuracy, {labels} labels a class"
            meaning = "fraction of test images that a linear classifier of the features has right"
            generated = fractions.pop("generated")
            rows.append(Row(f"probe_{labels}", title, "higher", meaning, generated, fractions))
        real = self.held_out[:PROJECTED]
        _, made, start = project(model, real, seed=seed)
        errors = [float(tf.reduce_mean(tf.image.psnr(real, x, max_val=2.0))) for x in (made, start)]
        meaning = "test images against what is made from the noise found for them, in decibels"
        title = "projection, PSNR"
        references = {RAW: None, UNTRAINED: errors[1]}
        rows.append(Row("projection", title, "higher", meaning, errors[0], references))
        rows.append(self._arithmetic_row(model, n, seed))
        return Card(
            features="logistic regression on the features",
            samples=min(n, len(self.held_out)),
            references=(RAW, UNTRAINED),
            rows=tuple(rows),
            note="Generated: by the features of the trained discriminator. Untrained: by those of "
            "the same network before training; for the projection the nearest of 4,096 generated "
            "images, from which it starts; for bold - thin a random direction.",
        )

    def probe(self, extract, labels, n=10_000, seed=0):
        """Trains a linear classifier on features of a few images of each class.

        Args:
            extract: function from images to features, `(n, d)`.
            labels: Int, images of each class.
            n: Int, test images at most.
            seed: Int, fixes which images.

        Returns:
            Float, the fraction of test images that it classifies correctly.
        """
        order = np.random.default_rng(seed).permutation(len(self.samples))
        chosen = [order[self.labels[order] == label][:labels] for label in np.unique(self.labels)]
        chosen = np.concatenate(chosen)
        classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        classifier.fit(extract(self.samples[chosen]), self.labels[chosen])
        return classifier.score(extract(self.held_out[:n]), self.held_out_labels[:n])

    def write(self, model, folder):
        real = self.held_out[:PROJECTED]
        pictures = {
            "interpolation": draw_interpolation(model),
            "arithmetic": self.draw_arithmetic(model),
            "projection": _rows([real, project(model, real)[1]], "real, and found in the noise"),
        }
        for name, picture in pictures.items():
            rendering.write_png(folder / f"{name}.png", picture)

    def find_bold_direction(self, model, seed=0):
        """Finds which way in the latent space digits get bolder, by means over many of them.

        Returns:
            A tuple: the mean noise of the boldest fifth of each class less that of the thinnest,
            float32 `(latent_dim,)`; and noise, images and classes of the samples it is taken from.
        """
        noise = np.random.default_rng(seed).normal(size=(CANDIDATES, model.latent_dim))
        noise = noise.astype(np.float32)
        made = model.predict(noise, batch_size=256, verbose=0)
        classes = choose_features(self.data, self.samples, self.labels).classify(made)
        ink, boldness = made.mean(axis=(1, 2, 3)), np.zeros(CANDIDATES)
        for name in np.unique(classes):  # in each class, as some of them have more ink than others
            members = np.flatnonzero(classes == name)
            boldness[members[np.argsort(ink[members])]] = np.linspace(0, 1, len(members))
        difference = noise[boldness > 0.8].mean(axis=0) - noise[boldness < 0.2].mean(axis=0)
        return difference, noise, made, classes

    def _arithmetic_row(self, model, n, seed):
        difference, noise, made, classes = self.find_bold_direction(model, seed)
        noise, made, classes = noise[:n], made[:n], classes[:n]
        random = np.random.default_rng(seed + 1).normal(size=difference.shape)
        random *= np.linalg.norm(difference) / np.linalg.norm(random)
        fractions = []
        for direction in (difference, random):
            moved = model.predict(_moved(noise, direction / 2), batch_size=256, verbose=0)
            same = choose_features(self.data, self.samples, self.labels).classify(moved) == classes
            bolder = moved.mean(axis=(1, 2, 3)) > made.mean(axis=(1, 2, 3))
            fractions.append(np.mean(same & bolder))
        meaning = "fraction of digits that half of bold - thin makes bolder and keeps what they are"
        references = {RAW: None, UNTRAINED: fractions[1]}
        return Row("arithmetic", "bold - thin", "higher", meaning, fractions[0], references)

    def draw_arithmetic(self, model, seed=0):
        """Draws digits and what becomes of them on the way from thin to bold."""
        difference, noise, _, classes = self.find_bold_direction(model, seed)
        chosen = [np.flatnonzero(classes == name)[0] for name in np.unique(classes)]
        steps = (-1.0, -0.5, 0.0, 0.5, 1.0)
        rows = [model.predict(_moved(noise[chosen], t * difference), verbose=0) for t in steps]
        return _rows(rows, "thin - bold added ... digits ... bold - thin added")


def feature_extractor(discriminator):
    """The features of a discriminator: what its last layer sees, a function from images."""
    features = keras.Model(discriminator.input, discriminator.layers[-2].output)
    return lambda pictures: features.predict(pictures, batch_size=256, verbose=0)


def draw_interpolation(model, rows=6, steps=10, seed=0):
    """Draws images on the way from one noise vector to another, a pair in each row."""
    ends = np.random.default_rng(seed).normal(size=(rows, 2, model.latent_dim))
    ways = np.concatenate([slerp(*pair, steps) for pair in ends])
    return rendering.make_grid(rendering.to_uint8(model.predict(ways, verbose=0)), steps)


def _flatten(pictures):
    return pictures.reshape(len(pictures), -1)


def _moved(noise, direction):
    """Noise in another direction, as long as it was: the generator knows usual lengths alone."""
    moved = noise + direction
    lengths = np.linalg.norm(noise, axis=1) / np.linalg.norm(moved, axis=1)
    return (moved * lengths[:, np.newaxis]).astype(np.float32)


def _rows(rows, caption):
    grid = rendering.make_grid(rendering.to_uint8(np.concatenate(rows)), len(rows[0]))
    return rendering.add_caption(grid, caption)

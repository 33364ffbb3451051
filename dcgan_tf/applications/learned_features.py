"""From feature extraction to feature generation (Article 4): what the two networks have learned.

Nobody told the discriminator a label. To find out whether its features are useful all the same, we
train a linear classifier on them with a few labels of each class. We compare these features with
raw pixels, and with the features of the same network before training.

The noise vectors of the generator form its latent space. Directions in this space have a meaning.
All points on the way from one noise vector to another give digits. You can subtract two mean
vectors and add the difference to another vector. And for a real digit you can find a noise vector
that gives nearly the same digit.
"""

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.gan.dcgan import DCGAN
from dcgan_tf.gan.latent_space import project, slerp

LABELS_A_CLASS = (10, 50, 100)
PROJECTED = 10  # test images for which we look for noise vectors
RAW, UNTRAINED = "raw pixels", "untrained"  # what the features are compared with
CANDIDATES = 10_000  # generated images among which we look for bold and thin ones


class LearnedFeatures(Application):
    """The default GAN of digits, and what its two networks have learned.

    References:
        Radford et al. 2015, https://arxiv.org/abs/1511.06434
    """

    default_data = "mnist-10k"
    extras = ("interpolation.png", "arithmetic.png", "projection.png")

    def load(self):
        samples, self.labels = self.open_data()
        self.held_out, self.held_out_labels = self.dataset.test_part
        if self.labels is None or self.held_out_labels is None or not len(self.held_out):
            raise ValueError(
                f"The features cannot be scored without labels. Received: {self.data!r}. Expected "
                "images with labels and a test part with labels of the same classes."
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
            meaning = "fraction of test images that a linear classifier of the features gets right"
            generated = fractions.pop("generated")
            rows.append(Row(f"probe_{labels}", title, "higher", meaning, generated, fractions))
        real = self.held_out[:PROJECTED]
        _, made, start = project(model, real, seed=seed)
        errors = [float(tf.reduce_mean(tf.image.psnr(real, x, max_val=2.0))) for x in (made, start)]
        meaning = "test images against the images found for them, in decibels"
        title = "projection, PSNR"
        references = {RAW: None, UNTRAINED: errors[1]}
        rows.append(Row("projection", title, "higher", meaning, errors[0], references))
        rows.append(self._score_arithmetic(model, n, seed))
        return Card(
            features="logistic regression on the features",
            samples=min(n, len(self.held_out)),
            references=(RAW, UNTRAINED),
            rows=tuple(rows),
            note="Accuracies: generated means the features of the trained discriminator, and "
            "untrained those of the same network before training. Projection: untrained is the "
            "nearest of 4,096 generated images, where the search begins. Bold - thin: untrained is "
            "a random direction.",
        )

    def probe(self, extract, labels, n=10_000, seed=0):
        """Trains a linear classifier on the features of a few images of each class.

        Args:
            extract: function from images to features, float `(n, d)`.
            labels: Int, the number of training images of each class.
            n: Int, the largest number of test images.
            seed: Int, fixes which images are chosen.

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
            "projection": _draw_rows(
                [real, project(model, real)[1]], "real digits, and the images found for them"
            ),
        }
        for name, picture in pictures.items():
            rendering.write_png(folder / f"{name}.png", picture)

    def find_bold_direction(self, model, seed=0):
        """Finds the direction in the latent space in which digits get bolder.

        We generate many digits and sort those of each class by their ink. The direction is the mean
        noise vector of the boldest fifth minus the mean of the thinnest fifth (Radford et al. 2015,
        section 6.3.2).

        Args:
            model: `GAN`, trained.
            seed: Int, fixes the noise.

        Returns:
            A tuple: the direction, float32 `(latent_dim,)`; and the noise, the images and the
            classes of the generated digits.

        References:
            Radford et al. 2015, https://arxiv.org/abs/1511.06434
        """
        noise = np.random.default_rng(seed).normal(size=(CANDIDATES, model.latent_dim))
        noise = noise.astype(np.float32)
        made = model.predict(noise, batch_size=256, verbose=0)
        classes = choose_features(self.data, self.samples, self.labels).classify(made)
        ink, boldness = made.mean(axis=(1, 2, 3)), np.zeros(CANDIDATES)
        # We sort within each class, because an 8 has more ink than a 1, however thin it is.
        for name in np.unique(classes):
            members = np.flatnonzero(classes == name)
            boldness[members[np.argsort(ink[members])]] = np.linspace(0, 1, len(members))
        difference = noise[boldness > 0.8].mean(axis=0) - noise[boldness < 0.2].mean(axis=0)
        return difference, noise, made, classes

    def _score_arithmetic(self, model, n, seed):
        difference, noise, made, classes = self.find_bold_direction(model, seed)
        noise, made, classes = noise[:n], made[:n], classes[:n]
        other = np.random.default_rng(seed + 1).normal(size=difference.shape)
        other *= np.linalg.norm(difference) / np.linalg.norm(other)
        fractions = []
        for direction in (difference, other):
            moved = model.predict(_move(noise, direction / 2), batch_size=256, verbose=0)
            same = choose_features(self.data, self.samples, self.labels).classify(moved) == classes
            bolder = moved.mean(axis=(1, 2, 3)) > made.mean(axis=(1, 2, 3))
            fractions.append(np.mean(same & bolder))
        meaning = "fraction of digits that get bolder and stay the same digit"
        references = {RAW: None, UNTRAINED: fractions[1]}
        return Row("arithmetic", "bold - thin", "higher", meaning, fractions[0], references)

    def draw_arithmetic(self, model, seed=0):
        """Draws digits that change from thin to bold, one digit in each column."""
        difference, noise, _, classes = self.find_bold_direction(model, seed)
        chosen = [np.flatnonzero(classes == name)[0] for name in np.unique(classes)]
        steps = (-1.0, -0.5, 0.0, 0.5, 1.0)
        rows = [model.predict(_move(noise[chosen], t * difference), verbose=0) for t in steps]
        return _draw_rows(rows, "thinner ... the digits themselves ... bolder")


def feature_extractor(discriminator):
    """Makes a function from images to the features of a discriminator.

    Args:
        discriminator: `keras.Model` in which dense layers follow the convolutions, after `Flatten`.

    Returns:
        A function: images, float32 `(n, height, width, channels)`, to what the convolutions found
        in them, float32 `(n, d)`. The dense layers no longer know much more than real or generated.
    """
    (found,) = (layer for layer in discriminator.layers if isinstance(layer, keras.layers.Flatten))
    features = keras.Model(discriminator.input, found.output)
    return lambda pictures: features.predict(pictures, batch_size=256, verbose=0)


def draw_interpolation(model, rows=6, steps=10, seed=0):
    """Draws images on the way from one noise vector to another, one pair of vectors in each row.

    References:
        Shoemake 1985, https://doi.org/10.1145/325165.325242
    """
    ends = np.random.default_rng(seed).normal(size=(rows, 2, model.latent_dim))
    ways = np.concatenate([slerp(*pair, steps) for pair in ends])
    return rendering.make_grid(rendering.to_uint8(model.predict(ways, verbose=0)), steps)


def _flatten(pictures):
    return pictures.reshape(len(pictures), -1)


def _move(noise, direction):
    """Adds a direction to noise vectors, and brings them back to their old lengths.

    The generator has only been trained on noise of usual lengths.
    """
    moved = noise + direction
    lengths = np.linalg.norm(noise, axis=1) / np.linalg.norm(moved, axis=1)
    return (moved * lengths[:, np.newaxis]).astype(np.float32)


def _draw_rows(rows, caption):
    grid = rendering.make_grid(rendering.to_uint8(np.concatenate(rows)), len(rows[0]))
    return rendering.add_caption(grid, caption)

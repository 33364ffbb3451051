"""All measures of generated images at once, with those of real images and of a collapsed generator.

A generator has collapsed if it makes the same image from all noise.
"""

import math
import warnings

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.evaluation import metrics
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.features import check_enough_images

LARGEST_SIDE = 16  # pixels of the shrunken images among which we look for near copies
NEAR_COPY = 0.5  # see `metrics.near_copies`
LARGEST_PIXEL = 1.5  # a generator without tanh may make pixels a little outside of [-1, 1]
NEARLY_BLACK = 0.1  # the darkest pixel of images in [0, 1] has at most this value
REAL, COLLAPSED = "real", "collapsed"  # the references of `evaluate`

# For each measure: its key, its title, which values are better, and what it measures.
MEASURES = (
    ("frechet_distance", "Fréchet distance", "lower", "how far means and covariances differ"),
    ("kernel_distance", "kernel distance (KID)", "lower", "difference of the features by a kernel"),
    ("precision", "precision", "higher", "fraction of generated images that lie among real ones"),
    ("recall", "recall", "higher", "fraction of real images that lie among generated ones"),
    ("density", "density", "higher", "how densely real images lie around generated ones"),
    ("coverage", "coverage", "higher", "fraction of real images with a generated one nearby"),
    ("classes_covered", "classes covered", "higher", "number of classes that are generated"),
    ("class_distance", "class distance", "lower", "fraction of images that must change class"),
    ("reverse_kl", "reverse KL of the classes", "lower", "divergence of class fractions, in nats"),
    ("diversity", "diversity in a class", "near 1", "distance in a class, relative to real ones"),
    ("near_copies", "near copies", "lower", "fraction that almost copies a training image"),
)


class Scorer:
    """Scores images by comparing them with real ones.

    The real images are divided into two halves at random. All images are compared with the first
    half. The second half stands for a perfect generator: `score_real` returns the scores that such
    a generator would get. `score_collapsed` returns the scores of a generator that makes the same
    real image again and again. All scores are computed in the same way, from equally many images.

    Args:
        real_images: float32 `(m, height, width, channels)` in [-1, 1], the training images.
        features: `Features`, as `features.choose_features` returns them.
        held_out: images of the same kind that the model was not trained on, or `None`. `score_real`
            counts how many of them are near copies of training images. Without them it counts how
            many images of the second half are near copies of images of the first.
        samples: Int, the number of images to compare, at most half of the real ones.
        seed: Int, fixes the division into halves.

    Attributes:
        samples: Int, the number of images that are compared.
        image_shape: (height, width, channels) of the images.
        collapsed: float32 `(1, height, width, channels)`, the image that `score_collapsed` repeats.

    Raises:
        ValueError: if there are fewer than 20 real images, or if images are not floating point
            numbers in about [-1, 1]: the features of such images would be others.

    Example:

    >>> scorer = Scorer(x_train, digit_features(), held_out=x_test)
    >>> scorer.score(model.generate(scorer.samples, seed=0))["frechet_distance"]
    """

    def __init__(self, real_images, features, held_out=None, samples=10_000, seed=0):
        check_enough_images(real_images)
        least, most = _check_range(real_images, "real images")
        self._has_dark_pixels = least < 0.0
        if 0.0 <= least < most:
            warnings.warn(
                "The real images seem to be in [0, 1], but scores are made for images in [-1, 1]. "
                f"Received: values from {least:g} to {most:g}. Expected images in [-1, 1], for "
                "example 2 * x - 1 of such images.",
                stacklevel=2,
            )
        if held_out is not None and len(held_out):
            self._check_range_as_real(held_out, "held-out images")
        self.samples = min(samples, len(real_images) // 2)
        self.features = features
        halves = np.random.default_rng(seed).permutation(len(real_images))[: 2 * self.samples]
        self._second_half = real_images[halves[self.samples :]]
        self.collapsed = self._second_half[:1]
        self.image_shape = real_images.shape[1:]
        self._first_half = real_images[halves[: self.samples]]
        self._real_features, self._real_classes = features(self._first_half)
        self._real_diversity = self._measure_diversity(self._first_half, self._real_classes)
        self._training = shrink(real_images)
        self._held_out = None if held_out is None or not len(held_out) else shrink(held_out)

    def score(self, generated):
        """Computes all measures of generated images.

        Args:
            generated: float32 `(samples, height, width, channels)` in [-1, 1].

        Returns:
            Dict of floats with the keys of `MEASURES`, and with `kernel_distance_error`, which is a
            standard error. If the features have no classes, the measures of classes are missing.

        Raises:
            ValueError: if there are more or fewer images than `samples`, if a pixel is infinite or
                NaN (not a number), or if the images have another range than the real ones.
        """
        if not np.isfinite(generated).all():
            raise ValueError(
                "The generated images cannot be scored. Received: pixels that are NaN or infinite, "
                "because the training has failed. Expected numbers in [-1, 1]."
            )
        self._check_range_as_real(generated, "generated images")
        return self._score(generated, self._training, shrink(generated))

    def score_real(self):
        """Computes all measures of the second half of the real images, as `score` does."""
        if self._held_out is not None:
            return self._score(self._second_half, self._training, self._held_out)
        return self._score(self._second_half, shrink(self._first_half), shrink(self._second_half))

    def score_collapsed(self):
        """Computes all measures of a single real image that is repeated, as `score` does."""
        collapsed = np.repeat(self.collapsed, self.samples, axis=0)
        return self._score(collapsed, self._training, shrink(collapsed))

    def class_fractions(self, generated):
        """Computes how often each class occurs among generated and among real images.

        Args:
            generated: float32 `(n, height, width, channels)` in [-1, 1].

        Returns:
            Dict of lists with an entry for each class: its name in `labels`, and the fraction of
            images that it has in `generated` and in `data`. `None` if the features have no classes.

        Raises:
            ValueError: if the images have another range than the real ones.
        """
        self._check_range_as_real(generated, "generated images")
        _, classes = self.features(generated)
        if classes is None:
            return None
        labels = self.features.class_names
        return {
            "labels": labels,
            "generated": metrics.class_fractions(classes, len(labels)).tolist(),
            "data": metrics.class_fractions(self._real_classes, len(labels)).tolist(),
        }

    def _check_range_as_real(self, images, name):
        """Refuses images outside of [-1, 1], and those in [0, 1] if the real ones are not."""
        least, most = _check_range(images, name)
        if self._has_dark_pixels and 0.0 <= least <= NEARLY_BLACK and least < most:
            raise ValueError(
                f"The {name} seem to be in [0, 1], but the real images are in [-1, 1]. Received: "
                f"values from {least:g} to {most:g}. Expected images in [-1, 1], for example "
                "2 * x - 1 of such images."
            )

    def _score(self, generated, training, candidates):
        features, classes = self.features(generated)
        kernel_distance, error = metrics.kernel_distance(self._real_features, features)
        precision, recall = metrics.precision_recall(self._real_features, features)
        density, coverage = metrics.density_coverage(self._real_features, features)
        values = {
            "frechet_distance": metrics.frechet_distance(self._real_features, features),
            "kernel_distance": kernel_distance,
            "kernel_distance_error": error,
            "precision": precision,
            "recall": recall,
            "density": density,
            "coverage": coverage,
        }
        if classes is not None:
            number = len(self.features.class_names)
            fractions = metrics.class_fractions(classes, number)
            real_fractions = metrics.class_fractions(self._real_classes, number)
            values["classes_covered"] = int(np.sum(fractions > 0))
            values["class_distance"] = metrics.total_variation(fractions, real_fractions)
            values["reverse_kl"] = metrics.reverse_kl(fractions, real_fractions)
        diversity = self._measure_diversity(generated, classes)
        values["diversity"] = diversity / self._real_diversity if self._real_diversity else math.nan
        ratios, _ = metrics.near_copies(training, candidates)
        values["near_copies"] = float(np.mean(ratios < NEAR_COPY))
        return values

    def _measure_diversity(self, images, classes):
        if classes is None:
            return metrics.class_diversity(shrink(images), np.zeros(len(images), int), 1)
        return metrics.class_diversity(shrink(images), classes, len(self.features.class_names))


def _check_range(images, name):
    """Refuses images whose range is not that of the features.

    Returns:
        A tuple of two floats, the least and the largest value of a pixel.
    """
    pixels = np.asarray(images)
    least, most = float(pixels.min()), float(pixels.max())
    is_integer = pixels.dtype.kind in "iub"
    if is_integer or not -LARGEST_PIXEL <= least <= most <= LARGEST_PIXEL:
        kind = f" ({pixels.dtype})" if is_integer else ""
        raise ValueError(
            f"The {name} cannot be scored. Received: values from {least:g} to {most:g}{kind}. "
            "Expected floating point numbers in [-1, 1], for example x / 127.5 - 1 of bytes."
        )
    return least, most


def evaluate(generated, scorer, verbose=1):
    """Scores generated images and, as references, real images and a collapsed generator.

    Args:
        generated: float32 `(scorer.samples, height, width, channels)` in [-1, 1].
        scorer: `Scorer`.
        verbose: 1 to show the progress, 0 to be silent.

    Returns:
        A `Card` with a row for each of `MEASURES` and the references `"real"` and `"collapsed"`.

    Example:

    >>> card = evaluate(model.generate(scorer.samples, seed=0), scorer)
    >>> print(card.as_table())
    """
    progress = keras.utils.Progbar(3, verbose=verbose, unit_name="column")
    columns = {}
    for name, score in (
        ("generated", lambda: scorer.score(generated)),
        (REAL, scorer.score_real),
        (COLLAPSED, scorer.score_collapsed),
    ):
        columns[name] = score()
        progress.add(1)
    scores = columns.pop("generated")
    rows = [
        Row(
            *(key, title, better, meaning, scores[key]),
            references={name: column[key] for name, column in columns.items()},
            error=scores.get(f"{key}_error"),
        )
        for key, title, better, meaning in MEASURES
        if key in scores
    ]
    return Card(
        features=scorer.features.description,
        samples=scorer.samples,
        references=(REAL, COLLAPSED),
        rows=tuple(rows),
        classes=scorer.class_fractions(generated),
    )


def shrink(images):
    """Shrinks images to at most 16x16 pixels, which is enough to recognise copies.

    Args:
        images: float32 `(n, height, width, channels)`.

    Returns:
        float32 `(n, d)`: each image as one vector.
    """
    factor = max(1, max(images.shape[1:3]) / LARGEST_SIDE)
    size = [math.ceil(side / factor) for side in images.shape[1:3]]
    parts = [
        tf.image.resize(images[start : start + 1000], size, method="area")
        for start in range(0, len(images), 1000)
    ]
    return np.concatenate(parts).reshape(len(images), -1)

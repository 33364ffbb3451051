"""How good the samples are: all scores of a generator, each beside a floor and a ceiling."""

import math
import time

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import checks, scores

LARGEST_SIDE = 16  # pixels, of the images in which near copies are looked for
NEAR_COPY = 0.5  # see `scores.near_copies`

# Each score: its key, its title, which way is better, and what it says.
ROWS = (
    ("frechet_distance", "Fréchet distance", "lower", "means and covariances of the features"),
    ("kernel_distance", "kernel distance (KID)", "lower", "the same without normal distributions"),
    ("precision", "precision", "higher", "share of generated images among real ones"),
    ("recall", "recall", "higher", "share of real images among generated ones"),
    ("density", "density", "higher", "how densely real images lie around generated ones"),
    ("coverage", "coverage", "higher", "share of real images with a generated one nearby"),
    ("classes_covered", "classes covered", "higher", "classes that are generated at all"),
    ("class_distance", "distance of class shares", "lower", "share of images in a wrong class"),
    ("reverse_kl", "reverse KL of class shares", "lower", "the same in nats"),
    ("diversity", "diversity in a class", "near 1", "distance of two of one class / real images"),
    ("near_copies", "near copies", "lower", "share that repeats a training image"),
)


class Scorer:
    """Scores images against real ones.

    The real images are cut into two halves, at random. One is what everything is compared with.
    The other stands for a perfect generator: its scores are the floor. The ceiling are the scores
    of a generator that has collapsed: one real image, again and again. All three are computed in
    the same way, from the same number of images.

    Args:
        real_images: float32 `(m, height, width, channels)` in [-1, 1], the training images.
        features: what `features.features_of` returns.
        held_out: images like these that were not trained on, or `None`. Near copies of the
            training set among them are the floor of near copies; without them the other half's.
        samples: Int, the number of images to compare, at most half of the real ones.
        seed: Int, fixes the halves.

    Raises:
        ValueError: if there are less than 20 real images.

    Example:

    >>> scorer = Scorer(x_train, digit_features(), held_out=x_test)
    >>> scorer.score(model.generate(scorer.samples, seed=0))["frechet_distance"]
    """

    def __init__(self, real_images, features, held_out=None, samples=10_000, seed=0):
        if len(real_images) < 20:
            raise ValueError(
                f"Too few images for scores. Received: {len(real_images)} real images. Expected "
                "at least 20: half of them are compared with the other half."
            )
        self.samples = min(samples, len(real_images) // 2)
        self.features = features
        halves = np.random.default_rng(seed).permutation(len(real_images))[: 2 * self.samples]
        self._other_half = real_images[halves[self.samples :]]
        self._real_half = real_images[halves[: self.samples]]
        self._real_features, self._real_classes = features(self._real_half)
        self._real_diversity = self._diversity(self._real_half, self._real_classes)
        self._training = shrunk(real_images)
        self._held_out = None if held_out is None or not len(held_out) else shrunk(held_out)

    def score(self, generated):
        """Computes all scores.

        Args:
            generated: float32 `(samples, height, width, channels)` in [-1, 1].

        Returns:
            Dict of floats, with the keys of `ROWS`, without those of classes if the features know
            none, and `kernel_distance_error`, a standard error.

        Raises:
            ValueError: if there are more or fewer images than `samples`, or a pixel is NaN.
        """
        if not np.isfinite(generated).all():
            raise ValueError(
                "The generated images cannot be scored. Received: pixels that are NaN or infinite: "
                "the training has failed. Expected numbers in [-1, 1]."
            )
        return self._score(generated, self._training, shrunk(generated))

    def class_shares(self, generated):
        """The class names, and the share of each among generated and among real images."""
        _, classes = self.features(generated)
        if classes is None:
            return None
        labels = self.features.class_names
        return {
            "labels": labels,
            "generated": scores.class_shares(classes, len(labels)).tolist(),
            "data": scores.class_shares(self._real_classes, len(labels)).tolist(),
        }

    def floor(self):
        """The scores of the other half of the real images."""
        if self._held_out is not None:
            return self._score(self._other_half, self._training, self._held_out)
        return self._score(self._other_half, shrunk(self._real_half), shrunk(self._other_half))

    def ceiling(self):
        """The scores of one real image, repeated."""
        return self.score(np.repeat(self._other_half[:1], self.samples, axis=0))

    def _score(self, generated, training, candidates):
        features, classes = self.features(generated)
        kernel_distance, error = scores.kernel_distance(self._real_features, features)
        precision, recall = scores.precision_recall(self._real_features, features)
        density, coverage = scores.density_coverage(self._real_features, features)
        card = {
            "frechet_distance": scores.frechet_distance(self._real_features, features),
            "kernel_distance": kernel_distance,
            "kernel_distance_error": error,
            "precision": precision,
            "recall": recall,
            "density": density,
            "coverage": coverage,
        }
        if classes is not None:
            number = len(self.features.class_names)
            shares = scores.class_shares(classes, number)
            real_shares = scores.class_shares(self._real_classes, number)
            card["classes_covered"] = int(np.sum(shares > 0))
            card["class_distance"] = scores.total_variation(shares, real_shares)
            card["reverse_kl"] = scores.reverse_kl(shares, real_shares)
        diversity = self._diversity(generated, classes)
        card["diversity"] = diversity / self._real_diversity if self._real_diversity else math.nan
        ratios, _ = scores.near_copies(training, candidates)
        card["near_copies"] = float(np.mean(ratios < NEAR_COPY))
        return card

    def _diversity(self, pictures, classes):
        if classes is None:
            return scores.class_diversity(shrunk(pictures), np.zeros(len(pictures), int), 1)
        return scores.class_diversity(shrunk(pictures), classes, len(self.features.class_names))


def evaluate(generated, scorer, verbose=1):
    """Scores generated images, beside the floor and the ceiling.

    Args:
        generated: float32 `(scorer.samples, height, width, channels)` in [-1, 1].
        scorer: `Scorer`.
        verbose: 0 or 1, whether to show progress.

    Returns:
        Dict that JSON can hold: `features` (Str) and `samples` (Int); `columns`, the titles of
        floor and ceiling; `rows`, a list of dicts with
        `key`, `title`, `better`, `meaning`, the numbers `generated`, `floor` and `ceiling` (`None`
        for what is infinite) and, for the kernel distance, its standard error `error`; and
        `classes`, a dict of `labels` and the shares of `generated` and `data`, or `None`.

    Example:

    >>> card = evaluate(model.generate(scorer.samples, seed=0), scorer)
    """
    progress = keras.utils.Progbar(3, verbose=verbose, unit_name="column")
    columns = {}
    for name, score in (
        ("generated", lambda: scorer.score(generated)),
        ("floor", scorer.floor),
        ("ceiling", scorer.ceiling),
    ):
        columns[name] = score()
        progress.add(1)
    rows = []
    for key, title, better, meaning in ROWS:
        if key in columns["floor"]:
            numbers = {name: _finite(column[key]) for name, column in columns.items()}
            row = {"key": key, "title": title, "better": better, "meaning": meaning, **numbers}
            if key == "kernel_distance":
                row["error"] = columns["generated"]["kernel_distance_error"]
            rows.append(row)
    return {
        "features": scorer.features.description,
        "samples": scorer.samples,
        "columns": ["real", "collapsed"],
        "rows": rows,
        "classes": scorer.class_shares(generated),
    }


class Scorecard(keras.callbacks.Callback):
    """Scores the model's samples after each epoch and adds the scores to the logs.

    The keys are those of `Scorer.score` with `val_` before them, for example
    `val_frechet_distance`: put `Scorecard` before `ModelCheckpoint`, `EarlyStopping` and others
    that watch them.

    Args:
        scorer: `Scorer`. Fewer samples than its default make it quicker.
        seed: Int, fixes the noise.
        verbose: 1 to print how long it took and the Fréchet distance, 0 to be silent.

    Raises:
        ValueError: if `seed` is negative.

    Example:

    >>> scorer = Scorer(x_train, digit_features(), held_out=x_test, samples=2000)
    >>> best = keras.callbacks.ModelCheckpoint(
    ...     "best.keras", monitor="val_frechet_distance", mode="min", save_best_only=True
    ... )
    >>> model.fit(x_train, epochs=25, callbacks=[Scorecard(scorer), best])
    """

    def __init__(self, scorer, seed=0, verbose=1):
        super().__init__()
        checks.check_integer("seed", seed, 0)
        self.scorer = scorer
        self.seed = seed
        self.verbose = verbose

    def on_epoch_end(self, epoch, logs=None):
        if self.verbose:  # on a line of its own: the progress bar has not ended yet
            print(f"\nScoring {self.scorer.samples:,} images ...", end="", flush=True)
        start = time.perf_counter()
        card = self.scorer.score(self.model.generate(self.scorer.samples, seed=self.seed))
        logs.update({f"val_{key}": value for key, value in card.items()})
        if self.verbose:
            seconds, distance = time.perf_counter() - start, card["frechet_distance"]
            print(f" {seconds:.1f} s, Fréchet distance {distance:.3g}", flush=True)


def shrunk(pictures):
    """Images as vectors of at most 16x16 pixels a channel: enough to tell a copy by.

    Args:
        pictures: float32 `(n, height, width, channels)`.

    Returns:
        float32 `(n, d)`.
    """
    factor = max(1, max(pictures.shape[1:3]) / LARGEST_SIDE)
    size = [math.ceil(side / factor) for side in pictures.shape[1:3]]
    parts = [
        tf.image.resize(pictures[start : start + 1000], size, method="area")
        for start in range(0, len(pictures), 1000)
    ]
    return np.concatenate(parts).reshape(len(pictures), -1)


def _finite(value):
    return value if math.isfinite(value) else None

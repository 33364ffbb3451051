"""What samples are judged by: features of images, and the class a classifier reads in each.

Features trained on photographs (Inception's, in the usual Fréchet distance) see little in digits.
Here they come from a classifier of the data at hand: the one that is shipped for MNIST digits, one
that is trained once and kept for other labelled data; images without labels are judged by an
untrained network, which Naeem et al. (2020) found to serve where no trained one fits.
"""

import importlib.resources
import os
import pathlib
import zlib

import keras
import numpy as np

from dcgan_tf.data import files
from dcgan_tf.evaluation.classifier import accuracy, build_classifier, train_classifier

EPOCHS = 20  # of a classifier that is trained here; the shipped one had more
DIGITS = importlib.resources.files("dcgan_tf.data") / "assets" / "digit_classifier.weights.h5"


class Features:
    """Features of images, and their classes, by a classifier.

    Args:
        classifier: what `build_classifier` returns.
        description: Str, what the features are: scores are comparable where it is the same.
        class_names: list of str, one for each of the classifier's classes, or `None` if its
            classes mean nothing.

    Example:

    >>> digits = digit_features()
    >>> features, classes = digits(x_test)  # float32 (1996, 64) in [-1, 1] and int (1996,)
    """

    def __init__(self, classifier, description, class_names=None):
        self.classifier = classifier
        self.description = description
        self.class_names = class_names

    def __call__(self, images):
        """Looks at images.

        Args:
            images: float32 `(n, height, width, channels)` in [-1, 1].

        Returns:
            A tuple: features, float32 `(n, d)` in [-1, 1], and classes, int `(n,)`, or `None`
            instead of the classes where there are none.
        """
        outputs = [
            self.classifier(images[start : start + 500], training=False)
            for start in range(0, len(images), 500)
        ]
        features = np.concatenate([output["features"] for output in outputs])
        if self.class_names is None:
            return features, None
        logits = np.concatenate([output["logits"] for output in outputs])
        return features, logits.argmax(axis=1)

    def classify(self, images):
        """Only the classes of images, as `features(images)` gives them."""
        return self(images)[1]


class StackedFeatures:
    """Features of Stacked MNIST: each of the three channels is read as a digit, 1,000 classes.

    Args:
        digits: `Features` of one digit.
    """

    def __init__(self, digits):
        self.digits = digits
        self.description = f"three times {digits.description}"
        self.class_names = [f"{k:03d}" for k in range(1000)]

    def __call__(self, images):
        """Looks at images, float32 `(n, 28, 28, 3)` in [-1, 1], as `Features` does."""
        channels = [self.digits(images[..., k : k + 1]) for k in range(3)]
        hundreds, tens, ones = (digits for _, digits in channels)
        features = np.concatenate([features for features, _ in channels], axis=1)
        return features, 100 * hundreds + 10 * tens + ones


def are_digits(source, image_shape):
    """Says whether `digit_features` fit a data set."""
    return source in ("mnist-10k", "mnist") and tuple(image_shape) == (28, 28, 1)


def digit_features():
    """The features of MNIST digits: those of the classifier that comes with the package."""
    classifier = build_classifier((28, 28, 1), 10)
    classifier.load_weights(str(DIGITS))
    description = "64 features of the digit classifier that comes with dcgan_tf (version 1)"
    return Features(classifier, description, [str(k) for k in range(10)])


def choose_features(source, images, labels=None, verbose=1):
    """The features that fit a data set.

    Args:
        source: Str, the name of the data set or the path of it, as in `load_dataset`.
        images: float32 `(n, height, width, channels)` in [-1, 1], its training images.
        labels: int `(n,)`, or `None`.
        verbose: 0, 1 or 2, Keras' progress if a classifier must be trained.

    Returns:
        A `Features` or `StackedFeatures`.
    """
    image_shape = images.shape[1:]
    if are_digits(source, image_shape):
        return digit_features()
    if source == "stacked-mnist" and image_shape == (28, 28, 3):
        return StackedFeatures(digit_features())
    if labels is not None and len(np.unique(labels)) > 1:
        return _kept_classifier(pathlib.Path(source).name, images, labels, verbose)
    untrained = build_classifier(image_shape, 1, seed=0)
    shape = "x".join(map(str, image_shape))
    return Features(untrained, f"64 features of an untrained network for {shape}")


def _kept_classifier(name, images, labels, verbose):
    """A classifier of this data: trained at the first call, then kept in Keras' folder."""
    class_names, classes = np.unique(labels, return_inverse=True)
    checksum = zlib.crc32(images.tobytes(), zlib.crc32(labels.tobytes()))
    home = pathlib.Path(os.environ.get("KERAS_HOME", pathlib.Path.home() / ".keras"))
    path = home / "dcgan_tf" / f"classifier-{checksum:08x}.keras"
    order = np.random.default_rng(0).permutation(len(images))
    held_out, seen = order[: len(order) // 10], order[len(order) // 10 :]
    if path.exists():
        classifier = keras.saving.load_model(path)
    else:
        files.writable_file(path, ".keras")
        if verbose:
            print(f"Training a classifier of {name}, which is kept in {path}.")
        classifier = train_classifier(images[seen], classes[seen], 0, verbose, EPOCHS)
        with files.atomic_write(path) as part:
            classifier.save(part)
    fraction = accuracy(classifier, images[held_out], classes[held_out])
    description = (
        f"64 features of a classifier of {name} ({checksum:08x}, {100 * fraction:.1f} % of "
        "held-out images right)"
    )
    return Features(classifier, description, [str(name) for name in class_names])

"""Features of images, which the scores compare, and the class of each image.

A feature is a number that a network computes from an image, here in its last hidden layer. The
usual Fréchet distance takes the features of Inception, a network trained on photographs. They say
little about digits, so we use a network that fits the data:

- for MNIST digits, the classifier that comes with the package;
- for other images with labels, a classifier that is trained once and then kept;
- for images without labels, an untrained network. Naeem et al. (2020) found that one serves if no
  trained network fits the data.
"""

import hashlib
import importlib.resources
import os
import pathlib
import zipfile
import zlib

import keras
import numpy as np

from dcgan_tf.data import files
from dcgan_tf.evaluation.classifier import build_classifier, measure_accuracy, train_classifier

LEAST_IMAGES = 20  # real ones, that scores need
EPOCHS = 20  # of a classifier that is trained here; the one that comes with the package had 60
DIGITS = importlib.resources.files("dcgan_tf.data") / "assets" / "digit_classifier.weights.h5"


class Features:
    """Computes features and classes of images by a classifier.

    Args:
        classifier: `keras.Model`, as `build_classifier` returns it.
        description: Str, says what the features are. Two scores can be compared only if their
            features have the same description.
        class_names: list of str, the names of the classes, or `None` if the classes mean nothing,
            as in an untrained network.

    Example:

    >>> digits = digit_features()
    >>> features, classes = digits(x_test)  # float32 (1996, 64) in [-1, 1] and int (1996,)
    """

    def __init__(self, classifier, description, class_names=None):
        self.classifier = classifier
        self.description = description
        self.class_names = class_names

    def __call__(self, images):
        """Computes the features and the class of each image.

        Args:
            images: float32 `(n, height, width, channels)` in [-1, 1].

        Returns:
            A tuple: features, float32 `(n, d)` in [-1, 1], and classes, int `(n,)`, or `None` if
            there are no class names.
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
        """Returns only the classes of images, int `(n,)`, or `None` if there are no class names."""
        return self(images)[1]


class StackedFeatures:
    """Computes features and classes of Stacked MNIST (Lin et al. 2018).

    Each of the three channels is classified as a digit. The three digits together are one of 1,000
    classes.

    Args:
        digits: `Features` of single digits.

    References:
        Lin et al. 2018, https://arxiv.org/abs/1712.04086
    """

    def __init__(self, digits):
        self.digits = digits
        self.description = f"three times {digits.description}"
        self.class_names = [f"{k:03d}" for k in range(1000)]

    def __call__(self, images):
        """Computes the features and the class of each image.

        Args:
            images: float32 `(n, 28, 28, 3)` in [-1, 1].

        Returns:
            A tuple: features, float32 `(n, 192)` in [-1, 1], and classes, int `(n,)` from 0 to 999.
        """
        channels = [self.digits(images[..., k : k + 1]) for k in range(3)]
        hundreds, tens, ones = (digits for _, digits in channels)
        features = np.concatenate([features for features, _ in channels], axis=1)
        return features, 100 * hundreds + 10 * tens + ones

    def classify(self, images):
        """Returns only the classes of images, int `(n,)` from 0 to 999."""
        return self(images)[1]


def are_digits(source, image_shape):
    """Says whether the features of `digit_features` fit a data set."""
    return source in ("mnist-10k", "mnist") and tuple(image_shape) == (28, 28, 1)


def digit_features():
    """Returns the `Features` of MNIST digits, by the classifier that comes with the package."""
    classifier = build_classifier((28, 28, 1), 10)
    classifier.load_weights(str(DIGITS))
    description = "64 features of the digit classifier that comes with dcgan_tf (version 1)"
    return Features(classifier, description, [str(k) for k in range(10)])


def choose_features(source, images, labels=None, label_names=None, verbose=1):
    """Chooses the features that fit a data set.

    For labelled images that are not MNIST digits, this trains a classifier at the first call.

    Args:
        source: Str, the name or the path of the data set, as in `load_dataset`.
        images: float32 `(n, height, width, channels)` in [-1, 1], the training images.
        labels: int `(n,)`, their labels, or `None`.
        label_names: dict of str, the names of labels that have other names than their numbers.
        verbose: 0, 1 or 2, how Keras shows the progress if a classifier must be trained.

    Returns:
        A `Features` or a `StackedFeatures`.

    Raises:
        ValueError: if there are fewer than 20 images, which are too few for any score.

    References:
        Naeem et al. 2020, https://arxiv.org/abs/2002.09797
    """
    check_enough_images(images)
    image_shape = images.shape[1:]
    if are_digits(source, image_shape):
        return digit_features()
    if source == "stacked-mnist" and image_shape == (28, 28, 3):
        return StackedFeatures(digit_features())
    if labels is not None and len(np.unique(labels)) > 1:
        numbers, classes = np.unique(labels, return_inverse=True)
        names = [(label_names or {}).get(number, str(number)) for number in numbers.tolist()]
        classifier, description = _load_or_train_classifier(
            pathlib.Path(source).name, images, classes, verbose
        )
        return Features(classifier, description, names)
    untrained = build_classifier(image_shape, 1, seed=0)
    shape = "x".join(map(str, image_shape))
    return Features(untrained, f"64 features of an untrained network for {shape}")


def check_enough_images(images):
    """Raises a `ValueError` if there are too few real images to compare others with.

    Args:
        images: array `(n, height, width, channels)`.
    """
    if len(images) < LEAST_IMAGES:
        raise ValueError(
            f"There are too few images for scores. Received: {len(images)} real images. Expected "
            f"at least {LEAST_IMAGES}, because one half of them is compared with the other half."
        )


def _load_or_train_classifier(name, images, classes, verbose):
    """Returns a classifier, trained at the first call and kept in Keras' folder, and what it is."""
    name = name if name.isprintable() else repr(name)[1:-1]
    checksum = zlib.crc32(images.tobytes(), zlib.crc32(classes.tobytes()))
    path = _find_place(f"classifier-{checksum:08x}.keras")
    order = np.random.default_rng(0).permutation(len(images))
    held_out, seen = order[: len(order) // 10], order[len(order) // 10 :]
    classifier = _load_kept(path) if path else None
    if classifier is None:
        if verbose:
            kept = f", to be kept in {str(path)!r}" if path else ""
            print(f"Training a classifier of {name}{kept}.")
        classifier = train_classifier(images[seen], classes[seen], 0, verbose, EPOCHS)
        if path:
            _keep(classifier, path)
    fraction = measure_accuracy(classifier, images[held_out], classes[held_out])
    return classifier, (
        f"64 features of a classifier of {name} ({checksum:08x}, classifies "
        f"{100 * fraction:.1f} % of held-out images correctly)"
    )


def _find_place(name):
    """Returns the path of a file in Keras' home folder, or `None` if this user has no home."""
    try:
        home = os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras"
    except RuntimeError:
        return None
    return pathlib.Path(home, "dcgan_tf", name)


def _keep(classifier, path):
    """Keeps a classifier for the next time, if its folder can be written to.

    A digest in the comment of the archive tells later whether the file is whole.
    """
    try:
        with files.atomic_write(path) as part:
            classifier.save(part)
            with zipfile.ZipFile(part, "a") as archive:
                archive.comment = _compute_digest(archive, path)
    except OSError as error:
        print(f"The classifier is not kept, so it will be trained again next time. {error}")


def _load_kept(path):
    """Loads a kept classifier.

    Returns:
        A `keras.Model`, or `None` if there is none, or only one that is damaged or has no digest.
    """
    if not os.path.lexists(path):
        return None
    try:
        if not path.is_file():
            raise ValueError("not a file")
        with zipfile.ZipFile(path) as archive:
            if not archive.comment:
                return None  # kept by an earlier version, before there were digests
            if archive.comment != _compute_digest(archive, path):
                raise ValueError("another content")
        return keras.saving.load_model(path)
    except Exception:  # a damaged file can raise any of Keras, h5py and zipfile
        print(f"The kept classifier {str(path)!r} is damaged, so it is trained again.")
        return None


def _compute_digest(archive, path):
    """Returns a digest of all files in an archive and of its name, which tells of the data."""
    digest = hashlib.sha256(path.name.encode())
    for entry in archive.infolist():
        digest.update(f"{entry.filename} {entry.file_size} ".encode())
        digest.update(archive.read(entry))
    return digest.hexdigest().encode()

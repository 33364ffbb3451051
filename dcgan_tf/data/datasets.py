"""Data sets as arrays in [-1, 1]: bundled ones, well-known ones to download, your own files."""

import functools
import hashlib
import math
import pathlib

import numpy as np

from dcgan_tf.data import folder_layout, untrusted
from dcgan_tf.data.formats import find_idx_files, prepare_images, read_idx_folder, read_npz
from dcgan_tf.data.image_folder import ImageFolder, describe_left_out, list_some
from dcgan_tf.data.labels import read_labels
from dcgan_tf.data.named import DATASETS, read_named

LARGEST_ARRAY = 2**30  # bytes; the images of a larger folder are read during training


class Dataset:
    """A data set: its training images in memory or, if they are too many, as an `ImageFolder`.

    Args:
        images: float32 `(n, height, width, channels)` in [-1, 1], or an `ImageFolder`.
        labels: int64 `(n,)`, or `None`.
        label_names: dict of str: the name of each label.
        load_test_part: function that returns the test images and their labels as arrays, or `None`
            if there is no test part.
        notes: list of str, sentences that say what was left out or changed.
        compute_digest: function that returns a str, which differs for other data, or `None` for a
            data set that is known by its name.
    """

    def __init__(
        self,
        images,
        labels=None,
        label_names=None,
        load_test_part=None,
        notes=(),
        compute_digest=None,
    ):
        self.images = images
        self.labels = labels
        self.label_names = label_names or {}
        self.notes = list(notes)
        self._load_test_part = load_test_part
        self._compute_digest = compute_digest

    @property
    def is_streamed(self):
        """Bool, whether the images are read during training, because they are too many."""
        return isinstance(self.images, ImageFolder)

    def check_in_memory(self, advice=""):
        """Raises a `ValueError` that ends with some advice, if the images are streamed."""
        if self.is_streamed:
            raise ValueError(
                f"The images do not fit into memory. Received: {len(self.images)} images of shape "
                f"{self.images.image_shape}, {_count_bytes(self.images) / 2**30:.1f} GiB as an "
                f"array. Expected at most 1 GiB. {advice}".strip()
            )

    @functools.cached_property
    def test_part(self):
        """A tuple of the test images and their labels, as arrays. There may be no images in it."""
        if self._load_test_part is not None:
            return self._load_test_part()
        empty = np.empty((0, *self.images.shape[1:]), np.float32)
        return empty, None if self.labels is None else self.labels[:0]

    @functools.cached_property
    def digest(self):
        """A str that differs for other data, or `None` for data that is known by its name."""
        return None if self._compute_digest is None else self._compute_digest()


def load_dataset(source="mnist-10k", image_size=None, skip_damaged=False):
    """Loads a data set, by name or from your own files.

    Args:
        source: one of

            - `"mnist-10k"`: 10,000 MNIST digits that come with the package;
            - `"emoji-people"`: 817 small pictures of people in colour, which come with the package.
              Their labels are skin tones. `load_characters` says who is shown;
            - `"stacked-mnist"`: images whose three channels are three of these digits, chosen at
              random. They have 1,000 classes, and you can count how many of them a generator
              finds (Lin et al. 2018);
            - `"mnist"`: all 70,000 digits, downloaded once and kept by Keras;
            - `"fashion-mnist"`: from Debian's package `dataset-fashion-mnist` if it is installed,
              otherwise downloaded once and kept by Keras;
            - the path of an `.npz` file. It has the keys `x_train`, `y_train`, `x_test`, `y_test`,
              or `train_images` and so on as in MedMNIST (Yang et al. 2023), or it holds a single
              array. Only the training images are required;
            - the path of a folder of IDX files (the format of the original MNIST), gzipped or not;
            - the path of a folder of images (see `ImageFolder`). It may have a sub-folder for
              training (`train`, `train2017` and so on) and one for `test` or `val`.
        image_size: `(height, width)` in pixels to resize the images to, or `None`.
        skip_damaged: Bool, whether to go on without the images of a folder that are damaged.

    Returns:
        `(x_train, y_train), (x_test, y_test)`. The images are float32
        `(n, height, width, channels)` in [-1, 1]. The labels are int64 `(n,)`, or `None` if the
        source has no labels; text and sub-folders are numbered in their natural order. If the
        source has no test part, `x_test` has length 0.

    Raises:
        ValueError: if the source is none of these, if it is damaged, or if it is a folder whose
            images would take more than 1 GiB of memory (`load_training_images` streams them).
        ConnectionError: if a data set must be downloaded, but the download fails.

    References:
        Lin et al. 2018, https://arxiv.org/abs/1712.04086

        Yang et al. 2023, https://doi.org/10.1038/s41597-022-01721-8

    Example:

    >>> (x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
    >>> x_train.shape
    (8004, 28, 28, 1)
    """
    dataset = open_dataset(source, image_size, skip_damaged)
    dataset.check_in_memory("Use load_training_images(), which reads them during training.")
    print(*dataset.notes, sep="\n", end="\n" if dataset.notes else "")
    return (dataset.images, dataset.labels), dataset.test_part


def load_training_images(source="mnist-10k", image_size=None, skip_damaged=False):
    """Loads only the training images, which may also be a folder of any size.

    Args:
        source: as in `load_dataset`.
        image_size: as in `load_dataset`.
        skip_damaged: as in `load_dataset`.

    Returns:
        float32 array `(n, height, width, channels)` in [-1, 1]; or an `ImageFolder`, if the source
        is a folder whose images would take more than 1 GiB. `shuffled_batches` takes both.

    Raises:
        ValueError, ConnectionError: as in `load_dataset`.
    """
    dataset = open_dataset(source, image_size, skip_damaged)
    print(*dataset.notes, sep="\n", end="\n" if dataset.notes else "")
    return dataset.images


def open_dataset(source="mnist-10k", image_size=None, skip_damaged=False):
    """Opens a data set of any size, with the names of its labels.

    Args:
        source: as in `load_dataset`.
        image_size: as in `load_dataset`.
        skip_damaged: as in `load_dataset`.

    Returns:
        A `Dataset`.

    Raises:
        ValueError, ConnectionError: as in `load_dataset`.
    """
    check_image_size(image_size)
    path = pathlib.Path(source)
    names, digest = None, None
    if source in DATASETS:
        parts, names = read_named(source, image_size)
    elif source != "" and path.is_dir():  # the path of no letters would be the current folder
        idx_files = [*filter(None, find_idx_files(path))]
        if not idx_files:
            return _open_image_folder(path, image_size, skip_damaged)
        parts = read_idx_folder(path, image_size)
        digest = functools.partial(_compute_digest, idx_files)
    elif path.is_file() and path.suffix.lower() == ".npz":
        parts = read_npz(path, image_size)
        digest = functools.partial(_compute_digest, [path])
    else:
        is_there = source != "" and path.exists()
        problem = "This is not a data file" if is_there else "There is no such data set"
        raise ValueError(
            f"{problem}. Received: {str(source)!r}. Expected one of {', '.join(DATASETS)}, or the "
            "path of an .npz file, a folder of IDX files, or a folder of images."
        )
    dataset = _prepare_arrays(*parts, image_size, digest)
    if names is not None:
        dataset.label_names = dict(enumerate(names))
    return dataset


def _prepare_arrays(train, test, image_size, compute_digest):
    """Makes a `Dataset` of the arrays of its parts, which are tuples of images and labels."""
    has_test_part = test[0] is not None and test[0].shape[:1] != (0,)
    images = [train[0], test[0]] if has_test_part else [train[0]]
    (train_images, *test_images), note = prepare_images(images, image_size)
    labels, names, reason = read_labels(train[1], len(train_images))
    load_test_part = None
    if test_images:
        test_part = test_images[0], read_labels(test[1], len(test[0]), names)[0]

        def load_test_part():
            return test_part

    notes = [sentence for sentence in (note, reason) if sentence]
    return Dataset(train_images, labels, names, load_test_part, notes, compute_digest)


def _open_image_folder(path, image_size, skip_damaged):
    """Opens a folder of images, with its training and its test part if it has parts."""
    images, others, runs = folder_layout.list_files(path)
    train_part, test_part = folder_layout.find_parts(images)
    train = ImageFolder(path / train_part, image_size, skip_damaged)
    notes = list(train.notes)
    if train_part.parts:
        outside = [
            [name for name in names if not {train_part, test_part} & {*name.parents}]
            for names in ([*images, *others], runs)
        ]
        notes += describe_left_out(*outside)
    is_large = _count_bytes(train) > LARGEST_ARRAY
    load_test_part = None
    if test_part is not None:
        place = path / test_part
        open_test_part = functools.cache(
            lambda: ImageFolder(place, image_size, skip_damaged, train)
        )
        if not is_large:  # the scores need its images, so we look now whether they are damaged
            notes += _describe_test_part(open_test_part(), train)

        def load_test_part():
            test = open_test_part()
            images, labels = test.load_some(LARGEST_ARRAY // _count_bytes_of_one(test))
            return images, _translate_labels(labels, test.class_names, train)

    return Dataset(
        train if is_large else train.load(),
        train.labels,
        dict(enumerate(train.class_names)),
        load_test_part,
        notes,
        lambda: train.digest,
    )


def _describe_test_part(test, train):
    """Says what was left out of a test part, a list of sentences."""
    notes = [f"in the test part, {note}" for note in test.notes]
    if train.labels is not None and (unknown := _find_unknown(test.class_names, train)):
        notes.append(
            "no labels of the test part, because the training part has no such classes: "
            f"{list_some(unknown)}"
        )
    return notes


def _translate_labels(labels, class_names, train):
    """Gives the classes of a test part the numbers that they have in the training part.

    If some of them are unknown there, the test part has no labels: `None`.
    """
    if train.labels is None or labels is None or _find_unknown(class_names, train):
        return None
    numbers = {name: number for number, name in enumerate(train.class_names)}
    return np.array([numbers[name] for name in class_names])[labels]


def _find_unknown(class_names, train):
    known = {*train.class_names}
    return [name for name in class_names if name not in known]


def _compute_digest(paths):
    digest = hashlib.sha256()
    for path in sorted(paths):
        with untrusted.open_file(path) as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def check_image_size(image_size):
    """Raises a `ValueError` unless `image_size` is `None` or two whole numbers, not too large."""
    if image_size is None:
        return
    most = untrusted.LARGEST_SIDE
    sizes = tuple(image_size) if isinstance(image_size, (tuple, list)) else ()
    if len(sizes) != 2 or not all(isinstance(size, int) and 0 < size <= most for size in sizes):
        raise ValueError(
            f"This is not an image size. Received: image_size={image_size!r}. Expected (height, "
            f"width) in pixels, for example (28, 28), at most {most:,} each."
        )


def _count_bytes(folder):
    """Counts the bytes that all images of a folder would take as an array."""
    return len(folder) * _count_bytes_of_one(folder)


def _count_bytes_of_one(folder):
    return math.prod(folder.image_shape) * np.dtype(np.float32).itemsize

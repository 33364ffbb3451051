"""Data sets as arrays in [-1, 1]: bundled ones, well-known ones to download, your own files."""

import importlib.resources
import math
import pathlib

import keras
import numpy as np

from dcgan_tf.data.formats import prepare_images, read_idx_folder, read_npz
from dcgan_tf.data.image_folder import ImageFolder

ASSETS = importlib.resources.files("dcgan_tf.data") / "assets"
DEBIAN_FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
DATASETS = ("mnist-10k", "stacked-mnist", "mnist", "fashion-mnist")
STACKS_PER_DIGIT = 3.2  # so that stacked-mnist has 25,612 images to train on
LARGEST_ARRAY = 2**30  # bytes; the images of a larger folder are read during training


def load_dataset(source="mnist-10k", image_size=None):
    """Loads a data set, by name or from your own files.

    Args:
        source: one of

            - `"mnist-10k"`: 10,000 MNIST digits that come with the package;
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
            - the path of a folder of PNG or JPEG images (see `ImageFolder`). If it has a sub-folder
              `train`, this is the training part, and a sub-folder `test` is the test part.
        image_size: `(height, width)` in pixels to resize the images to, or `None`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`. The images are float32
        `(n, height, width, channels)` in [-1, 1]. The labels are int64 `(n,)`, or `None` if the
        source has no labels. If the source has no test part, `x_test` has length 0.

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
    check_image_size(image_size)
    path = pathlib.Path(source)
    if source == "mnist-10k":
        parts = read_npz(ASSETS / "mnist-10k.npz")
    elif source == "stacked-mnist":
        parts = [_stack_digits(*part) for part in read_npz(ASSETS / "mnist-10k.npz")]
    elif source == "mnist":
        parts = _download(source, keras.datasets.mnist.load_data)
    elif source == "fashion-mnist" and DEBIAN_FASHION_MNIST.is_dir():
        parts = read_idx_folder(DEBIAN_FASHION_MNIST)
    elif source == "fashion-mnist":
        parts = _download(source, keras.datasets.fashion_mnist.load_data)
    elif is_image_folder(source):
        return _load_image_folder(path, image_size)
    elif path.is_dir():
        parts = read_idx_folder(path)
    elif path.is_file() and path.suffix.lower() == ".npz":
        parts = read_npz(path)
    else:
        problem = "This is not a data file" if path.exists() else "There is no such data set"
        raise ValueError(
            f"{problem}. Received: {str(source)!r}. Expected one of {', '.join(DATASETS)}, or the "
            "path of an .npz file, a folder of IDX files, or a folder of PNG or JPEG images."
        )
    (train_images, train_labels), (test_images, test_labels) = parts
    x_train, y_train = prepare_images(train_images, train_labels, image_size)
    if test_images is None:
        return (x_train, y_train), _make_empty_part(x_train, y_train)
    return (x_train, y_train), prepare_images(test_images, test_labels, image_size)


def load_training_images(source="mnist-10k", image_size=None):
    """Loads only the training images, which may also be a folder of any size.

    Args:
        source: as in `load_dataset`.
        image_size: as in `load_dataset`.

    Returns:
        float32 array `(n, height, width, channels)` in [-1, 1]; or an `ImageFolder`, if the source
        is a folder whose images would take more than 1 GiB. `shuffled_batches` takes both.

    Raises:
        ValueError, ConnectionError: as in `load_dataset`.
    """
    if not is_image_folder(source):
        return load_dataset(source, image_size)[0][0]
    folder = open_image_folder(source, image_size)
    return folder if _count_bytes(folder) > LARGEST_ARRAY else folder.load()


def is_image_folder(source):
    """Says whether `load_dataset` would read a source as a folder of PNG and JPEG images."""
    path = pathlib.Path(source)
    return source not in DATASETS and path.is_dir() and not any(path.glob("*idx3*"))


def open_image_folder(path, image_size=None):
    """Opens the training part of a folder of images.

    This is the sub-folder `train` if there is one, otherwise the whole folder.

    Args:
        path: the folder.
        image_size: as in `load_dataset`.

    Returns:
        An `ImageFolder`.
    """
    check_image_size(image_size)
    path = pathlib.Path(path)
    return ImageFolder(path / "train" if (path / "train").is_dir() else path, image_size)


def check_image_size(image_size):
    """Raises a `ValueError` unless `image_size` is `None` or two positive whole numbers."""
    if image_size is None:
        return
    sizes = tuple(image_size) if isinstance(image_size, (tuple, list)) else ()
    if len(sizes) != 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(
            f"This is not an image size. Received: image_size={image_size!r}. Expected (height, "
            "width) in pixels, for example (28, 28)."
        )


def _stack_digits(images, labels):
    """Makes images whose three channels are three random digits, with labels from 0 to 999."""
    size = (int(STACKS_PER_DIGIT * len(images)), 3)
    chosen = np.random.default_rng(0).integers(len(images), size=size)
    return np.moveaxis(images[chosen], 1, -1), labels[chosen].astype(int) @ [100, 10, 1]


def _make_empty_part(images, labels):
    """Makes a part of a data set that has no images, but the same shape as another part."""
    return images[:0], None if labels is None else labels[:0]


def _download(name, load_data):
    try:
        return load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise ConnectionError(
            f"The data set {name!r} is neither on this machine nor can it be downloaded. Without a "
            "network, use 'mnist-10k', the 10,000 digits that come with the package."
        ) from error


def _count_bytes(folder):
    """Counts the bytes that all images of a folder would take as an array."""
    return math.prod(folder.shape) * np.dtype(np.float32).itemsize


def _load_image_folder(path, image_size):
    train = open_image_folder(path, image_size)
    if _count_bytes(train) > LARGEST_ARRAY:
        raise ValueError(
            f"The images do not fit into memory. Received: {len(train)} images of shape "
            f"{train.image_shape}, {_count_bytes(train) / 2**30:.1f} GiB as an array. Expected "
            "at most 1 GiB. Use load_training_images(), which reads such a folder during training."
        )
    x_train, y_train = train.load(), train.labels
    if not ((path / "train").is_dir() and (path / "test").is_dir()):
        return (x_train, y_train), _make_empty_part(x_train, y_train)
    test = ImageFolder(path / "test", train.image_shape[:2])
    if test.class_names != train.class_names:
        raise ValueError(
            f"The training and test parts have different classes. Received: {train.class_names} "
            f"and {test.class_names}. Expected the same sub-folders in both."
        )
    test.image_shape = train.image_shape  # grey or RGB, like the training part
    return (x_train, y_train), (test.load(), test.labels)

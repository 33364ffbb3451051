"""Data sets that are known by a name: those that come with the package, and those to download."""

import importlib.resources
import pathlib

import keras
import numpy as np

from dcgan_tf.data.formats import read_idx_folder, read_npz

ASSETS = importlib.resources.files("dcgan_tf.data") / "assets"
DEBIAN_FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
STACKS_PER_DIGIT = 3.2  # so that stacked-mnist has 25,612 images to train on
TONES = ("default", "light", "medium-light", "medium", "medium-dark", "dark")
LABEL_NAMES = {"emoji-people": TONES}  # of the data sets whose labels have names


def read_named(name, image_size=None):
    """Reads the arrays of a data set that is known by its name.

    Args:
        name: a key of `DATASETS`.
        image_size: `(height, width)` that the images will be resized to, or `None`, as in
            `formats.read_npz`.

    Returns:
        A tuple: `[(train_images, train_labels), (test_images, test_labels)]`, in which the arrays
        of the second part may be `None`; and the names of the labels, a tuple of str, or `None` if
        a label is its own name.

    Raises:
        ConnectionError: if the data set must be downloaded, but the download fails.
    """
    return DATASETS[name](image_size), LABEL_NAMES.get(name)


def load_characters():
    """Loads which person each picture of the data set `emoji-people` shows.

    There are 142 characters, and most of them are drawn in six skin tones, which are the labels of
    the data set.

    Returns:
        str array `(817,)`: the character of each training image, in their order.

    Example:

    >>> (pictures, tones), _ = load_dataset("emoji-people")
    >>> farmers = pictures[load_characters() == "farmer"]  # float32 (6, 32, 32, 3)
    """
    with np.load(ASSETS / "emoji-people.npz", allow_pickle=False) as arrays:
        return arrays["names"]


def _read_digits(image_size):
    return read_npz(ASSETS / "mnist-10k.npz", image_size)


def _read_people(image_size):
    return read_npz(ASSETS / "emoji-people.npz", image_size)


def _stack_digits(image_size):
    """Makes images whose three channels are three random digits, with labels from 0 to 999."""

    def stack(images, labels):
        size = (int(STACKS_PER_DIGIT * len(images)), 3)
        chosen = np.random.default_rng(0).integers(len(images), size=size)
        stacked = np.moveaxis(images[chosen], 1, -1)
        return stacked, labels[chosen].astype(int) @ [100, 10, 1]

    return [stack(*part) for part in _read_digits(None)]


def _read_mnist(image_size):
    return _download("mnist", keras.datasets.mnist.load_data)


def _read_fashion_mnist(image_size):
    if DEBIAN_FASHION_MNIST.is_dir():
        return read_idx_folder(DEBIAN_FASHION_MNIST, image_size)
    return _download("fashion-mnist", keras.datasets.fashion_mnist.load_data)


def _download(name, load_data):
    try:
        return load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise ConnectionError(
            f"The data set {name!r} is neither on this machine nor can it be downloaded. Without a "
            "network, use 'mnist-10k' or 'emoji-people', which come with the package."
        ) from error


DATASETS = {
    "mnist-10k": _read_digits,
    "emoji-people": _read_people,
    "stacked-mnist": _stack_digits,
    "mnist": _read_mnist,
    "fashion-mnist": _read_fashion_mnist,
}

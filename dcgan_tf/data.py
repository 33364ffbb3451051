"""Data sets as arrays in [-1, 1], and batches of them in an order that can be repeated."""

import math
import os
import pathlib
import zipfile
import zlib

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf import untrusted
from dcgan_tf.image_folder import ImageFolder

ASSETS = pathlib.Path(__file__).parent / "assets"
DEBIAN_FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
DATASETS = ("mnist-10k", "stacked-mnist", "mnist", "fashion-mnist")
STACKS = 3.2  # images of stacked-mnist for each digit: 25,612 to train on
LARGEST_ARRAY = 2**30  # bytes; the images of larger folders are read while training

# The keys under which .npz files keep their parts; the second of each is MedMNIST's.
TRAIN_IMAGES = ("x_train", "train_images", "images", "x")
TRAIN_LABELS = ("y_train", "train_labels", "labels", "y")
TEST_IMAGES = ("x_test", "test_images")
TEST_LABELS = ("y_test", "test_labels")


def load_dataset(source="mnist-10k", image_size=None):
    """Loads a data set, by name or from your own files.

    Args:
        source: one of

            - `"mnist-10k"`: 10,000 MNIST digits that come with the package;
            - `"stacked-mnist"`: images whose three channels are three of these digits, at random:
              1,000 classes, to see how many of them a generator finds (Lin et al. 2018);
            - `"mnist"`: all 70,000, downloaded once and kept by Keras;
            - `"fashion-mnist"`: from Debian's package `dataset-fashion-mnist` if it is installed,
              otherwise downloaded once and kept by Keras;
            - the path of an `.npz` file with the keys `x_train`, `y_train`, `x_test`, `y_test`, or
              MedMNIST's `train_images` and so on, or a single array; only images are required;
            - the path of a folder of IDX files, MNIST's own format, gzipped or not;
            - the path of a folder of PNG or JPEG images (see `ImageFolder`). If it has a sub-folder
              `train`, that is the training part, and a sub-folder `test` the test part.
        image_size: `(height, width)` in pixels to resize the images to, or `None`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images, float32 `(n, height, width, channels)` in
        [-1, 1], and labels, int64 `(n,)`, or `None` where the source has none. Without a test
        part `x_test` has length 0.

    Raises:
        ValueError: for a source that is none of these, is damaged, or is a folder whose images
            would take more than 1 GiB of memory (`load_training_images` streams them).
        ConnectionError: if a set must be downloaded and cannot be.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = load_dataset("mnist-10k")
    >>> x_train.shape
    (8004, 28, 28, 1)
    """
    check_image_size(image_size)
    path = pathlib.Path(source)
    if source == "mnist-10k":
        parts = _read_npz(ASSETS / "mnist-10k.npz")
    elif source == "stacked-mnist":
        parts = [_stacked(*part) for part in _read_npz(ASSETS / "mnist-10k.npz")]
    elif source == "mnist":
        parts = _download(source, keras.datasets.mnist.load_data)
    elif source == "fashion-mnist" and DEBIAN_FASHION_MNIST.is_dir():
        parts = _read_idx_folder(DEBIAN_FASHION_MNIST)
    elif source == "fashion-mnist":
        parts = _download(source, keras.datasets.fashion_mnist.load_data)
    elif is_image_folder(source):
        return _load_image_folder(path, image_size)
    elif path.is_dir():
        parts = _read_idx_folder(path)
    elif path.is_file() and path.suffix.lower() == ".npz":
        parts = _read_npz(path)
    else:
        problem = "This is no data file" if path.exists() else "There is no such data set"
        raise ValueError(
            f"{problem}. Received: {str(source)!r}. Expected one of {', '.join(DATASETS)}, or the "
            "path of an .npz file, a folder of IDX files, or a folder of PNG or JPEG images."
        )
    (train_images, train_labels), (test_images, test_labels) = parts
    x_train, y_train = _prepare(train_images, train_labels, image_size)
    if test_images is None:
        return (x_train, y_train), _nothing(x_train, y_train)
    return (x_train, y_train), _prepare(test_images, test_labels, image_size)


def load_training_images(source="mnist-10k", image_size=None):
    """Loads only the images to train on, from a folder of any size.

    Args:
        source: as in `load_dataset`.
        image_size: as in `load_dataset`.

    Returns:
        float32 array `(n, height, width, channels)` in [-1, 1]; or an `ImageFolder` for a folder
        of images that would take more than 1 GiB. `shuffled_batches` takes both.

    Raises:
        ValueError, ConnectionError: as `load_dataset`.
    """
    if not is_image_folder(source):
        return load_dataset(source, image_size)[0][0]
    folder = open_image_folder(source, image_size)
    return folder if _bytes_of(folder) > LARGEST_ARRAY else folder.load()


def is_image_folder(source):
    """Says whether `load_dataset` takes a source for a folder of PNG and JPEG images."""
    path = pathlib.Path(source)
    return source not in DATASETS and path.is_dir() and not any(path.glob("*idx3*"))


def open_image_folder(path, image_size=None):
    """Opens the training part of a folder of images: its sub-folder `train` if it has one.

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
    """Refuses anything but `None` or two positive whole numbers."""
    if image_size is None:
        return
    sizes = tuple(image_size) if isinstance(image_size, (tuple, list)) else ()
    if len(sizes) != 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(
            f"This is no image size. Received: image_size={image_size!r}. Expected (height, width) "
            "in pixels, for example (28, 28)."
        )


def shuffled_batches(images, batch_size, seed=0, first_epoch=0, condition=None):
    """Makes an endless dataset of batches whose order depends on the seed and the epoch alone.

    A run that is resumed at epoch k sees the batches that it would have seen without the stop.
    Every batch is full, so that TensorFlow knows its size: the last one of an epoch is filled up
    with images from the epoch's beginning.

    Args:
        images: float array `(n, height, width, channels)`, or an `ImageFolder`, whose files are
            then read while training, so that memory stays bounded.
        batch_size: Int, images in a batch; all of them if there are fewer.
        seed: Int of at least 0, fixes the order.
        first_epoch: Int, the epoch that the first batches belong to, counted from 0.
        condition: array `(n, ...)`, what each image belongs to, for a `GAN` with a condition. Not
            with an `ImageFolder`.

    Returns:
        A `tf.data.Dataset` of float32 `(batch_size, height, width, channels)`, or of tuples of
        these and their condition; an epoch has `ceil(n / batch_size)` batches.

    Example:

    >>> steps = math.ceil(len(x_train) / 32)
    >>> model.fit(shuffled_batches(x_train, 32), steps_per_epoch=steps, epochs=20)
    """
    batch_size = min(batch_size, len(images))
    if isinstance(images, ImageFolder):

        def read(index):
            image = tf.numpy_function(images.__getitem__, [index], tf.float32, stateful=False)
            return tf.ensure_shape(image, images.image_shape)

        def batches(order):
            return order.map(read, os.cpu_count()).batch(batch_size, drop_remainder=True)
    else:
        with tf.device("CPU"):  # where tf.data works, also beside a GPU
            pixels = tf.convert_to_tensor(images)
            beside = () if condition is None else (tf.convert_to_tensor(condition),)

        def gathered(indices):
            parts = tuple(tf.gather(part, indices) for part in (pixels, *beside))
            return parts if beside else parts[0]

        def batches(order):
            return order.batch(batch_size, drop_remainder=True).map(gathered)

    # An epoch is as many whole batches as it takes to see every image.
    positions = tf.range(math.ceil(len(images) / batch_size) * batch_size) % len(images)

    def epoch_batches(epoch):
        keys = tf.random.stateless_uniform((len(images),), seed=tf.stack([seed, epoch]))
        order = tf.gather(tf.argsort(keys, stable=True), positions)
        return batches(tf.data.Dataset.from_tensor_slices(order))

    # The autotuner's thread may sleep at the end of `fit`, for up to a minute, and `fit` with it.
    options = tf.data.Options()
    options.autotune.enabled = False
    # Each worker of a `tf.distribute.Strategy` takes its part of every batch.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    epochs = tf.data.Dataset.range(first_epoch, tf.int64.max)
    return epochs.flat_map(epoch_batches).prefetch(2).with_options(options)


def _stacked(images, labels):
    """Stacked MNIST: three random digits as the channels of one image, labelled 0 to 999."""
    size = (int(STACKS * len(images)), 3)
    chosen = np.random.default_rng(0).integers(len(images), size=size)
    return np.moveaxis(images[chosen], 1, -1), labels[chosen].astype(int) @ [100, 10, 1]


def _nothing(images, labels):
    """A part without images, of the same shape as another."""
    return images[:0], None if labels is None else labels[:0]


def _prepare(images, labels, image_size):
    """Brings one part to float32 (n, height, width, channels) in [-1, 1], and int64 labels."""
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(
            f"This is no array of images. Received: shape {images.shape}. Expected (n, height, "
            "width) or (n, height, width, channels) with n > 0 and 1 or 3 channels, channels last."
        )
    images = _to_range(images)
    if image_size and tuple(image_size) != images.shape[1:3]:
        images = tf.image.resize(images, image_size, antialias=True).numpy().clip(-1.0, 1.0)
    if labels is not None:
        labels = labels.reshape(len(labels), -1)
        if labels.shape != (len(images), 1) or labels.dtype.kind not in "iub":
            raise ValueError(
                f"The labels do not fit the images. Received: {labels.dtype} labels of shape "
                f"{labels.shape} for {len(images)} images. Expected one integer for each image."
            )
        labels = labels[:, 0].astype(np.int64)
    return images, labels


def _to_range(images):
    """Scales pixels of [0, 255], [0, 1] or [-1, 1] to float32 in [-1, 1]."""
    if images.dtype.kind not in "iufb":
        raise ValueError(
            f"The pixels are not numbers. Received: dtype {images.dtype}. Expected uint8 or float."
        )
    low, high = float(images.min()), float(images.max())
    images = images.astype(np.float32)
    if -1.0 <= low < 0.0 and high <= 1.0:
        return images
    if 0.0 <= low and high <= 1.0:
        return images * 2.0 - 1.0
    if 0.0 <= low and high <= 255.0:
        return images / 127.5 - 1.0
    raise ValueError(
        f"The pixels have an unknown range. Received: {low:g} to {high:g}. Expected all of them "
        "in [0, 255], [0, 1] or [-1, 1]."
    )


def _read_npz(path):
    try:
        untrusted.check_npz(path)
        # NumPy would leave the file open if it is damaged.
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            names = set(file.files)
            if len(names) == 1:
                return [(file[names.pop()], None), (None, None)]

            def part(keys):
                key = next((key for key in keys if key in names), None)
                return None if key is None else file[key]

            train = part(TRAIN_IMAGES), part(TRAIN_LABELS)
            test = part(TEST_IMAGES), part(TEST_LABELS)
    except (ValueError, RuntimeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(
            f"The .npz file cannot be read ({error}). Received: {str(path)!r}. Expected plain "
            "arrays of numbers, as numpy.savez_compressed(path, x_train=images) writes them."
        ) from error
    if train[0] is None:
        raise ValueError(
            f"The .npz file has no images. Received: {str(path)!r} with the keys {sorted(names)}. "
            f"Expected images under one of {', '.join(TRAIN_IMAGES)}, or one array alone."
        )
    return [train, test]


def _read_idx_folder(path):
    def part(prefixes, kind):
        pattern = f"*{{}}-{kind}*"
        files = [file for prefix in prefixes for file in sorted(path.glob(pattern.format(prefix)))]
        return _read_idx(files[0]) if files else None

    train = part(["train"], "images"), part(["train"], "labels")
    test = part(["t10k", "test"], "images"), part(["t10k", "test"], "labels")
    if train[0] is None:
        raise ValueError(
            f"The folder of IDX files has no training images. Received: {str(path)!r}. Expected a "
            "file named like train-images-idx3-ubyte or train-images-idx3-ubyte.gz."
        )
    return [train, test]


def _read_idx(path):
    """Reads bytes in IDX format: 0, 0, 8 (for uint8), the rank, big-endian sizes, the values."""
    try:
        content = untrusted.unpack_gzip(path) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ValueError(
            f"The file cannot be unpacked ({error}). Received: {str(path)!r}. Expected a whole "
            "gzip file."
        ) from error
    rank = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    shape = np.frombuffer(content[4 : 4 + 4 * rank], ">u4").tolist()
    values = content[4 + 4 * rank :]
    if not rank or len(shape) != rank or len(values) != math.prod(shape):
        raise ValueError(
            f"This is no IDX file of bytes, or not all of it. Received: {str(path)!r} with "
            f"{len(content)} bytes. Expected 0, 0, 8, the rank, the sizes and as many bytes."
        )
    return np.frombuffer(values, np.uint8).reshape(shape)


def _download(name, load_data):
    try:
        return load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise ConnectionError(
            f"The data set {name!r} is neither on this machine nor can it be downloaded. Without a "
            "network use 'mnist-10k', the 10,000 digits that come with the package."
        ) from error


def _bytes_of(folder):
    return math.prod(folder.shape) * np.dtype(np.float32).itemsize


def _load_image_folder(path, image_size):
    train = open_image_folder(path, image_size)
    if _bytes_of(train) > LARGEST_ARRAY:
        raise ValueError(
            f"The images do not fit into memory. Received: {len(train)} images of shape "
            f"{train.image_shape}, {_bytes_of(train) / 2**30:.1f} GiB as an array. Expected at "
            "most 1 GiB; load_training_images() reads such a folder while training."
        )
    x_train, y_train = train.load(), train.labels
    if not ((path / "train").is_dir() and (path / "test").is_dir()):
        return (x_train, y_train), _nothing(x_train, y_train)
    test = ImageFolder(path / "test", train.image_shape[:2])
    if test.class_names != train.class_names:
        raise ValueError(
            f"The training and test parts have different classes. Received: {train.class_names} "
            f"and {test.class_names}. Expected the same sub-folders in both."
        )
    test.image_shape = train.image_shape  # grey or RGB, as the training part
    return (x_train, y_train), (test.load(), test.labels)

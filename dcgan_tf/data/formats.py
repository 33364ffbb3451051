"""File formats of data sets: .npz archives and IDX files, with pixels in any usual range."""

import math
import zipfile
import zlib

import numpy as np
import tensorflow as tf

from dcgan_tf.data import untrusted

# The keys under which .npz files keep their parts. MedMNIST (Yang et al. 2023) uses the second one.
TRAIN_IMAGES = ("x_train", "train_images", "images", "x")
TRAIN_LABELS = ("y_train", "train_labels", "labels", "y")
TEST_IMAGES = ("x_test", "test_images")
TEST_LABELS = ("y_test", "test_labels")


def prepare_images(images, labels, image_size):
    """Converts one part of a data set to the shape, range and types that a `GAN` trains on.

    Args:
        images: array `(n, height, width)` or `(n, height, width, channels)` of numbers in
            [0, 255], [0, 1] or [-1, 1].
        labels: array of integers `(n,)` or `(n, 1)`, or `None`.
        image_size: `(height, width)` in pixels to resize the images to, or `None`.

    Returns:
        A tuple: images, float32 `(n, height, width, channels)` in [-1, 1], and labels, int64
        `(n,)`, or `None`.

    Raises:
        ValueError: if the arrays are something else.
    """
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(
            f"This is not an array of images. Received: shape {images.shape}. Expected (n, height, "
            "width) or (n, height, width, channels) with n > 0 and 1 or 3 channels, channels last."
        )
    images = _scale_pixels(images)
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


def _scale_pixels(images):
    """Scales pixels in [0, 255], [0, 1] or [-1, 1] to float32 in [-1, 1]."""
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


def read_npz(path):
    """Reads the arrays of an .npz file.

    Args:
        path: the file.

    Returns:
        `[(train_images, train_labels), (test_images, test_labels)]`, the arrays as they are in the
        file. All but `train_images` may be `None`.

    Raises:
        ValueError: if the file is damaged or holds no images.
    """
    try:
        untrusted.check_npz(path)
        # We open the file ourselves, because NumPy would leave a damaged one open.
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            names = set(file.files)
            if len(names) == 1:
                return [(file[names.pop()], None), (None, None)]

            def read(keys):
                key = next((key for key in keys if key in names), None)
                return None if key is None else file[key]

            train = read(TRAIN_IMAGES), read(TRAIN_LABELS)
            test = read(TEST_IMAGES), read(TEST_LABELS)
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


def read_idx_folder(path):
    """Reads the arrays of a folder of IDX files, which are named as MNIST's are.

    Args:
        path: `pathlib.Path` of the folder.

    Returns:
        As `read_npz`.

    Raises:
        ValueError: if a file is damaged or there are no training images.
    """

    def read(prefixes, kind):
        pattern = f"*{{}}-{kind}*"
        files = [file for prefix in prefixes for file in sorted(path.glob(pattern.format(prefix)))]
        return _read_idx(files[0]) if files else None

    train = read(["train"], "images"), read(["train"], "labels")
    test = read(["t10k", "test"], "images"), read(["t10k", "test"], "labels")
    if train[0] is None:
        raise ValueError(
            f"The folder of IDX files has no training images. Received: {str(path)!r}. Expected a "
            "file named like train-images-idx3-ubyte or train-images-idx3-ubyte.gz."
        )
    return [train, test]


def _read_idx(path):
    """Reads a file of bytes in IDX format.

    The format is: the bytes 0, 0, 8 (8 stands for uint8), the rank, that is the number of
    dimensions, the size of each dimension as a big-endian integer of four bytes, the values.
    """
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
            f"This is not a complete IDX file of bytes. Received: {str(path)!r} with "
            f"{len(content)} bytes. Expected the bytes 0, 0, 8, then the rank, the "
            "sizes and all values."
        )
    return np.frombuffer(values, np.uint8).reshape(shape)

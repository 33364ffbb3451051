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
# What stands for white in images of 8, 10, 12, 14 and 16 bits.
WHITES = (255, 1023, 4095, 16_383, 65_535)


def prepare_images(parts, image_size):
    """Converts the images of a data set to the shape, range and type that a `GAN` trains on.

    Args:
        parts: list of arrays `(n, height, width)` or `(n, height, width, channels)`, for example
            the training and the test images. Their numbers are in [0, 255], [0, 1] or [-1, 1], or
            whole numbers in [0, 65535].
        image_size: `(height, width)` in pixels to resize the images to, or `None`.

    Returns:
        A tuple: a list of float32 arrays `(n, height, width, channels)` in [-1, 1]; and a sentence
        about the range of the numbers, or `None` if it is a usual one.

    Raises:
        ValueError: if an array is something else.
    """
    parts = [_check_images(images) for images in parts]
    low = min(float(images.min()) for images in parts)
    high = max(float(images.max()) for images in parts)
    are_whole = all(images.dtype.kind in "iu" for images in parts)
    black, white = _find_black_and_white(low, high, are_whole)
    note = None
    if white > WHITES[0]:
        note = f"the pixels reach {high:,.0f}, so {white:,} is taken for white"
    middle, half = (black + white) / 2, (white - black) / 2
    prepared = []
    for images in parts:
        images = images.astype(np.float32)
        if (black, white) != (-1.0, 1.0):
            images = images / half - middle / half
        if image_size and tuple(image_size) != images.shape[1:3]:
            images = tf.image.resize(images, image_size, antialias=True).numpy().clip(-1.0, 1.0)
        prepared.append(images)
    return prepared, note


def _check_images(images):
    """Refuses an array that holds no images, and gives each image its axis of channels."""
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim == 4 and images.shape[-1] == 4 and images.size:
        raise ValueError(
            f"The images have a fourth channel, their transparency. Received: shape "
            f"{images.shape}. Expected images on a background of your choice, with 3 channels; or "
            "train a GAN with networks of your own for 4 channels."
        )
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not images.size:
        raise ValueError(
            f"This is not an array of images. Received: shape {images.shape}. Expected (n, height, "
            "width) or (n, height, width, channels) with n > 0 and 1 or 3 channels, channels last."
        )
    if images.dtype.kind not in "iufb":
        raise ValueError(
            f"The pixels are not numbers. Received: dtype {images.dtype}. Expected uint8 or float."
        )
    return images


def _find_black_and_white(low, high, are_whole):
    """Finds the two numbers that stand for black and for white."""
    if -1.0 <= low < 0.0 and high <= 1.0:
        return -1.0, 1.0
    if 0.0 <= low and high <= 1.0:
        return 0.0, 1.0
    if 0.0 <= low and high <= (WHITES[-1] if are_whole else WHITES[0]):
        return 0.0, next(white for white in WHITES if high <= white)
    raise ValueError(
        f"The pixels have an unknown range. Received: {low:g} to {high:g}. Expected all of them "
        "in [0, 255], [0, 1] or [-1, 1], or whole numbers in [0, 65535]."
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

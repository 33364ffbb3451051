"""File formats of data sets: .npz archives and IDX files, with pixels in any usual range."""

import contextlib
import gzip
import math
import os
import re

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
RESIZED_AT_ONCE = 2**24  # bytes of images
MOST_AXES = 4  # of an array in an IDX file
# For example emnist-letters-train-images-idx3-ubyte.gz; some programs write a dot before idx.
IDX_NAME = r".*{prefix}-{kind}[-._]idx[1-4](\.ubyte)?[^.]*(\.gz)?"


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
        ValueError: if an array is something else, if the images of the parts differ in shape, or
            if they would take too much memory.
    """
    parts = [_check_images(images) for images in parts]
    _check_same_shape(parts, image_size)
    try:
        untrusted.check_memory(count_memory(parts, [], image_size))
    except untrusted.TooLargeError as error:
        raise ValueError(
            f"There are too many or too large images ({error}). Received: arrays of the shapes "
            f"{[images.shape for images in parts]}, and image_size={image_size}. Expected fewer "
            "or smaller images, or a smaller image size."
        ) from error
    low = min(float(images.min()) for images in parts)
    high = max(float(images.max()) for images in parts)
    are_whole = all(images.dtype.kind in "iu" for images in parts)
    black, white = _find_black_and_white(low, high, are_whole)
    note = None
    if white > WHITES[0]:
        note = f"the pixels reach {high:,.0f}, so {white:,} is taken for white"
    return [_convert(images, black, white, image_size) for images in parts], note


def count_memory(images, labels, image_size):
    """Counts the bytes of memory that it takes at most to read and prepare a data set.

    Args:
        images: list of the arrays of images, or of what the headers of their files say of them:
            anything with `shape` and `nbytes`.
        labels: list of the same for arrays of labels, which also have a `dtype`.
        image_size: as in `prepare_images`.

    Returns:
        Int.
    """
    total = 0
    for array in images:
        floats = 4 * math.prod(array.shape)
        if image_size and len(array.shape) > 2 and array.shape[1:3] != tuple(image_size):
            resized = 4 * math.prod((array.shape[0], *image_size, *array.shape[3:]))
            # One part of the images is float32 in its old and its new size, and between them.
            part = max(RESIZED_AT_ONCE, (floats + resized) // max(1, array.shape[0]))
            floats = resized + 3 * part
        total += array.nbytes + floats
    for array in labels:
        # As int64, as a set of Python's numbers or texts, and with keys by which texts are sorted.
        total += (20 if array.dtype.kind in "SU" else 4) * array.nbytes
        total += 1000 * math.prod(array.shape[:1])
    return total


def _convert(images, black, white, image_size):
    """Makes float32 arrays in [-1, 1], with as few copies in memory as possible."""
    if image_size is None or tuple(image_size) == images.shape[1:3]:
        return _scale(images, black, white)
    n, height, width, channels = images.shape
    converted = np.empty((n, *image_size, channels), np.float32)
    largest = 4 * channels * max(height * width, math.prod(image_size))
    step = max(1, RESIZED_AT_ONCE // largest)
    for start in range(0, n, step):
        part = _scale(images[start : start + step], black, white)
        part = tf.image.resize(part, image_size, antialias=True).numpy()
        np.clip(part, -1.0, 1.0, out=converted[start : start + step])
    return converted


def _scale(images, black, white):
    """Copies images as float32, and scales the copy in place to [-1, 1]."""
    images = images.astype(np.float32, order="C")
    if (black, white) != (-1.0, 1.0):
        middle, half = (black + white) / 2, (white - black) / 2
        images /= half
        images -= middle / half
    return images


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


def _check_same_shape(parts, image_size):
    """Refuses parts whose images will not have the same shape."""
    shapes = [images.shape[1:] for images in parts]
    differ = [shape[2:] if image_size else shape for shape in shapes]
    if differ.count(differ[0]) < len(differ):
        advice = "" if shapes[0][2] != shapes[1][2] else ", or an image size to resize both to"
        raise ValueError(
            "The training and the test images differ in height, width or channels. Received: "
            f"{' and '.join(map(str, shapes))}. Expected the same in both parts{advice}."
        )


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


def read_npz(path, image_size=None):
    """Reads the arrays of an .npz file.

    Args:
        path: the file.
        image_size: `(height, width)` that the images will be resized to, or `None`. Their memory is
            counted before they are read.

    Returns:
        `[(train_images, train_labels), (test_images, test_labels)]`, the arrays as they are in the
        file. All but `train_images` may be `None`.

    Raises:
        ValueError: if the file is damaged, holds no images, or would take too much memory.
    """
    try:
        with untrusted.open_archive(path) as archive:
            entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            if len(entries) == 1:
                keys = [entries.keys(), (), (), ()]
            else:
                keys = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS]
            names = [next(filter(entries.__contains__, each), None) for each in keys]
            if names[0] is not None:
                stored = [
                    None if name is None else untrusted.open_npy(archive, entries[name])
                    for name in names
                ]
                return _read_all(stored, image_size)
    except untrusted.DAMAGES as error:
        raise ValueError(
            f"The .npz file cannot be read ({error}). Received: {str(path)!r}. Expected plain "
            "arrays of numbers, as numpy.savez_compressed(path, x_train=images) writes them."
        ) from error
    known = [name[:60] for name in sorted(entries)[:10]]
    raise ValueError(
        f"The .npz file has no images. Received: {str(path)!r} with the keys {known}"
        f"{' and more' if len(entries) > len(known) else ''}. "
        f"Expected images under one of {', '.join(TRAIN_IMAGES)}, or one array alone."
    )


def read_idx_folder(path, image_size=None):
    """Reads the arrays of a folder of IDX files, which are named as MNIST's are.

    Args:
        path: `pathlib.Path` of the folder.
        image_size: as in `read_npz`.

    Returns:
        As `read_npz`.

    Raises:
        ValueError: if a file is damaged, there are no training images, or they would take too much
            memory.
    """
    paths = find_idx_files(path)
    if paths[0] is None:
        raise ValueError(
            f"The folder of IDX files has no training images. Received: {str(path)!r}. Expected a "
            "file named like train-images-idx3-ubyte or train-images-idx3-ubyte.gz."
        )
    try:
        with contextlib.ExitStack() as stack:
            return _read_all([each and _open_idx(each, stack) for each in paths], image_size)
    except untrusted.DAMAGES as error:
        raise ValueError(
            f"The IDX files cannot be read ({error}). Received: {str(path)!r}. Expected files of "
            "the bytes 0, 0, 8, the number of axes, the sizes and all values, gzipped or not."
        ) from error


def find_idx_files(folder):
    """Finds the IDX files of a folder, which are named as MNIST's are.

    Other files and folders may stand beside them: an image called img_idx3.png, or a folder of
    images called train-images, is none of them.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A list of four `pathlib.Path`: training images, training labels, test images, test labels.
        Each may be `None`.
    """
    paths = sorted(path for path in folder.glob("*idx*") if not path.is_dir())

    def find(kind, *prefixes):
        patterns = [re.compile(IDX_NAME.format(prefix=each, kind=kind)) for each in prefixes]
        return next(
            (path for each in patterns for path in paths if each.fullmatch(path.name)), None
        )

    train = [find(kind, "train") for kind in ("images", "labels")]
    return train + [find(kind, "t10k", "test") for kind in ("images", "labels")]


def _open_idx(path, stack):
    """Opens a file of bytes in IDX format and returns a `StoredArray`. `stack` will close it.

    The format is: the bytes 0, 0, 8 (8 stands for uint8), the number of axes, the size of each axis
    as a big-endian integer of four bytes, the values.
    """
    with untrusted.name_damages(path.name):
        file = stack.enter_context(untrusted.open_file(path))
        bytes_on_disk = os.fstat(file.fileno()).st_size
        is_packed = path.suffix == ".gz"
        if is_packed:
            file = stack.enter_context(gzip.GzipFile(fileobj=file))
        start = file.read(4)
        axes = start[3] if len(start) == 4 and start[:3] == b"\0\0\x08" else 0
        if not 0 < axes <= MOST_AXES:
            raise ValueError(f"it does not begin with 0, 0, 8 and a number from 1 to {MOST_AXES}")
        sizes = file.read(4 * axes)
        if len(sizes) < 4 * axes:
            raise ValueError("it ends before its sizes")
        shape = tuple(np.frombuffer(sizes, ">u4").tolist())
        array = untrusted.StoredArray(path.name, shape, np.dtype(np.uint8), file)
        whole = 4 + 4 * axes + array.nbytes
        # Gzip makes a file smaller, or larger by a few bytes in each part.
        least, most = (0, whole + whole // 50 + 2**16) if is_packed else (whole, whole)
        if not least <= bytes_on_disk <= most:
            raise ValueError(f"it has {bytes_on_disk:,} bytes, but its sizes ask for {whole:,}")
        return array


def _read_all(arrays, image_size):
    """Reads training images and labels, test images and labels, if there is enough memory."""
    images, labels = ([array for array in arrays[i::2] if array is not None] for i in (0, 1))
    untrusted.check_memory(count_memory(images, labels, image_size))
    read = [array and array.read() for array in arrays]
    return [tuple(read[:2]), tuple(read[2:])]

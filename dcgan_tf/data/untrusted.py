"""Checks of files from strangers: how large they are, before they are unpacked or decoded.

A small file can unpack to an array that fills the memory. docs/security.md says which files you may
load from whom.
"""

import gzip
import math
import zipfile

import numpy as np

LARGEST_FILE = 2**32  # bytes of one file of an archive, once it is unpacked
LARGEST_IMAGE_FILE = 2**28  # bytes
MOST_PIXELS, LARGEST_SIDE = 2**26, 2**14  # of one image file; a side is counted in pixels
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class TooLargeError(ValueError):
    """A file whose content would take too much memory."""


def check_npz(path):
    """Refuses an archive whose arrays are too large. Only their headers are read.

    Args:
        path: the .npz file.

    Raises:
        ValueError: if an array takes more than 4 GiB, is incomplete, or holds Python objects.
        zipfile.BadZipFile: if the file is not a zip archive.
    """
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.file_size > LARGEST_FILE:
                raise ValueError(
                    f"{entry.filename} unpacks to {entry.file_size / 2**30:.1f} GiB, more than "
                    f"{LARGEST_FILE >> 30} GiB"
                )
            with archive.open(entry) as file:
                read_header = HEADERS.get(np.lib.format.read_magic(file))
                if read_header is None:
                    raise ValueError(f"{entry.filename} has an unknown format version")
                shape, _, dtype = read_header(file)
            if dtype.hasobject:
                raise ValueError(f"{entry.filename} holds Python objects, which are never loaded")
            if math.prod(shape) * dtype.itemsize > entry.file_size:
                raise ValueError(f"{entry.filename} is incomplete")


def unpack_gzip(path):
    """Unpacks a gzip file.

    Args:
        path: the file.

    Returns:
        The content, as bytes.

    Raises:
        ValueError: if it unpacks to more than 4 GiB. Unpacking stops at this limit.
    """
    with gzip.open(path) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"it unpacks to more than {LARGEST_FILE >> 30} GiB")
    return content


def check_file_size(size):
    """Refuses a file that is larger than any image that we would decode.

    Args:
        size: Int, in bytes.

    Raises:
        TooLargeError: if it has more than 256 MiB.
    """
    if size > LARGEST_IMAGE_FILE:
        raise TooLargeError(
            f"a file of {size >> 20:,} MiB, more than {LARGEST_IMAGE_FILE >> 20} MiB"
        )


def check_image_size(width, height):
    """Refuses an image that would take too much memory once it is decoded.

    Args:
        width: Int, in pixels.
        height: Int, in pixels.

    Raises:
        TooLargeError: if a side has more than 16,384 pixels, or the image more than 67 million.
    """
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise TooLargeError(
            f"{height:,} x {width:,} pixels, more than {LARGEST_SIDE:,} on a side or "
            f"{MOST_PIXELS:,} in all"
        )

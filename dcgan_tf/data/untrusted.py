"""Files from strangers, whose sizes are looked at before they are unpacked or decoded.

docs/security.md says what may be loaded from whom.
"""

import gzip
import math
import zipfile

import numpy as np

LARGEST_FILE = 2**32  # bytes, of one file in an archive once it is unpacked
MOST_PIXELS, LARGEST_SIDE = 2**26, 2**14  # of one image file
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def check_npz(path):
    """Refuses an archive whose arrays are too large, from what it says of itself.

    Args:
        path: the .npz file.

    Raises:
        ValueError: if an array takes more than 4 GiB, or is not all there.
        zipfile.BadZipFile: if it is no archive.
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
                    raise ValueError(f"{entry.filename} has an unknown version")
                shape, _, dtype = read_header(file)
            if dtype.hasobject:
                raise ValueError(f"{entry.filename} holds Python objects, which are never loaded")
            if math.prod(shape) * dtype.itemsize > entry.file_size:
                raise ValueError(f"{entry.filename} is not all there")


def unpack_gzip(path):
    """Returns the content of a gzip file.

    Args:
        path: the file.

    Raises:
        ValueError: if it unpacks to more than 4 GiB; no more than that is unpacked.
    """
    with gzip.open(path) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"it unpacks to more than {LARGEST_FILE >> 30} GiB")
    return content


def check_image_size(width, height):
    """Refuses an image that would take too much memory once it is decoded.

    Args:
        width: Int, pixels.
        height: Int, pixels.

    Raises:
        ValueError: if a side has more than 16,384 pixels, or the image more than 67 million.
    """
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise ValueError(
            f"{height:,} x {width:,} pixels, more than {LARGEST_SIDE:,} on a side or "
            f"{MOST_PIXELS:,} in all"
        )

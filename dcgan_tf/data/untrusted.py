"""Checks of files from strangers: what they are and how much memory they need, before it is taken.

A small file can unpack to an array that fills the memory. docs/security.md says which files you may
load from whom.
"""

import contextlib
import dataclasses
import io
import math
import os
import re
import stat
import struct
import sys
import zipfile
import zlib

import numpy as np

LARGEST_MEMORY = 2**33  # bytes that reading a data set may take
LARGEST_IMAGE_FILE = 2**28  # bytes
MOST_PIXELS, LARGEST_SIDE = 2**26, 2**14  # of one image file; a side is counted in pixels
LONGEST_TEXT = 2**12  # bytes of one label
READ_AT_ONCE = 2**20  # bytes

ZIP_STARTS = (b"PK\3\4", b"PK\5\6")  # of an archive, and of an empty one
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those that NumPy writes
ENCRYPTED = 0x1  # a flag of an entry
NPY_STARTS = {b"\x93NUMPY\1\0": 2, b"\x93NUMPY\2\0": 4}  # and how many bytes the length takes
LONGEST_HEADER = 1000  # bytes
# The header of an array of numbers, text or objects. It is the text of a Python dict, whose entries
# may have any order. We do not evaluate it. Old versions of Python wrote 3L for 3.
NPY_HEADER = re.compile(
    r"""\{ (?: \s* (?:
        ["']descr["']         \s*:\s* ["'](?P<dtype>[<>|=]?[biufcSUO]\d{0,9})["'] |
        ["']fortran_order["'] \s*:\s* (?P<fortran>True|False) |
        ["']shape["']         \s*:\s* \( (?P<shape>(?:\s*\d{1,18}L?\s*,)*(?:\s*\d{1,18}L?)?) \s*\)
    ) \s* (?:,|(?=\})) ){3} \s* \} \s*""",
    re.ASCII | re.VERBOSE,
)


# What reading a file of any bytes may raise.
DAMAGES = (
    *(ValueError, OSError, EOFError, OverflowError, RuntimeError, struct.error, zlib.error),
    zipfile.BadZipFile,
)


class TooLargeError(ValueError):
    """A file whose content would take too much memory."""


@contextlib.contextmanager
def name_damages(name):
    """Names the file, or the part of a file, if an error in the `with` block says it is damaged.

    Args:
        name: Str.

    Raises:
        ValueError: if it is. The message is the name and the reason.
    """
    try:
        yield
    except DAMAGES as error:
        raise ValueError(f"{name[:60]!r}: {str(error) or 'it is incomplete'}") from error


def open_file(path):
    """Opens a file to read its bytes: a regular file, or a link to one.

    Reading from a pipe could wait without end, and a device such as `/dev/zero` never ends.

    Args:
        path: the file.

    Returns:
        The open file.

    Raises:
        ValueError: if it is something else. The message is the reason.
        OSError: if it cannot be opened.
    """
    # Without this flag, opening a pipe would wait for somebody to write into it.
    no_waiting = getattr(os, "O_NONBLOCK", 0)
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | no_waiting))
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ValueError("it is no regular file")
    return file


def check_memory(needed):
    """Refuses a data set that would take too much memory.

    Args:
        needed: Int, the bytes of memory that reading it takes.

    Raises:
        TooLargeError: if they are more than 8 GiB.
    """
    if needed > LARGEST_MEMORY:
        raise TooLargeError(
            f"reading it takes {needed / 2**30:,.1f} GiB of memory, more than "
            f"{LARGEST_MEMORY / 2**30:,.0f} GiB"
        )


@contextlib.contextmanager
def open_archive(path):
    """Opens an .npz file, in which nothing is unpacked yet.

    Args:
        path: the .npz file.

    Yields:
        `zipfile.ZipFile`.

    Raises:
        ValueError: if it is no regular file, or one name occurs twice.
        zipfile.BadZipFile: if the file is not a zip archive.
    """
    with open_file(path) as file, _ShortReads(file.raw) as short:
        if short.read(4) not in ZIP_STARTS:
            raise zipfile.BadZipFile("it does not begin as a zip file")
        with zipfile.ZipFile(short) as archive:
            names = archive.namelist()
            if len(names) > len(set(names)):
                raise ValueError("it has several arrays of one name")
            yield archive


class _ShortReads(io.BufferedReader):
    """A file that is read in parts, so that `zipfile` cannot read an endless list of entries."""

    def read(self, size=-1):
        return super().read(min(size, READ_AT_ONCE))


@dataclasses.dataclass(frozen=True)
class StoredArray:
    """An array in a file, of which only the header has been read.

    Attributes:
        name: Str, what messages call it.
        shape: tuple of ints.
        dtype: `np.dtype`.
        file: the open file, from which the values are read next. It may be one that unpacks what
            you read, such as `gzip.GzipFile`.
        order: `"C"` or `"F"`, whether the last or the first index changes first in the file.
    """

    name: str
    shape: tuple
    dtype: np.dtype
    file: io.BufferedIOBase
    order: str = "C"

    @property
    def nbytes(self):
        """The bytes that the values take."""
        return math.prod(self.shape) * self.dtype.itemsize

    def read(self):
        """Reads the array, without a second copy of it in memory.

        Raises:
            ValueError: if it is damaged, there are fewer values, or there are bytes after them.
        """
        array = np.empty(math.prod(self.shape), self.dtype)
        rest = array.view(np.uint8)
        with name_damages(self.name):
            while len(rest):
                part = self.file.read(min(len(rest), READ_AT_ONCE))
                if not part:
                    raise ValueError(f"{len(rest):,} bytes of its values are missing")
                rest[: len(part)] = np.frombuffer(part, np.uint8)
                rest = rest[len(part) :]
            if self.file.read(1):
                raise ValueError("there are bytes after its values")
            if self.dtype.kind == "U":
                _check_letters(array.view(np.dtype("u4").newbyteorder(self.dtype.byteorder)))
            return array.reshape(self.shape, order=self.order)


def _check_letters(codes):
    """Refuses numbers that stand for no letter in Unicode, which Python cannot read as text."""
    if ((codes > sys.maxunicode) | ((codes >= 0xD800) & (codes < 0xE000))).any():
        raise ValueError("its texts have letters that do not exist")


def open_npy(archive, entry):
    """Opens an array in an .npz file: its header is read and checked.

    Args:
        archive: `zipfile.ZipFile`.
        entry: `zipfile.ZipInfo` of the array.

    Returns:
        A `StoredArray`, which can be read as long as the archive is open.

    Raises:
        ValueError: if it is incomplete, holds Python objects, or is packed or described in another
            way than NumPy does it.
    """
    with name_damages(entry.filename):
        if entry.flag_bits & ENCRYPTED:
            raise ValueError("it is encrypted")
        if entry.compress_type not in COMPRESSIONS:
            raise ValueError("it is compressed in another way than NumPy does it")
        file = archive.open(entry)
        start = file.read(8)
        if start not in NPY_STARTS:
            raise ValueError("it is no array, or has an unknown format version")
        length = int.from_bytes(file.read(NPY_STARTS[start]), "little")
        header = NPY_HEADER.fullmatch(file.read(min(length, LONGEST_HEADER)).decode("latin-1"))
        if length > LONGEST_HEADER or header is None or None in header.groups():
            raise ValueError("its header is not that of a plain array")
        sizes = header["shape"].replace("L", "").split(",")
        shape = tuple(int(size) for size in sizes if size.strip())
        order = "F" if header["fortran"] == "True" else "C"
        array = StoredArray(entry.filename, shape, _read_dtype(header["dtype"]), file, order)
        expected = len(start) + NPY_STARTS[start] + length + array.nbytes
        if entry.file_size != expected:
            wrong = "incomplete" if entry.file_size < expected else "longer than its header says"
            raise ValueError(f"it is {wrong}")
        return array


def _read_dtype(text):
    if "O" in text:
        raise ValueError("it holds Python objects, which are never loaded")
    try:
        dtype = np.dtype(text)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("its numbers have an unknown type") from error
    if not 0 < dtype.itemsize <= LONGEST_TEXT:
        raise ValueError(f"its texts have {dtype.itemsize:,} bytes, not 1 to {LONGEST_TEXT:,}")
    return dtype


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

"""Sizes in the file of a saved model, which are checked before anything is built from it.

A `.keras` file is a zip archive of a definition, config.json, and of the weights, in an HDF5 file.
Both say how large the model will be, and a file from a stranger may say anything: a few bytes can
ask for all the memory that there is. What a file holds must therefore be as large as it says, as
Keras writes it, and `building_limits` takes care that nothing larger is built.
"""

import io
import json
import math
import re
import stat
import struct
import zipfile

import h5py
import numpy as np

DEFINITION, WEIGHTS = "config.json", "model.weights.h5"
LARGEST_FILE = 2**32  # bytes
LARGEST_DEFINITION = 2**22  # bytes; a network of a hundred layers takes 100,000
LONGEST_LIST = 2**20  # bytes of the archive's list of contents
DEEPEST = 100  # dicts and lists in each other
LARGEST_NUMBER = 16  # bytes of a number in an array
END_OF_LIST = 1  # in HDF5, where all offsets are even
FREE_PLACE = struct.Struct("<2Q")  # of a heap: where the next one is, and the length of this one
# Keras counts up to these numbers in Python, which takes a second for each million.
MOST_ROUNDS = 1000
ROUNDS = {"ngrams", "num_thresholds", "power_iterations", "num_ops", "num_chains", "chain_depth"}


def check_file(path):
    """Checks the sizes in the file of a saved model.

    Args:
        path: `pathlib.Path`.

    Returns:
        Int, the bytes that the weights take, those of the optimizers included.

    Raises:
        ValueError: if the file or a part of it is too large, or is not as Keras writes it.
        OSError: if the file is missing or cannot be read.
        zipfile.BadZipFile: if the file is no zip archive.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no regular file")
    if status.st_size > LARGEST_FILE:
        raise ValueError(
            f"it has {status.st_size / 2**30:.1f} GiB, more than {LARGEST_FILE >> 30} GiB"
        )
    check_list_of_contents(path)
    with zipfile.ZipFile(path) as archive:
        check_definition(archive.read(DEFINITION))
        return check_weights(archive.read(WEIGHTS))


class _FirstPart(io.FileIO):
    """A file of which one may not read much at once, as `zipfile` does with a long list."""

    def read(self, size=-1):
        if size > LONGEST_LIST:
            raise ValueError("its list of contents is too long")
        return super().read(size)


def check_list_of_contents(path):
    """Checks the archive's own list of its contents. Nothing else is read.

    Keras stores all parts as they are. None of them is therefore larger than the file.

    Args:
        path: `pathlib.Path`.

    Raises:
        ValueError: if parts are missing, compressed or larger than they may be, or if two of them
            have the same name or the same place.
    """
    with _FirstPart(path) as file, zipfile.ZipFile(file) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    names = [entry.filename for entry in entries]
    for name in (DEFINITION, WEIGHTS):
        if names.count(name) != 1:
            raise ValueError(f"it holds {names.count(name)} files of the name {name}")
    if len(set(names)) < len(names):
        raise ValueError("it holds two files of one name")
    end = 0
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ValueError(f"{entry.filename} is compressed, which Keras never does")
        if entry.filename == DEFINITION and entry.file_size > LARGEST_DEFINITION:
            raise ValueError(
                f"{DEFINITION} has {entry.file_size:,} bytes, more than {LARGEST_DEFINITION:,}"
            )
        if entry.header_offset < end:
            raise ValueError(f"{entry.filename} overlaps another file")
        end = entry.header_offset + zipfile.sizeFileHeader + entry.file_size


def check_definition(text):
    """Checks a definition: how deep it is, and the numbers to which Keras would count.

    Args:
        text: bytes, the content of config.json.

    Raises:
        ValueError: if the text is no JSON, is nested too deeply, or has a number that is too large.
        RecursionError: if Python itself finds that it is nested too deeply.
    """
    parts = [(json.loads(text), 0)]
    while parts:
        part, depth = parts.pop()
        if depth > DEEPEST:
            raise ValueError(f"{DEFINITION} is nested more than {DEEPEST} times")
        if isinstance(part, dict):
            _check_numbers(part)
            part = part.values()
        if not isinstance(part, (str, int, float, type(None))):
            parts += [(each, depth + 1) for each in part]


def _check_numbers(part):
    """Checks those numbers in a dict of a definition that would cost time or memory by themselves.

    The units of a layer are no such numbers: they cost weights.
    """
    for key in ROUNDS & part.keys():
        if isinstance(part[key], (int, float)) and part[key] > MOST_ROUNDS:
            raise ValueError(f"{key} is {part[key]:.7g}, more than {MOST_ROUNDS:,}")
    if part.get("class_name") == "__numpy__" and isinstance(part.get("config"), dict):
        size = np.dtype(part["config"].get("dtype")).itemsize
        if size > LARGEST_NUMBER:
            raise ValueError(f"{DEFINITION} has numbers of {size:,} bytes each")


def check_weights(content):
    """Checks that each array in a file of weights has as many bytes in the file as it declares.

    HDF5 can also compress arrays, leave parts of them out, take them from another file, or list
    the same array under many names. Keras uses none of that.

    Args:
        content: bytes of the HDF5 file.

    Returns:
        Int, the bytes of all arrays together.

    Raises:
        ValueError: if the file holds anything but groups and plain arrays, or declares too much.
        Exception: of other kinds too, if h5py cannot read the file.
    """
    _check_heaps(content)
    total = 0
    with h5py.File(io.BytesIO(content)) as file:
        groups, seen = [file], set()
        while groups:
            group = groups.pop()
            for name in group:
                link = group.id.links.get_info(name.encode())
                if link.type != h5py.h5l.TYPE_HARD:
                    raise ValueError(f"{WEIGHTS} holds a link to {name[:40]}")
                if link.u in seen:
                    raise ValueError(f"{WEIGHTS} lists one object under two names")
                seen.add(link.u)
                part = group[name]
                if isinstance(part, h5py.Group):
                    groups.append(part)
                else:
                    total += _check_array(part)
    if total > len(content):
        raise ValueError(
            f"{WEIGHTS} has {len(content):,} bytes and declares arrays of {total:,} bytes"
        )
    return total


def _check_heaps(content):
    """Refuses damage that HDF5 does not notice, so that it fills the memory or crashes.

    The names of a group are in a heap, a block of bytes of its own. Each name ends with a zero. The
    header of the heap says where the block is and where its first free place is. Each free place
    holds the offset of the next one and its own length. All of them must lie in the block, and must
    not lead in a circle.
    """
    version = content[8:9]
    sizes = content[13:15] if version in (b"\0", b"\1") else content[9:11]
    if not content.startswith(b"\x89HDF\r\n\x1a\n") or sizes != b"\x08\x08":
        raise ValueError(f"{WEIGHTS} is no HDF5 file as Keras writes it")
    blocks = set()
    for heap in re.finditer(rb"HEAP\0.{27}", content, re.DOTALL):
        size, free, start = struct.unpack_from("<3Q", heap.group(), 8)
        names = content[start : start + size]
        if len(names) < size and heap.group()[5:8] != b"\0\0\0":
            continue  # weights that look like the start of a heap
        if len(names) < size or names[-1:] != b"\0" or start in blocks:
            raise ValueError(f"{WEIGHTS} holds names that are damaged")
        blocks.add(start)
        places = set()
        while free != END_OF_LIST:
            if free in places or free + FREE_PLACE.size > size:
                raise ValueError(f"{WEIGHTS} holds a list of free places that is damaged")
            places.add(free)
            following, length = FREE_PLACE.unpack_from(names, free)
            if length < FREE_PLACE.size or free + length > size:
                raise ValueError(f"{WEIGHTS} holds a list of free places that is damaged")
            free = following


def _check_array(array):
    """Returns the size of an array in bytes, if all of it is in the file just as it is."""
    layout = array.id.get_create_plist()
    is_plain = layout.get_layout() == h5py.h5d.CONTIGUOUS and not layout.get_external_count()
    if not is_plain or layout.get_nfilters() or array.dtype.hasobject:
        raise ValueError(f"{WEIGHTS} holds an array that is not stored as Keras does it")
    declared = math.prod(array.shape) * array.dtype.itemsize
    stored = array.id.get_storage_size()
    if declared != stored:
        raise ValueError(
            f"{WEIGHTS} holds {stored:,} bytes of an array that declares {declared:,} bytes"
        )
    return declared

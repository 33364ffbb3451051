"""One image file: recognised by its content, whatever its name, its metadata or its depth."""

import contextlib
import io
import logging
import math
import os
import struct
import threading
import warnings

import numpy as np
import tensorflow as tf
from PIL import Image

from dcgan_tf.data import untrusted

# Formats with a signature of their own, which Pillow decodes without starting another program, as
# it does for EPS. docs/security.md lists them.
FORMATS = (
    *("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "JPEG2000"),
    *("PPM", "ICO", "QOI", "SGI", "PCX", "DDS"),
)
SUFFIXES = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".bmp", ".dib"),
    *(".tif", ".tiff", ".gif", ".avif", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm", ".pnm"),
    *(".ico", ".qoi", ".sgi", ".pcx", ".dds"),
)
START_OF_SCAN = 0xDA  # the marker of a JPEG file after which its pixels begin
JPEG_METADATA = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # all but those that say how colours are stored
ORIENTATION = 0x0112  # the EXIF entry that says how a photograph was held
TILE_SIDES = (0x0142, 0x0143)  # entries of a TIFF file that is packed in tiles, not in rows
PNG_START = b"\x89PNG\r\n\x1a\n"
ICON_START = b"\0\0\1\0"
ROTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

THREADS = 4  # that read images at the same time
LARGE = 2**24  # pixels, or bytes of a file: larger images are read one at a time
AT_ONCE = 2**20  # pixels of an image whose transparency is replaced
_places = threading.BoundedSemaphore(THREADS)
_place_of_large_ones = threading.RLock()

# Pillow warns of broken metadata, which we do not use, and prints what we report ourselves.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())


def is_image(path):
    """Says whether a file is taken for an image: by its name, or else by how it begins.

    Args:
        path: `pathlib.Path` of the file.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with untrusted.open_file(path) as file, _open(file):
            return True
    except Exception:  # of any kind, because Pillow may take any bytes for the head of an image
        return False


@contextlib.contextmanager
def open_image(path, least_size=None):
    """Reads and decodes an image file, as soon as there is enough memory for it.

    Any number of threads may call this. Four of them at a time are inside of the `with` block, and
    only one of these with an image that has more than 16 million pixels, or with such a large file.

    Args:
        path: the file.
        least_size: as in `decode`.

    Yields:
        A tuple: the image and whether it is grey, as `decode` returns them, and the bytes of the
        file.

    Raises:
        ValueError: if it is no regular file, or as in `decode`. The message is the reason.
        OSError: if it cannot be read.

    Example:

    >>> with open_image("photo.jpg") as (image, is_grey, content):
    ...     small = image.resize((64, 64))
    """
    with _places, contextlib.ExitStack() as turn:
        with untrusted.open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            untrusted.check_file_size(size)
            _wait_if_large(size, turn)
            content = file.read(size)
        image, is_grey = _decode(content, least_size, turn)
        yield image, is_grey, content


def decode(content, least_size=None):
    """Decodes an image: its first frame, turned upright, on a white ground.

    Whatever is wrong with the metadata of a PNG or JPEG file, its pixels are read.

    Args:
        content: bytes of the file.
        least_size: (width, height). A photograph may be decoded at a half, a quarter or an eighth
            of its size as long as it stays at least as large as this. `None` for the full size.

    Returns:
        A tuple: a `PIL.Image.Image`, and whether it is grey. The mode of a grey image is `"L"`, or
        `"F"` if it has more than 8 bits. All other images are `"RGB"`.

    Raises:
        ValueError: if the image is damaged, is too large, or has another format. The message is the
            reason.
    """
    with contextlib.ExitStack() as turn:
        return _decode(content, least_size, turn)


def _decode(content, least_size, turn):
    """Does the work of `decode`. A large image gets its turn, which ends when `turn` is closed."""
    try:
        return _decode_with_pillow(content, least_size, turn)
    except Exception as error:  # Pillow raises errors of nearly any kind for damaged bytes
        reason = _describe(error)
    try:
        if content.startswith(b"\xff\xd8"):
            return _decode_with_pillow(_strip_metadata(content), least_size, turn)
        if content.startswith(PNG_START):
            return _decode_png_without_metadata(content, turn)
    except untrusted.TooLargeError as error:
        reason = str(error)
    except Exception:  # as before
        pass
    raise ValueError(reason)


def _wait_if_large(size, turn):
    if size > LARGE:
        turn.enter_context(_place_of_large_ones)


def _decode_with_pillow(content, least_size, turn):
    with _open(io.BytesIO(content)) as image:
        _wait_if_large(_count_pixels(image, least_size), turn)
        rotation = ROTATIONS.get(_read_orientation(image))
        plain, is_grey = _simplify(image)
    return (plain if rotation is None else plain.transpose(rotation)), is_grey


def _open(file):
    """Opens an image with Pillow, which then decodes nothing but icons."""
    _check_icon(file)
    file.seek(0)
    return Image.open(file, formats=_known_formats())


def _check_icon(file):
    """Refuses an icon whose pictures are larger than the list at its beginning can say."""
    start = file.read(6)
    if not start.startswith(ICON_START):
        return
    entries = file.read(16 * int.from_bytes(start[4:], "little"))
    for i in range(0, len(entries), 16):
        file.seek(int.from_bytes(entries[i + 12 : i + 16], "little"))
        header = file.read(24).ljust(24, b"\0")
        is_png, is_old = header.startswith(PNG_START), header[0] == 12
        place, kind = (16, ">II") if is_png else (4, "<HH" if is_old else "<ii")
        width, height = map(abs, struct.unpack_from(kind, header, place))
        if width * height > LARGE:
            raise untrusted.TooLargeError(f"an icon of {height:,} x {width:,} pixels")


def _count_pixels(image, least_size):
    """Counts the pixels that are in memory when an image is decoded, and refuses too many."""
    untrusted.check_image_size(*image.size)
    sizes = [image.size]
    if image.format == "TIFF":  # a tile may be larger than its image
        sizes.append([image.tag_v2.get(side, 1) for side in TILE_SIDES])
        untrusted.check_image_size(*sizes[-1])
    if least_size is not None and image.format == "JPEG":
        image.draft(None, least_size)
        # A progressive file is unpacked whole before it becomes smaller.
        sizes = sizes if "progressive" in image.info else [image.size]
    return max(map(math.prod, sizes))


def _strip_metadata(jpeg):
    """Takes the segments with metadata out of a JPEG file."""
    kept, place = [jpeg[:2]], 2
    while jpeg[place] == 0xFF and jpeg[place + 1] != START_OF_SCAN:
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        if jpeg[place + 1] not in JPEG_METADATA:
            kept.append(jpeg[place:end])
        place = end
    return b"".join(kept) + jpeg[place:]


def _decode_png_without_metadata(content, turn):
    """Decodes a PNG file with TensorFlow, which does not read the metadata at all."""
    width, height = struct.unpack(">II", content[16:24])
    untrusted.check_image_size(width, height)
    _wait_if_large(width * height, turn)
    pixels = tf.io.decode_png(content).numpy()
    return _simplify(Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels))


def _known_formats():
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]  # old versions of Pillow have no AVIF


def _read_orientation(image):
    try:
        orientation = image.getexif().get(ORIENTATION)
    except Exception:  # as in `decode`
        return None
    return orientation if isinstance(orientation, int) else None


def _simplify(image):
    """Converts an image of any mode to `"L"`, `"F"` or `"RGB"`, and says whether it is grey."""
    if image.mode[0] in "IF":  # more than 8 bits, which Pillow would clip at 255
        return image.convert("F"), True
    is_grey = image.mode in ("1", "L", "LA", "La")
    if image.mode == "P":
        used = np.flatnonzero(image.histogram())
        palette = np.array(image.getpalette()).reshape(-1, 3)[used]
        is_grey = bool((palette == palette[:, :1]).all())
    mode = "L" if is_grey else "RGB"
    has_transparency = image.has_transparency_data
    return (_lay_on_white(image, mode) if has_transparency else image.convert(mode)), is_grey


def _lay_on_white(image, mode):
    """Lays an image with transparency on white: some rows at a time, as this takes three copies."""
    whole = Image.new(mode, image.size)
    rows = max(1, AT_ONCE // image.width)
    for top in range(0, image.height, rows):
        place = (0, top, image.width, min(top + rows, image.height))
        part = image.crop(place).convert("RGBA")
        white = Image.new("RGBA", part.size, "white")
        whole.paste(Image.alpha_composite(white, part).convert(mode), place)
    return whole


def _describe(error):
    if isinstance(error, Image.UnidentifiedImageError):
        return "it is no image of a format that we read"
    return " ".join(str(error).split()) or type(error).__name__

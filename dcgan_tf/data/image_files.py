"""One image file: recognised by its content, whatever its name, its metadata or its depth."""

import io
import logging
import pathlib
import struct
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
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

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
        with Image.open(path, formats=_known_formats()):
            return True
    except Exception:  # of any kind, because Pillow may take any bytes for the head of an image
        return False


def read_file(path):
    """Reads the bytes of an image file.

    Args:
        path: the file.

    Raises:
        ValueError: if it is larger than any image that we would decode.
        OSError: if it cannot be read.
    """
    untrusted.check_file_size(pathlib.Path(path).stat().st_size)
    return pathlib.Path(path).read_bytes()


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
    try:
        return _decode_with_pillow(content, least_size)
    except Exception as error:  # Pillow raises errors of nearly any kind for damaged bytes
        reason = _describe(error)
    try:
        if content.startswith(b"\xff\xd8"):
            return _decode_with_pillow(_strip_metadata(content), least_size)
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _decode_png_without_metadata(content)
    except untrusted.TooLargeError as error:
        reason = str(error)
    except Exception:  # as before
        pass
    raise ValueError(reason)


def _decode_with_pillow(content, least_size):
    with Image.open(io.BytesIO(content), formats=_known_formats()) as image:
        untrusted.check_image_size(*image.size)
        if least_size is not None:
            image.draft(None, least_size)  # only JPEG files can do this
        turn = TURNS.get(_read_orientation(image))
        plain, is_grey = _simplify(image)
    return (plain if turn is None else plain.transpose(turn)), is_grey


def _strip_metadata(jpeg):
    """Takes the segments with metadata out of a JPEG file."""
    kept, place = [jpeg[:2]], 2
    while jpeg[place] == 0xFF and jpeg[place + 1] != START_OF_SCAN:
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        if jpeg[place + 1] not in JPEG_METADATA:
            kept.append(jpeg[place:end])
        place = end
    return b"".join(kept) + jpeg[place:]


def _decode_png_without_metadata(content):
    """Decodes a PNG file with TensorFlow, which does not read the metadata at all."""
    untrusted.check_image_size(*struct.unpack(">II", content[16:24]))
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
        used = np.unique(np.asarray(image))
        palette = np.array(image.getpalette()).reshape(-1, 3)[used]
        is_grey = bool((palette == palette[:, :1]).all())
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if is_grey else "RGB"), is_grey


def _describe(error):
    if isinstance(error, Image.UnidentifiedImageError):
        return "it is no image of a format that we read"
    return " ".join(str(error).split()) or type(error).__name__

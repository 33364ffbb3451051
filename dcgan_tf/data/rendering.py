"""Pictures of a model's images: from [-1, 1] to bytes, to a grid, to a PNG file."""

import math

import imageio.v3 as iio
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dcgan_tf.data import files

COMFORTABLE_PIXELS = 56  # a side of this length is easy to see on a screen
CAPTION_HEIGHT = 20  # pixels
CHANNELS = (1, 3, 4)  # of images that can be drawn: grey, colours, colours with transparency


def to_uint8(images):
    """Converts images in [-1, 1] to bytes, on the same scale for all images.

    Args:
        images: float array of any shape, in [-1, 1]. Values outside are clipped.

    Returns:
        uint8 array of the same shape: -1 becomes 0, +1 becomes 255.
    """
    return np.rint((np.clip(images, -1.0, 1.0) + 1.0) * 127.5).astype(np.uint8)


def make_grid(images, columns=None, padding=2):
    """Lays images out in a grid, row by row, on a white background.

    Small images are enlarged by a whole number, to sides of about 56 pixels, so that you can see
    them on a screen. Transparent images are laid on white, too.

    Args:
        images: uint8 `(n, height, width, channels)`, n of at least 1, with 1, 3 or 4 channels.
            The fourth says how opaque a pixel is.
        columns: Int, images from left to right. By default the grid is as square as possible.
        padding: Int, width of the white border around each image, in pixels.

    Returns:
        uint8 `(grid_height, grid_width)` for one channel, `(grid_height, grid_width, 3)` for more.

    Raises:
        ValueError: if the images are another kind of array.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in CHANNELS:
        raise ValueError(
            f"This is not a batch of pictures. Received: {images.dtype} array of shape "
            f"{images.shape}. Expected uint8 (n, height, width, 1, 3 or 4); to_uint8() "
            "converts images in [-1, 1]."
        )
    if images.shape[-1] == 4:
        images = lay_on_white(images)
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    zoom = max(1, COMFORTABLE_PIXELS // min(height, width))
    cells = images.repeat(zoom, axis=1).repeat(zoom, axis=2)
    missing = rows * columns - n
    cells = np.pad(cells, ((0, missing), (padding, 0), (padding, 0), (0, 0)), constant_values=255)
    cell_height, cell_width = cells.shape[1:3]
    grid = cells.reshape(rows, columns, cell_height, cell_width, channels)
    grid = grid.transpose(0, 2, 1, 3, 4)
    grid = grid.reshape(rows * cell_height, columns * cell_width, channels)
    grid = np.pad(grid, ((0, padding), (0, padding), (0, 0)), constant_values=255)
    return grid[..., 0] if channels == 1 else grid


def lay_on_white(images):
    """Lays images with transparency on a white background.

    Args:
        images: uint8 `(..., 4)`: red, green, blue and opacity, which is 0 where you see only white.

    Returns:
        uint8 array `(..., 3)`.
    """
    opacity = images[..., 3:] / np.float32(255)
    return np.rint(255 + opacity * (images[..., :3] - np.float32(255))).astype(np.uint8)


def add_caption(picture, text):
    """Adds a white strip below a picture, with a line of text in it.

    Args:
        picture: uint8 `(height, width)` or `(height, width, 3)`.
        text: Str, one line.

    Returns:
        uint8 array that is `CAPTION_HEIGHT` pixels higher, and otherwise has the same shape.
    """
    strip = Image.new("L", (picture.shape[1], CAPTION_HEIGHT), 255)
    font = ImageFont.load_default(size=14)
    ImageDraw.Draw(strip).text((4, CAPTION_HEIGHT / 2), text, fill=0, font=font, anchor="lm")
    strip = np.asarray(strip)
    if picture.ndim == 3:
        strip = np.stack([strip] * 3, axis=-1)
    return np.concatenate([picture, strip])


def write_png(path, picture):
    """Writes a picture as a PNG file, which appears whole or not at all.

    Args:
        path: the file, ending in .png.
        picture: uint8 `(height, width)` or `(height, width, 3)`.
    """
    files.write_bytes(path, encode_png(picture))


def encode_png(picture):
    """Encodes a picture as the bytes of a PNG file.

    Args:
        picture: uint8 `(height, width)` or `(height, width, 3)`.
    """
    return iio.imwrite("<bytes>", picture, extension=".png")

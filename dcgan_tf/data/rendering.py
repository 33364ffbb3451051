"""Pictures of a model's images: from [-1, 1] to bytes, to a grid, to PNG and GIF files."""

import math

import imageio.v3 as iio
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dcgan_tf.data import files

COMFORTABLE_PIXELS = 56  # a side of this length is easy to see on a screen
CAPTION_HEIGHT = 20  # pixels


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
    them on a screen.

    Args:
        images: uint8 `(n, height, width, channels)`, n of at least 1, with 1 or 3 channels.
        columns: Int, images from left to right. By default the grid is as square as possible.
        padding: Int, width of the white border around each image, in pixels.

    Returns:
        uint8 `(grid_height, grid_width)` for one channel, `(grid_height, grid_width, 3)` for three.

    Raises:
        ValueError: if the images are another kind of array.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"This is not a batch of pictures. Received: {images.dtype} array of shape "
            f"{images.shape}. Expected uint8 (n, height, width, 1 or 3); to_uint8() converts "
            "images in [-1, 1]."
        )
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
    with files.atomic_write(path) as part:
        iio.imwrite(part, picture)


def write_gif(path, frames, duration_ms=200, hold_ms=2000):
    """Writes frames as a GIF that repeats without end. The file appears whole or not at all.

    Args:
        path: the file, ending in .gif.
        frames: list of uint8 arrays, all `(height, width)` or all `(height, width, 3)`.
        duration_ms: Int, how long each frame is shown, in milliseconds. GIF counts in
            hundredths of a second, so 10 is the shortest time.
        hold_ms: Int, how long the last frame is shown, in milliseconds.

    Raises:
        ValueError: if there is no frame, if the frames differ in shape, or if a time is below 10 or
            above 600,000 ms.
    """
    check_frame_times(duration_ms, hold_ms)
    shapes = {np.shape(frame) for frame in frames}
    if len(shapes) != 1:
        raise ValueError(
            f"These frames cannot become a GIF. Received: {len(frames)} frames with the shapes "
            f"{sorted(shapes)}. Expected at least one frame, all of one shape."
        )
    durations = [duration_ms] * (len(frames) - 1) + [hold_ms]
    if len(frames) == 1:
        durations = hold_ms  # for a single frame, Pillow does not accept a list
    # We convert to RGB, because readers take the later frames of a grey GIF for RGB anyway. We
    # convert one frame at a time, which imageio cannot do: together, hundreds of frames would take
    # hundreds of megabytes.
    pictures = (Image.fromarray(frame).convert("RGB") for frame in frames)
    options = {"append_images": pictures, "duration": durations, "loop": 0}
    with files.atomic_write(path) as part:
        next(pictures).save(part, save_all=True, **options)


def check_frame_times(duration_ms, hold_ms):
    """Raises a `ValueError` for times that a GIF cannot hold, for example a time in seconds."""
    for name, value in (("duration_ms", duration_ms), ("hold_ms", hold_ms)):
        if not 10 <= value <= 600_000:
            raise ValueError(
                f"This is not the time of a frame. Received: {name}={value}. Expected "
                "milliseconds, from 10 to 600000."
            )

"""Films: pictures that are shown one after the other, as a GIF or as an MP4 file.

A GIF repeats without end and is shown wherever a picture is. MP4 with H.264 is what browsers and
players expect of a film. Its file is much smaller, but its colours are not exact.
"""

import importlib.util

import imageio.v3 as iio
import numpy as np
from PIL import Image

from dcgan_tf.data import files

GIF_COLOURS = 256  # in each frame
PALETTE_PIXELS = 2000  # from which these colours are chosen


def write_film(path, frames, duration_ms=200, hold_ms=2000):
    """Writes frames as a GIF, which repeats without end, or as an MP4 file.

    The file appears whole or not at all. MP4 needs the extra `video`:
    `python -m pip install "dcgan_tf[video]"`.

    Args:
        path: the file, ending in .gif or .mp4.
        frames: sequence of uint8 arrays, all `(height, width)` or all `(height, width, 3)`. It may
            make each frame when it is asked for it, which happens twice, so that you need not have
            all of them in memory.
        duration_ms: Int, how long each frame is shown, in milliseconds. GIF counts in
            hundredths of a second, so 10 is the shortest time.
        hold_ms: Int, how long the last frame is shown, in milliseconds. MP4 repeats the frame, so
            the time is a multiple of `duration_ms` there.

    Raises:
        ValueError: if the name has another ending, if there is no frame, if the frames differ in
            shape, or if a time is below 10 or above 600,000 ms.
        ImportError: if the file is an MP4 and the extra is not installed.

    Example:

    >>> write_film("progress.mp4", grids, duration_ms=100)
    """
    path = check_film_file(path)
    check_frame_times(duration_ms, hold_ms)
    shapes = {np.shape(frame) for frame in frames}
    if len(shapes) != 1:
        raise ValueError(
            f"These frames cannot become a film. Received: {len(frames)} frames with the shapes "
            f"{sorted(shapes)}. Expected at least one frame, all of one shape."
        )
    write = _write_mp4 if path.suffix.lower() == ".mp4" else _write_gif
    with files.atomic_write(path) as part:
        write(part, frames, duration_ms, hold_ms)


def check_film_file(path):
    """Checks that a film can be written, before any work is spent on its frames.

    Args:
        path: the file to be written; it need not exist yet.

    Returns:
        The path as a `pathlib.Path`.

    Raises:
        ValueError: if the name ends neither in .gif nor in .mp4, if it is a folder, or if one of
            its parents is a file.
        PermissionError: if you may not write to its folder.
        ImportError: if the file is an MP4 and the extra `video` is not installed.
    """
    path = files.check_writable_file(path, ".gif", ".mp4")
    if path.suffix.lower() == ".mp4" and importlib.util.find_spec("av") is None:
        raise ImportError(
            f"Films in MP4 need the package av. Received: {str(path)!r}. Expected a name that ends "
            'in .gif, or the extra: python -m pip install "dcgan_tf[video]"'
        )
    return path


def check_frame_times(duration_ms, hold_ms):
    """Raises a `ValueError` for times that a GIF cannot hold, for example a time in seconds."""
    for name, value in (("duration_ms", duration_ms), ("hold_ms", hold_ms)):
        if not 10 <= value <= 600_000:
            raise ValueError(
                f"This is not the time of a frame. Received: {name}={value}. Expected "
                "milliseconds, from 10 to 600000."
            )


def _write_gif(path, frames, duration_ms, hold_ms):
    durations = [duration_ms] * (len(frames) - 1) + [hold_ms]
    if len(frames) == 1:
        durations = hold_ms  # for a single frame, Pillow does not accept a list
    # One frame at a time, which imageio cannot do, and in few bytes: Pillow keeps all of them.
    pictures = map(_reduce_colours, frames)
    options = {"append_images": pictures, "duration": durations, "loop": 0}
    next(pictures).save(path, save_all=True, **options)


def _reduce_colours(frame):
    """Reduces a frame to the 256 colours of a GIF, and leaves a grey frame as it is."""
    # We convert to RGB, because readers take the later frames of a grey GIF for RGB anyway.
    picture = Image.fromarray(frame).convert("RGB")
    if picture.getcolors(GIF_COLOURS):
        return picture.quantize(GIF_COLOURS)  # exact, as no two colours need to be merged
    # Dithering mixes the colours pixel by pixel, so that you see no bands where shades are smooth.
    return picture.quantize(palette=_choose_palette(frame), dither=Image.Dither.FLOYDSTEINBERG)


def _choose_palette(frame):
    """Chooses the colours that show a frame best. To look at all of its pixels takes too long."""
    places = np.random.default_rng(0).integers(frame.size // 3, size=PALETTE_PIXELS)
    pixels = Image.fromarray(frame.reshape(1, -1, 3)[:, places])
    palette = pixels.quantize(GIF_COLOURS - 1, Image.Quantize.MAXCOVERAGE)
    colours = np.reshape(palette.getpalette(), (-1, 3))[: GIF_COLOURS - 1]
    # Pillow takes a colour for another that is four steps away. White stays white all the same.
    colours[colours.min(axis=1) > 255 - 8] = 255
    palette.putpalette([*colours.ravel().tolist(), 255, 255, 255])
    return palette


def _write_mp4(path, frames, duration_ms, hold_ms):
    repeats = max(1, round(hold_ms / duration_ms))
    with iio.imopen(path, "w", plugin="pyav") as film:
        # Browsers play H.264 only with colours in this format, which needs even sides.
        film.init_video_stream("h264", fps=1000 / duration_ms, pixel_format="yuv420p")
        for i, frame in enumerate(frames):
            picture = np.asarray(Image.fromarray(frame).convert("RGB"))
            height, width = picture.shape[:2]
            edges = ((0, height % 2), (0, width % 2), (0, 0))
            picture = np.pad(picture, edges, constant_values=255)
            for _ in range(repeats if i == len(frames) - 1 else 1):
                film.write_frame(picture)

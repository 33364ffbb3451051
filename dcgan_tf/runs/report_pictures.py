"""The pictures of a report, read from a run folder that may come from a stranger.

A picture is read if it is a regular file, small enough and what its name says. Otherwise the
report goes without it, and says so.
"""

import base64
import io
import itertools
import math

from PIL import Image

from dcgan_tf.data import records, rendering
from dcgan_tf.gan.latent_space import make_latent_map
from dcgan_tf.monitoring.curves import pick_evenly
from dcgan_tf.monitoring.samples import LARGEST_PICTURE, list_grids, read_epoch
from dcgan_tf.runs.folder import CLOSEST_PAIRS, EXTRAS, GIF, SAMPLES

FILM_BYTES = 1_600_000  # of the picture with all frames
FILM_COLUMNS = 8
PAIRS_BYTES = 600_000  # of each other picture
MOST_EXTRAS = 12
MAP_PIXEL_VALUES = 1_500_000
MAP_SIDE = 20
MOST_PIXELS = 2**23  # of one picture,
MOST_FILM_PIXELS = 2**24  # and of all frames together


class PictureReader:
    """Reads the pictures of a run for its report.

    Args:
        folder: `pathlib.Path`, the folder of the run.

    Attributes:
        left_out: list of str, the names of the pictures that cannot be shown, with the reason.
    """

    def __init__(self, folder):
        self.folder = folder
        self.left_out = []

    def read_gif(self):
        """Reads the film as a GIF: text for the page, or `None`."""
        return self._read_as_it_is(GIF, LARGEST_PICTURE)

    def read_extras(self):
        """Reads the pictures and GIFs that only this application has, unless they are too large.

        Returns:
            A list of dicts with the keys `title` and `source`.
        """
        folder = self.folder / EXTRAS
        paths = [*sorted(folder.glob("*.png")), *sorted(folder.glob("*.gif"))]
        extras = []
        for path in paths[:MOST_EXTRAS]:
            source = self._read_as_it_is(f"{EXTRAS}/{path.name}", PAIRS_BYTES)
            if source is not None:
                extras.append({"title": path.stem, "source": source})
        if len(paths) > MOST_EXTRAS:
            self._leave_out(EXTRAS, f"only {MOST_EXTRAS} of its {len(paths):,} pictures are shown")
        return extras

    def read_pairs(self):
        """Reads the closest pairs, half as large each time until they fit into `PAIRS_BYTES`."""
        picture = self._read_picture(CLOSEST_PAIRS)
        if picture is None:
            return None
        while len(encode_png(picture)) > PAIRS_BYTES:
            picture = picture.reduce(2)
        return {
            "source": encode_data_uri(encode_png(picture)),
            "width": picture.width,
            "height": picture.height,
        }

    def read_film(self):
        """Makes one picture of the frames of the film. The page shows them one after the other.

        There are as many frames, and they are as large, as `FILM_BYTES` allows.
        """
        paths = list_grids(self.folder / SAMPLES)
        film = None
        for shrink, count in itertools.product((1, 2, 4), (60, 30)):
            frames = self._read_frames(pick_evenly(paths, count), shrink)
            if not frames:
                return None
            width, height = frames[-1][1].size
            if len(frames) * width * height > MOST_FILM_PIXELS:
                continue
            sheet = encode_png(make_sheet([frame for _, frame in frames], FILM_COLUMNS))
            film = {
                "source": encode_data_uri(sheet),
                "epochs": [read_epoch(path) for path, _ in frames],
                "columns": FILM_COLUMNS,
                "width": width,
                "height": height,
            }
            if len(sheet) <= FILM_BYTES:
                break
        return film

    def _read_frames(self, paths, shrink):
        """Reads frames of one size, which is that of the last one: tuples of path and picture."""
        frames = []
        for path in reversed(paths):
            name = f"{SAMPLES}/{path.name}"
            picture = self._read_picture(name)
            if picture is None:
                continue
            picture = picture.reduce(shrink)
            if frames and picture.size != frames[0][1].size:
                self._leave_out(name, "its size is not that of the last one")
                continue
            frames.append((path, picture))
            if len(frames) * math.prod(picture.size) > MOST_FILM_PIXELS:
                break  # too many for the film, which will be tried with fewer or smaller ones
        return frames[::-1]

    def _read_picture(self, name):
        """Decodes a PNG file as a `PIL.Image.Image` in grey or RGB, or returns `None`."""
        content = self._read_bytes(name, LARGEST_PICTURE)
        if content is None:
            return None
        try:
            with _open_picture(content, "PNG") as picture:
                return picture.convert("L" if picture.mode in ("1", "L") else "RGB")
        except Exception as error:  # Pillow raises errors of nearly any kind for damaged bytes
            return self._leave_out(name, error)

    def _read_as_it_is(self, name, largest):
        """Reads a PNG or GIF file as text for the page, if its head is that of such a file."""
        content = self._read_bytes(name, largest)
        if content is None:
            return None
        kind = name.rpartition(".")[2]
        try:
            with _open_picture(content, kind.upper()):
                return encode_data_uri(content, kind)
        except Exception as error:  # as above
            return self._leave_out(name, error)

    def _read_bytes(self, name, largest):
        try:
            return records.read_bytes(self.folder / name, largest)
        except FileNotFoundError:
            return None
        except ValueError as error:
            return self._leave_out(name, error)

    def _leave_out(self, name, reason):
        reason = "it is damaged" if isinstance(reason, Image.UnidentifiedImageError) else reason
        note = f"{name} ({' '.join(str(reason).partition('. Received')[0].split())})"
        if note not in self.left_out:
            self.left_out.append(note)


def make_map(model):
    """Makes the map of the latent space: one picture of many generated images, and its numbers.

    Args:
        model: `GAN`.

    Returns:
        A dict for the template. `None` if there can be no map, because the samples are no images or
        the model needs a condition.
    """
    if model.condition is not None or len(model.sample_shape) != 3:
        return None
    height, width, channels = model.sample_shape
    if channels not in rendering.CHANNELS:
        return None
    side = min(MAP_SIDE, max(4, math.isqrt(MAP_PIXEL_VALUES // (height * width * channels))))
    noise = make_latent_map(model.latent_dim, side)
    pictures = rendering.to_uint8(model.predict(noise.reshape(-1, model.latent_dim), verbose=0))
    sheet = make_sheet(
        [Image.fromarray(p.squeeze(-1) if channels == 1 else p) for p in pictures], side
    )
    return {
        "source": encode_data_uri(encode_png(sheet)),
        "latent_dim": model.latent_dim,
        "wraps": model.latent_dim >= 4,
        "rows": len(noise),
        "columns": side,
        "width": width,
        "height": height,
    }


def make_sheet(pictures, columns):
    """Pastes pictures of one size into a single one, row by row."""
    width, height = pictures[0].size
    size = (columns * width, math.ceil(len(pictures) / columns) * height)
    sheet = Image.new(pictures[0].mode, size)
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % columns * width, i // columns * height))
    return sheet


def encode_png(picture):
    """Encodes a `PIL.Image.Image` as the bytes of a PNG file."""
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def encode_data_uri(content, kind="png"):
    """Encodes a picture as text that stands in a page in the place of an address."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _open_picture(content, kind):
    """Opens a picture of one format, whose size is checked before it is decoded."""
    picture = Image.open(io.BytesIO(content), formats=[kind])
    if math.prod(picture.size) > MOST_PIXELS:
        raise ValueError(f"it has {math.prod(picture.size):,} pixels, more than {MOST_PIXELS:,}")
    return picture

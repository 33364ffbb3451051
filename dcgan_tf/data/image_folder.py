"""Training data from a folder of image files, which are read when they are needed."""

import concurrent.futures
import dataclasses
import hashlib
import pathlib
import sys
import zlib

import keras
import numpy as np
from PIL import Image, ImageOps

from dcgan_tf.data import folder_layout, image_files
from dcgan_tf.data.formats import WHITES

MOST_NAMED = 10  # files that a message names
MANY = 1000  # files, whose checking takes so long that we show the progress


class ImageFolder:
    """A folder of images, each of which is read when it is needed.

    Each sub-folder is a class. Links to files and to folders are followed. A file is an image if
    its content is one that `image_files.FORMATS` lists, for example a PNG, JPEG, WebP, BMP, TIFF or
    GIF file; of several frames the first is read. If every image is grey, the images have one
    channel, otherwise three. Transparent places become white. Photographs are turned upright, as
    their EXIF data (what the camera noted) says. All files are decoded once when the folder is
    opened, so that you hear of damaged ones before training begins.

    Args:
        path: the folder.
        image_size: `(height, width)` in pixels, or `None` if all images have the same size already.
            The centre of each image is cropped to this aspect ratio and then resized.
        skip_damaged: Bool, whether to go on without the files that cannot be decoded.
        like: another `ImageFolder`, whose size, channels and brightness these images get, or
            `None`.

    Attributes:
        paths: list of the files, sorted as people do: `2.png` comes before `10.png`.
        labels: int64 array `(len(paths),)`, the class of each image, or `None`.
        class_names: list of the names of the sub-folders, in the same order, empty if the images
            have no labels.
        image_shape: (height, width, channels) of each image that is read.
        notes: list of str, sentences that say what was left out or changed.
        digest: Str, which differs for a folder with other images.

    Raises:
        ValueError: if there is no image, if some are damaged, or if the images differ in size and
            `image_size` is `None`.

    Example:

    >>> folder = ImageFolder("photos", image_size=(64, 64))
    >>> model = DCGAN(folder.image_shape)
    >>> model.compile()
    >>> steps = math.ceil(len(folder) / 32)
    >>> model.fit(shuffled_batches(folder, 32), steps_per_epoch=steps)
    """

    def __init__(self, path, image_size=None, skip_damaged=False, like=None):
        self.path = pathlib.Path(path)
        images, others, runs = folder_layout.list_files(self.path)
        names, labels, self.class_names = folder_layout.find_classes(images)
        if not names:
            raise ValueError(
                f"There are no images in the folder. Received: {str(self.path)!r} with "
                f"{len(others)} other files. Expected images, in sub-folders or not, in one of the "
                f"formats {', '.join(image_files.FORMATS)}."
            )
        left_out = sorted({*others, *images} - {*names}, key=folder_layout.natural_key)
        self.notes = describe_left_out(left_out, runs)
        if labels is None and any(len(name.parts) > 1 for name in names):
            self.notes.append("no labels, because some images are outside of the sub-folders")
        self._least_size = None if image_size is None else tuple(reversed(image_size))
        looks = self._look_at_all(names)
        damaged = [(name, look) for name, look in zip(names, looks, strict=True) if look.reason]
        if damaged and (not skip_damaged or len(damaged) == len(names)):
            raise ValueError(_describe_damaged(self.path, damaged))
        if damaged:
            counted = _count(damaged, "damaged image", "damaged images")
            self.notes.append(f"{counted} left out: {list_some(dict(damaged))}")
        kept = [i for i, look in enumerate(looks) if not look.reason]
        self.paths = [self.path / names[i] for i in kept]
        self.labels = None if labels is None else np.array(labels, np.int64)[kept]
        looks = [looks[i] for i in kept]
        self.digest = _compute_digest([names[i] for i in kept], looks)
        if like is not None:
            self.image_shape, self._white = like.image_shape, like._white
            return
        height, width = image_size or self._find_size(looks)
        self.image_shape = (height, width, 1 if all(look.is_grey for look in looks) else 3)
        self._white = self._find_white(looks)

    def __len__(self):
        return len(self.paths)

    @property
    def shape(self):
        """The shape that an array of all images has, `(len(paths), height, width, channels)`."""
        return (len(self), *self.image_shape)

    def __getitem__(self, index):
        """Reads one image from its file and returns float32 `image_shape` in [-1, 1]."""
        height, width, channels = self.image_shape
        mode = "L" if channels == 1 else "RGB"
        with image_files.open_image(self.paths[index], self._least_size) as (image, _, _):
            if image.mode == "F":  # more than 8 bits
                values = np.array(image)
                values *= 255 / self._white
                np.rint(values.clip(0, 255, out=values), out=values)
                image = Image.fromarray(values.astype(np.uint8))
            if image.mode != mode:
                image = image.convert(mode)
            if image.size != (width, height):
                image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
            pixels = np.array(image, np.float32).reshape(height, width, channels)
            pixels /= 127.5
            pixels -= 1.0
        return pixels

    def load(self, indices=None):
        """Reads images into memory.

        Args:
            indices: sequence of ints, the images to read; by default all.

        Returns:
            float32 `(n, height, width, channels)`, in [-1, 1].
        """
        indices = range(len(self)) if indices is None else indices
        images = np.empty((len(indices), *self.image_shape), np.float32)

        def fill(place):
            images[place] = self[indices[place]]

        with concurrent.futures.ThreadPoolExecutor(image_files.THREADS) as pool:
            list(pool.map(fill, range(len(indices))))
        return images

    def load_some(self, count):
        """Reads `count` images, chosen at random, but the same ones every time.

        Args:
            count: Int, the number of images. If there are fewer, all are read.

        Returns:
            A tuple: float32 `(n, height, width, channels)` in [-1, 1], and their labels, int64
            `(n,)`, or `None`.
        """
        chosen = np.sort(np.random.default_rng(0).permutation(len(self))[:count])
        return self.load(chosen), None if self.labels is None else self.labels[chosen]

    def _look_at_all(self, names):
        """Decodes each file once, as it will be decoded for training."""
        shows = len(names) >= MANY and sys.stdout is not None and sys.stdout.isatty()
        progress = keras.utils.Progbar(len(names), verbose=int(shows), unit_name="image")
        looks = []
        with concurrent.futures.ThreadPoolExecutor(image_files.THREADS) as pool:
            for look in pool.map(self._look_at, names):
                looks.append(look)
                progress.add(1)
        return looks

    def _look_at(self, name):
        try:
            with image_files.open_image(self.path / name, self._least_size) as opened:
                image, is_grey, content = opened
                width, height = image.size
                low, high = image.getextrema() if image.mode == "F" else (0, 0)
                checksum = zlib.crc32(content)
        except (ValueError, OSError) as error:
            return _Look(reason=str(error))
        if not (low >= 0 and high <= WHITES[-1]):
            return _Look(reason=f"its values go from {low:g} to {high:g}, not from 0 to 65535")
        return _Look((height, width), is_grey, high, checksum)

    def _find_size(self, looks):
        sizes = [look.size for look in looks]
        if len(set(sizes)) > 1:
            other = next(i for i, size in enumerate(sizes) if size != sizes[0])
            raise ValueError(
                f"The images differ in size. Received: {self.paths[0].name!r} of "
                f"{_format_size(sizes[0])} and {self.paths[other].name!r} of "
                f"{_format_size(sizes[other])} pixels (height x width). Expected one size for all, "
                "or an image size to resize them to (--image-size on the command line)."
            )
        return sizes[0]

    def _find_white(self, looks):
        """Finds the value that stands for white in images with more than 8 bits."""
        highest = max(look.highest for look in looks)
        if 0 < highest <= 1:  # floating-point numbers
            return 1
        white = next(white for white in WHITES if highest <= white)
        if 0 < white < WHITES[-1] and highest:
            self.notes.append(
                f"images with more than 8 bits reach only {highest:,.0f}, so {white:,} is taken "
                "for white"
            )
        return white


@dataclasses.dataclass(frozen=True)
class _Look:
    """What we found in a file: its size and so on, or the reason why it cannot be read."""

    size: tuple = ()
    is_grey: bool = False
    highest: float = 0  # the largest value of an image with more than 8 bits
    checksum: int = 0
    reason: str = ""


def describe_left_out(files, runs=()):
    """Says which files and folders of runs are not read, if there are any.

    Args:
        files: list of `pathlib.Path`.
        runs: list of `pathlib.Path`.

    Returns:
        A list of str, one sentence for the files and one for the runs.
    """
    notes = []
    if files:
        notes.append(f"{_count(files, 'file', 'files')} left out: {list_some(files)}")
    if runs:
        notes.append(
            f"{_count(runs, 'folder of a run', 'folders of runs')} left out: {list_some(runs)}"
        )
    return notes


def _describe_damaged(folder, damaged):
    reasons = "; ".join(f"{name}: {look.reason}" for name, look in damaged[:MOST_NAMED])
    more = f"; and {len(damaged) - MOST_NAMED:,} more" if len(damaged) > MOST_NAMED else ""
    return (
        f"{_count(damaged, 'image', 'images')} cannot be read. Received: in {str(folder)!r}, "
        f"{reasons}{more}. Expected whole image files: replace them, or go on without them "
        "(skip_damaged=True, or --skip-damaged on the command line)."
    )


def _count(things, one, many):
    return f"{len(things):,} {one if len(things) == 1 else many}"


def list_some(names):
    """Names the first few of some things, one after the other, as a str."""
    names = [str(name) for name in names]
    return ", ".join(names[:MOST_NAMED] + ["…"] * (len(names) > MOST_NAMED))


def _compute_digest(names, looks):
    digest = hashlib.sha256()
    for name, look in zip(names, looks, strict=True):
        digest.update(f"{name.as_posix()}\0{look.checksum:08x}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _format_size(size):
    return f"{size[0]}x{size[1]}"

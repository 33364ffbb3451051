"""Folders of PNG and JPEG files as training data."""

import concurrent.futures
import pathlib

import numpy as np
from PIL import Image, ImageOps

from dcgan_tf.data import untrusted

SUFFIXES = {".png", ".jpg", ".jpeg"}


class ImageFolder:
    """A folder of PNG and JPEG images, read when they are needed.

    Sub-folders are classes, in alphabetical order; a folder that also holds images of its own has
    no labels. If every image is grey, the images have one channel, otherwise three. Transparent
    places become white, and photographs are turned upright as their EXIF data says. All files are
    checked at once, so that a damaged one is found before training begins.

    Args:
        path: the folder.
        image_size: `(height, width)` in pixels: images are cropped to this aspect ratio at the
            centre and resized. `None` if all images have one size already.

    Attributes:
        paths: list of the files.
        labels: int64 array `(len(paths),)`, or `None` without sub-folders.
        class_names: list of the sub-folders' names.
        image_shape: (height, width, channels) of the images as read.

    Raises:
        ValueError: if there is no image, one is damaged, or the sizes differ without `image_size`.

    Example:

    >>> folder = ImageFolder("photos", image_size=(64, 64))
    >>> model = DCGAN(folder.image_shape)
    >>> model.compile()
    >>> model.fit(shuffled_batches(folder, 32), steps_per_epoch=len(folder) // 32)
    """

    def __init__(self, path, image_size=None):
        self.path = pathlib.Path(path)
        self.paths = sorted(
            file
            for file in self.path.rglob("*")
            if file.suffix.lower() in SUFFIXES
            and file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(self.path).parts)
        )
        if not self.paths:
            raise ValueError(
                f"There are no images in the folder. Received: {str(self.path)!r}. Expected PNG or "
                f"JPEG files ({', '.join(sorted(SUFFIXES))}), in sub-folders or not."
            )
        self.class_names, self.labels = self._classes()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            sizes, greys = zip(*pool.map(_inspect, self.paths), strict=True)
        if image_size is None and len(set(sizes)) > 1:
            other = next(i for i, size in enumerate(sizes) if size != sizes[0])
            raise ValueError(
                f"The images differ in size. Received: {self.paths[0].name!r} of "
                f"{_times(sizes[0])} and {self.paths[other].name!r} of {_times(sizes[other])} "
                "pixels (height x width). Expected one size, or an image size to resize them to."
            )
        height, width = image_size or sizes[0]
        self.image_shape = (height, width, 1 if all(greys) else 3)

    def __len__(self):
        return len(self.paths)

    @property
    def shape(self):
        """`(len(paths), height, width, channels)`, as an array of all images would have it."""
        return (len(self), *self.image_shape)

    def __getitem__(self, index):
        """Reads one image from its file: float32 `image_shape`, in [-1, 1]."""
        height, width, channels = self.image_shape
        with Image.open(self.paths[index], formats=("PNG", "JPEG")) as file:
            image = ImageOps.exif_transpose(file)
            if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip at 255
                image = Image.fromarray((np.asarray(image) / 257).astype(np.uint8))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(white, image)
            image = image.convert("L" if channels == 1 else "RGB")
        if image.size != (width, height):
            image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
        pixels = np.asarray(image, np.float32).reshape(height, width, channels)
        return pixels / 127.5 - 1.0

    def load(self, indices=None):
        """Reads images into memory.

        Args:
            indices: sequence of ints, which images to read; by default all.

        Returns:
            float32 `(n, height, width, channels)`, in [-1, 1].
        """
        indices = range(len(self)) if indices is None else indices
        images = np.empty((len(indices), *self.image_shape), np.float32)

        def fill(place):
            images[place] = self[indices[place]]

        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(fill, range(len(indices))))
        return images

    def load_some(self, count):
        """Reads `count` of the images, or all if there are less, always the same random ones.

        Returns:
            A tuple: float32 `(n, height, width, channels)` in [-1, 1], and their labels, int64
            `(n,)`, or `None`.
        """
        chosen = np.random.default_rng(0).permutation(len(self))[:count]
        return self.load(chosen), None if self.labels is None else self.labels[chosen]

    def _classes(self):
        parts = [path.relative_to(self.path).parts for path in self.paths]
        if any(len(part) == 1 for part in parts):
            return [], None
        names = sorted({part[0] for part in parts})
        return names, np.array([names.index(part[0]) for part in parts], np.int64)


def _times(size):
    return f"{size[0]}x{size[1]}"


def _inspect(path):
    """Returns ((height, width), is it grey?) of an image file, and raises if it is damaged."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            width, height = image.size
            untrusted.check_image_size(width, height)
            if image.getexif().get(0x0112, 1) >= 5:  # turned by a quarter
                width, height = height, width
            grey = image.mode in ("1", "L", "LA") or image.mode.startswith("I")
            if image.mode == "P":
                palette = np.array(image.getpalette()).reshape(-1, 3)
                grey = bool((palette == palette[:, :1]).all())
            if image.format == "JPEG":
                image.draft("L", (1, 1))  # an eighth of the size, the whole file all the same
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"The image cannot be read ({reason}). Received: {str(path)!r}. Expected a whole PNG "
            "or JPEG file; delete or replace it."
        ) from error
    return (height, width), grey

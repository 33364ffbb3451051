"""Training data from a folder of PNG and JPEG files, which are read when they are needed."""

import concurrent.futures
import pathlib

import numpy as np
from PIL import Image, ImageOps

from dcgan_tf.data import untrusted

SUFFIXES = {".png", ".jpg", ".jpeg"}


class ImageFolder:
    """A folder of PNG and JPEG images, each of which is read when it is needed.

    Each sub-folder is a class, and classes are numbered in alphabetical order. If there are also
    images outside the sub-folders, the images have no labels. If every image is grey, the images
    have one channel, otherwise three. Transparent places become white. Photographs are turned
    upright, as their EXIF data (what the camera noted) says. All files are checked when the folder
    is opened, so that you hear of a damaged one before training begins.

    Args:
        path: the folder.
        image_size: `(height, width)` in pixels, or `None` if all images have the same size already.
            The centre of each image is cropped to this aspect ratio and then resized.

    Attributes:
        paths: list of the files.
        labels: int64 array `(len(paths),)`, the class of each image, or `None`.
        class_names: list of the names of the sub-folders, empty if the images have no labels.
        image_shape: (height, width, channels) of each image that is read.

    Raises:
        ValueError: if there is no image, if one is damaged, or if the images differ in size and
            `image_size` is `None`.

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
        self.class_names, self.labels = self._find_classes()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            sizes, greys = zip(*pool.map(_inspect, self.paths), strict=True)
        if image_size is None and len(set(sizes)) > 1:
            other = next(i for i, size in enumerate(sizes) if size != sizes[0])
            raise ValueError(
                f"The images differ in size. Received: {self.paths[0].name!r} of "
                f"{_format_size(sizes[0])} and {self.paths[other].name!r} of "
                f"{_format_size(sizes[other])} pixels (height x width). Expected one size for all, "
                "or an image size to resize them to."
            )
        height, width = image_size or sizes[0]
        self.image_shape = (height, width, 1 if all(greys) else 3)

    def __len__(self):
        return len(self.paths)

    @property
    def shape(self):
        """The shape that an array of all images has, `(len(paths), height, width, channels)`."""
        return (len(self), *self.image_shape)

    def __getitem__(self, index):
        """Reads one image from its file and returns float32 `image_shape` in [-1, 1]."""
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
            indices: sequence of ints, the images to read; by default all.

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
        """Reads `count` images, chosen at random, but the same ones every time.

        Args:
            count: Int, the number of images. If there are fewer, all are read.

        Returns:
            A tuple: float32 `(n, height, width, channels)` in [-1, 1], and their labels, int64
            `(n,)`, or `None`.
        """
        chosen = np.random.default_rng(0).permutation(len(self))[:count]
        return self.load(chosen), None if self.labels is None else self.labels[chosen]

    def _find_classes(self):
        """Returns the names of the classes and the label of each image."""
        parts = [path.relative_to(self.path).parts for path in self.paths]
        if any(len(part) == 1 for part in parts):
            return [], None
        names = sorted({part[0] for part in parts})
        return names, np.array([names.index(part[0]) for part in parts], np.int64)


def _format_size(size):
    return f"{size[0]}x{size[1]}"


def _inspect(path):
    """Returns the (height, width) of an image and whether it is grey; checks the whole file."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            width, height = image.size
            untrusted.check_image_size(width, height)
            if image.getexif().get(0x0112, 1) >= 5:  # EXIF: show it after a quarter turn
                width, height = height, width
            grey = image.mode in ("1", "L", "LA") or image.mode.startswith("I")
            if image.mode == "P":
                palette = np.array(image.getpalette()).reshape(-1, 3)
                grey = bool((palette == palette[:, :1]).all())
            if image.format == "JPEG":
                image.draft("L", (1, 1))  # an eighth of the size, but the whole file is read
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"The image cannot be read ({reason}). Received: {str(path)!r}. Expected a whole PNG "
            "or JPEG file; delete or replace it."
        ) from error
    return (height, width), grey

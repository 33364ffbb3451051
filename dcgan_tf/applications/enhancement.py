"""Enhancement (Article 4, section 1; Article 3, section 5): a poor image becomes a good one.

An image can be poor in several ways. It is too small, it is covered with noise, or it has hardly
any contrast. We damage good images on purpose, so that we know the truth: the generator gets the
damaged image as its condition and learns to undo the damage.
"""

import numpy as np
import tensorflow as tf
from scipy import ndimage

from dcgan_tf.applications.image_to_image import ImageToImage

FACTOR = 4  # of height and of width
NOISE = 0.8  # standard deviation, where black is -1 and white is 1
CONTRAST = 0.1, 0.3  # the least and the greatest part of the contrast that is left
GRAIN = 0.03  # standard deviation of the noise that every camera adds, even in a grey picture
DARK, BRIGHT = 5, 95  # percentiles of the pixels that become black and white when stretched


class Enhancement(ImageToImage):
    """Undoes a damage: a small size, noise or a low contrast.

    The condition is the damaged image.

    Args:
        seed: as in `Application`.
        data: as in `Application`.
        image_size: as in `Application`.
        skip_damaged: as in `Application`.
        damage: Str, a key of `DAMAGES`: `"size"`, `"noise"` or `"contrast"`.
        with_data: as in `Application`.

    Raises:
        ValueError: if there is no such damage.
    """

    options = ("damage",)

    def __init__(
        self,
        seed=0,
        data=None,
        image_size=None,
        skip_damaged=False,
        damage="size",
        with_data=True,
    ):
        if damage not in DAMAGES:
            raise ValueError(
                f"Unknown damage. Received: {damage!r}. Expected one of {', '.join(DAMAGES)}."
            )
        self.do_damage, self.repair, self.baseline_title = DAMAGES[damage]
        super().__init__(seed, data, image_size, skip_damaged, with_data)

    def make_conditions(self, images, rng):
        """Damages each image."""
        return np.asarray(self.do_damage(images, rng), np.float32)

    def baseline(self, conditions):
        """Repairs each image in the usual way without a network."""
        repaired = self.repair(conditions, self.samples.shape[1:3])
        return np.clip(np.asarray(repaired, np.float32), -1.0, 1.0)


def shrink(images, rng):
    """Shrinks images: every 4x4 pixels become one, which is their mean."""
    return tf.image.resize(images, [side // FACTOR for side in images.shape[1:3]], method="area")


def enlarge(images, size):
    """Enlarges images to (height, width) by bicubic interpolation."""
    return tf.image.resize(images, size, method="bicubic")


def add_noise(images, rng):
    """Adds normal noise to each pixel. As in a file, nothing is darker than black."""
    return np.clip(images + rng.normal(0, NOISE, images.shape), -1, 1)


def filter_noise(images, size):
    """Replaces each pixel by the median of the 3x3 pixels around it."""
    return ndimage.median_filter(images, (1, 3, 3, 1))


def reduce_contrast(images, rng):
    """Makes all pixels of an image nearly the same grey, and adds the faint noise of a camera."""
    shape = (len(images), 1, 1, 1)
    contrast = rng.uniform(*CONTRAST, shape)
    brightness = rng.uniform(-1, 1, shape) * (1 - contrast)
    return np.clip(contrast * images + brightness + rng.normal(0, GRAIN, images.shape), -1, 1)


def stretch_contrast(images, size):
    """Makes the darkest pixels of each image black and the brightest ones white."""
    dark, bright = np.percentile(images, (DARK, BRIGHT), axis=(1, 2, 3), keepdims=True)
    return 2 * (images - dark) / np.maximum(bright - dark, 1e-6) - 1


# What does the damage, what repairs it without a network, and what that is called.
DAMAGES = {
    "size": (shrink, enlarge, "bicubic"),
    "noise": (add_noise, filter_noise, "median of 3x3"),
    "contrast": (reduce_contrast, stretch_contrast, "stretched"),
}

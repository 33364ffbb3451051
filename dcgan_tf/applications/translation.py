"""Translation (Article 4): an outline becomes a digit, or with Fashion-MNIST a garment."""

import numpy as np
from scipy import ndimage

from dcgan_tf.applications.image_to_image import ImageToImage


class Translation(ImageToImage):
    """Makes images from their outlines: the pixels next to the bright part of an image.

    `--data fashion-mnist` makes garments.
    """

    baseline_title = "filled outline"

    def conditions(self, images, rng):
        """1 on the outline, -1 elsewhere."""
        bright = images.max(axis=-1, keepdims=True) > 0
        around = ndimage.binary_dilation(bright, np.ones((1, 3, 3, 1)))
        return np.where(around & ~bright, 1.0, -1.0).astype(np.float32)

    def baseline(self, conditions):
        """Everything inside the outermost line is bright."""
        filled = [ndimage.binary_fill_holes(each[..., 0] > 0) for each in conditions]
        inside = np.array(filled)[..., np.newaxis] & (conditions < 0)
        shape = (*conditions.shape[:3], self.samples.shape[-1])
        return np.broadcast_to(np.where(inside, 1.0, -1.0), shape).astype(np.float32)

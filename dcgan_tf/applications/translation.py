"""Translation (Article 4, section 1): an outline becomes a digit, or a garment of Fashion-MNIST."""

import numpy as np
from scipy import ndimage

from dcgan_tf.applications.image_to_image import ImageToImage


class Translation(ImageToImage):
    """Makes images from their outlines. With `--data fashion-mnist` they are garments.

    The condition is the outline: the dark pixels that touch the bright part of an image.
    """

    baseline_title = "filled outline"

    def make_conditions(self, images, rng):
        """Draws outlines: 1 on the outline, -1 elsewhere, float32 `(n, height, width, 1)`."""
        bright = images.max(axis=-1, keepdims=True) > 0
        around = ndimage.binary_dilation(bright, np.ones((1, 3, 3, 1)))
        return np.where(around & ~bright, 1.0, -1.0).astype(np.float32)

    def baseline(self, conditions):
        """Fills everything inside the outermost line with white."""
        filled = [ndimage.binary_fill_holes(each[..., 0] > 0) for each in conditions]
        inside = np.array(filled)[..., np.newaxis] & (conditions < 0)
        shape = (*conditions.shape[:3], self.samples.shape[-1])
        return np.broadcast_to(np.where(inside, 1.0, -1.0), shape).astype(np.float32)

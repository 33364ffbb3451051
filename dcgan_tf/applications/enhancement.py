"""Enhancement (Article 4, section 1): an image of 7x7 pixels becomes one of 28x28."""

import numpy as np
import tensorflow as tf

from dcgan_tf.applications.image_to_image import ImageToImage

FACTOR = 4  # of height and of width


class Enhancement(ImageToImage):
    """Makes images of four times the height and width.

    The condition is the small image.
    """

    baseline_title = "bicubic"

    def make_conditions(self, images, rng):
        """Shrinks each image: every 4x4 pixels become one, which is their mean."""
        size = [side // FACTOR for side in images.shape[1:3]]
        return tf.image.resize(images, size, method="area").numpy()

    def baseline(self, conditions):
        """Enlarges each image by bicubic interpolation, the usual way without a network."""
        size = self.samples.shape[1:3]
        return np.clip(tf.image.resize(conditions, size, method="bicubic"), -1.0, 1.0)

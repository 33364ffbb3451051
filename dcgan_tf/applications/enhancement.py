"""Enhancement (Article 4): a small image becomes a large one, from 7x7 pixels to 28x28."""

import numpy as np
import tensorflow as tf

from dcgan_tf.applications.image_to_image import ImageToImage

FACTOR = 4  # of height and of width


class Enhancement(ImageToImage):
    """Makes images of four times the height and width."""

    baseline_title = "bicubic"

    def conditions(self, images, rng):
        """The mean of each 4x4 pixels."""
        size = [side // FACTOR for side in images.shape[1:3]]
        return tf.image.resize(images, size, method="area").numpy()

    def baseline(self, conditions):
        size = self.samples.shape[1:3]
        return np.clip(tf.image.resize(conditions, size, method="bicubic"), -1.0, 1.0)

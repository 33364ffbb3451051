"""Completion (Article 4): a square is missing from an image, and is filled."""

import keras
import numpy as np

from dcgan_tf.applications.image_to_image import ImageToImage


class Completion(ImageToImage):
    """Fills a missing square, 3/7 as wide as the image, at a place that differs each time.

    The condition has the image with the square at 0, mid-grey, and one channel more, 1 where
    something is missing. What is known is not made anew.
    """

    baseline_title = "mean filling"
    weight = 10.0

    def conditions(self, images, rng):
        height, width = images.shape[1:3]
        rows, columns = round(height * 3 / 7), round(width * 3 / 7)
        missing = np.zeros((*images.shape[:3], 1), np.float32)
        # Not in the outermost seventh, where most digits have nothing to be filled.
        tops = rng.integers(height // 7, height - height // 7 - rows + 1, len(images))
        lefts = rng.integers(width // 7, width - width // 7 - columns + 1, len(images))
        for mask, top, left in zip(missing, tops, lefts, strict=True):
            mask[top : top + rows, left : left + columns] = 1.0
        return np.concatenate([images * (1 - missing), missing], axis=-1)

    def finished(self, generator, discriminator):
        noise, condition = generator.inputs
        known, missing = condition[..., :-1], condition[..., -1:]
        whole = known + missing * generator.output
        return keras.Model([noise, condition], whole, name="generator"), discriminator

    def visible(self, conditions):
        return conditions[..., :-1]

    def baseline(self, conditions):
        """Fills each pixel with its mean over the training images."""
        mean = self.samples.mean(axis=0)
        return conditions[..., :-1] + conditions[..., -1:] * mean

"""Completion (Article 4, section 1): the generator fills a square that is missing from an image."""

import keras
import numpy as np

from dcgan_tf.applications.image_to_image import ImageToImage


class Completion(ImageToImage):
    """Fills a missing square, 3/7 as wide as the image, at a random place in each image.

    The condition is the image with the square set to 0, which is mid-grey, and one channel more: a
    mask, which is 1 where pixels are missing and 0 elsewhere. Only the missing pixels come from the
    generator. All others are copied from the condition.
    """

    baseline_title = "mean filling"
    weight = 10.0

    def make_conditions(self, images, rng):
        """Removes a square from each image, and appends the mask as the last channel."""
        height, width = images.shape[1:3]
        rows, columns = round(height * 3 / 7), round(width * 3 / 7)
        missing = np.zeros((*images.shape[:3], 1), np.float32)
        # The outermost seventh stays whole: most digits are dark there, with nothing to fill.
        tops = rng.integers(height // 7, height - height // 7 - rows + 1, len(images))
        lefts = rng.integers(width // 7, width - width // 7 - columns + 1, len(images))
        for mask, top, left in zip(missing, tops, lefts, strict=True):
            mask[top : top + rows, left : left + columns] = 1.0
        return np.concatenate([images * (1 - missing), missing], axis=-1)

    def extend_networks(self, generator, discriminator):
        """Lets the generator copy the known pixels from the condition."""
        noise, condition = generator.inputs
        known, missing = condition[..., :-1], condition[..., -1:]
        whole = known + missing * generator.output
        return keras.Model([noise, condition], whole, name="generator"), discriminator

    def visible(self, conditions):
        """Conditions as images, without the mask."""
        return conditions[..., :-1]

    def baseline(self, conditions):
        """Fills each missing pixel with its mean over the training images."""
        mean = self.samples.mean(axis=0)
        return conditions[..., :-1] + conditions[..., -1:] * mean

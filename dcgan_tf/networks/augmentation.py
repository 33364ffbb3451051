"""Random changes before a discriminator, so that it does not learn a few images by heart."""

import keras
import numpy as np

from dcgan_tf.networks.layers import PartTranslation


def augment(discriminator, changes, seed=None, ground=-1.0, translated=1.0):
    """Puts random changes before a discriminator, for real and generated images alike.

    The images are changed only during training, and gradients pass through the changes.

    Args:
        discriminator: `keras.Model` from images in [-1, 1] to logits.
        changes: list or tuple of str, any of

            - `"translation"` shifts an image by up to an eighth of its height and width; the pixels
              that come in at the edge have the colour of the ground;
            - `"cutout"` puts a rectangle of this colour, nearly a square, into about half of the
              images; it is up to half as high and wide as the image;
            - `"mirror"` exchanges left and right in half of the images: for faces and landscapes,
              but not for digits and text, which cannot be read in a mirror;
            - `"brightness"` makes an image brighter or darker, all pixels by up to 0.4.
        seed: Int or `None`, fixes the changes.
        ground: Float in [-1, 1], the brightness of the ground of the images, see `find_ground`.
        translated: Float in (0, 1], the part of the images that `"translation"` shifts. If all of
            them are shifted, the generator may draw shifted images as well, as the discriminator
            never sees where they belong. With half of them it does.

    Returns:
        A `keras.Model` from images to logits, which uses the weights of `discriminator`.

    Raises:
        ValueError: for an unknown change, or a part that is not in (0, 1].

    References:
        Zhao et al. 2020, https://arxiv.org/abs/2006.10738; for changes that are made with a
        probability Karras et al. 2020, section 2.2, https://arxiv.org/abs/2006.06676
    """
    if not 0.0 < translated <= 1.0:
        raise ValueError(
            f"No such part of the images can be shifted. Received: translated={translated!r}. "
            "Expected a number above 0 and up to 1; to shift none, leave 'translation' out."
        )
    pictures = x = keras.Input(discriminator.input_shape[1:], name="images")
    layers = keras.layers
    for change in changes:
        if change == "translation":
            x = PartTranslation(0.125, translated, ground, seed)(x)
        elif change == "cutout":  # for 1.0 Keras draws a probability between 0 and 1
            x = layers.RandomErasing(1.0, (0.02, 0.25), ground, (-1.0, 1.0), seed=seed)(x)
        elif change == "mirror":
            x = layers.RandomFlip("horizontal", seed=seed)(x)
        elif change == "brightness":
            x = layers.RandomBrightness(0.2, (-1.0, 1.0), seed=seed)(x)
        else:
            raise ValueError(
                f"There is no such change. Received: {change!r}. Expected 'translation', 'cutout', "
                "'mirror' or 'brightness'."
            )
    return keras.Model(pictures, discriminator(x), name="augmented_discriminator")


def find_ground(images):
    """Finds the brightness of the ground on which images show something.

    Args:
        images: float32 `(n, height, width, channels)` in [-1, 1].

    Returns:
        Float in [-1, 1], the median of the pixels at the edges.
    """
    some = images[:1000]
    edges = (some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1])
    return float(np.median(np.concatenate([edge.ravel() for edge in edges])))

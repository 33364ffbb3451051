"""The shape of the images that networks are built for: which ones are served, and how they fit."""

import math

import keras

SMALLEST, LARGEST = 16, 128  # pixels a side


def check_image_shape(image_shape, channels=(1, 3)):
    """Checks the shape of the images that networks are to be built for.

    Args:
        image_shape: (height, width, channels); 16 to 128 pixels a side, which need not be equal,
            and 1 or 3 channels.
        channels: the numbers of channels accepted.

    Returns:
        The shape as a tuple of three ints.

    Raises:
        ValueError: for any other shape, with the reason, and if Keras is set to channels first.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "These networks are for images with channels last; with channels first TensorFlow "
            "cannot train convolutions on every CPU. Received: the Keras setting image_data_format "
            "'channels_first'. Expected keras.config.set_image_data_format(\"channels_last\"), or "
            "a GAN of networks of your own."
        )
    sizes = tuple(image_shape) if isinstance(image_shape, (tuple, list)) else ()
    if len(sizes) != 3 or not all(isinstance(size, int) for size in sizes):
        reason = "This is no image shape."
    elif min(sizes[:2]) < SMALLEST:
        reason = "The images are too small: halved twice, they leave nothing to see; enlarge them."
    elif max(sizes[:2]) > LARGEST:
        reason = "The images are too large for networks that learn on a laptop; shrink them."
    elif sizes[2] not in channels:
        reason = "The images are neither grey nor RGB."
    else:
        return sizes
    raise ValueError(
        f"{reason} Received: image_shape={image_shape!r}. Expected (height, width, channels): "
        f"{SMALLEST} to {LARGEST} pixels a side and 1 or 3 channels, for example (28, 28, 1)."
    )


def count_halvings(height, width):
    """How often the larger side is halved until at most 8 pixels are left, but at least twice."""
    return max(2, math.ceil(math.log2(max(height, width) / 8)))


def crop(images, height, width):
    """Cuts off what is too much: doubling leads to multiples of 4, 8 or 16 pixels only."""
    rows, columns = images.shape[1] - height, images.shape[2] - width
    if rows or columns:
        images = keras.layers.Cropping2D(((0, rows), (0, columns)))(images)
    return images

"""Image shapes: which ones our networks support, and how convolutions arrive at them."""

import math

import keras

SMALLEST, LARGEST = 16, 256  # pixels a side


def check_image_shape(image_shape, channels=(1, 3)):
    """Checks the shape of images before networks are built for it.

    Args:
        image_shape: (height, width, channels). Each side has 16 to 256 pixels, and the sides may
            differ. There are 1 or 3 channels.
        channels: the numbers of channels that are accepted.

    Returns:
        The shape as a tuple of three ints.

    Raises:
        ValueError: for any other shape, with the reason, or if Keras is set to channels first.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "These networks are for images with channels last; with channels first TensorFlow "
            "cannot train convolutions on every CPU. Received: the Keras setting image_data_format "
            "'channels_first'. Expected keras.config.set_image_data_format(\"channels_last\"), or "
            "a GAN with networks of your own."
        )
    sizes = tuple(image_shape) if isinstance(image_shape, (tuple, list)) else ()
    if len(sizes) != 3 or not all(isinstance(size, int) for size in sizes):
        reason = "This is no image shape."
    elif min(sizes[:2]) < SMALLEST:
        reason = "The images are too small: halved twice, they show nothing; enlarge them."
    elif max(sizes[:2]) > LARGEST:
        reason = "The images are too large for networks that learn on a laptop; shrink them."
    elif sizes[2] == 4 and 4 not in channels:
        reason = "The images have a fourth channel, their transparency; give them a background."
    elif sizes[2] not in channels:
        reason = "The images are neither grey nor RGB."
    else:
        return sizes
    raise ValueError(
        f"{reason} Received: image_shape={image_shape!r}. Expected (height, width, channels): "
        f"{SMALLEST} to {LARGEST} pixels a side and 1 or 3 channels, for example (28, 28, 1)."
    )


def count_halvings(height, width, most=7):
    """Counts how often we halve an image until its larger side has only a few pixels.

    Args:
        height: Int, pixels.
        width: Int, pixels.
        most: Int, the pixels that the larger side may have in the end.

    Returns:
        Int of at least 2: smaller images are halved twice as well.
    """
    return max(2, math.ceil(math.log2(max(height, width) / most)))


def crop(images, height, width):
    """Cuts generated images to their size, at the bottom and at the right.

    A generator doubles the sides several times, so it can only make multiples of 4, 8 or 16 pixels.

    Args:
        images: Keras tensor `(batch, rows, columns, channels)`, at least as large as needed.
        height: Int, pixels to keep.
        width: Int, pixels to keep.

    Returns:
        Keras tensor `(batch, height, width, channels)`.
    """
    rows, columns = images.shape[1] - height, images.shape[2] - width
    if rows or columns:
        images = keras.layers.Cropping2D(((0, rows), (0, columns)))(images)
    return images

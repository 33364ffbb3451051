"""What is checked before work begins, so that a mistake is explained where it was made."""

import keras
import numpy as np

from dcgan_tf.conditions import condition_of, joined

SMALLEST, LARGEST = 16, 128  # pixels


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


def check_networks(generator, discriminator, latent_dim):
    """Passes symbolic noise through both networks, and their condition, which builds them.

    Args:
        generator: as in `GAN`.
        discriminator: as in `GAN`.
        latent_dim: Int, length of the noise vector.

    Returns:
        The shape of one sample, a tuple of ints.

    Raises:
        ValueError: if the shapes do not fit, with what was received and expected.
    """
    check_integer("latent_dim", latent_dim, 1)
    ours = {id(weight) for weight in generator.weights}
    shared = [weight.path for weight in discriminator.weights if id(weight) in ours]
    if shared:
        raise ValueError(
            f"The two networks share weights, for which they would fight. Received: {shared[0]} in "
            "both. Expected layers of its own in each network."
        )
    condition = condition_of(generator)
    try:
        samples = generator(joined(keras.KerasTensor((None, latent_dim)), condition))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"The generator does not take the noise. Received: latent_dim={latent_dim}. Expected "
            f"a generator whose input has the shape (None, {latent_dim})."
        ) from error
    try:
        if condition is not None and condition_of(discriminator).shape != condition.shape:
            raise ValueError  # Keras would bring some of them into shape
        logits = discriminator(joined(samples, condition))
    except (ValueError, TypeError, AttributeError) as error:
        beside = "" if condition is None else f" and a condition of shape {condition.shape}"
        raise ValueError(
            "The discriminator does not take what the generator makes. Received: samples of shape "
            f"{samples.shape}{beside}. Expected a discriminator with such inputs."
        ) from error
    if tuple(logits.shape) != (None, 1):
        raise ValueError(
            f"The discriminator does not return one logit. Received: output of shape "
            f"{logits.shape}. Expected (None, 1)."
        )
    return tuple(samples.shape[1:])


def check_integer(name, value, least):
    """Refuses a value that is no whole number of at least `least`.

    Args:
        name: Str, the argument's name.
        value: what was given for it.
        least: Int, the smallest value accepted.

    Raises:
        ValueError: if it is something else.
    """
    if not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(
            f"Invalid `{name}`. Received: {name}={value!r}. Expected an integer of at least "
            f"{least}."
        )


def check_weight(name, value):
    """Refuses a value that is no finite number of at least 0.

    Args:
        name: Str, the argument's name.
        value: what was given for it.

    Returns:
        The value as a float.

    Raises:
        ValueError: if it is something else.
    """
    if not isinstance(value, (int, float, np.number)) or not 0 <= value < np.inf:
        raise ValueError(
            f"Invalid `{name}`. Received: {name}={value!r}. Expected a finite number of at least 0."
        )
    return float(value)

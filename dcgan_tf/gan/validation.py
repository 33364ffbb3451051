"""What is checked before work begins, so that a mistake is explained where it was made."""

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.gan.conditioning import condition_input, with_condition


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
    condition = condition_input(generator)
    try:
        samples = generator(with_condition(keras.KerasTensor((None, latent_dim)), condition))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"The generator does not take the noise. Received: latent_dim={latent_dim}. Expected "
            f"a generator whose input has the shape (None, {latent_dim})."
        ) from error
    try:
        if condition is not None and condition_input(discriminator).shape != condition.shape:
            raise ValueError  # Keras would bring some of them into shape
        logits = discriminator(with_condition(samples, condition))
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


def check_optimizers(generator_optimizer, discriminator_optimizer):
    """Refuses one optimizer for both networks.

    Args:
        generator_optimizer: as in `GAN.compile`.
        discriminator_optimizer: as in `GAN.compile`.

    Raises:
        ValueError: if they are the same object.
    """
    is_one = generator_optimizer is discriminator_optimizer
    if is_one and isinstance(generator_optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            "The two networks share an optimizer. Received: the same object twice. Expected two "
            "optimizers: each keeps a state for the weights of one network."
        )


def check_samples(samples, sample_shape):
    """Refuses real samples that the networks cannot be trained on.

    Args:
        samples: array or tensor `(batch, ...)`; `run_eagerly` passes NumPy arrays on.
        sample_shape: tuple of ints, the shape of one sample.

    Returns:
        The samples as a tensor.

    Raises:
        ValueError: if they are no floating point numbers, or of another shape.
    """
    samples = tf.convert_to_tensor(samples)
    if not samples.dtype.is_floating or samples.shape[1:] != sample_shape:
        raise ValueError(
            f"The data does not fit the networks. Received: {samples.dtype.name} of shape "
            f"{tuple(samples.shape)}. Expected floating point of shape {(None, *sample_shape)}, "
            "for images in [-1, 1]."
        )
    return samples


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

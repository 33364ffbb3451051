"""Checks of networks, optimizers, samples and numbers before the training begins.

Each check explains a mistake where you made it. Otherwise TensorFlow would report it much later.
"""

import types
import warnings
import weakref

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.gan.conditioning import condition_input, ensure_shape, with_condition

_CHECKED = weakref.WeakSet()  # datasets that were found right, to look at each of them only once


def check_networks(generator, discriminator, latent_dim):
    """Checks that two networks fit each other. This also builds them.

    The check passes symbolic noise, which has a shape but no values, through both networks.

    Args:
        generator: as in `GAN`.
        discriminator: as in `GAN`.
        latent_dim: Int, length of the noise vector.

    Returns:
        The shape of one sample, a tuple of ints.

    Raises:
        ValueError: if the shapes do not fit, or if both networks have a layer in common.
    """
    check_integer("latent_dim", latent_dim, 1)
    of_generator = {id(weight) for weight in generator.weights}
    shared = [weight.path for weight in discriminator.weights if id(weight) in of_generator]
    if shared:
        raise ValueError(
            f"The two networks share weights, which both would change. Received: {shared[0]} in "
            "both. Expected two networks without a layer in common."
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
            raise ValueError  # Keras itself accepts some shapes that differ, and reshapes them
        logits = discriminator(with_condition(samples, condition))
    except (ValueError, TypeError, AttributeError) as error:
        addition = "" if condition is None else f" and a condition of shape {condition.shape}"
        raise ValueError(
            "The discriminator does not take what the generator makes. Received: samples of shape "
            f"{samples.shape}{addition}. Expected a discriminator with such inputs."
        ) from error
    if tuple(logits.shape) != (None, 1):
        raise ValueError(
            f"The discriminator does not return one logit. Received: output of shape "
            f"{logits.shape}. Expected (None, 1)."
        )
    return tuple(samples.shape[1:])


def check_optimizers(generator_optimizer, discriminator_optimizer):
    """Refuses the same optimizer for both networks.

    Args:
        generator_optimizer: as in `GAN.compile`.
        discriminator_optimizer: as in `GAN.compile`.

    Raises:
        ValueError: if both arguments are the same object.
    """
    is_one = generator_optimizer is discriminator_optimizer
    if is_one and isinstance(generator_optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            "The two networks share an optimizer. Received: the same object twice. Expected two "
            "optimizers: each keeps a state for the weights of one network."
        )


def check_samples(samples, sample_shape, weights=None):
    """Refuses real samples on which the networks cannot be trained.

    Args:
        samples: tensor `(batch, ...)`, or a NumPy array of this shape, which Keras passes to the
            training step with `run_eagerly=True`.
        sample_shape: tuple of ints, the shape of one sample.
        weights: the sample weights of the batch, or `None` as it should be.

    Returns:
        The samples as a tensor.

    Raises:
        ValueError: if the samples are not floating point numbers, have another shape, or have
            weights.
    """
    refuse_weights(sample_weight=weights)
    samples, expected = tf.convert_to_tensor(samples), (None, *sample_shape)
    if not samples.dtype.is_floating or not samples.shape.is_compatible_with(expected):
        raise ValueError(
            f"The data does not fit the networks. Received: {samples.dtype.name} of shape "
            f"{samples.shape}. Expected floating point numbers of shape {expected}; images must "
            "be in [-1, 1]."
        )
    return ensure_shape(samples, expected)


def refuse_weights(**weights):
    """Refuses weights of single samples, which Keras takes and no loss of a GAN has.

    Args:
        **weights: `sample_weight` or `class_weight`, as Keras takes them, by their names.

    Raises:
        ValueError: if one of them is not `None`.
    """
    for name, value in weights.items():
        if value is not None:
            shape = getattr(value, "shape", None)
            what = f"{name}={value!r}" if shape is None else f"{name} of shape {shape}"
            raise ValueError(
                "Each sample counts the same in the training of a GAN: its losses know no weights. "
                f"Received: {what}. Expected no weights; to let a sample count more, give it more "
                "often, for example x[numpy.repeat(numpy.arange(len(x)), times)]."
            )


def _find_weights(data):
    """Returns the sample weights of validation data or of a dataset, if there are any."""
    parts = data.element_spec if isinstance(data, tf.data.Dataset) else data
    weights = parts[2] if isinstance(parts, tuple) and len(parts) == 3 else None
    return None if isinstance(weights, type(tf.type_spec_from_value(None))) else weights


class Unweighted:
    """The methods of a `GAN` that would ignore `sample_weight` and `class_weight`, and refuse them.

    `GAN` inherits from this class and from `keras.Model`, whose methods this class extends.
    """

    def fit(self, x=None, *args, sample_weight=None, class_weight=None, **kwargs):
        refuse_weights(sample_weight=sample_weight, class_weight=class_weight)
        if isinstance(x, tf.data.Dataset):
            refuse_weights(sample_weight=_find_weights(x))
        refuse_weights(sample_weight=_find_weights(kwargs.get("validation_data")))
        return super().fit(x, *args, **kwargs)

    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, *args, **kwargs
    ):
        refuse_weights(sample_weight=sample_weight)
        return super().evaluate(x, y, batch_size, verbose, None, *args, **kwargs)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, *args, **kwargs):
        refuse_weights(sample_weight=sample_weight, class_weight=class_weight)
        return super().train_on_batch(x, y, None, None, *args, **kwargs)

    def test_on_batch(self, x, y=None, sample_weight=None, *args, **kwargs):
        refuse_weights(sample_weight=sample_weight)
        return super().test_on_batch(x, y, None, *args, **kwargs)


def check_pixels(data):
    """Checks the range of images: of all of them in an array, otherwise of the first batch.

    The generator ends with tanh, so its pixels are in [-1, 1]. Real images in another range would
    teach the discriminator to look at the range alone.

    To look at a `tf.data.Dataset` means to begin with it: the order of a shuffled one moves on, so
    that the first epoch has the order that the second one would have had.

    Args:
        data: what `fit`, `evaluate` or `train_on_batch` takes as `x` or as `validation_data`: an
            array or a tensor, a tuple that begins with one, a `tf.data.Dataset`, a
            `keras.utils.PyDataset`, or a Python generator. Anything else is left to Keras.

    Returns:
        The data for Keras: for a generator a new one, which begins with the same batch.

    Raises:
        ValueError: if a pixel is not in [-1, 1], or if the pixels are not floating point numbers.
    """
    if isinstance(data, types.GeneratorType):
        for batch in data:
            _check_batch(batch)
            return _put_back(batch, data)
    elif isinstance(data, keras.utils.PyDataset):
        _check_batch(data[0])
    elif isinstance(data, tf.data.Dataset):
        if data not in _CHECKED:  # each look would move on the order of a shuffled dataset
            for batch in data.take(1):
                _check_batch(batch)
            _CHECKED.add(data)
    else:
        _check_batch(data)
    return data


def _put_back(batch, rest):
    """Returns a generator that yields `batch` and then the rest."""
    yield batch
    yield from rest


def _check_batch(batch):
    """Checks the images of one batch, which may be a tuple of them and their condition."""
    images = keras.tree.flatten(keras.utils.unpack_x_y_sample_weight(batch)[0])[:1]
    pixels = np.asarray(images[0]) if images and hasattr(images[0], "__array__") else np.empty(0)
    if not pixels.size or pixels.dtype.kind in "OSU":
        return
    least, most = pixels.min(), pixels.max()
    is_integer = pixels.dtype.kind in "iub"
    if is_integer or not -1.0 <= least <= most <= 1.0:
        kind = f" ({pixels.dtype})" if is_integer else ""
        raise ValueError(
            f"The generator's tanh cannot make such pixels. Received: values from {least:g} "
            f"to {most:g}{kind}. Expected images in [-1, 1], for example x / 127.5 - 1 of bytes."
        )
    if 0.0 <= least < most:
        warnings.warn(
            "The images seem to be in [0, 1], but the generator makes pixels in [-1, 1]: it would "
            f"learn to use half of its range, and grids would look washed out. Received: values "
            f"from {least:g} to {most:g}. Expected images in [-1, 1], for example x * 2 - 1 of "
            "such images.",
            stacklevel=4,
        )


def check_noise(noise, n, latent_dim):
    """Refuses noise from which the generator cannot make `n` samples.

    Args:
        noise: array or tensor, with one noise vector for each sample.
        n: Int, number of samples.
        latent_dim: Int, length of the noise vector.

    Returns:
        The noise as a tensor of Keras' `floatx`.

    Raises:
        ValueError: for another shape than `(n, latent_dim)`.
    """
    if np.shape(noise) != (n, latent_dim):
        raise ValueError(
            f"Each sample needs its own noise. Received: noise of shape {np.shape(noise)} for "
            f"n={n}. Expected the shape {(n, latent_dim)}: n noise vectors of latent_dim numbers."
        )
    return keras.ops.convert_to_tensor(noise, dtype=keras.config.floatx())


def check_integer(name, value, least):
    """Refuses a value that is not a whole number, or is less than `least`.

    Args:
        name: Str, the name of the argument that has the value.
        value: the value that the caller passed.
        least: Int, the smallest value accepted.

    Raises:
        ValueError: for any other value.
    """
    if not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(
            f"Invalid `{name}`. Received: {name}={value!r}. Expected an integer of at least "
            f"{least}."
        )


def check_weight(name, value):
    """Refuses a value that is not a finite number of at least 0.

    Args:
        name: Str, the name of the argument that has the value.
        value: the value that the caller passed.

    Returns:
        The value as a float.

    Raises:
        ValueError: for any other value.
    """
    if not isinstance(value, (int, float, np.number)) or not 0 <= value < np.inf:
        raise ValueError(
            f"Invalid `{name}`. Received: {name}={value!r}. Expected a finite number of at least 0."
        )
    return float(value)

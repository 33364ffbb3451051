"""Optional conditioning inputs: a label or an image, given to both networks.

A *condition* y says what each sample should be. A generator with a condition has two inputs, noise
and condition. Its discriminator has two inputs as well, samples and condition: it computes the
D(x, y) of Article 0, section 3.3 (Mirza and Osindero 2014).

References:
    Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784
"""

import keras
import tensorflow as tf


def condition_input(generator):
    """Returns the generator's second input.

    Args:
        generator: `keras.Model`.

    Returns:
        A `keras.KerasTensor` `(None, ...)`, or `None` if the generator has only one input.
    """
    inputs = getattr(generator, "inputs", None) or ()
    return inputs[1] if len(inputs) == 2 else None


def with_condition(tensor, condition):
    """Returns what a network takes: noise or samples alone, or a list of them and their condition.

    Args:
        tensor: float tensor, noise `(batch, latent_dim)` or samples `(batch, ...)`.
        condition: tensor `(batch, ...)`, or `None` if the networks take no condition.

    Returns:
        The tensor, or `[tensor, condition]`.
    """
    return tensor if condition is None else [tensor, condition]


def check_condition(condition, expected, where):
    """Refuses a condition that is missing or that does not have the shape of the generator's input.

    Args:
        condition: array or tensor `(n, ...)`, or `None`.
        expected: what `condition_input` returns.
        where: Str, the name of the argument that holds the condition, for the message.

    Returns:
        The condition as a tensor, or `None` if the generator takes no condition.

    Raises:
        ValueError: if the condition does not fit.
    """
    if expected is None:
        return None
    shape = (None, *expected.shape[1:])
    tensor = None if condition is None else keras.ops.convert_to_tensor(condition)
    if tensor is None or not tensor.shape.is_compatible_with(shape):
        raise ValueError(
            f"The generator makes samples from a condition. Received: {where} of shape "
            f"{None if tensor is None else tensor.shape}. Expected shape {shape}, one row for each "
            "sample."
        )
    return ensure_shape(tensor, shape)


def ensure_shape(tensor, shape):
    """Gives a tensor its shape where only the data itself knows it.

    A `tf.data.Dataset` made from a Python generator or from files may not say of what shape its
    samples are. The networks have to know it when the training step is made.

    Args:
        tensor: tensor of a shape that may be the expected one.
        shape: tuple of ints, the shape expected; `None` stands for any size.

    Returns:
        The tensor. When the step runs, TensorFlow raises an error if the shape is another one.
    """
    if tensor.shape.rank is not None and tensor.shape[1:].is_fully_defined():
        return tensor
    return tf.ensure_shape(tensor, shape)

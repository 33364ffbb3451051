"""What samples are made from beside noise: a label, a damaged image. It is optional.

A generator with a condition has two inputs, noise and condition; its discriminator has two as well,
samples and condition: the D(x, y) of Article 0, section 3.3 (Mirza and Osindero 2014).
"""

import keras
import numpy as np


def condition_input(generator):
    """The generator's second input.

    Args:
        generator: `keras.Model`.

    Returns:
        A `keras.KerasTensor` `(None, ...)`, or `None` if there is but one input.
    """
    inputs = getattr(generator, "inputs", None) or ()
    return inputs[1] if len(inputs) == 2 else None


def with_condition(tensor, condition):
    """What a network takes: noise or samples alone, or with their condition."""
    return tensor if condition is None else [tensor, condition]


def check_condition(condition, expected, where):
    """Refuses a condition that is not of the generator's shape, and a missing one.

    Args:
        condition: array or tensor `(n, ...)`, or `None`.
        expected: what `condition_input` returns.
        where: Str, how the condition is given, for the message.

    Returns:
        The condition as a tensor; `None` if the model takes none.

    Raises:
        ValueError: if it does not fit.
    """
    if expected is None:
        return None
    received = None if condition is None else tuple(np.shape(condition))
    if received is None or received[1:] != tuple(expected.shape[1:]):
        raise ValueError(
            f"The generator makes samples from a condition. Received: {where} of shape "
            f"{received}. Expected shape {tuple(expected.shape)}, one row for each sample."
        )
    return keras.ops.convert_to_tensor(condition)

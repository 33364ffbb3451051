"""Limits while a model is built from a file: what is built may not be larger than what is saved.

The definition in the file says which layers a model has. A line of it is enough to ask for a layer
with billions of weights, or for one without weights that enlarges images ten thousand times.
"""

import contextlib
import functools
import math
import threading

import keras
import tensorflow as tf

from dcgan_tf.gan.conditioning import with_condition

SPARE = 2**20  # bytes of variables that need not be saved
MOST_OBJECTS = 50_000  # variables, outputs of layers and calls of layers
MOST_VALUES = 2**24  # in a tensor for one sample: 16 times an image of 1024x1024 pixels
_LOCK = threading.RLock()  # two threads at once would restore each other's hooks


class TooLargeError(ValueError):
    """A model that would take more memory or time than its file gives reason for."""


@contextlib.contextmanager
def limit_building(stored):
    """Stops Keras before it makes a variable or a layer's output that is too large.

    Keras builds a model piece by piece, and each piece passes through the constructor of
    `keras.Variable` or `keras.KerasTensor`, or through a call of a layer. We look at their
    arguments first. The variables may take twice the bytes of the saved ones, because some layers
    make a copy when they are built. Other threads are not concerned.

    Args:
        stored: Int, the bytes of the variables in the file.

    Yields:
        `Meter`, which counts.

    Raises:
        TooLargeError: if the code in the `with` block makes something too large.
    """
    meter = Meter(stored)
    hooks = (
        (keras.Variable, "__init__", meter.count_variable),
        (keras.KerasTensor, "__init__", meter.count_tensor),
        (keras.layers.Layer, "__call__", meter.count_object),
    )
    with _LOCK, contextlib.ExitStack() as stack:
        for hook in hooks:
            stack.enter_context(_call_first(*hook))
        try:
            yield meter
        except Exception:
            if meter.error is None:
                raise
        if meter.error is not None:  # Keras may have caught it, or put it into another error
            raise meter.error


@contextlib.contextmanager
def _call_first(kind, name, check):
    """Calls `check` before each call of a method in this thread, with the method's arguments."""
    owner = next(each for each in kind.__mro__ if name in vars(each))
    method = vars(owner)[name]
    thread = threading.get_ident()

    @functools.wraps(method)
    def checked(self, *args, **kwargs):
        if threading.get_ident() == thread:
            check(*args, **kwargs)
        return method(self, *args, **kwargs)

    setattr(owner, name, checked)
    try:
        yield
    finally:
        setattr(owner, name, method)


class Meter:
    """Counts what is built.

    Args:
        stored: Int, as in `limit_building`.

    Attributes:
        error: `TooLargeError` as soon as something is too large, otherwise `None`.
    """

    def __init__(self, stored):
        self.error = None
        self._bytes_left = 2 * stored + SPARE
        self._objects_left = MOST_OBJECTS
        self._most_values = max(MOST_VALUES, stored // 2)  # a kernel is also a tensor

    def count_object(self, *args, **kwargs):
        """Counts an object of any size."""
        self._objects_left -= 1
        self._check(self._objects_left >= 0, f"it has more than {MOST_OBJECTS:,} parts")

    def count_variable(self, initializer, shape=None, dtype=None, *args, **kwargs):
        """Counts a variable. The arguments are those of `keras.Variable`."""
        self.count_object()
        if shape is None:
            shape = getattr(initializer, "shape", ())
        size = tf.as_dtype(keras.backend.standardize_dtype(dtype)).size
        self._bytes_left -= _count_values(shape) * size
        self._check(
            self._bytes_left >= 0,
            f"a variable of shape {_write(shape)} is larger than what is saved",
        )

    def count_tensor(self, shape, *args, **kwargs):
        """Counts a tensor. The arguments are those of `keras.KerasTensor`."""
        self.count_object()
        self.check_shape(shape)

    def check_shape(self, shape):
        """Refuses a tensor that has too many values for each sample.

        Args:
            shape: sequence of ints, and of `None` where a size is not known.
        """
        self._check(
            _count_values(shape) <= self._most_values,
            f"a layer makes a tensor of shape {_write(shape)}, which has more than "
            f"{self._most_values:,} values",
        )

    def _check(self, is_right, message):
        if self.error is None and not is_right:
            self.error = TooLargeError(message)
        if self.error is not None:
            raise self.error


def _count_values(shape):
    """Returns how many values a tensor of this shape has, with 1 for each size that is unknown."""
    return math.prod(1 if size is None else max(0, int(size)) for size in shape)


def _write(shape):
    """Writes a shape, which a stranger may have made very long."""
    return str(tuple(shape))[:100]


def check_networks_run(model, meter):
    """Tries both networks of a loaded model on one sample.

    First they are only traced: TensorFlow then knows the size of each tensor, those inside of
    layers too, before there is any. Then they make one sample and judge it.

    Args:
        model: `GAN`.
        meter: `Meter`, what `limit_building` gives.

    Raises:
        TooLargeError: if a tensor would be too large.
        Exception: of any kind, if a network cannot compute.
    """
    condition = model.condition
    noise = tf.zeros((1, model.latent_dim), keras.config.floatx())
    if condition is not None:
        if None in condition.shape[1:]:
            return  # a network for images of any size: which sizes fit, only its user knows
        condition = keras.ops.zeros((1, *condition.shape[1:]), condition.dtype)

    def judge(noise, condition):
        samples = model.generator(with_condition(noise, condition), training=False)
        return model.discriminator(with_condition(samples, condition), training=False)

    traced = tf.function(judge, autograph=False).get_concrete_function(noise, condition)
    for operation in traced.graph.get_operations():
        for tensor in operation.outputs:
            if tensor.shape.rank is not None:
                meter.check_shape(tensor.shape)
    try:
        samples = tf.constant(model.generate(1, seed=0, condition=condition))
        model.discriminator(with_condition(samples, condition), training=False)
    except tf.errors.InvalidArgumentError:
        if condition is None:  # otherwise zeros may be no condition that the networks know
            raise

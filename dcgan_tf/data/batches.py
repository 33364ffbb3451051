"""Batches of shuffled images, in an order that you can repeat."""

import math
import numbers
import os

import tensorflow as tf

from dcgan_tf.data.image_folder import ImageFolder


def shuffled_batches(images, batch_size, seed=0, first_epoch=0, condition=None):
    """Makes an endless dataset of batches whose order depends only on the seed and the epoch.

    A run that is resumed at epoch k therefore sees the same batches as a run that never stopped.
    Every batch is full, so that TensorFlow knows its size: the last batch of an epoch is filled up
    with images from the beginning of that epoch.

    Args:
        images: float array `(n, height, width, channels)`; or an `ImageFolder`, whose files are
            then read during training, so that memory use stays small.
        batch_size: Int, images in a batch. If there are fewer images, a batch holds all of them.
        seed: Int of at least 0, fixes the order.
        first_epoch: Int, the epoch that the first batches belong to, counted from 0.
        condition: array `(n, ...)`, the condition of each image (for example its label), for a
            `GAN` with a condition. It is not used with an `ImageFolder`.

    Returns:
        A `tf.data.Dataset` of float32 `(batch_size, height, width, channels)`, or of tuples of
        such images and their condition. An epoch has `ceil(n / batch_size)` batches.

    Raises:
        ValueError: if there are no images, if the batch size is no whole number of at least 1, or
            if there are more or fewer conditions than images.

    Example:

    >>> steps = math.ceil(len(x_train) / 32)
    >>> model.fit(shuffled_batches(x_train, 32), steps_per_epoch=steps, epochs=20)
    """
    make_epoch = _prepare_epochs(images, batch_size, seed, condition)
    epochs = tf.data.Dataset.range(first_epoch, tf.int64.max)
    return _finish(epochs.flat_map(make_epoch))


def batches_of_epoch(epoch, images, batch_size, seed=0, condition=None):
    """Makes a dataset with the batches of one epoch: the epoch that a variable holds.

    Whoever goes through it once more after the variable has changed gets the other epoch. The
    batches are those of `shuffled_batches`. As this dataset ends with its epoch, `fit` can take
    several training steps in one call (`steps_per_execution`), however many an epoch has.

    Args:
        epoch: `tf.Variable` of int64, the epoch, counted from 0.
        images: as in `shuffled_batches`.
        batch_size: as in `shuffled_batches`.
        seed: as in `shuffled_batches`.
        condition: as in `shuffled_batches`.

    Returns:
        A `tf.data.Dataset` like that of `shuffled_batches`, with `ceil(n / batch_size)` batches.

    Raises:
        ValueError: as in `shuffled_batches`.
    """
    make_epoch = _prepare_epochs(images, batch_size, seed, condition)
    batches = tf.data.Dataset.range(1).flat_map(lambda _: make_epoch(epoch.read_value()))
    steps = math.ceil(len(images) / batch_size)
    return _finish(batches.apply(tf.data.experimental.assert_cardinality(steps)))


def _prepare_epochs(images, batch_size, seed, condition):
    """Returns a function that makes the dataset of an epoch, which it is given as a tensor."""
    _check_arguments(images, batch_size, condition)
    batch_size = min(batch_size, len(images))
    if isinstance(images, ImageFolder):

        def read(index):
            image = tf.numpy_function(images.__getitem__, [index], tf.float32, stateful=False)
            return tf.ensure_shape(image, images.image_shape)

        def make_batches(order):
            indices = order.unbatch()
            return indices.map(read, os.cpu_count()).batch(batch_size, drop_remainder=True)
    else:
        with tf.device("CPU"):  # tf.data works on the CPU, even on a machine with a GPU
            pixels = tf.convert_to_tensor(images)
            conditions = () if condition is None else (tf.convert_to_tensor(condition),)

        def gather(indices):
            parts = tuple(tf.gather(part, indices) for part in (pixels, *conditions))
            return parts if conditions else parts[0]

        def make_batches(order):
            return order.map(gather)

    # An epoch has just enough full batches to show every image.
    steps = math.ceil(len(images) / batch_size)
    positions = tf.reshape(tf.range(steps * batch_size) % len(images), (steps, batch_size))

    def make_epoch(epoch):
        # We shuffle by sorting: each image gets a random key, which the seed and the epoch fix.
        keys = tf.random.stateless_uniform((len(images),), seed=tf.stack([seed, epoch]))
        order = tf.gather(tf.argsort(keys, stable=True), positions)
        return make_batches(tf.data.Dataset.from_tensor_slices(order))

    return make_epoch


def _check_arguments(images, batch_size, condition):
    if not len(images):
        raise ValueError(
            "There are no images to make batches of. Received: an array or a folder of length 0. "
            "Expected at least one image."
        )
    if not isinstance(batch_size, numbers.Integral) or batch_size < 1:
        raise ValueError(
            f"This is not the size of a batch. Received: batch_size={batch_size!r}. Expected a "
            "whole number of at least 1."
        )
    if condition is not None and len(condition) != len(images):
        raise ValueError(
            f"The conditions do not fit the images. Received: {len(condition):,} conditions for "
            f"{len(images):,} images. Expected one condition for each image."
        )


def _finish(batches):
    """Lets a dataset fetch ahead, and sets the options that all our datasets have."""
    # tf.data's autotuner has a thread that may sleep for up to a minute at the end of `fit`, and
    # `fit` would wait for it.
    options = tf.data.Options()
    options.autotune.enabled = False
    # Each worker of a `tf.distribute.Strategy` takes its part of every batch.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return batches.prefetch(2).with_options(options)

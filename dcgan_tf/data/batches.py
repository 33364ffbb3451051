"""Batches of images in an order that can be repeated."""

import math
import os

import tensorflow as tf

from dcgan_tf.data.image_folder import ImageFolder


def shuffled_batches(images, batch_size, seed=0, first_epoch=0, condition=None):
    """Makes an endless dataset of batches whose order depends on the seed and the epoch alone.

    A run that is resumed at epoch k sees the batches that it would have seen without the stop.
    Every batch is full, so that TensorFlow knows its size: the last one of an epoch is filled up
    with images from the epoch's beginning.

    Args:
        images: float array `(n, height, width, channels)`, or an `ImageFolder`, whose files are
            then read while training, so that memory stays bounded.
        batch_size: Int, images in a batch; all of them if there are fewer.
        seed: Int of at least 0, fixes the order.
        first_epoch: Int, the epoch that the first batches belong to, counted from 0.
        condition: array `(n, ...)`, what each image belongs to, for a `GAN` with a condition. Not
            with an `ImageFolder`.

    Returns:
        A `tf.data.Dataset` of float32 `(batch_size, height, width, channels)`, or of tuples of
        these and their condition; an epoch has `ceil(n / batch_size)` batches.

    Example:

    >>> steps = math.ceil(len(x_train) / 32)
    >>> model.fit(shuffled_batches(x_train, 32), steps_per_epoch=steps, epochs=20)
    """
    batch_size = min(batch_size, len(images))
    if isinstance(images, ImageFolder):

        def read(index):
            image = tf.numpy_function(images.__getitem__, [index], tf.float32, stateful=False)
            return tf.ensure_shape(image, images.image_shape)

        def batches(order):
            return order.map(read, os.cpu_count()).batch(batch_size, drop_remainder=True)
    else:
        with tf.device("CPU"):  # where tf.data works, also beside a GPU
            pixels = tf.convert_to_tensor(images)
            beside = () if condition is None else (tf.convert_to_tensor(condition),)

        def gathered(indices):
            parts = tuple(tf.gather(part, indices) for part in (pixels, *beside))
            return parts if beside else parts[0]

        def batches(order):
            return order.batch(batch_size, drop_remainder=True).map(gathered)

    # An epoch is as many whole batches as it takes to see every image.
    positions = tf.range(math.ceil(len(images) / batch_size) * batch_size) % len(images)

    def epoch_batches(epoch):
        keys = tf.random.stateless_uniform((len(images),), seed=tf.stack([seed, epoch]))
        order = tf.gather(tf.argsort(keys, stable=True), positions)
        return batches(tf.data.Dataset.from_tensor_slices(order))

    # The autotuner's thread may sleep at the end of `fit`, for up to a minute, and `fit` with it.
    options = tf.data.Options()
    options.autotune.enabled = False
    # Each worker of a `tf.distribute.Strategy` takes its part of every batch.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    epochs = tf.data.Dataset.range(first_epoch, tf.int64.max)
    return epochs.flat_map(epoch_batches).prefetch(2).with_options(options)

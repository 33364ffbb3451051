"""How the benchmarks train: as `dcgan-tf train` does, with its threads, without its pictures."""

import math

from dcgan_tf import shuffled_batches
from dcgan_tf.applications.images import Images
from dcgan_tf.runs.terminal import choose_threads

choose_threads()  # before TensorFlow computes anything


def count_epochs(images, batch_size, steps=Images.steps):
    """Counts the epochs of about so many steps: by default those of `dcgan-tf train`."""
    return max(1, round(steps / math.ceil(len(images) / batch_size)))


def fit(model, images, batch_size, seed, epochs, callbacks=(), condition=None, first_epoch=0):
    """Trains on batches whose order the seed fixes, and prints nothing."""
    model.fit(
        shuffled_batches(images, batch_size, seed, first_epoch, condition),
        steps_per_epoch=math.ceil(len(images) / batch_size),
        epochs=epochs,
        initial_epoch=first_epoch,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )

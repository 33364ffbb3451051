"""How the benchmarks train: as `dcgan-tf train` does, without its pictures."""

import math

from dcgan_tf import shuffled_batches


def fit(model, images, batch_size, seed, epochs, callbacks=(), condition=None):
    """Trains on batches whose order the seed fixes, and prints nothing."""
    model.fit(
        shuffled_batches(images, batch_size, seed, condition=condition),
        steps_per_epoch=math.ceil(len(images) / batch_size),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )

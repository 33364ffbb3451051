"""Recurrent networks for both sides, as Article 2, section 3.1 and Article 3, section 2 name them.

A sequence is made, and read, step by step; what a network keeps in mind between two steps is the
state of its gated recurrent units (Cho et al. 2014).
"""

import keras
import numpy as np


def build_recurrent_generator(sample_shape, latent_dim=16, units=64, activation=None, seed=None):
    """Builds a generator of sequences.

    Every step gets the whole noise; the state tells the steps apart.

    Args:
        sample_shape: (steps, values) of a sequence.
        latent_dim: Int, length of the noise vector.
        units: Int, recurrent units.
        activation: Str or function, of the values, for example `"tanh"`; `None` for any number.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, latent_dim)`, to float32 `(batch, steps, values)`.
    """
    steps, values = sample_shape
    noise = keras.Input((latent_dim,), name="noise")
    seeds = _seeds(seed, 2)
    x = keras.layers.RepeatVector(steps)(noise)
    x = gru(units, seeds[0], return_sequences=True)(x)
    initializer = keras.initializers.GlorotUniform(seed=seeds[1])
    outputs = keras.layers.Dense(values, activation, kernel_initializer=initializer)(x)
    return keras.Model(noise, outputs, name="recurrent_generator")


def build_recurrent_discriminator(sample_shape, units=64, seed=None):
    """Builds a discriminator of sequences, which reads them in both directions.

    Args:
        sample_shape: (steps, values) of a sequence.
        units: Int, recurrent units in each direction.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: float32 `(batch, steps, values)` to logits, float32 `(batch, 1)`.
    """
    sequences = keras.Input(sample_shape, name="sequences")
    seeds = _seeds(seed, 3)
    backwards = gru(units, seeds[1], go_backwards=True)
    x = keras.layers.Bidirectional(gru(units, seeds[0]), backward_layer=backwards)(sequences)
    initializer = keras.initializers.GlorotUniform(seed=seeds[2])
    logits = keras.layers.Dense(1, kernel_initializer=initializer)(x)
    return keras.Model(sequences, logits, name="recurrent_discriminator")


def gru(units, seed=None, **options):
    """A layer of gated recurrent units that works with penalties on D's slope, on a GPU too.

    Args:
        units: Int, recurrent units.
        seed: Int or `None`, fixes the initial weights.
        **options: further arguments of `keras.layers.GRU`.

    Returns:
        A `keras.layers.GRU`.
    """
    seeds = _seeds(seed, 2)
    return keras.layers.GRU(
        units,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[0]),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[1]),
        use_cudnn=False,  # cuDNN's have no second derivative
        **options,
    )


def _seeds(seed, n):
    """Seeds as numbers: Keras' `Bidirectional` copies its layers, and with them a generator."""
    return [None] * n if seed is None else np.random.SeedSequence(seed).generate_state(n).tolist()

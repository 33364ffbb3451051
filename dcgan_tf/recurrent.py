"""Recurrent networks for both sides, as Article 2, section 3.1 and Article 3, section 2 name them.

A sequence is made, and read, step by step; what a network keeps in mind between two steps is the
state of its gated recurrent units (Cho et al. 2014).
"""

import keras


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
    x = keras.layers.RepeatVector(steps)(noise)
    x = _gru(units, seed, return_sequences=True)(x)
    outputs = keras.layers.Dense(values, activation, kernel_initializer=_initializer(seed))(x)
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
    x = keras.layers.Bidirectional(_gru(units, seed))(sequences)
    logits = keras.layers.Dense(1, kernel_initializer=_initializer(seed))(x)
    return keras.Model(sequences, logits, name="recurrent_discriminator")


def _gru(units, seed, **options):
    # cuDNN's units have no second derivative, which the penalties on D's slope need.
    return keras.layers.GRU(
        units,
        kernel_initializer=_initializer(seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=keras.random.SeedGenerator(seed)),
        use_cudnn=False,
        **options,
    )


def _initializer(seed):
    return keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GumbelSoftmax(keras.layers.Layer):
    """Chooses one of several, and still has a gradient (Jang et al. 2017; Maddison et al. 2017).

    In training it draws from the distribution that the logits give, and passes the gradient of a
    softmax back ("straight through"). Otherwise it takes the largest.

    Args:
        temperature: Float above 0. The lower, the nearer the softmax is to the choice itself, and
            the more the gradient varies.
        seed: Int or `None`, fixes what is drawn.
    """

    def __init__(self, temperature=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.temperature = temperature
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, logits, training=False):
        """Turns logits, float `(..., k)`, into choices: 1 at one of the k places, 0 elsewhere."""
        if not training:
            return self._largest(logits)
        uniform = keras.random.uniform(
            keras.ops.shape(logits), 1e-6, 1.0, dtype=logits.dtype, seed=self.seed_generator
        )
        gumbel = -keras.ops.log(-keras.ops.log(uniform))
        soft = keras.ops.softmax((logits + gumbel) / self.temperature)
        return keras.ops.stop_gradient(self._largest(soft) - soft) + soft

    def _largest(self, values):
        places = values.shape[-1]
        return keras.ops.one_hot(keras.ops.argmax(values, axis=-1), places, dtype=values.dtype)

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature, "seed": self.seed}

"""Layers that Keras does not have, for text and for video: both let gradients pass."""

import math

import keras


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GumbelSoftmax(keras.layers.Layer):
    """Chooses one of several, and still has a gradient (Jang et al. 2017; Maddison et al. 2017).

    It draws from the distribution that the logits give: the largest of logits and Gumbel noise is
    one at random, with the probabilities of their softmax. Back goes the gradient of a softmax
    ("straight through"). The Gumbel noise is made of normal noise, a part of the generator's own.

    Args:
        temperature: Float above 0. The lower, the nearer the softmax is to the choice itself, and
            the more the gradient varies.
    """

    def __init__(self, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, logits, noise):
        """Chooses.

        Args:
            logits: float `(..., k)`.
            noise: float `(..., k)`, standard normal.

        Returns:
            float `(..., k)`: 1 at one of the k places, 0 elsewhere.
        """
        ops = keras.ops
        uniform = ops.clip(0.5 * (1.0 + ops.erf(noise / math.sqrt(2.0))), 1e-6, 1.0 - 1e-6)
        soft = ops.softmax((logits - ops.log(-ops.log(uniform))) / self.temperature)
        chosen = ops.one_hot(ops.argmax(soft, axis=-1), soft.shape[-1], dtype=soft.dtype)
        return ops.stop_gradient(chosen - soft) + soft

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Shift(keras.layers.Layer):
    """Shows a picture at several places, one after the other.

    Between two places of a pixel it interpolates linearly, so that a shift has a gradient too. What
    comes in at an edge is dark.
    """

    def call(self, pictures, shifts):
        """Shifts.

        Args:
            pictures: float `(batch, height, width, 1)` in [-1, 1].
            shifts: float `(batch, frames, 2)`, pixels down and to the right.

        Returns:
            float `(batch, frames, height, width, 1)` in [-1, 1].
        """
        ops = keras.ops
        height, width = pictures.shape[1:3]
        down = self._weights(shifts[..., 0], height)
        right = self._weights(shifts[..., 1], width)
        light = pictures[..., 0] + 1.0  # dark is 0
        return ops.einsum("btij,bjk,btlk->btil", down, light, right)[..., None] - 1.0

    def _weights(self, shifts, side):
        """How much of each old place comes to each new one, `(batch, frames, new, old)`."""
        places = keras.ops.arange(side, dtype=shifts.dtype)
        ways = places[:, None] - places - shifts[..., None, None]
        return keras.ops.relu(1.0 - keras.ops.abs(ways))

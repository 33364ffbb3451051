"""Two layers that Keras does not have, one for text and one for video.

Gradients pass through both of them, so a generator that contains them can be trained.
"""

import math

import keras


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GumbelSoftmax(keras.layers.Layer):
    """Chooses one of k things at random, and still has a gradient.

    The layer adds Gumbel noise to k logits and chooses the largest sum. The chance of each choice
    is then the softmax of the logits (Jang et al. 2017; Maddison et al. 2017). A choice has no
    gradient, so backpropagation uses the gradient of a softmax instead ("straight through"). The
    Gumbel noise is computed from normal noise, a part of the noise that the generator receives.

    Args:
        temperature: Float above 0. With a lower temperature the softmax is closer to the choice
            itself, but its gradient varies more.

    References:
        Jang et al. 2017, https://arxiv.org/abs/1611.01144

        Maddison et al. 2017, https://arxiv.org/abs/1611.00712
    """

    def __init__(self, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, logits, noise):
        """Makes one choice for each row of logits.

        Args:
            logits: float `(..., k)`, any real numbers.
            noise: float `(..., k)`, standard normal.

        Returns:
            float `(..., k)`: 1 at the chosen one of the k places, 0 elsewhere.
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
    """Makes a film of a picture: each frame shows it at another place.

    A shift may end between two pixels. There the layer interpolates linearly, so shifts have a
    gradient too. Pixels that come in at an edge are dark.
    """

    def call(self, pictures, shifts):
        """Shifts each picture once for each frame.

        Args:
            pictures: float `(batch, height, width, 1)` in [-1, 1].
            shifts: float `(batch, frames, 2)`, in pixels: down, and to the right.

        Returns:
            float `(batch, frames, height, width, 1)` in [-1, 1].
        """
        ops = keras.ops
        height, width = pictures.shape[1:3]
        down = self._compute_weights(shifts[..., 0], height)
        right = self._compute_weights(shifts[..., 1], width)
        light = pictures[..., 0] + 1.0  # now 0 is dark, and so are pixels outside of the picture
        return ops.einsum("btij,bjk,btlk->btil", down, light, right)[..., None] - 1.0

    def _compute_weights(self, shifts, side):
        """Computes how much of each old pixel goes to each new one, `(batch, frames, new, old)`."""
        places = keras.ops.arange(side, dtype=shifts.dtype)
        distances = places[:, None] - places - shifts[..., None, None]
        return keras.ops.relu(1.0 - keras.ops.abs(distances))

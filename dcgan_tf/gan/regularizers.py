"""Penalties on the discriminator's gradient, which it minimises in addition to its loss.

The gradient meant here is that of the logit with respect to the sample: it says how much the logit
changes when a pixel changes. A regulariser is an object with four parameters: a function from
samples to the discriminator's logits, real samples, generated samples, and a
`keras.random.SeedGenerator`. It returns a scalar.
"""

import keras
import tensorflow as tf

from dcgan_tf.gan import validation

SMALLEST_NORM = 1e-6  # shorter gradients count as this long: a square root has no gradient at 0


class _Weighted:
    """A penalty with a weight, which is checked and saved."""

    def __init__(self, weight):
        self.weight = validation.check_weight("weight", weight)

    def get_config(self):
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class R1(_Weighted):
    """R1, the default: it keeps the discriminator nearly flat around real samples.

    A discriminator with large gradients there has begun to learn the training images by heart, and
    pushes the generator from one place to another. The penalty needs a second backpropagation, the
    pass through the network that computes gradients. To save time, it uses only an eighth of each
    batch.

    Args:
        weight: Float of at least 0.

    Example:

    >>> model.compile(regularizer=R1(weight=1.0))

    References:
        Mescheder et al. 2018, https://arxiv.org/abs/1801.04406
    """

    def __init__(self, weight=0.5):
        super().__init__(weight)

    def __call__(self, discriminator, real_samples, fake_samples, seed):
        some = real_samples[: (tf.shape(real_samples)[0] + 7) // 8]  # at least one sample
        return self.weight * r1_penalty(discriminator, some)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class GradientPenalty(_Weighted):
    """The penalty of WGAN-GP: it asks for gradients of length 1 between real and fake samples.

    Args:
        weight: Float of at least 0; 10 in the paper.

    Example:

    >>> model.compile(loss="wasserstein", regularizer=GradientPenalty(weight=1.0))

    References:
        Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028
    """

    def __init__(self, weight=10.0):
        super().__init__(weight)

    def __call__(self, discriminator, real_samples, fake_samples, seed):
        shape = [tf.shape(real_samples)[0]] + [1] * (len(real_samples.shape) - 1)
        epsilon = keras.random.uniform(shape, dtype=real_samples.dtype, seed=seed)
        return self.weight * gradient_penalty(discriminator, real_samples, fake_samples, epsilon)


def r1_penalty(discriminator, real_samples):
    """`R1 = E[|dl/dx|^2] / 2` over real samples x, with the logit l (Mescheder et al. 2018).

    Args:
        discriminator: function from samples to logits, float `(batch, 1)`.
        real_samples: float tensor `(batch, ...)`.

    Returns:
        Scalar tensor, of at least 0, in squared logits for each squared unit of a pixel.

    References:
        Mescheder et al. 2018, https://arxiv.org/abs/1801.04406
    """
    gradients, dtype = _compute_sample_gradients(discriminator, real_samples)
    return tf.cast(tf.reduce_mean(tf.reduce_sum(tf.square(gradients), axis=1)) / 2, dtype)


def gradient_penalty(discriminator, real_samples, fake_samples, epsilon):
    """`E[(|dl/dy| - 1)^2]` at points y between real and generated samples (Gulrajani et al. 2017).

    Args:
        discriminator: function from samples to logits, float `(batch, 1)`.
        real_samples: float tensor `(batch, ...)`.
        fake_samples: float tensor of the same shape.
        epsilon: float tensor `(batch, 1, ...)` in [0, 1], uniform random numbers in the paper:
            y = epsilon * real + (1 - epsilon) * fake.

    Returns:
        Scalar tensor, of at least 0.

    References:
        Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028
    """
    fake_samples = tf.cast(fake_samples, real_samples.dtype)
    between = fake_samples + epsilon * (real_samples - fake_samples)
    gradients, dtype = _compute_sample_gradients(discriminator, between)
    squares = tf.reduce_sum(tf.square(gradients), axis=1)
    norms = tf.sqrt(tf.maximum(squares, SMALLEST_NORM**2))
    return tf.cast(tf.reduce_mean(tf.square(norms - 1.0)), dtype)


def _compute_sample_gradients(discriminator, samples):
    """Computes the gradient of each logit with respect to its own sample, flattened.

    If the discriminator compares the samples of a batch, as `MinibatchStdDev` does, it is the
    gradient of the sum of all logits. In mixed precision the logits, and so the loss, may have
    another dtype than the samples. So this also returns the dtype of the logits.
    """
    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = discriminator(samples)
    gradients = tape.gradient(logits, samples)
    return tf.reshape(gradients, (tf.shape(gradients)[0], -1)), logits.dtype


REGULARIZERS = {"r1": R1, "gradient_penalty": GradientPenalty}


def get(identifier, loss):
    """Returns the regulariser with a given name, or checks a regulariser of your own.

    Args:
        identifier: a key of `REGULARIZERS`; an object that can be called; `None` for no
            regulariser; or `"auto"` for the one that the loss names in its attribute
            `regularizer`, and R1 if it has no such attribute.
        loss: the loss, as `losses.get` returns it.

    Returns:
        A callable, or `None`.

    Raises:
        ValueError: for an unknown name, or an object that cannot be called.
    """
    if identifier == "auto":
        identifier = getattr(loss, "regularizer", "r1")
    if isinstance(identifier, str) and identifier in REGULARIZERS:
        return REGULARIZERS[identifier]()
    if identifier is None or (callable(identifier) and not isinstance(identifier, type)):
        return identifier
    raise ValueError(
        f"Unknown regulariser. Received: regularizer={identifier!r}. Expected one of "
        f"{sorted(REGULARIZERS)}, 'auto', None, or an object such as R1(weight=1.0)."
    )

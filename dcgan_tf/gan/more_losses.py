"""Losses of later papers: least squares, Wasserstein, hinge and relativistic.

In these losses the discriminator's output l is not the logit of a probability. It is a plain
*score*, higher for samples that look more real. `Wasserstein` and `Relativistic` depend only on
differences of scores, so the sign of a single score has no meaning there.
"""

import keras
import tensorflow as tf

from dcgan_tf.gan import validation


class _WithoutSettings:
    """A loss that has no arguments, so there is nothing to save but its name."""

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class LeastSquares(_WithoutSettings):
    """The least squares losses (Mao et al. 2017, section 3.2, with a = -1, b = 1, c = 0).

    The score of a generated sample is drawn towards 0 from either side. So even a sample that the
    discriminator is sure to be real still has a gradient.

    References:
        Mao et al. 2017, https://arxiv.org/abs/1611.04076
    """

    def generator_loss(self, fake_output):
        """L_G = E[l(G(z))^2] / 2.

        Args:
            fake_output: float `(batch, 1)`, the discriminator's scores for generated samples.

        Returns:
            Scalar tensor, of at least 0.
        """
        return tf.reduce_mean(tf.square(fake_output)) / 2

    def discriminator_loss(self, real_output, fake_output):
        """L_D = E[(l(x) - 1)^2] / 2 + E[(l(G(z)) + 1)^2] / 2.

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores for real samples.
            fake_output: float `(batch, 1)`, its scores for generated samples.

        Returns:
            Scalar tensor, of at least 0; 1 when all scores are 0.
        """
        real_loss = tf.reduce_mean(tf.square(real_output - 1))
        fake_loss = tf.reduce_mean(tf.square(fake_output + 1))
        return (real_loss + fake_loss) / 2


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Wasserstein(_WithoutSettings):
    """The Wasserstein losses: differences of mean scores (Arjovsky et al. 2017, section 3).

    The discriminator's loss estimates the distance between two distributions, but only if the
    gradient of the score with respect to the sample is bounded. Therefore `compile` adds the
    gradient penalty of Gulrajani et al. (2017) to this loss by default.

    References:
        Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875

        Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028
    """

    regularizer = "gradient_penalty"

    def generator_loss(self, fake_output):
        """L_G = -E[l(G(z))].

        Args:
            fake_output: float `(batch, 1)`, the discriminator's scores for generated samples.

        Returns:
            Scalar tensor, any real number.
        """
        return -tf.reduce_mean(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        """L_D = E[l(G(z))] - E[l(x)].

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores for real samples.
            fake_output: float `(batch, 1)`, its scores for generated samples.

        Returns:
            Scalar tensor, any real number. With the opposite sign it estimates the distance.
        """
        return tf.reduce_mean(fake_output) - tf.reduce_mean(real_output)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Hinge(Wasserstein):
    """The hinge losses, known from support vector machines (Lim and Ye 2017).

    The discriminator gains nothing when a real score rises above 1 or a generated one falls below
    -1. The generator's part is the same as in `Wasserstein`.

    References:
        Lim and Ye 2017, https://arxiv.org/abs/1705.02894
    """

    regularizer = "r1"

    def discriminator_loss(self, real_output, fake_output):
        """L_D = E[max(0, 1 - l(x))] + E[max(0, 1 + l(G(z)))].

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores for real samples.
            fake_output: float `(batch, 1)`, its scores for generated samples.

        Returns:
            Scalar tensor, of at least 0; 2 when all scores are 0.
        """
        return tf.reduce_mean(tf.nn.relu(1 - real_output) + tf.nn.relu(1 + fake_output))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Relativistic(_WithoutSettings):
    """The relativistic losses (Jolicoeur-Martineau 2018, section 4.1).

    The discriminator does not ask whether a sample is real. It compares a real and a generated
    sample and asks which one is more real: D = sigmoid(l(x) - l(G(z))). The generator wants the
    opposite answer, so its loss needs both outputs. The real and the generated sample at the same
    place in their batches form a pair.

    References:
        Jolicoeur-Martineau 2018, https://arxiv.org/abs/1807.00734
    """

    def generator_loss(self, fake_output, real_output):
        """L_G = -E[log sigmoid(l(G(z)) - l(x))].

        Args:
            fake_output: float `(batch, 1)`, the discriminator's scores for generated samples.
            real_output: float `(batch, 1)`, its scores for real samples.

        Returns:
            Scalar tensor, in nats, of at least 0; ln 2 when the two scores of each pair are equal.
        """
        return tf.reduce_mean(tf.nn.softplus(real_output - fake_output))

    def discriminator_loss(self, real_output, fake_output):
        """L_D = -E[log sigmoid(l(x) - l(G(z)))].

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores for real samples.
            fake_output: float `(batch, 1)`, its scores for generated samples.

        Returns:
            Scalar tensor, in nats, of at least 0; ln 2 when the two scores of each pair are equal.
        """
        return tf.reduce_mean(tf.nn.softplus(fake_output - real_output))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class AbsoluteError:
    """A term for the generator alone: how far its samples are from the real ones.

    The term makes sense if a condition tells which real sample the generator should make
    (Isola et al. 2017).

    Args:
        weight: Float of at least 0; 100 in the paper.

    Example:

    >>> model.compile(generator_term=AbsoluteError(weight=10.0))

    References:
        Isola et al. 2017, https://arxiv.org/abs/1611.07004
    """

    def __init__(self, weight=100.0):
        self.weight = validation.check_weight("weight", weight)

    def __call__(self, real_samples, fake_samples):
        """weight * E|x - G(z, y)|, the mean over all samples and pixels.

        Args:
            real_samples: float tensor `(batch, ...)`.
            fake_samples: float tensor of the same shape, made from the same conditions.

        Returns:
            Scalar tensor, of at least 0.
        """
        real_samples = tf.cast(real_samples, fake_samples.dtype)
        return self.weight * tf.reduce_mean(tf.abs(real_samples - fake_samples))

    def get_config(self):
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

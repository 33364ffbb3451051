"""Losses that came after the articles': least squares, hinge, Wasserstein and relativistic.

In all of them the discriminator's output l is no logit of a probability but a plain score, higher
for "real". Only the relativistic loss gives the sign of a single score no meaning.
"""

import keras
import tensorflow as tf

from dcgan_tf.gan import validation


class _WithoutSettings:
    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class LeastSquares(_WithoutSettings):
    """Least squares (Mao et al. 2017, section 3.2, with a = -1, b = 1, c = 0).

    A generated sample is drawn to the decision boundary from either side: one that the
    discriminator takes for real beyond all doubt still has a gradient.
    """

    def generator_loss(self, fake_output):
        """L_G = E[l(G(z))^2] / 2.

        Args:
            fake_output: float `(batch, 1)`, the discriminator's scores of generated samples.

        Returns:
            Scalar tensor, of at least 0.
        """
        return tf.reduce_mean(tf.square(fake_output)) / 2

    def discriminator_loss(self, real_output, fake_output):
        """L_D = E[(l(x) - 1)^2] / 2 + E[(l(G(z)) + 1)^2] / 2.

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores of real samples.
            fake_output: float `(batch, 1)`, its scores of generated samples.

        Returns:
            Scalar tensor, of at least 0; 1 when all scores are 0.
        """
        real_loss = tf.reduce_mean(tf.square(real_output - 1))
        fake_loss = tf.reduce_mean(tf.square(fake_output + 1))
        return (real_loss + fake_loss) / 2


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Wasserstein(_WithoutSettings):
    """The difference of the mean scores (Arjovsky et al. 2017, section 3).

    It estimates a distance of two distributions only if the discriminator's slope is bounded:
    `compile` brings the gradient penalty of Gulrajani et al. (2017) with it.
    """

    regularizer = "gradient_penalty"

    def generator_loss(self, fake_output):
        """L_G = -E[l(G(z))].

        Args:
            fake_output: float `(batch, 1)`, the discriminator's scores of generated samples.

        Returns:
            Scalar tensor, any real number.
        """
        return -tf.reduce_mean(fake_output)

    def discriminator_loss(self, real_output, fake_output):
        """L_D = E[l(G(z))] - E[l(x)].

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores of real samples.
            fake_output: float `(batch, 1)`, its scores of generated samples.

        Returns:
            Scalar tensor, any real number; with the sign turned, the estimated distance.
        """
        return tf.reduce_mean(fake_output) - tf.reduce_mean(real_output)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Hinge(Wasserstein):
    """The hinge loss of support vector machines (Lim and Ye 2017).

    The discriminator gains nothing from scores beyond 1 and -1; the generator's part is that of
    `Wasserstein`.
    """

    regularizer = "r1"

    def discriminator_loss(self, real_output, fake_output):
        """L_D = E[max(0, 1 - l(x))] + E[max(0, 1 + l(G(z)))].

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores of real samples.
            fake_output: float `(batch, 1)`, its scores of generated samples.

        Returns:
            Scalar tensor, of at least 0; 2 when all scores are 0.
        """
        return tf.reduce_mean(tf.nn.relu(1 - real_output) + tf.nn.relu(1 + fake_output))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Relativistic(_WithoutSettings):
    """The relativistic loss (Jolicoeur-Martineau 2018, section 4.1).

    The discriminator does not ask whether a sample is real but whether the real one of a pair is
    more real than the generated one: D = sigmoid(l(x) - l(G(z))). The generator wants the opposite
    and so looks at both outputs. Pairs are those that stand at the same place in the batch.
    """

    def generator_loss(self, fake_output, real_output):
        """L_G = -E[log sigmoid(l(G(z)) - l(x))].

        Args:
            fake_output: float `(batch, 1)`, the discriminator's scores of generated samples.
            real_output: float `(batch, 1)`, its scores of real samples.

        Returns:
            Scalar tensor, in nats, of at least 0; ln 2 when the two scores of each pair are equal.
        """
        return tf.reduce_mean(tf.nn.softplus(real_output - fake_output))

    def discriminator_loss(self, real_output, fake_output):
        """L_D = -E[log sigmoid(l(x) - l(G(z)))].

        Args:
            real_output: float `(batch, 1)`, the discriminator's scores of real samples.
            fake_output: float `(batch, 1)`, its scores of generated samples.

        Returns:
            Scalar tensor, in nats, of at least 0; ln 2 when the two scores of each pair are equal.
        """
        return tf.reduce_mean(tf.nn.softplus(fake_output - real_output))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class AbsoluteError:
    """A term for the generator alone: how far its samples are from the real ones.

    It makes sense with a condition that tells which real sample is meant (Isola et al. 2017).

    Args:
        weight: Float of at least 0; 100 in the paper.

    Example:

    >>> model.compile(generator_term=AbsoluteError(weight=10.0))
    """

    def __init__(self, weight=100.0):
        self.weight = validation.check_weight("weight", weight)

    def __call__(self, real_samples, fake_samples):
        """weight * E|x - G(z, y)|, the mean over all pixels.

        Args:
            real_samples: float tensor `(batch, ...)`.
            fake_samples: float tensor of the same shape, made from the condition of each.

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

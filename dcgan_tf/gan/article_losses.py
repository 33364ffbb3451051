"""The two losses of the articles, each with a part for the generator and one for the discriminator.

The discriminator returns a *logit* l, which may be any real number. D = sigmoid(l) is the
probability that it gives to "real". The losses are computed from the logits: with
softplus(l) = log(1 + exp(l)) we have log D = -softplus(-l) and log(1 - D) = -softplus(l), so the
logarithm of zero cannot occur, however sure the discriminator is. Real samples have the label 1,
generated ("fake") samples the label 0. A loss is in *nats*, the unit of the natural logarithm.
"""

import keras
import tensorflow as tf


def sigmoid_cross_entropy(logits, label):
    """Computes the mean sigmoid cross-entropy between logits and one label for all of them.

    Args:
        logits: float tensor `(batch, 1)`, any real numbers.
        label: Float y in [0, 1]: 1.0 for "real", 0.0 for "fake".

    Returns:
        Scalar tensor, in nats: the mean of y softplus(-l) + (1 - y) softplus(l).
    """
    # The gradient of TensorFlow's own function has four terms, whose order, and so sum, may change.
    return tf.reduce_mean(label * tf.nn.softplus(-logits) + (1.0 - label) * tf.nn.softplus(logits))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class SigmoidCrossEntropy:
    """The losses of Article 2's code (section 5.1). `GAN.compile` uses them by default.

    The generator's part is not the article's formula 4.1. It is the *non-saturating* loss of
    Goodfellow et al. (2014, section 3): its gradient stays large even when the discriminator is
    sure that a sample is fake.

    Args:
        real_label: Float above 0 and up to 1, the label of real samples. A label slightly below 1,
            for example 0.9, is *one-sided label smoothing* (Salimans et al. 2016, section 3.4): it
            keeps the discriminator from becoming too sure. Generated samples keep the label 0:
            with a higher one the generator would have no incentive to change wrong samples.

    Raises:
        ValueError: if `real_label` is outside this range.

    Example:

    >>> loss = SigmoidCrossEntropy()
    >>> float(loss.generator_loss(tf.zeros((4, 1))))  # D is undecided: ln 2
    0.6931471824645996

    References:
        Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661

        Salimans et al. 2016, https://arxiv.org/abs/1606.03498
    """

    def __init__(self, real_label=1.0):
        if not 0.0 < real_label <= 1.0:
            raise ValueError(
                f"Not a label of real samples. Received: real_label={real_label!r}. Expected a "
                "number above 0 and up to 1."
            )
        self.real_label = real_label

    def generator_loss(self, fake_output):
        """L_G = -E[log D(G(z))] (Article 2, section 5.1).

        Args:
            fake_output: float `(batch, 1)`, the discriminator's logits for generated samples.

        Returns:
            Scalar tensor, in nats; ln 2 = 0.693 when the discriminator is undecided.
        """
        return sigmoid_cross_entropy(fake_output, 1.0)

    def discriminator_loss(self, real_output, fake_output):
        """L_D = -E[log D(x)] - E[log(1 - D(G(z)))] (Article 2, section 4.2).

        Args:
            real_output: float `(batch, 1)`, the discriminator's logits for real samples.
            fake_output: float `(batch, 1)`, its logits for generated samples.

        Returns:
            Scalar tensor, in nats; 2 ln 2 = 1.386 when the discriminator is undecided.
        """
        real_loss = sigmoid_cross_entropy(real_output, self.real_label)
        fake_loss = sigmoid_cross_entropy(fake_output, 0.0)
        return real_loss + fake_loss

    def get_config(self):
        return {"real_label": self.real_label}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package="dcgan_tf")
class Minimax(SigmoidCrossEntropy):
    """The losses of Article 2's formulas: the game exactly as its value function states it.

    The generator minimises what the discriminator maximises. The gradient with respect to the
    logit l is -sigmoid(l), which vanishes as soon as the discriminator is sure of a fake sample.

    References:
        Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661
    """

    def generator_loss(self, fake_output):
        """L_G = E[log(1 - D(G(z)))] (Article 2, formula 4.1).

        Args:
            fake_output: float `(batch, 1)`, the discriminator's logits for generated samples.

        Returns:
            Scalar tensor, in nats, never above 0; -ln 2 when the discriminator is undecided.
        """
        return -sigmoid_cross_entropy(fake_output, 0.0)

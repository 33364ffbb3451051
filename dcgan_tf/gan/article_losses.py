"""The two losses of the articles, each with a generator part and a discriminator part.

A loss takes the discriminator's *logits* l, not probabilities: D = sigmoid(l), so that
log D = -softplus(-l) and log(1 - D) = -softplus(l). Written this way no logarithm of zero can
arise, however sure the discriminator is. Real is labelled 1, fake 0.
"""

import keras
import tensorflow as tf


def sigmoid_cross_entropy(logits, label):
    """Mean sigmoid cross-entropy of logits against one label for all of them.

    Args:
        logits: float tensor `(batch, 1)`, any real number.
        label: y, 1.0 for "real" or 0.0 for "fake", or between.

    Returns:
        Scalar tensor, in nats: mean y softplus(-l) + (1 - y) softplus(l).
    """
    labels = tf.fill(tf.shape(logits), tf.cast(label, logits.dtype))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))


@keras.saving.register_keras_serializable(package="dcgan_tf")
class SigmoidCrossEntropy:
    """The losses of Article 2's code (section 5.1): the default.

    The generator's part is the *non-saturating* one of Goodfellow et al. (2014, section 3), not
    the article's formula 4.1: its gradient stays strong where the discriminator is sure of itself.

    Args:
        real_label: Float above 0 and up to 1, the label of real samples. A little less than 1, for
            example 0.9, is one-sided label smoothing (Salimans et al. 2016, section 3.4): it keeps
            the discriminator from being sure. The label of generated samples stays 0: smoothed
            too, it would hold the generator where it is.

    Raises:
        ValueError: for another `real_label`: above 1 no logit would be large enough.

    Example:

    >>> loss = SigmoidCrossEntropy()
    >>> float(loss.generator_loss(tf.zeros((4, 1))))  # D undecided: ln 2
    0.6931471824645996
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
    """The losses of Article 2's formulas: the game exactly as the value function states it.

    The generator minimises what the discriminator maximises, and its gradient vanishes as soon as
    the discriminator tells fake from real with confidence: sigmoid(l) -> 0 for l -> -infinity.
    """

    def generator_loss(self, fake_output):
        """L_G = E[log(1 - D(G(z)))] (Article 2, formula 4.1).

        Args:
            fake_output: float `(batch, 1)`, the discriminator's logits for generated samples.

        Returns:
            Scalar tensor, in nats, never above 0; -ln 2 when the discriminator is undecided.
        """
        return -sigmoid_cross_entropy(fake_output, 0.0)

"""The two optimizers of a GAN: the default one, and what Keras would do for a single one."""

import math

import keras
import tensorflow as tf


def adam(rate=2e-3, averaged=False):
    """Adam as both networks use it by default.

    beta_1 is 0.5 (Radford et al. 2015). The rate falls as 1 / (1 + step / 5000), so that the two
    networks move less and less while they settle. It depends on the step alone, not on how many
    are to come: a run can be made longer at any time.

    Args:
        rate: Float, the learning rate at the first step; half of it after 5,000 steps.
        averaged: Bool, whether to keep a moving average of the weights, over about 200 steps.

    Returns:
        A `keras.optimizers.Adam`.
    """
    falling_rate = keras.optimizers.schedules.InverseTimeDecay(rate, 5000, 1.0)
    return keras.optimizers.Adam(falling_rate, beta_1=0.5, use_ema=averaged, ema_momentum=0.995)


def prepare_optimizer(optimizer, network, name):
    """Gets an optimizer ready for one of the networks.

    It is built at once, so that a backup finds its state to save and to restore, named after the
    network, and scales the loss if the network computes in float16, as Keras' `compile` does.

    Args:
        optimizer: a Keras optimizer or its name.
        network: `keras.Model` whose weights it will change.
        name: Str, which of the two it is.

    Returns:
        A built `keras.optimizers.Optimizer`.
    """
    optimizer = keras.optimizers.get(optimizer)
    optimizer.name = name
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if network.dtype_policy.name == "mixed_float16" and not is_scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, name=name)
    if not optimizer.built:
        optimizer.build(network.trainable_variables)
    return optimizer


def scale_loss(loss, optimizer):
    """What to take the gradient of, so that the optimizer minimises a loss.

    Gradients are summed over the replicas of a `tf.distribute.Strategy`, so each brings its share
    of the mean; the optimizer may want a loss scaled up, so that float16 does not lose it.

    Args:
        loss: Scalar tensor, the mean over the samples of this replica.
        optimizer: `keras.optimizers.Optimizer`.

    Returns:
        Scalar tensor.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return optimizer.scale_loss(tf.cast(loss, keras.config.floatx()) / replicas)


def nan_unless_finite(loss, gradients, optimizer):
    """The loss to report: NaN if its gradient is not finite, even if the loss itself still is.

    ReLU can turn NaN into 0: weights may be lost some steps before a loss shows it.

    Args:
        loss: Scalar tensor.
        gradients: list of its gradients, tensors or `None`.
        optimizer: the `keras.optimizers.Optimizer` that gets them. A `LossScaleOptimizer` expects
            such gradients now and then, and leaves them out.

    Returns:
        Scalar tensor.
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return loss
    finite = tf.math.is_finite(tf.linalg.global_norm(gradients))
    return tf.where(finite, loss, tf.constant(math.nan, loss.dtype))

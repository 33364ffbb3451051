"""The two optimizers of a GAN: the default one, and how each is prepared for its network.

An *optimizer* is the rule that changes the weights of a network, step by step, so that its loss
falls. The *learning rate* says how far it moves them in one step.
"""

import itertools

import keras
import tensorflow as tf

from dcgan_tf.gan.keras_compat import add_loss_scaling, get_variables_of

RATE = 2e-3
LOW_RATE = 1e-3  # for large images
LARGEST_SMALL = 56  # pixels a side of the largest images that are learned with `RATE`


def adam(rate=RATE, averaged=False):
    """Returns Adam (Kingma and Ba 2015) with the settings that both networks use by default.

    In a GAN each network changes the task of the other one, so old gradients mislead. With a beta_1
    of 0 only the newest one gives the direction, and with a beta_2 of 0.99 about the last hundred
    give the size of a step (Karras et al. 2018). The rate falls, see `make_falling_rate`.

    Args:
        rate: Float, the learning rate at the first step. After 5,000 steps half of it is left.
            For large images take that of `choose_rate`.
        averaged: Bool, whether to keep a moving average of the weights: a second copy of them that
            averages over about the last 500 steps, and so moves more smoothly. At the beginning it
            averages over fewer steps, see `FusedAdam`.

    Returns:
        A `FusedAdam`, which is a `keras.optimizers.Adam`.

    References:
        Kingma and Ba 2015, https://arxiv.org/abs/1412.6980

        Karras et al. 2018, https://arxiv.org/abs/1710.10196
    """
    return FusedAdam(
        make_falling_rate(rate), beta_1=0.0, beta_2=0.99, use_ema=averaged, ema_momentum=0.998
    )


@keras.saving.register_keras_serializable(package="dcgan_tf")
class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, which takes less time, and whose moving average is soon a good one.

    There is one operation of TensorFlow for each weight instead of about ten. Many weights of our
    small networks have few numbers, and starting an operation takes longer than its arithmetic. The
    results are the same, except for rounding errors.

    The moving average of the weights, `average = m * average + (1 - m) * weights` after each step,
    has a momentum m that grows with the number n of steps before: `min(ema_momentum, (1 + n) /
    (10 + n))`, as in `tf.train.ExponentialMovingAverage`. With a constant momentum of 0.998 the
    average would be full of the first, random weights for a thousand steps. Now it is always over
    the last tenth of the steps, about, until that is as long as `ema_momentum` says.

    Args:
        *args: as in `keras.optimizers.Adam`.
        **kwargs: as in `keras.optimizers.Adam`.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Changes one weight, and Adam's two averages that belong to it."""
        if self.amsgrad or isinstance(gradient, tf.IndexedSlices):  # there is no such operation
            return super().update_step(gradient, variable, learning_rate)
        i, dtype = self._get_variable_index(variable), variable.dtype
        step = tf.cast(self.iterations + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[i].value.handle,
            v=self._velocities[i].value.handle,
            beta1_power=tf.cast(self.beta_1, dtype) ** step,
            beta2_power=tf.cast(self.beta_2, dtype) ** step,
            lr=tf.cast(learning_rate, dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, dtype),
        )

    def _update_model_variables_moving_average(self, trainable_variables):
        """Moves the averages. It overrides a method of Keras 3, which has a constant momentum."""
        if not self.use_ema:
            return
        steps = tf.cast(self.iterations, "float32")
        step_size = 1.0 - tf.minimum(self.ema_momentum, (1.0 + steps) / (10.0 + steps))
        averages = self._model_variables_moving_average
        for variable, average in zip(trainable_variables, averages, strict=True):
            if average is not None:
                difference = tf.convert_to_tensor(variable) - average
                average.assign_add(tf.cast(step_size, difference.dtype) * difference)


def choose_rate(sample_shape):
    """Chooses the learning rate with which Adam begins.

    The networks for large images have wider layers: each of their sums has more weights, which
    Adam moves all by about the same distance. With the rate that suits digits, images of 64x64
    pixels are blobs of colour for a quarter of an hour; with a quarter of it, they become few
    images again and again (benchmarks/RESULTS.md).

    Args:
        sample_shape: Tuple, the shape of one sample, (height, width, channels) for images. A side
            is `None` if the networks take images of any size.

    Returns:
        Float: 0.001 for images with more than 56 pixels a side, and 0.002 for all other samples.
    """
    sides = [side for side in sample_shape[:2] if side is not None]
    is_large = len(sample_shape) == 3 and max(sides, default=0) > LARGEST_SMALL
    return LOW_RATE if is_large else RATE


def make_falling_rate(rate):
    """Returns a schedule of the learning rate: rate / (1 + step / 5000).

    The two networks move less and less and can settle. The rate depends on the number of steps that
    were made, not on how many will follow, so you can always train a finished model for longer.

    Args:
        rate: Float, the learning rate at the first step. After 5,000 steps half of it is left.

    Returns:
        A `keras.optimizers.schedules.LearningRateSchedule`.
    """
    return keras.optimizers.schedules.InverseTimeDecay(rate, 5000, 1.0)


def prepare_optimizer(optimizer, network, name):
    """Prepares an optimizer for one of the two networks.

    The optimizer is built at once, so that a backup finds its state to save and to restore. It is
    named after the network. If the network computes in float16, it also scales the loss.

    Args:
        optimizer: a Keras optimizer or its name.
        network: `keras.Model`, whose weights the optimizer will change.
        name: Str, `"generator"` or `"discriminator"`.

    Returns:
        A built `keras.optimizers.Optimizer`.

    Raises:
        ValueError: if the optimizer was used for another network.
    """
    optimizer = keras.optimizers.get(optimizer)
    if getattr(optimizer, "inner_optimizer", optimizer).built:
        _check_belongs_to(network, optimizer, name)
    optimizer.name = name
    optimizer = add_loss_scaling(optimizer, network)
    if not optimizer.built:
        optimizer.build(network.trainable_variables)
    return optimizer


def _check_belongs_to(network, optimizer, name):
    """Refuses a built optimizer whose state is for the weights of another network."""
    ours = {id(weight) for weight in network.weights}
    foreign = [each for each in get_variables_of(optimizer) if id(each) not in ours]
    if foreign:
        raise ValueError(
            f"The optimizer belongs to another network. Received: a {type(optimizer).__name__} for "
            f"the {name} that was used before, for {foreign[0].path}. Expected a new optimizer for "
            "each network of each model, because it keeps a state for the weights that it changes."
        )


def scale_loss(loss, optimizer, extra=0.0):
    """Adds what is minimised besides the loss, and scales the sum, before its gradient is computed.

    With a `tf.distribute.Strategy` there are several *replicas*, copies of the model on different
    devices. Keras adds up their gradients, so each replica divides its mean loss by their number.
    An optimizer for float16 also multiplies the loss, so that small gradients do not become 0.

    Args:
        loss: Scalar tensor, the mean over the samples of this replica.
        optimizer: `keras.optimizers.Optimizer`.
        extra: Float or scalar tensor, the penalty or the term that is minimised with the loss. In
            mixed precision it may have another dtype than the loss.

    Returns:
        Scalar tensor.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    dtype = keras.config.floatx()
    return optimizer.scale_loss((tf.cast(loss, dtype) + tf.cast(extra, dtype)) / replicas)


def after(*gradients):
    """Makes TensorFlow wait for all gradients before it changes any weight.

    A gradient is only right if all of it was computed with the same weights. By itself TensorFlow
    would change a bias as soon as the gradient of this bias is known, while the penalty may still
    have to read it. It keeps the order of reading and changing within a step, but when a call has
    several steps (`steps_per_execution`), its optimization of graphs sometimes loses this order.

    Args:
        *gradients: lists of gradients as `GradientTape.gradient` returns them, with a tensor,
            `tf.IndexedSlices` or `None` for each weight.

    Returns:
        A context manager. The operations made in it begin when all gradients are known.

    Example:

    >>> with after(gradients):
    ...     optimizer.apply(gradients, variables)
    """
    known = [each for each in itertools.chain(*gradients) if each is not None]
    return tf.control_dependencies([tf.group(known)])

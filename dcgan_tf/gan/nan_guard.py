"""Notices a training that has failed: a loss or its gradient is infinite or NaN ("not a number").

Such numbers spread: after one step with a gradient that is NaN all weights are NaN, and nothing of
the model can be kept. So `train_step` looks at each gradient, a `LossTracker` remembers the first
step that failed, and `StopAtNaN` stops the training there.
"""

import math

import keras
import numpy as np
import tensorflow as tf


def nan_unless_finite(loss, gradients, optimizer):
    """Returns the loss to report: NaN if its gradient is lost, even if the loss itself is finite.

    A gradient is lost if it is infinite or NaN. ReLU may turn NaN into 0, so the weights can be
    lost some steps before the loss shows it. A gradient is also lost if its square is too large for
    a number, because Adam keeps an average of the squares: it would always stay infinite, and the
    weight would never move again.

    A `LossScaleOptimizer` multiplies the loss by a *scale*, divides the gradient by it, and leaves
    a step out if the gradient is not finite. Then it halves the scale. Some such steps are how it
    finds a good scale. But when the scale has fallen to 1, it enlarges nothing any more, and the
    gradient itself is lost.

    Args:
        loss: Scalar tensor.
        gradients: list of the loss's gradients, tensors or `None`.
        optimizer: the `keras.optimizers.Optimizer` to which the gradients were applied.

    Returns:
        Scalar tensor.
    """
    values = list_values(gradients)
    is_left_out = False
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        is_left_out = ~is_finite(gradients) & (optimizer.dynamic_scale >= 1.0)
        # The step may have doubled the scale. It multiplied the loss by half of it, or by more.
        values = [value / (optimizer.dynamic_scale / 2) for value in values]
    # The optimizer adds up the gradients of all replicas.
    norm = tf.linalg.global_norm(values) * tf.distribute.get_strategy().num_replicas_in_sync
    is_good = tf.math.is_finite(tf.square(norm)) | is_left_out
    return tf.where(is_good, loss, tf.constant(math.nan, loss.dtype))


def is_finite(gradients):
    """Returns whether no gradient in a list is infinite or NaN, as a scalar bool tensor."""
    finite = [tf.reduce_all(tf.math.is_finite(value)) for value in list_values(gradients)]
    return tf.reduce_all(finite)


def list_values(gradients):
    """Returns the tensors in a list of gradients, without those that are `None`.

    The gradient of an embedding is sparse: it names only the rows that a batch has used.
    """
    return [
        each.values if isinstance(each, tf.IndexedSlices) else each
        for each in gradients
        if each is not None
    ]


class LossTracker(keras.metrics.Mean):
    """The mean of a loss over an epoch, which remembers at which step the loss was lost.

    A loss is lost if it is infinite or NaN. From then on the mean of the epoch is so too, but it
    does not say which step it was: with `steps_per_execution` Keras shows it after many steps at
    once, and by then both losses are NaN.

    Args:
        name: Str, the name of the loss.

    Attributes:
        steps: `keras.Variable`, the number of training steps so far, in all epochs.
        lost_at: `keras.Variable`, the first of these steps in this epoch whose loss was lost, or 0.
            On several devices each has its own.
    """

    def __init__(self, name):
        super().__init__(name=name)
        options = {"shape": (), "initializer": "zeros", "dtype": "int64"}
        self.steps = self.add_variable(name="steps", **options)
        self.lost_at = self.add_variable(name="lost_at", **options)

    def update_state(self, loss, sample_weight=None, training=True):
        # Once it is lost, the mean stays what it was: infinite or NaN.
        loss = tf.where(tf.math.is_finite(self.total), tf.cast(loss, self.dtype), 0.0)
        super().update_state(loss, sample_weight=sample_weight)
        if training:
            self.steps.assign_add(1)
            is_first = ~tf.math.is_finite(self.total) & tf.equal(self.lost_at, 0)
            self.lost_at.assign(tf.where(is_first, self.steps, self.lost_at))

    def check(self, loss):
        """Notices a loss that is lost. It takes no part in the mean and counts no step."""
        self.total.assign_add(0.0 * tf.cast(loss, self.dtype))

    def reset_state(self):
        super().reset_state()
        self.lost_at.assign(0)


class StopAtNaN(keras.callbacks.TerminateOnNaN):
    """Stops the training after the first step with a loss that is not finite.

    `GAN.fit` puts this callback in the place of Keras' `TerminateOnNaN`. A loss also counts as NaN
    if its gradient is lost, see `nan_unless_finite`. With `steps_per_execution` the training stops
    after the call in which this happened, and the step that failed is named.

    A step is one batch, also if the optimizer accumulates several of them for each update. The
    steps before this training are counted too, as far as the optimizer knows them: one for float16
    does not count the steps that it has left out.

    Attributes:
        reason: Str that names the loss and the step, or `None` as long as all losses are finite.
    """

    reason = None

    def on_train_begin(self, logs=None):
        self.reason = None
        self._steps_before = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._steps_before is None:  # only now: `BackupAndRestore` loads when training begins
            counted = self._read(self.model.generator_loss_tracker.steps)
            self._steps_before = _count_steps(self.model.generator_optimizer) - max(counted)

    def on_train_batch_end(self, batch, logs=None):
        lost = {name: value for name, value in (logs or {}).items() if not np.isfinite(value)}
        if lost:
            self.reason = self._find_reason(lost)
            if getattr(self, "raise_error", False):
                raise RuntimeError(f"{self.reason}. The training stops.")
            print(f"\n{self.reason}. The training stops.", flush=True)
            self.model.stop_training = True

    def _find_reason(self, lost):
        """Returns a text that names the metric that was lost first, and the step.

        Args:
            lost: dict of the metrics that are not finite.
        """
        trackers = [metric for metric in self.model.metrics if isinstance(metric, LossTracker)]
        found = [
            (step, tracker.name)
            for tracker in trackers
            for step in self._read(tracker.lost_at)
            if step and tracker.name in lost
        ]
        # If none has it, it was lost in another process, or it is a metric of another kind.
        now = max(self._read(trackers[0].steps)), next(iter(lost))
        step, name = min(found, key=lambda each: each[0], default=now)
        reason = f"{name} is {lost[name]} after step {self._steps_before + step:,}"
        optimizer = getattr(self.model, name.replace("_loss", "_optimizer"), None)
        scale = getattr(optimizer, "dynamic_scale", None)
        if scale is not None and scale.numpy() < 1.0:
            reason += (
                ", because its gradient is infinite or NaN even at a loss scale of 1. Such steps "
                "are left out and change no weight"
            )
        return reason

    def _read(self, variable):
        """Returns the values of a tracker's variable on the devices of this process."""
        local = self.model.distribute_strategy.experimental_local_results(variable.value)
        return [int(value) for value in local]


def _count_steps(optimizer):
    """Returns how many batches an optimizer has received, according to its own state.

    The public `iterations` counts updates, for each of which several batches may be accumulated.
    """
    return int(getattr(optimizer, "inner_optimizer", optimizer)._iterations.numpy())

"""Keras' callbacks that look for a single loss or a single optimizer, made to fit a GAN."""

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state


class StopAtNaN(keras.callbacks.TerminateOnNaN):
    """Stops the training at the step after which a loss is not finite.

    Keras' `TerminateOnNaN` looks for a metric called `loss`, which a GAN does not have: `GAN.fit`
    puts this one in its place.

    Attributes:
        reason: Str that names the step and the loss, or `None` as long as all is well.
    """

    reason = None

    def on_train_batch_end(self, batch, logs=None):
        wrong = {name: value for name, value in (logs or {}).items() if not np.isfinite(value)}
        if wrong:
            name, value = next(iter(wrong.items()))
            step = int(self.model.optimizer.iterations.numpy())
            self.reason = f"{name} is {value} after step {step:,}"
            if getattr(self, "raise_error", False):
                raise RuntimeError(f"{self.reason}. The training stops.")
            print(f"\n{self.reason}. The training stops.", flush=True)
            self.model.stop_training = True


def adapt_callbacks(callbacks):
    """Puts callbacks that work on a GAN in the place of those that would not.

    Args:
        callbacks: as `fit` takes them.

    Returns:
        The same, or a list with `StopAtNaN` for each `TerminateOnNaN`.

    Raises:
        ValueError: for `SwapEMAWeights(swap_on_epoch=True)`.
    """
    if callbacks is None or isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    callbacks = keras.tree.flatten(callbacks)
    swapping = [each for each in callbacks if isinstance(each, keras.callbacks.SwapEMAWeights)]
    if any(callback.swap_on_epoch for callback in swapping):
        raise ValueError(
            "The moving average would be swapped twice. Received: "
            "SwapEMAWeights(swap_on_epoch=True). Expected swap_on_epoch=False, for validation with "
            "the average: `generate`, `predict` and `export`, and the callbacks that use them, "
            "take the average of the generator's weights by themselves."
        )
    return [
        StopAtNaN(**{key: each.raise_error for key in ("raise_error",) if hasattr(each, key)})
        if type(each) is keras.callbacks.TerminateOnNaN
        else each
        for each in callbacks
    ]


class OptimizerPair:
    """What `model.optimizer` of a GAN is: both of its optimizers, for Keras' callbacks to find.

    `LearningRateScheduler` and `ReduceLROnPlateau` change the rate of each of them, starting from
    its own, and report both.

    Args:
        *optimizers: the optimizers as `prepared` returns them.
    """

    built = True

    def __init__(self, *optimizers):
        # The rate and the moving average are those of the optimizer inside a LossScaleOptimizer.
        self.optimizers = [getattr(each, "inner_optimizer", each) for each in optimizers]

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def iterations(self):
        return self.optimizers[0].iterations


def keep_attribute_lists():
    """Spares Keras from making its lists of attributes anew in each save.

    Keras 3.15 looks them up by another name than it keeps them by. To make one it makes a layer or
    an optimizer, whose variables TensorFlow does not give back: 70 KB a save, a third of its time.
    """
    for kind in ("Layer", "Functional", "Sequential", "Metric", "Optimizer"):
        attributes = global_state.get_global_attribute(f"saving_attr_skipset_{kind}")
        if attributes is not None:
            global_state.set_global_attribute(f"saving_attr_skiplist_{kind}", attributes)


def add_worker_axis(results):
    """Gives the results of a step the axis over which Keras takes the mean of several workers."""
    if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return {name: value[tf.newaxis] for name, value in results.items()}
    return results

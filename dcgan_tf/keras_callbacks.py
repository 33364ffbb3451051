"""Keras' callbacks that look for a single loss or a single optimizer, made to fit a GAN."""

import keras
import numpy as np


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


def adapted(callbacks):
    """Puts callbacks that work on a GAN in the place of those that would not.

    Args:
        callbacks: as `fit` takes them.

    Returns:
        The same, or a list with `StopAtNaN` for each `TerminateOnNaN`.

    Raises:
        ValueError: for `SwapEMAWeights`.
    """
    if callbacks is None or isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    callbacks = keras.tree.flatten(callbacks)
    if any(isinstance(each, keras.callbacks.SwapEMAWeights) for each in callbacks):
        raise ValueError(
            "The moving average would be swapped twice. Received: SwapEMAWeights. Expected no such "
            "callback: `generate`, `predict` and `export` use the average of the generator's "
            "weights by themselves, and `model.averaged_weights()` is there for other code."
        )
    return [
        StopAtNaN(**{key: each.raise_error for key in ("raise_error",) if hasattr(each, key)})
        if type(each) is keras.callbacks.TerminateOnNaN
        else each
        for each in callbacks
    ]

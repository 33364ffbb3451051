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

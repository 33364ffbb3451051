"""Samples from the generator, made with the moving average of its weights.

The weights move a little in each training step, back and forth. Their *moving average* over the
last steps moves less, and the samples made with it are usually better. By default it is over about
the last tenth of the steps, and at most over 500 (`gan.optimizers.FusedAdam`).
"""

import contextlib

import keras
import numpy as np

from dcgan_tf.gan import validation
from dcgan_tf.gan.conditioning import check_condition, with_condition
from dcgan_tf.gan.keras_compat import get_variables_of


class Sampling:
    """The methods of a `GAN` that draw samples: `generate`, `predict` and `export`.

    `GAN` inherits from this class and from `keras.Model`, whose methods this class extends.
    """

    def generate(self, n, seed=None, batch_size=256, condition=None, noise=None):
        """Generates samples, with the moving average of the generator's weights if there is one.

        Args:
            n: Int, number of samples.
            seed: Int of at least 0, or `None`. The same seed gives the same noise; `None` gives
                new noise in each call. The noise of the training does not depend on it.
            batch_size: Int, samples made at once.
            condition: array `(n, ...)` with the condition of each sample, if the model takes one.
            noise: float32 array `(n, latent_dim)`, from which the samples are made, such as a
                `latent_space.walk`. By default new noise is drawn, as `seed` says.

        Returns:
            NumPy array, float32 `(n, ...)`; images are in [-1, 1].

        Raises:
            ValueError: if `n` or `batch_size` is below 1, if `seed` is negative, or if the
                condition or the noise does not fit.
        """
        validation.check_integer("n", n, 1)
        validation.check_integer("batch_size", batch_size, 1)
        if seed is not None:
            validation.check_integer("seed", seed, 0)
        condition = check_condition(condition, self.condition, "condition")
        if condition is not None and len(condition) != n:
            raise ValueError(
                f"Each sample needs its own condition. Received: {len(condition)} for n={n}. "
                f"Expected {n} conditions."
            )
        if noise is None:
            noise = keras.random.normal((n, self.latent_dim), seed=seed)
        noise = validation.check_noise(noise, n, self.latent_dim)
        parts = [slice(start, start + batch_size) for start in range(0, n, batch_size)]
        with self.averaged_weights():
            batches = [
                self.generator(
                    with_condition(noise[part], None if condition is None else condition[part]),
                    training=False,
                )
                for part in parts
            ]
        return widen(np.concatenate([keras.ops.convert_to_numpy(batch) for batch in batches]))

    def predict(self, *args, **kwargs):
        """Keras' `predict`, from noise, float32 `(n, latent_dim)`, to samples, float32 `(n, ...)`.

        Like `generate`, it uses the moving average of the generator's weights.
        """
        with self.averaged_weights():
            return widen(super().predict(*args, **kwargs))

    def export(self, *args, **kwargs):
        """Keras' `export` of the generator, with the moving average of its weights."""
        with self.averaged_weights():
            self.generator.export(*args, **kwargs)

    @contextlib.contextmanager
    def averaged_weights(self):
        """Replaces the generator's weights by their moving average, inside a `with` block.

        The weights stay as they are if the generator's optimizer keeps no moving average
        (`use_ema=False`) or has not made a step yet. Before its first step, the moving average that
        was loaded from a file is used, as long as the weights are those of the file.

        Example:

        >>> with model.averaged_weights():
        ...     model.generator.save("generator.keras")
        """
        optimizer = self.optimizer.optimizers[0] if self.compiled else None
        is_trained = optimizer is not None and int(optimizer.iterations.numpy()) > 0
        loaded = None if is_trained else self.loaded_average
        if is_trained and optimizer.use_ema:
            variables = get_variables_of(optimizer)
        elif loaded is not None and loaded.fits(self.generator):
            variables = self.generator.weights
        else:
            yield
            return
        trained = [keras.ops.convert_to_numpy(variable) for variable in variables]
        try:
            if loaded is None:
                optimizer.finalize_variable_values(variables)
            else:
                self.generator.set_weights(loaded.weights)
            yield
        finally:
            for variable, value in zip(variables, trained, strict=True):
                variable.assign(value)


def widen(samples):
    """Returns samples in at least 32 bits.

    In mixed precision a generator returns numbers of 16 bits. Few other libraries take those, and
    a sum of many of them is far from exact.

    Args:
        samples: NumPy array.

    Returns:
        NumPy array: float32 if it was float16 or bfloat16, otherwise the same one.
    """
    is_narrow = samples.dtype.name in ("float16", "bfloat16")
    return samples.astype(np.float32) if is_narrow else samples

"""A Keras callback that scores the samples of a model after each epoch."""

import time

import keras

from dcgan_tf.gan import validation


class Scorecard(keras.callbacks.Callback):
    """Scores the model's samples after each epoch and adds the scores to the logs.

    The keys are those of `Scorer.score` after the prefix `val_`, for example
    `val_frechet_distance`. `ModelCheckpoint`, `EarlyStopping` and others can watch them; put
    `Scorecard` before these callbacks in the list.

    Args:
        scorer: `Scorer`. Give it fewer samples than by default, and each epoch takes less time.
        seed: Int, fixes the noise.
        verbose: 1 to print the time that it took and the Fréchet distance, 0 to be silent.

    Raises:
        ValueError: if `seed` is negative; and before the first epoch, if the model has a condition
            or makes images of another shape than the real images of the scorer.

    Example:

    >>> scorer = Scorer(x_train, digit_features(), held_out=x_test, samples=2000)
    >>> best = keras.callbacks.ModelCheckpoint(
    ...     "best.keras", monitor="val_frechet_distance", mode="min", save_best_only=True
    ... )
    >>> model.fit(x_train, epochs=25, callbacks=[Scorecard(scorer), best])
    """

    def __init__(self, scorer, seed=0, verbose=1):
        super().__init__()
        validation.check_integer("seed", seed, 0)
        self.scorer = scorer
        self.seed = seed
        self.verbose = verbose

    def set_model(self, model):
        super().set_model(model)
        if model.condition is not None:
            raise ValueError(
                "Scorecard scores only models that make images from noise alone. Received: "
                f"a model with a condition of shape {model.condition.shape}. Expected one without."
            )
        image_shape = self.scorer.image_shape
        if image_shape != model.sample_shape:
            raise ValueError(
                "The scorer's images do not fit the model. Received: real images of shape "
                f"{(None, *image_shape)}. Expected {(None, *model.sample_shape)}."
            )

    def on_epoch_end(self, epoch, logs=None):
        if self.verbose:  # on a new line, because the progress bar has not ended its line yet
            print(f"\nScoring {self.scorer.samples:,} images ...", end="", flush=True)
        start = time.perf_counter()
        scores = self.scorer.score(self.model.generate(self.scorer.samples, seed=self.seed))
        logs.update({f"val_{key}": value for key, value in scores.items()})
        if self.verbose:
            seconds, distance = time.perf_counter() - start, scores["frechet_distance"]
            print(f" {seconds:.1f} s, Fréchet distance {distance:.3g}", flush=True)

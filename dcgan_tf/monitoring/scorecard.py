"""A callback that measures after each epoch how good the samples are."""

import time

import keras

from dcgan_tf.gan import validation


class Scorecard(keras.callbacks.Callback):
    """Scores the model's samples after each epoch and adds the scores to the logs.

    The keys are those of `Scorer.score` with `val_` before them, for example
    `val_frechet_distance`: put `Scorecard` before `ModelCheckpoint`, `EarlyStopping` and others
    that watch them.

    Args:
        scorer: `Scorer`. Fewer samples than its default make it quicker.
        seed: Int, fixes the noise.
        verbose: 1 to print how long it took and the Fréchet distance, 0 to be silent.

    Raises:
        ValueError: if `seed` is negative.

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

    def on_epoch_end(self, epoch, logs=None):
        if self.verbose:  # on a line of its own: the progress bar has not ended yet
            print(f"\nScoring {self.scorer.samples:,} images ...", end="", flush=True)
        start = time.perf_counter()
        card = self.scorer.score(self.model.generate(self.scorer.samples, seed=self.seed))
        logs.update({f"val_{key}": value for key, value in card.items()})
        if self.verbose:
            seconds, distance = time.perf_counter() - start, card["frechet_distance"]
            print(f" {seconds:.1f} s, Fréchet distance {distance:.3g}", flush=True)

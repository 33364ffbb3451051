"""The callbacks of a run: they fill its folder, and save the last good state of the model.

Keras calls the methods of a callback during `fit`, for example at the end of each epoch.
"""

import math
import time

import keras
import numpy as np

from dcgan_tf.data import files
from dcgan_tf.gan.keras_compat import HistoryLogger
from dcgan_tf.monitoring.samples import ProgressGif
from dcgan_tf.monitoring.scorecard import Scorecard
from dcgan_tf.monitoring.training_doctor import TrainingDoctor
from dcgan_tf.runs.folder import DOCTOR, GIF, HISTORY, MODEL, SAMPLES, SETTINGS
from dcgan_tf.runs.live_report import LiveReport
from dcgan_tf.runs.resuming import note_files
from dcgan_tf.runs.terminal import one_line
from dcgan_tf.runs.words import say_seconds

COMPILING, TIMED = 5, 20  # training steps that `Outlook` leaves out, and that it takes the time of
FIRST_SHAPES = 1500  # steps, after which one sees what the images will show (benchmarks/RESULTS.md)
MOST_SAVES = 100  # if nobody named a number of epochs; few images have hundreds of short ones


def build_watchers(application, settings, folder):
    """Builds the callbacks that measure. They refuse data that cannot be measured.

    Args:
        application: `applications.base.Application`, with its data.
        settings: `Settings`.
        folder: `pathlib.Path`, the folder of the run, in which they change nothing yet.

    Returns:
        A list of callbacks.

    Raises:
        ValueError: if there are too few images for scores.
    """
    watchers = []
    if settings.score_samples:
        watchers.append(Scorecard(application.build_scorer(settings.score_samples)))
    images = application.watched_images
    # A single image tells the doctor nothing.
    if images is not None and (images != images[:1]).any():
        every = _choose_interval(application, settings)
        watchers.append(TrainingDoctor(images, application.classify, folder / DOCTOR, every=every))
    return watchers


def build_callbacks(training, open_report=False):
    """Builds all callbacks of a run.

    Args:
        training: `training.Training`.
        open_report: Bool, whether the default browser opens the report after the first epoch.

    Returns:
        A list of callbacks. `SaveModel` is last: an epoch counts as finished once it has saved.
    """
    application, folder = training.application, training.folder
    every = _choose_interval(application, training.settings)
    return [
        CheckFolder(folder),
        Outlook(folder),
        *training.watchers,
        HistoryLogger(folder / HISTORY, append=True),
        ProgressGif(folder / GIF, frames_dir=folder / SAMPLES, draw=application.draw, every=every),
        LiveReport(folder, open_report),
        SaveModel(folder, training.first_epoch, every),
    ]


def _choose_interval(application, settings):
    """Chooses after how many epochs a model is saved: more than 1 if nobody named a number."""
    if settings.epochs != application.count_epochs(settings.batch_size):
        return 1
    return math.ceil(settings.epochs / MOST_SAVES)


class CheckFolder(keras.callbacks.Callback):
    """Stops the training if somebody has removed its folder.

    Otherwise the other callbacks would make a new folder, with only half of the run in it.

    Args:
        folder: `pathlib.Path`, the folder of the run.

    Raises:
        FileNotFoundError: at the end of an epoch, if the folder is gone.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_epoch_end(self, epoch, logs=None):
        if not (self.folder / SETTINGS).exists():
            raise FileNotFoundError(
                f"The folder of the run was removed while training. Received: {str(self.folder)!r} "
                f"without {SETTINGS} after epoch {epoch + 1}. Expected the folder to stay until "
                "the end."
            )


class Outlook(keras.callbacks.Callback):
    """Says once, soon after the start, how long the training takes and when to look at pictures.

    It takes the time of some steps, without the first ones, during which TensorFlow compiles.

    Args:
        folder: `pathlib.Path`, the folder of the run.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.steps = 0  # all that were taken so far
        self.start = None  # the number of steps and the time at which we begin to take the time
        self.has_spoken = False

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.steps_before = self.steps

    def on_train_batch_end(self, batch, logs=None):
        # A call of TensorFlow may take several steps. Keras counts them all, even in the last call
        # of an epoch, which ends with the epoch.
        self.steps = self.steps_before + min(batch + 1, self.params["steps"])
        if self.start is None:
            if self.steps >= COMPILING:
                self.start = self.steps, time.perf_counter()
        elif not self.has_spoken and self.steps >= self.start[0] + TIMED:
            seconds = time.perf_counter() - self.start[1]
            self._print(seconds / (self.steps - self.start[0]))
            self.has_spoken = True

    def _print(self, step_seconds):
        epoch_steps, epochs = self.params["steps"], self.params["epochs"]
        first_look = math.ceil(FIRST_SHAPES / epoch_steps)
        line = f"An epoch takes about {say_seconds(epoch_steps * step_seconds)}"
        if epochs - self.epoch > 1:
            rest = (epochs - self.epoch) * epoch_steps * step_seconds
            line += f", all {epochs - self.epoch:,} that are left about {say_seconds(rest)}"
        if self.epoch < first_look <= epochs:
            wait = (first_look - self.epoch) * epoch_steps * step_seconds
            line += (
                f". The first shapes should be in {self.folder / SAMPLES} after epoch "
                f"{first_look:,}, in about {say_seconds(wait)}"
            )
        print(f"\n{one_line(line)}.", flush=True)  # on a new line, after that of the progress bar


class SaveModel(keras.callbacks.Callback):
    """Saves the whole model to one file, before the training and after its epochs.

    A run that is killed at any moment can go on from this file, because a new file replaces the old
    one only when it is complete. The optimizers, in the same file, count their steps, and from this
    count we know the epoch. `keras.callbacks.BackupAndRestore` is less safe: it overwrites two
    files, one with the weights and one with the epoch, and a run may be killed in between.

    The file always holds the last good state. A model is not saved if its training was stopped, or
    if some of its weights are infinite or NaN ("not a number").

    Args:
        folder: `pathlib.Path`, the folder of the run.
        first_epoch: Int, the epoch with which the training begins, counted from 0.
        every: Int, the model is saved after every `every`-th epoch, and after the last one.

    Attributes:
        saved_epoch: Int, the number of finished epochs of the model that is in the file.
    """

    def __init__(self, folder, first_epoch=0, every=1):
        super().__init__()
        self.folder = folder
        self.first_epoch = first_epoch
        self.every = every

    def on_train_begin(self, logs=None):
        self.save(self.first_epoch)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every and epoch + 1 != self.params["epochs"]:
            return
        finite = all(np.isfinite(weight).all() for weight in self.model.get_weights())
        if finite and not self.model.stop_training:
            self.save(epoch + 1)

    def save(self, epochs):
        """Saves the model to a temporary file, which then replaces the old one.

        Args:
            epochs: Int, the number of finished epochs.
        """
        if (self.folder / HISTORY).exists():
            files.sync(self.folder / HISTORY)  # the others were synced when they were written
        with files.atomic_write(self.folder / MODEL) as part:
            self.model.save(part)
            note_files(part, self.folder, epochs)
        self.saved_epoch = epochs

"""The callbacks of a run: they write into its folder, and keep the last good state of the model."""

import contextlib

import keras
import numpy as np

from dcgan_tf.data import files
from dcgan_tf.monitoring.samples import ProgressGif
from dcgan_tf.monitoring.scorecard import Scorecard
from dcgan_tf.monitoring.training_doctor import TrainingDoctor
from dcgan_tf.runs.folder import DOCTOR, GIF, HISTORY, MODEL, SAMPLES, SETTINGS


def build_callbacks(application, settings, folder):
    """Builds the callbacks of a run.

    Args:
        application: `applications.base.Application`.
        settings: `Settings`.
        folder: `pathlib.Path`, the folder of the run.

    Returns:
        A list of callbacks. The one that saves the model is last: its file tells the epoch.
    """
    watching = []
    if settings.score_samples:
        watching.append(Scorecard(application.build_scorer(settings.score_samples)))
    images = application.watched_images
    if images is not None:
        watching.append(TrainingDoctor(images, application.classify, folder / DOCTOR))
    return [
        CheckFolder(folder),
        *watching,
        History(folder / HISTORY, append=True),
        ProgressGif(folder / GIF, frames_dir=folder / SAMPLES, draw=application.draw),
        SaveModel(folder / MODEL),
    ]


class CheckFolder(keras.callbacks.Callback):
    """Stops a training whose folder is gone, before others make a new one with half of a run.

    Args:
        folder: the folder of the run.
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


class SaveModel(keras.callbacks.Callback):
    """Saves the whole model before training and after each epoch, to one file that is never half.

    Unlike `keras.callbacks.BackupAndRestore`, which writes weights and epoch to two files in
    place, it leaves no moment in which a killed run could not go on: the optimizers' count of
    steps, in the same file, tells the epoch.

    It keeps the last good state: a training that was stopped, or has led to weights that are not
    finite, is not saved.

    Args:
        path: the file, ending in .keras.
    """

    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_train_begin(self, logs=None):
        self.save()

    def on_epoch_end(self, epoch, logs=None):
        finite = all(np.isfinite(weight).all() for weight in self.model.get_weights())
        if finite and not self.model.stop_training:
            self.save()

    def save(self):
        with files.atomic_write(self.path) as part:
            self.model.save(part)


class History(keras.callbacks.CSVLogger):
    """Keras' `CSVLogger` with the columns that there are; it adds an empty one for validation."""

    def on_epoch_end(self, epoch, logs=None):
        self.keys = self.keys or sorted(logs)
        super().on_epoch_end(epoch, logs)

    def close(self):
        """Closes the file, also after an error, of which Keras tells no callback."""
        if self.csv_file is not None:
            with contextlib.suppress(OSError):
                self.csv_file.close()

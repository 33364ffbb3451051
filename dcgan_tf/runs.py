"""The folder of a run: what is in it, and how a run begins there or goes on."""

import contextlib
import csv
import json
import pathlib
import shutil
import zipfile

import filelock
import keras
import numpy as np
import tensorflow as tf

import dcgan_tf
from dcgan_tf import files, untrusted
from dcgan_tf.dcgan import GAN  # and with it DCGAN, so that Keras finds both in a file

SETTINGS = "run.json"
MODEL = "model.keras"
HISTORY = "history.csv"
CURVES = "curves.png"
GIF = "progress.gif"
SAMPLES = "samples"
DOCTOR = "doctor.json"
SCORES = "scores.json"
EXTRAS = "extras"
CLOSEST_PAIRS = "closest_pairs.png"
CLASS_SHARES = "class_shares.png"
REPORT = "report.html"
MADE_AFTERWARDS = (SCORES, CLOSEST_PAIRS, CLASS_SHARES, REPORT)


class FolderStillThere(keras.callbacks.Callback):
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
        with files.written_whole(self.path) as part:
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


def check_new(folder, overwrite):
    """Refuses a folder that holds something, unless it is a run that may be overwritten."""
    folder = files.writable_folder(folder)
    if not folder.exists() or all(path.name.startswith(".") for path in folder.iterdir()):
        return
    received = f"Received: {str(folder)!r}."
    if not (folder / SETTINGS).exists():
        raise ValueError(
            f"The folder is not empty and holds no run. {received} Expected a new folder: name "
            "one with --output-dir."
        )
    if not overwrite:
        raise ValueError(
            f"The folder holds a run already. {received} Expected --resume to go on with it, "
            "--overwrite to replace it, or another folder with --output-dir."
        )


def locked(folder):
    """Makes the folder if it is missing, and keeps other trainings out of it.

    Returns:
        A context manager; the folder is free again at its end, and when the process dies.

    Raises:
        ValueError: if another process is training there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return filelock.FileLock(folder / ".lock").acquire(timeout=0)
    except filelock.Timeout:
        raise ValueError(
            f"Another training is at work in the folder. Received: {str(folder)!r}. Expected a "
            "folder of its own for each: name one with --output-dir, or wait."
        ) from None


def has_begun(folder):
    """Whether there is a model to go on from, or should be one: an epoch was finished."""
    return (folder / MODEL).exists() or bool(read_history(folder))


def clear(folder):
    """Removes what an earlier run left, and nothing else."""
    shutil.rmtree(folder / SAMPLES, ignore_errors=True)
    for name in (SETTINGS, MODEL, HISTORY, CURVES, GIF, DOCTOR):
        (folder / name).unlink(missing_ok=True)
    remove_what_was_made_afterwards(folder)


def remove_what_was_made_afterwards(folder):
    """Removes scores and report, which a training that goes on makes untrue."""
    shutil.rmtree(folder / EXTRAS, ignore_errors=True)
    for name in MADE_AFTERWARDS:
        (folder / name).unlink(missing_ok=True)


def write_settings(folder, settings):
    """Writes what the run was started with, and with which versions."""
    versions = {
        "dcgan_tf": dcgan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    with files.written_whole(folder / SETTINGS) as part:
        part.write_text(json.dumps({**settings, "versions": versions}, indent=2) + "\n")


def read_settings(folder):
    """Reads what the run was started with.

    Raises:
        ValueError: if the folder holds no run.
    """
    path = pathlib.Path(folder) / SETTINGS
    try:
        settings = json.loads(path.read_text())
        if not isinstance(settings, dict):
            raise ValueError
    except (OSError, ValueError) as error:
        raise ValueError(
            f"This is no folder of a run: {SETTINGS} cannot be read. Received: {str(folder)!r}. "
            "Expected a folder that `dcgan-tf train` made."
        ) from error
    return settings


def load_model(folder):
    """Loads the model as it was after the last finished epoch.

    Raises:
        ValueError: if the folder holds no whole model.
    """
    path = pathlib.Path(folder) / MODEL
    try:
        untrusted.check_archive(path)
        model = keras.saving.load_model(path)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).rpartition("Exception encountered: ")[2].partition("\n")[0][:200]
        raise ValueError(
            f"The model cannot be loaded ({reason}). Received: {str(path)!r}. Expected a whole "
            ".keras file, as `dcgan-tf train` writes it."
        ) from error
    if not isinstance(model, GAN):
        raise ValueError(
            f"The model is no GAN. Received: a {type(model).__name__} in {str(path)!r}. Expected "
            "a model that `dcgan-tf train` wrote."
        )
    return model


def read_history(folder):
    """Reads history.csv as a dict of lists, one value an epoch; empty lists if there is none."""
    path = pathlib.Path(folder) / HISTORY
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [float(row[key]) for row in rows] for key in rows[0]} if rows else {}


def cut_history(folder, epochs):
    """Drops the rows after the first `epochs`: a run killed while saving repeats that epoch."""
    path = pathlib.Path(folder) / HISTORY
    if path.exists():
        lines = path.read_bytes().splitlines(keepends=True)
        with files.written_whole(path) as part:
            part.write_bytes(b"".join(lines[: epochs + 1]))

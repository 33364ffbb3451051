"""The folder of a run: the names of its files, and how we check, lock, read and clear it."""

import csv
import json
import pathlib
import shutil

import filelock
import keras
import numpy as np
import tensorflow as tf

import dcgan_tf
from dcgan_tf.applications.images import CLOSEST_PAIRS
from dcgan_tf.data import files
from dcgan_tf.gan.loading import load_model
from dcgan_tf.runs.settings import Settings

SETTINGS = "run.json"
MODEL = "model.keras"
HISTORY = "history.csv"
CURVES = "curves.png"
GIF = "progress.gif"
SAMPLES = "samples"
DOCTOR = "doctor.json"
SCORES = "scores.json"
EXTRAS = "extras"
CLASS_FRACTIONS = "class_fractions.png"
REPORT = "report.html"
RESULTS = (SCORES, CLOSEST_PAIRS, CLASS_FRACTIONS, REPORT)


def check_new(folder, overwrite):
    """Checks that a new run may use a folder.

    Args:
        folder: Str or `pathlib.Path`.
        overwrite: Bool, whether a run that is already there may be replaced.

    Raises:
        ValueError: if the folder contains a run and `overwrite` is false, or if it contains
            anything else.
    """
    folder = files.check_writable_folder(folder)
    if not folder.exists() or all(path.name.startswith(".") for path in folder.iterdir()):
        return
    received = f"Received: {str(folder)!r}."
    if not (folder / SETTINGS).exists():
        raise ValueError(
            f"The folder is not empty, and it contains no run. {received} Expected a new folder: "
            "name one with --output-dir."
        )
    if not overwrite:
        raise ValueError(
            f"The folder already contains a run. {received} Expected --resume to go on with it, "
            "--overwrite to replace it, or another folder with --output-dir."
        )


def lock_folder(folder):
    """Locks a folder, so that no other training can use it. Makes the folder if it is missing.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A context manager. At its end, or if the process dies, the folder is free again.

    Raises:
        ValueError: if another process is training in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return filelock.FileLock(folder / ".lock").acquire(timeout=0)
    except filelock.Timeout:
        raise ValueError(
            f"Another training is at work in the folder. Received: {str(folder)!r}. Expected one "
            "folder for each training: name another one with --output-dir, or wait."
        ) from None


def has_begun(folder):
    """Checks whether a run got as far as saving a model, so that a resumed run must load one.

    A finished epoch in the history counts too. If its model has vanished, loading then fails, and
    the run does not silently start again.
    """
    return (folder / MODEL).exists() or bool(read_history(folder))


def clear(folder):
    """Removes the files of an earlier run. Files that a run does not make stay."""
    shutil.rmtree(folder / SAMPLES, ignore_errors=True)
    for name in (SETTINGS, MODEL, HISTORY, CURVES, GIF, DOCTOR):
        (folder / name).unlink(missing_ok=True)
    remove_results(folder)


def remove_results(folder):
    """Removes scores and report. They describe an older model if the training goes on."""
    shutil.rmtree(folder / EXTRAS, ignore_errors=True)
    for name in RESULTS:
        (folder / name).unlink(missing_ok=True)


def write_settings(folder, settings):
    """Writes run.json: the settings of a run, and the versions of the packages that it uses."""
    versions = {
        "dcgan_tf": dcgan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    files.write_json(folder / SETTINGS, {**settings.to_json(), "versions": versions})


def read_settings(folder):
    """Reads the settings that a run was started with.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.

    Returns:
        `Settings`.

    Raises:
        ValueError: if the folder contains no run.
    """
    return Settings.from_json(_read_run(folder))


def read_versions(folder):
    """Reads the versions of the packages that a run began with: a dict of str, maybe empty."""
    return _read_run(folder).get("versions", {})


def _read_run(folder):
    path = pathlib.Path(folder) / SETTINGS
    try:
        content = json.loads(path.read_text())
        if not isinstance(content, dict):
            raise ValueError
    except (OSError, ValueError) as error:
        raise ValueError(
            f"This is no folder of a run: {SETTINGS} cannot be read. Received: {str(folder)!r}. "
            "Expected a folder that `dcgan-tf train` made."
        ) from error
    return content


def load_run_model(folder):
    """Loads the model of a run as it was after the last finished epoch.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.

    Returns:
        A compiled `GAN`.

    Raises:
        ValueError: if the model is missing, damaged or from another version.
    """
    return load_model(pathlib.Path(folder) / MODEL)


def read_history(folder):
    """Reads history.csv.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.

    Returns:
        Dict of lists of float, by the names of the columns, with one value for each epoch. It is
        empty if no epoch was finished.
    """
    path = pathlib.Path(folder) / HISTORY
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [float(row[key]) for row in rows] for key in rows[0]} if rows else {}


def cut_history(folder, epochs):
    """Removes all rows of history.csv after the first `epochs`.

    A run may be killed after it has written the row of an epoch and before it has saved the model.
    When it goes on, it repeats this epoch and writes the row again.
    """
    path = pathlib.Path(folder) / HISTORY
    if path.exists():
        lines = path.read_bytes().splitlines(keepends=True)
        with files.atomic_write(path) as part:
            part.write_bytes(b"".join(lines[: epochs + 1]))


def list_contents(folder):
    """Lists the files and folders of a run that exist, for a person to look at.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.

    Returns:
        A list of tuples `(title, path)`: Str and `pathlib.Path`.
    """
    contents = [
        ("sample grids", SAMPLES),
        ("progress GIF", GIF),
        ("history", HISTORY),
        ("curves", CURVES),
        ("model", MODEL),
        ("scores", SCORES),
        ("more", EXTRAS),
        ("report", REPORT),
    ]
    paths = [(title, pathlib.Path(folder) / name) for title, name in contents]
    return [
        (title, path)
        for title, path in paths
        if path.is_file() or (path.is_dir() and any(path.iterdir()))
    ]

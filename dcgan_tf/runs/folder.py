"""The folder of a run: the names of its files, and how we check, lock, read and clear it."""

import csv
import errno
import json
import math
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
ROOM_FOR_PICTURES = 20_000_000  # bytes
WINDOWS_DEVICES = {
    *("CON", "PRN", "AUX", "NUL"),
    *(f"{device}{number}" for device in ("COM", "LPT") for number in range(1, 10)),
}
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


def check_room(folder, model):
    """Checks that there is room for the files of a run.

    Args:
        folder: `pathlib.Path`, which exists.
        model: `GAN`, compiled.

    Raises:
        OSError: if the disk has less room than the model and its pictures will take.
    """
    optimizers = (model.generator_optimizer, model.discriminator_optimizer)
    variables = [*model.variables, *(v for each in optimizers for v in each.variables)]
    sizes = [math.prod(v.shape) * np.dtype(np.float32).itemsize for v in variables]
    # A new file of the model is complete before the old one goes.
    needed = 2 * sum(sizes) + ROOM_FOR_PICTURES
    free = shutil.disk_usage(folder).free
    if free < needed:
        error = OSError(
            f"There is too little room on the disk. Received: {free / 1e6:,.0f} MB free in "
            f"{str(folder)!r}. Expected at least {needed / 1e6:,.0f} MB."
        )
        error.errno = errno.ENOSPC
        raise error


def name_folder(name):
    """Makes the name of a folder of runs from the name or the path of the data.

    Args:
        name: Str.

    Returns:
        Str, a name that every system accepts, Windows too.

    Example:

    >>> name_folder("photos/con.npz")
    'con_'
    """
    path = pathlib.Path(name)
    name = path.stem if path.suffix.lower() == ".npz" else path.name
    name = "".join("_" if c in '<>:"|?*\\/' or ord(c) < 32 else c for c in name).rstrip(". ")
    reserved = name.partition(".")[0].upper() in WINDOWS_DEVICES
    return f"{name}_" if reserved else name or "data"


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


def write_settings(folder, settings, data_digest=None, label_names=None):
    """Writes run.json: the settings of a run, what we know of its data, and versions of packages.

    Args:
        folder: `pathlib.Path`, the folder of the run.
        settings: `Settings`.
        data_digest: Str by which other data is noticed, or `None`.
        label_names: list of str, the labels that you can ask the model for, or `None`.
    """
    versions = {
        "dcgan_tf": dcgan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    known = {"data_digest": data_digest, "label_names": label_names, "versions": versions}
    files.write_json(folder / SETTINGS, {**settings.to_json(), **known})


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


def read_data_digest(folder):
    """Reads the digest of the data of a run: a str, or `None` if there is none."""
    return _read_run(folder).get("data_digest")


def read_label_names(folder):
    """Reads the labels that you can ask the model of a run for: a list of str, or `None`."""
    return _read_run(folder).get("label_names")


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

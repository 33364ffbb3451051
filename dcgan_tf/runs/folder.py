"""The folder of a run: what is in it, and how a run begins there or goes on."""

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
from dcgan_tf.gan.saving import load_model
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
MADE_AFTERWARDS = (SCORES, CLOSEST_PAIRS, CLASS_FRACTIONS, REPORT)


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


def lock_folder(folder):
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
    """Writes the settings that the run was started with, and the versions of what it runs on."""
    versions = {
        "dcgan_tf": dcgan_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    files.write_json(folder / SETTINGS, {**settings.to_json(), "versions": versions})


def read_settings(folder):
    """Reads the settings that the run was started with.

    Returns:
        `Settings`.

    Raises:
        ValueError: if the folder holds no run.
    """
    return Settings.from_json(_read_run(folder))


def read_versions(folder):
    """Reads the versions that the run was started with: a dict of str, empty if unknown."""
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
    """Loads the model as it was after the last finished epoch.

    Raises:
        ValueError: if the folder holds no whole model.
    """
    return load_model(pathlib.Path(folder) / MODEL)


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
        with files.atomic_write(path) as part:
            part.write_bytes(b"".join(lines[: epochs + 1]))


def list_contents(folder):
    """Lists what a person may look at in the folder of a run.

    Returns:
        A list of tuples: what it is, Str, and its `pathlib.Path`.
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

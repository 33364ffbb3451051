"""What the files of a run folder say: run.json, history.csv, scores.json and doctor.json.

They may come from a stranger. Each is read whole or refused in a sentence that names it.
"""

import csv
import dataclasses
import io
import math
import pathlib

import keras
import numpy as np
import tensorflow as tf

import dcgan_tf
from dcgan_tf.data import records
from dcgan_tf.data.files import atomic_write, write_json
from dcgan_tf.evaluation.card import Card
from dcgan_tf.gan.loading import load_model
from dcgan_tf.monitoring.training_doctor import Finding
from dcgan_tf.runs.folder import DOCTOR, HISTORY, MODEL, SCORES, SETTINGS, check_is_inside
from dcgan_tf.runs.settings import Settings

MARK = "dcgan_tf"  # says in run.json that the folder is ours
LARGEST_HISTORY = 2**25  # bytes, the rows of 300,000 epochs
MOST_EPOCHS = 10_000_000


@dataclasses.dataclass(frozen=True)
class Run:
    """What run.json says in addition to the settings.

    Attributes:
        versions: dict of str, the versions of the packages that the run began with.
        made_by: Str, the program that made the folder, or `None` in an older version.
        data_digest: Str by which other data is noticed, or `None` for data known by its name.
        label_names: list of str, the labels that you can ask the model for, or `None`.
        files: list of str, the files that the run writes, as paths in its folder. The pictures of
            its epochs are listed in samples/checksums.json instead.
        machine: dict of str, what the bits of the results depend on (`resuming.describe_machine`).
    """

    versions: dict[str, str]
    made_by: str | None = None
    data_digest: str | None = None
    label_names: list[str] | None = None
    files: list[str] = dataclasses.field(default_factory=list)
    machine: dict[str, str] = dataclasses.field(default_factory=dict)


def write_run(folder, settings, **known):
    """Writes run.json: the settings of a run, and what we know of its data and its machine.

    Args:
        folder: `pathlib.Path`, the folder of the run.
        settings: `Settings`.
        **known: attributes of `Run`.
    """
    run = Run(**{"versions": list_versions(), "made_by": MARK, **known})
    write_json(folder / SETTINGS, {**settings.to_json(), **dataclasses.asdict(run)})


def list_versions():
    """Lists the versions of the packages that a training depends on: a dict of str."""
    packages = {"dcgan_tf": dcgan_tf, "tensorflow": tf, "keras": keras, "numpy": np}
    return {name: package.__version__ for name, package in packages.items()}


def read_settings(folder):
    """Reads the settings that a run was started with.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.

    Returns:
        `Settings`.

    Raises:
        ValueError: if the folder contains no run, or run.json is damaged.
    """
    content = _read_run_json(folder)
    try:
        return Settings.from_json(content)
    except ValueError as error:
        path = pathlib.Path(folder) / SETTINGS
        raise ValueError(f"{error}. Received: {str(path)!r}.") from error


def read_run(folder):
    """Reads what run.json says in addition to the settings: a `Run`.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.

    Raises:
        ValueError: as in `read_settings`.
    """
    return records.check(_read_run_json(folder), Run, SETTINGS)


def _read_run_json(folder):
    path = pathlib.Path(folder) / SETTINGS
    check_is_inside(folder)
    try:
        content = records.read_json(path, dict)
    except FileNotFoundError as error:
        raise ValueError(
            f"This is no folder of a run, because {SETTINGS} is missing. Received: "
            f"{str(folder)!r}. Expected a folder that `dcgan-tf train` made."
        ) from error
    try:
        records.check(content, Run, SETTINGS)
    except ValueError as error:
        raise ValueError(
            f"The settings of the run cannot be read ({error}). Received: {str(path)!r}. Expected "
            "the JSON that `dcgan-tf train` writes."
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
    check_is_inside(folder)
    path = pathlib.Path(folder) / MODEL
    model = load_model(path)
    if not model.compiled:
        raise ValueError(
            "The model cannot be trained on, because its losses and optimizers are missing. "
            f"Received: {str(path)!r}. Expected a model that `dcgan-tf train` saved."
        )
    return model


def read_history(folder):
    """Reads history.csv.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.

    Returns:
        Dict of lists of float, by the names of the columns, with one value for each epoch. It is
        empty if no epoch was finished. A last row without its end is left out: a training may be
        about to write it.

    Raises:
        ValueError: if the file is damaged. The message names the line.
    """
    path = pathlib.Path(folder) / HISTORY
    try:
        content = records.read_bytes(path, LARGEST_HISTORY)
    except FileNotFoundError:
        return {}
    whole = content[: content.rfind(b"\n") + 1]
    try:
        lines = csv.reader(io.StringIO(whole.decode(), newline=""))
        names = next(lines, ["epoch"])
        if "epoch" not in names or len(set(names)) < len(names):
            raise ValueError("its first line does not name the columns")
        rows = [_read_row(line, names, number) for number, line in enumerate(lines)]
    except (ValueError, csv.Error) as error:
        raise ValueError(
            f"The history cannot be read: {error}. Received: {str(path)!r}. Expected a line of "
            "names, and then a line of numbers for each epoch."
        ) from error
    return {name: [row[i] for row in rows] for i, name in enumerate(names)} if rows else {}


def _read_row(line, names, number):
    """Reads the numbers of an epoch. They may be infinite or NaN, as a training may fail."""
    try:
        values = [float(value) for value in line]
    except ValueError:
        values = []
    epoch = values[names.index("epoch")] if len(values) == len(names) else math.nan
    if not (0 <= epoch < MOST_EPOCHS and epoch.is_integer()):
        raise ValueError(f"line {number + 2} is damaged")
    return values


def has_begun(folder):
    """Checks whether a run got as far as saving a model, so that a resumed run must load one.

    A finished epoch in the history counts too. If its model has vanished, loading then fails, and
    the run does not silently start again.
    """
    return (folder / MODEL).exists() or bool(read_history(folder))


def cut_history(folder, epochs):
    """Removes all rows of history.csv after the first `epochs`.

    A run may be killed after it has written the row of an epoch and before it has saved the model.
    When it goes on, it repeats this epoch and writes the row again.
    """
    path = pathlib.Path(folder) / HISTORY
    if path.exists():
        lines = records.read_bytes(path, LARGEST_HISTORY).splitlines(keepends=True)
        # Before the first epoch the titles may be incomplete too; then they are written anew.
        kept = lines[: epochs + 1] if epochs else []
        with atomic_write(path) as part:
            part.write_bytes(b"".join(kept))


def read_card(folder):
    """Reads scores.json.

    Args:
        folder: `pathlib.Path`, the folder of a run.

    Returns:
        A `Card`, or `None` if the run was not scored.

    Raises:
        ValueError: if the file is damaged.
    """
    content = _read_if_there(folder / SCORES, dict)
    try:
        return None if content is None else Card.from_json(content)
    except ValueError as error:
        raise ValueError(
            f"The scores cannot be read ({error}). Received: {str(folder / SCORES)!r}. Expected "
            "what `dcgan-tf evaluate` writes: run this command again."
        ) from error


def read_findings(folder):
    """Reads doctor.json.

    Args:
        folder: `pathlib.Path`, the folder of a run.

    Returns:
        A list of dicts, as `TrainingDoctor.findings`, which is empty if there was no doctor.

    Raises:
        ValueError: if the file is damaged.
    """
    return _read_if_there(folder / DOCTOR, list[Finding]) or []


def _read_if_there(path, kind):
    try:
        return records.read_json(path, kind)
    except FileNotFoundError:
        return None

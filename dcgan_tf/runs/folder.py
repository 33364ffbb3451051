"""The folder of a run: the names of its files, whether it can be used, and its lock."""

import contextlib
import errno
import math
import pathlib
import shutil

import filelock
import numpy as np

from dcgan_tf.applications.images import CLOSEST_PAIRS
from dcgan_tf.data import files

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
PLAY = "play.html"
LOCK = ".lock"
TRAINED = (MODEL, HISTORY, GIF, DOCTOR)  # what a training writes,
RESULTS = (CURVES, SCORES, CLOSEST_PAIRS, CLASS_FRACTIONS, REPORT)  # and what is made of it
ROOM_FOR_PICTURES = 20_000_000  # bytes
NO_LOCKS = {getattr(errno, name) for name in ("ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")}
WINDOWS_DEVICES = {
    *("CON", "PRN", "AUX", "NUL"),
    *(f"{device}{number}" for device in ("COM", "LPT") for number in range(1, 10)),
}


def check_is_inside(folder):
    """Checks that the files of a run are in its folder, and are no links to other places.

    A folder may come from a stranger, whose links would make us read or write files of yours.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.

    Raises:
        ValueError: if one of the files or folders in it is a link.
    """
    for name in (SETTINGS, *TRAINED, *RESULTS, SAMPLES, EXTRAS):
        path = pathlib.Path(folder) / name
        if path.is_symlink():
            raise ValueError(
                f"A part of this run is a link to another place. Received: {str(path)!r}. Expected "
                "all files of a run in its folder. If it is your own run, put the files back."
            )


def check_places(folder, names=(SETTINGS, *TRAINED, *RESULTS)):
    """Checks that files of a run can be written: that nothing else stands where one should go.

    Args:
        folder: Str or `pathlib.Path`, the folder of the run.
        names: list or tuple of str, the names of the files.

    Raises:
        ValueError: if there is a folder, a device or a pipe of such a name.
    """
    for name in names:
        path = pathlib.Path(folder) / name
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "a device or a pipe"
            raise ValueError(
                f"There is {kind} where a file of the run should go. Received: {str(path)!r}. "
                "Expected a file or nothing there: move it to another place."
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


@contextlib.contextmanager
def lock_folder(folder):
    """Locks a folder in a `with` block, so that no other training can use it.

    The folder and its parents are made if they are missing, and removed again if they stay empty.
    If the process dies, the folder is free. A file system without locks gets a line that says so.

    Args:
        folder: `pathlib.Path`.

    Raises:
        ValueError: if another process is training in the folder.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    files.make_folder(folder)
    lock = filelock.FileLock(folder / LOCK, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise ValueError(
            f"Another training is at work in the folder. Received: {str(folder)!r}. Expected one "
            "folder for each training: name another one with --output-dir, or wait."
        ) from None
    except (OSError, NotImplementedError) as error:
        if getattr(error, "errno", errno.ENOSYS) not in NO_LOCKS:
            raise
        print(f"The file system of {str(folder)!r} has no locks: start no second training there.")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # somebody may have removed the folder
            if lock.is_locked:  # removed first, as the next one to lock makes a file of its own
                (folder / LOCK).unlink(missing_ok=True)
        lock.release()
        with contextlib.suppress(OSError):  # not empty
            for each in missing:
                each.rmdir()


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

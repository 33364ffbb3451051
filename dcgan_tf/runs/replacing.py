"""Replacing a run by a new one: what may be removed, and what stays because we did not write it."""

import contextlib
import re
import time

from dcgan_tf.data import files
from dcgan_tf.monitoring.samples import CHECKSUMS, name_grid, read_checksums
from dcgan_tf.runs.folder import (
    EXTRAS,
    RESULTS,
    SAMPLES,
    SETTINGS,
    TRAINED,
    check_is_inside,
)
from dcgan_tf.runs.run_files import MARK, read_run

LONGEST_WRITE = 3600  # seconds
EXTRA_NAME = re.compile(rf"{EXTRAS}/[a-z_]+\.(png|gif|txt)")


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
    check_is_inside(folder)
    if not _is_ours(folder):
        raise ValueError(
            f"The folder is not empty, and it contains no run. {received} Expected a new folder: "
            "name one with --output-dir."
        )
    if not overwrite:
        raise ValueError(
            f"The folder already contains a run. {received} Expected --resume to go on with it, "
            "--overwrite to replace it, or another folder with --output-dir."
        )


def name_files(application):
    """Names the files that a run writes, apart from the pictures of its epochs.

    Args:
        application: `applications.base.Application`.

    Returns:
        A list of str, paths in the folder of the run.
    """
    extras = [f"{EXTRAS}/{name}" for name in application.extras]
    return [*TRAINED, *RESULTS, f"{SAMPLES}/{CHECKSUMS}", *extras]


def clear(folder):
    """Removes the files that an earlier run wrote, but for run.json, which the new run replaces.

    Args:
        folder: `pathlib.Path`, a folder that `check_new` has accepted.

    Returns:
        A list of str: the files that stay, because no run wrote them.
    """
    if not (folder / SETTINGS).exists():
        return []
    for name in _list_written(folder):
        with contextlib.suppress(IsADirectoryError, PermissionError):
            (folder / name).unlink(missing_ok=True)
    for name in (SAMPLES, EXTRAS):
        with contextlib.suppress(OSError):  # not empty, or not there
            (folder / name).rmdir()
    stays = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*"))]
    hidden = [name for name in stays if name.startswith(".")]
    return [name for name in stays if name not in (SETTINGS, SAMPLES, EXTRAS, *hidden)]


def remove_parts(folder):
    """Removes the temporary files of trainings that were killed in this folder.

    Args:
        folder: `pathlib.Path`, the folder of a run, locked.
    """
    for part, name in files.list_parts(folder):
        is_old = time.time() - part.lstat().st_mtime > LONGEST_WRITE
        if is_old or name in (SETTINGS, *TRAINED):  # another command may be writing the others
            part.unlink(missing_ok=True)
    for part, _ in files.list_parts(folder / SAMPLES):
        part.unlink(missing_ok=True)


def _is_ours(folder):
    try:
        run = read_run(folder)
    except ValueError:
        return False
    return run.made_by == MARK or MARK in run.versions


def _list_written(folder):
    """Lists the files that the run in a folder wrote, by what run.json and checksums.json say."""
    written = [*TRAINED, *RESULTS, f"{SAMPLES}/{CHECKSUMS}"]
    listed = read_run(folder).files
    written = [name for name in written if not listed or name in listed]
    written += [name for name in listed if EXTRA_NAME.fullmatch(name)]
    try:
        epochs = read_checksums(folder / SAMPLES)["pictures"]
    except ValueError:
        epochs = ()
    return [*written, *(f"{SAMPLES}/{name_grid(int(epoch))}" for epoch in epochs)]

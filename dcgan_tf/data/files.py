"""Files that appear whole or not at all."""

import contextlib
import json
import os
import pathlib


@contextlib.contextmanager
def atomic_write(path):
    """Gives a path to write to, and moves what was written to `path` when all went well.

    Readers see the old file or the new one, never half of one. After an error the old file, if
    there was one, is still there, and nothing else is left behind.

    Args:
        path: the file to make. Missing parent folders are made.

    Yields:
        `pathlib.Path` of a hidden file in the same folder, with the same suffix.

    Example:

    >>> with atomic_write("run/curves.png") as part:
    ...     figure.savefig(part)
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path, content):
    """Writes a JSON file, whole or not at all.

    Args:
        path: the file to make.
        content: what `json.dumps` takes.
    """
    with atomic_write(path) as part:
        part.write_text(json.dumps(content, indent=2) + "\n")


def writable_file(path, suffix):
    """Checks that a file of this kind can be written, before any work is spent on it.

    Args:
        path: the file that is to be written; it need not exist.
        suffix: the file name's ending, for example ".gif".

    Returns:
        The path as a `pathlib.Path`.

    Raises:
        ValueError: if the name has another ending, is a folder, or a parent of it is a file.
        PermissionError: if its folder may not be written to.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() != suffix:
        raise ValueError(
            f"The file name has the wrong ending. Received: {str(path)!r}. Expected a name that "
            f"ends in {suffix}."
        )
    if path.is_dir():
        raise ValueError(
            f"There is a folder where the file should go. Received: {str(path)!r}. Expected the "
            "name of a file."
        )
    writable_folder(path.parent)
    return path


def writable_folder(path):
    """Checks that a folder exists or can be made.

    Args:
        path: the folder; it need not exist.

    Returns:
        The path as a `pathlib.Path`.

    Raises:
        ValueError: if it, or a parent of it, is a file.
        PermissionError: if it, or the folder it would be made in, may not be written to.
    """
    path = pathlib.Path(path)
    nearest = next(p for p in (path, *path.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise ValueError(
            f"There is a file where the folder should go: {str(nearest)!r}. Received: "
            f"{str(path)!r}. Expected a folder, or a path where one can be made."
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(
            f"The folder {str(nearest)!r} may not be written to. Received: {str(path)!r}. Expected "
            "a folder with write permission."
        )
    return path

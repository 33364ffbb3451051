"""Writing files so that they appear whole or not at all, and checks of paths to write to."""

import contextlib
import json
import os
import pathlib


@contextlib.contextmanager
def atomic_write(path):
    """Gives you a temporary file to write to, and moves it to `path` when all went well.

    Readers see the old file or the new one, never half a file. If an error occurs, the old file (if
    there was one) stays as it was, and the temporary file is removed.

    Args:
        path: the file to make. Missing parent folders are created.

    Yields:
        `pathlib.Path` of the temporary file, a hidden file in the same folder with the same suffix.

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
    """Writes a JSON file that appears whole or not at all.

    Args:
        path: the file to make.
        content: anything that `json.dumps` accepts.
    """
    with atomic_write(path) as part:
        part.write_text(json.dumps(content, indent=2) + "\n")


def check_writable_file(path, *suffixes):
    """Checks that a file can be written, before any work is spent on its content.

    Args:
        path: the file to be written; it need not exist yet.
        *suffixes: the endings that the file name may have, for example ".gif".

    Returns:
        The path as a `pathlib.Path`.

    Raises:
        ValueError: if the name has another ending, if it is a folder, or if one of its parents is a
            file.
        PermissionError: if you may not write to its folder.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() not in suffixes:
        raise ValueError(
            f"The file name has the wrong ending. Received: {str(path)!r}. Expected a name that "
            f"ends in {' or '.join(suffixes)}."
        )
    if path.is_dir():
        raise ValueError(
            f"There is a folder where the file should go. Received: {str(path)!r}. Expected the "
            "name of a file."
        )
    check_writable_folder(path.parent)
    return path


def check_writable_folder(path):
    """Checks that you can write to a folder, which exists or can be made.

    Args:
        path: the folder; it need not exist yet.

    Returns:
        The path as a `pathlib.Path`.

    Raises:
        ValueError: if the path or one of its parents is a file.
        PermissionError: if you may not write to the folder, or to the one that it would be made in.
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

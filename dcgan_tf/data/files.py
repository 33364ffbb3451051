"""Writing files so that they appear whole or not at all, and checks of paths to write to."""

import contextlib
import json
import os
import pathlib
import re
import secrets

PART_NAME = re.compile(r"\.(?P<stem>.+)\.[0-9a-f]{16}\.part(?P<suffix>(\.[^.]+)?)")


@contextlib.contextmanager
def atomic_write(path):
    """Gives you a temporary file to write to, and moves it to `path` when all went well.

    Readers see the old file or the new one, never half a file, even after a power loss: the content
    is on the disk before it gets its name. If an error occurs, the old file (if there was one)
    stays as it was, and the temporary file is removed. If several processes write the same file,
    each has a temporary file of its own, and the last one that is finished stays.

    Args:
        path: the file to make. Missing parent folders are created.

    Yields:
        `pathlib.Path` of the temporary file, a new hidden file in the same folder with the same
        suffix. Nobody can know its name before.

    Example:

    >>> with atomic_write("run/curves.png") as part:
    ...     figure.savefig(part)
    """
    path = pathlib.Path(path)
    make_folder(path.parent)
    part = path.with_name(f".{path.stem}.{secrets.token_hex(8)}.part{path.suffix}")
    # O_EXCL fails if anything has this name already, a link for example.
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield part
        sync(part)
        os.replace(part, path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def list_parts(folder):
    """Lists the temporary files in a folder that killed processes have left.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A list of tuples: `pathlib.Path` of the temporary file, and the name of the file that it
        should have become.
    """
    if not folder.is_dir():
        return []
    found = [(path, PART_NAME.fullmatch(path.name)) for path in folder.iterdir()]
    return [(path, match["stem"] + match["suffix"]) for path, match in found if match]


def make_folder(path):
    """Makes a folder and its parents, as far as they are missing, so that no power loss takes them.

    Args:
        path: `pathlib.Path`.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in missing:
        sync_folder(each.parent)


def sync(path):
    """Waits until the content of a file is on the disk, so that a power loss cannot take it."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path):
    """Waits until the names of the files in a folder are on the disk, where a system can do so."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems know no folders to sync
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path, content):
    """Writes a JSON file that appears whole or not at all.

    Args:
        path: the file to make.
        content: anything that `json.dumps` accepts.
    """
    write_bytes(path, (json.dumps(content, indent=2) + "\n").encode())


def write_bytes(path, content):
    """Writes a file that appears whole or not at all.

    Args:
        path: the file to make.
        content: bytes.
    """
    with atomic_write(path) as part:
        part.write_bytes(content)


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

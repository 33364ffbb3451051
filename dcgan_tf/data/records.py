"""Reading files of a run folder, which may come from a stranger: their size, and what is in them.

A record is what a JSON file holds: its fields and their types are those of a dataclass.
"""

import dataclasses
import errno
import json
import math
import os
import stat
import types
import typing

LARGEST_JSON = 2**25  # bytes
LARGEST_INTEGER = 2**63


def read_bytes(path, largest):
    """Reads a file that must be a regular one: no link, no folder, no device and no pipe.

    Args:
        path: `pathlib.Path`.
        largest: Int, the number of bytes that the file may have at most.

    Returns:
        Its content, as bytes.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is something else than a regular file, or larger.
    """
    # Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    flags = os.O_RDONLY | _get_flags("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY")
    try:
        if os.path.islink(path):  # Windows has no O_NOFOLLOW
            raise OSError(errno.ELOOP, "a link")
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EACCES, errno.EPERM) and not os.path.isdir(path):
            raise
        raise _no_regular_file(path) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _no_regular_file(path)
        if status.st_size <= largest:
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(largest + 1)  # the file may have grown since
            if len(content) <= largest:
                return content
    finally:
        os.close(descriptor)
    raise ValueError(
        f"The file is too large. Received: {str(path)!r} of {status.st_size:,} bytes. Expected at "
        f"most {largest:,}."
    )


def read_json(path, kind, largest=LARGEST_JSON):
    """Reads a JSON file and checks that it holds what it should.

    Args:
        path: `pathlib.Path`.
        kind: a type, as in `check`.
        largest: Int, the number of bytes that the file may have at most.

    Returns:
        A value of this type.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is damaged or holds something else.

    Example:

    >>> read_json(pathlib.Path("scores.json"), dict[str, float])
    """
    content = read_bytes(path, largest)
    try:
        return check(json.loads(content, parse_constant=_refuse_constant), kind)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise ValueError(
            f"The file cannot be read ({reason}). Received: {str(path)!r}. Expected the JSON that "
            "dcgan-tf writes."
        ) from error


def check(value, kind, place="the file"):
    """Checks that a value has a type, also inside lists and dicts, and makes dataclasses of dicts.

    Args:
        value: what `json.loads` returned.
        kind: the type: `int`, `float`, `str`, `bool`, `None`, `dict`, `list[...]`, a tuple of any
            length, `dict[str, ...]`, several of them joined by `|`, a `TypedDict` or a dataclass. A
            `float` is finite, and may be written as a whole number.
        place: Str, what the message calls the value.

    Returns:
        The value, with each dict that stands for a dataclass turned into one. Fields that the
        dataclass does not have are left out.

    Raises:
        ValueError: if the value has another type. The message says where.

    Example:

    >>> check([1, 2], tuple[int, ...])
    (1, 2)
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _check_union(value, arguments, place)
    if kind is float and _is_number(value):
        return value
    if kind is int and _is_number(value) and isinstance(value, int):
        return value
    if kind in (bool, str, dict) and isinstance(value, kind):
        return value
    if kind in (None, types.NoneType) and value is None:
        return value
    if origin in (list, tuple) and isinstance(value, list):
        items = (check(each, arguments[0], f"{place}[{i}]") for i, each in enumerate(value))
        return origin(items)
    if origin is dict and isinstance(value, dict):
        return {name: check(each, arguments[1], f"{place}.{name}") for name, each in value.items()}
    if isinstance(value, dict) and dataclasses.is_dataclass(kind):
        return _check_dataclass(value, kind, place)
    if isinstance(value, dict) and typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind)
        _check_names(value, hints, place)
        return {name: check(value[name], hint, f"{place}.{name}") for name, hint in hints.items()}
    raise ValueError(f"{_shorten(place)} is {_shorten(json.dumps(value))}, not {_name(kind)}")


def _check_union(value, kinds, place):
    for kind in kinds:
        try:
            return check(value, kind, place)
        except ValueError as error:
            last = error
            if isinstance(value, dict | list) and kind not in (None, types.NoneType):
                raise  # the only one of them that is a list or a dict: its message says more
    names = " or ".join(map(_name, kinds))
    raise ValueError(f"{_shorten(place)} is {_shorten(json.dumps(value))}, not {names}") from last


def _check_dataclass(value, kind, place):
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    nothing = dataclasses.MISSING
    required = [f.name for f in fields if f.default is nothing and f.default_factory is nothing]
    _check_names(value, required, place)
    given = [field.name for field in fields if field.name in value]
    return kind(**{name: check(value[name], hints[name], f"{place}.{name}") for name in given})


def _check_names(value, required, place):
    missing = [name for name in required if name not in value]
    if missing:
        raise ValueError(f"{_shorten(place)} lacks {', '.join(missing)}")


def _is_number(value):
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < LARGEST_INTEGER


def _name(kind):
    names = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
    names |= {None: "null", types.NoneType: "null"}
    is_list = typing.get_origin(kind) in (list, tuple)
    return names.get(kind, "a list" if is_list else "an object")


def _shorten(text):
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refuse_constant(name):
    raise ValueError(f"{name} is no number of JSON")


def _no_regular_file(path):
    return ValueError(
        f"This is no regular file. Received: {str(path)!r}. Expected a file, no link, folder or "
        "device."
    )


def _get_flags(*names):
    """Joins flags of `os.open`, of which some systems lack some."""
    flags = 0
    for name in names:
        flags |= getattr(os, name, 0)
    return flags

import dataclasses
import json
import os
import socket
import typing

import pytest

from dcgan_tf.data import records


class Pair(typing.TypedDict):
    a: int
    b: list[float]


@dataclasses.dataclass
class Record:
    name: str
    number: float | None
    pairs: tuple[Pair, ...] = ()
    flags: dict[str, bool] = dataclasses.field(default_factory=dict)


def write(folder, content):
    path = folder / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_record_is_made_of_its_fields(tmp_path):
    content = {"name": "x", "number": 3, "pairs": [{"a": 1, "b": [0.5, 2]}], "flags": {"y": True}}
    record = records.read_json(write(tmp_path, {**content, "unknown": 1}), Record)
    assert record == Record("x", 3, ({"a": 1, "b": [0.5, 2]},), {"y": True})
    assert records.read_json(write(tmp_path, {"name": "", "number": None}), Record).pairs == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "lacks name, number"),
        ([], "is [], not an object"),
        ({"name": 5, "number": 1}, "the file.name is 5, not text"),
        ({"name": "x", "number": "1"}, 'the file.number is "1", not a number or null'),
        ({"name": "x", "number": True}, "is true, not a number or null"),
        ({"name": "x", "number": 10**400}, "not a number or null"),
        ('{"name": "x", "number": NaN}', "NaN is no number of JSON"),
        ('{"name": "x", "number": 1e999}', "Infinity, not a number or null"),
        ({"name": "x", "number": 1, "pairs": [{"a": 1}]}, "the file.pairs[0] lacks b"),
        (
            {"name": "x", "number": 1, "pairs": [{"a": 1.0, "b": []}]},
            "a is 1.0, not a whole",
        ),
        ({"name": "x", "number": 1, "flags": {"y": 1}}, "the file.flags.y is 1, not true or false"),
        ('{"name": "x"', "Expecting"),
        ("", "Expecting value"),
        ("[" * 100_000, "nested too deeply"),
        ('{"name":' + "[" * 100_000, "nested too deeply"),
        ("1" * 5000, "int"),
        ("\0" * 100, "Expecting value"),
    ],
)
def test_what_is_something_else_is_refused_with_the_reason(tmp_path, content, reason):
    with pytest.raises(ValueError) as info:
        records.read_json(write(tmp_path, content), Record)
    assert reason in str(info.value) and "a.json" in str(info.value)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ValueError, match="cannot be read"):
        records.read_json(tmp_path / "a.json", dict)


def test_only_regular_files_are_read(tmp_path):
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "link").symlink_to("secret")
    (tmp_path / "dangling").symlink_to("nothing")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)  # the path of a socket must be short
        server.bind("socket")
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        for name in ("link", "dangling", "zero", "folder", "pipe", "socket"):
            with pytest.raises(ValueError, match="no regular file"):
                records.read_bytes(tmp_path / name, 100)
        with pytest.raises(FileNotFoundError):
            records.read_bytes(tmp_path / "nothing", 100)
        if before:
            assert len(os.listdir("/proc/self/fd")) == before
    assert records.read_bytes(tmp_path / "secret", 2) == b"{}"


def test_a_large_file_is_refused_unread(tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(2**40)  # takes no room on the disk
    with pytest.raises(ValueError, match="too large. Received: .*1,099,511,627,776 bytes"):
        records.read_bytes(tmp_path / "large", 2**20)

import os
import pathlib
import subprocess
import sys

import pytest

from dcgan_tf.data import files

# A process that opens the file "shared.json", writes a half, waits for a line, writes the rest.
SLOW_WRITER = """
import sys
from dcgan_tf.data import files
with files.atomic_write("shared.json") as part, open(part, "w") as file:
    file.write("A" * 10), file.flush(), print("half", flush=True), sys.stdin.readline()
    file.write("A" * 10)
"""


def test_two_processes_write_one_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "shared.json"
    path.write_text("old, whole")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SLOW_WRITER], **pipes) as slow:
        assert slow.stdout.readline() == "half\n"
        with files.atomic_write(path) as part:
            part.write_text("BBB")
            assert path.read_text() == "old, whole"
        assert path.read_text() == "BBB"
        slow.communicate("go on\n")
    assert slow.returncode == 0 and path.read_text() == "A" * 20
    assert os.listdir(tmp_path) == ["shared.json"]


def test_an_error_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.atomic_write(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


def test_content_is_synced_then_renamed_then_the_folder_is_synced(tmp_path, monkeypatch):
    """The order of SQLite, so that a power loss leaves the old file or the new one."""
    calls = []
    sync, replace = os.fsync, os.replace

    def record_sync(descriptor):
        path = pathlib.Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        calls.append(("sync", path.name, path.read_text() if path.is_file() else None))
        sync(descriptor)

    def record_replace(source, target):
        calls.append(("replace", pathlib.Path(target).name, None))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(os, "replace", record_replace)
    with files.atomic_write(tmp_path / "new" / "a.txt") as part:
        part.write_text("content")
        name = part.name
    made = ("sync", tmp_path.name, None)
    written = [("sync", name, "content"), ("replace", "a.txt", None), ("sync", "new", None)]
    assert calls == [made, *written]


def test_names_of_temporary_files_cannot_be_known_before(tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "folder"
    folder.mkdir()
    names = set()
    for _ in range(20):
        with files.atomic_write(folder / "a.html") as part:
            names.add(part.name)
    assert len(names) == 20
    # Even if somebody knew it: a link at this place is not followed.
    monkeypatch.setattr(files.secrets, "token_hex", lambda size: "0" * 2 * size)
    (folder / f".a.{'0' * 16}.part.html").symlink_to(victim)
    with pytest.raises(FileExistsError), files.atomic_write(folder / "a.html"):
        pass
    assert victim.read_text() == "precious"


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "a.txt").symlink_to(tmp_path / "victim")
    files.write_bytes(tmp_path / "a.txt", b"new")
    assert (tmp_path / "victim").read_text() == "precious"
    assert (tmp_path / "a.txt").read_text() == "new" and not (tmp_path / "a.txt").is_symlink()


def test_parts_are_found_by_their_names(tmp_path):
    class Killed(BaseException):
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pathlib.Path, "unlink", lambda *_, **__: None)
        for name in ("model.keras", "a.b.png", "plain"):
            with pytest.raises(Killed), files.atomic_write(tmp_path / name):
                raise Killed
    for name in (".mine.part.png", ".hidden", "model.keras"):
        (tmp_path / name).touch()
    assert sorted(name for _, name in files.list_parts(tmp_path)) == [
        "a.b.png",
        "model.keras",
        "plain",
    ]
    assert files.list_parts(tmp_path / "nothing") == []

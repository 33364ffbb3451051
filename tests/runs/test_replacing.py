"""What a new run removes from its folder, and what stays."""

import errno
import json
import os
import subprocess
import sys
import time

import filelock
import numpy as np
import pytest
from helpers import contents, train

from dcgan_tf.runs import replacing
from dcgan_tf.runs.folder import lock_folder
from dcgan_tf.runs.run_files import read_run

# A process whose data takes long to read: it waits until a file "go" is there.
SLOW_TRAINING = """
import pathlib, sys, time
from dcgan_tf import cli
from dcgan_tf.applications import images
load = images.open_dataset
def wait_and_load(*arguments):
    pathlib.Path("reading").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.05)
    return load(*arguments)
images.open_dataset = wait_and_load
sys.exit(cli.main("train --data data.npz --latent-dim 4 --epochs 1 --output-dir race".split()))
"""


def test_a_folder_with_another_run_json_is_never_touched(work, command):
    project = work / "project"
    (project / "samples" / "raw").mkdir(parents=True)
    (project / "extras").mkdir()
    (project / "run.json").write_text('{"tool": "something else"}')
    (project / "samples" / "raw" / "measurement.csv").write_text("two years of work")
    for name in ("extras/thesis.tex", "report.html", "model.keras", "scores.json"):
        (project / name).write_text("mine")
    before = contents(project)
    for how in ("--overwrite", "--resume"):
        status, _, error = train(command, "--epochs", 1, how, "--output-dir", project)
        assert status == 2 and error.count("\n") == 1
    assert contents(project) == before


def test_a_mistake_replaces_nothing(work, finished, command):
    before = contents(finished)
    np.savez("few.npz", x_train=np.load("data.npz")["x_train"][:15])
    for folder in (finished, work / "new"):
        words = ("--data", "few.npz", "--score-samples", 10, "--output-dir", folder)
        status, _, error = command("train", "--epochs", 1, "--overwrite", *words)
        assert status == 2 and "There are too few images for scores" in error
    assert contents(finished) == before
    assert not (work / "new" / "run.json").exists()


def test_only_what_the_run_wrote_is_replaced(finished, command):
    mine = (
        "notes.txt",
        "samples/notes.txt",
        "samples/epoch_0777.png",
        "samples/epoch_0001 (1).png",
    )
    mine += ("extras/mine.txt", "extras/films.gif", "generated.png")
    (finished / "extras").mkdir()
    for name in mine:
        (finished / name).write_text("mine")
    old = contents(finished)
    status, out, error = train(command, "--epochs", 1, "--overwrite", "--seed", 5)
    assert status == 0, error
    for name in mine:
        assert (finished / name).read_text() == "mine" and name in out
    new = contents(finished)
    same = {name for name in old if old[name] == new.get(name)}
    assert {*mine} <= same and not {"model.keras", "history.csv", "run.json"} & same
    assert new.keys() == old.keys()


def test_nothing_left_to_do_removes_nothing(finished, command):
    (finished / "extras").mkdir()
    for name in ("samples/notes.txt", "extras/mine.txt", "samples/epoch_0777.png"):
        (finished / name).write_text("mine")
    before = contents(finished)
    status, _, error = train(command, "--epochs", 1, "--resume")
    assert status == 0, error
    after = contents(finished)
    assert after.keys() == before.keys()
    for name in ("samples/notes.txt", "extras/mine.txt", "samples/epoch_0777.png", "scores.json"):
        assert after[name] == before[name]
    assert command("evaluate", finished, "--samples", 20)[0] == 0
    assert contents(finished).keys() == before.keys()


def test_a_manifest_cannot_name_other_files(finished):
    """A stranger's run.json may list anything: only names that we write ourselves count."""
    outside = finished.parent / "outside.txt"
    outside.write_text("mine")
    (finished / "extras" / "deep").mkdir(parents=True)
    inside = [finished / name for name in ("notes.txt", "extras/Thesis.png", "extras/deep/a.png")]
    for path in inside:
        path.write_text("mine")
    path = finished / "run.json"
    names = ["../outside.txt", str(outside), "extras/../../outside.txt", "notes.txt"]
    names += ["extras/Thesis.png", "extras/deep/a.png", "extras", ".", "*"]
    path.write_text(json.dumps({**json.loads(path.read_text()), "files": names}))
    replacing.clear(finished)
    assert outside.exists() and all(path.exists() for path in inside)


def test_what_is_listed_is_what_there_is(finished):
    """The manifest names every file of a finished run but run.json and the pictures."""
    made = {name for name in contents(finished) if not name.startswith("samples/epoch_")}
    assert made - {"run.json"} <= {*read_run(finished).files}


@pytest.mark.parametrize("kept", ["made_by", "versions"])
def test_older_runs_are_recognised(finished, kept):
    path = finished / "run.json"
    content = json.loads(path.read_text())
    for name in ("made_by", "files", "machine"):
        content.pop(name)
    if kept == "made_by":
        content |= {"made_by": "dcgan_tf", "versions": {}}
    path.write_text(json.dumps(content))
    replacing.check_new(finished, overwrite=True)
    assert replacing.clear(finished) == []
    assert os.listdir(finished) == ["run.json"]


@pytest.mark.thorough
def test_of_two_trainings_the_first_one_stays(work, command):
    """The second one began to read its data when the folder was still free."""
    with subprocess.Popen([sys.executable, "-c", SLOW_TRAINING], stderr=subprocess.PIPE) as slow:
        while not (work / "reading").exists():
            assert slow.poll() is None
            time.sleep(0.05)
        status, _, error = train(command, "--epochs", 2, "--output-dir", "race", "--seed", 1)
        assert status == 2 and "Another training is at work in the folder" in error
        (work / "go").touch()
        _, error = slow.communicate()
    assert slow.returncode == 0, error
    assert read_run(work / "race").versions and not (work / "race" / ".lock").exists()
    assert train(command, "--epochs", 1, "--output-dir", "race")[0] == 2


def test_the_lock_is_gone_afterwards(tmp_path):
    folder = tmp_path / "a" / "run"
    with lock_folder(folder):
        assert (folder / ".lock").exists()
        with pytest.raises(ValueError, match="Another training"), lock_folder(folder):
            pass
        assert (folder / ".lock").exists()
        (folder / "file").touch()
    assert os.listdir(folder) == ["file"]
    with pytest.raises(RuntimeError), lock_folder(tmp_path / "new"):
        raise RuntimeError
    assert not (tmp_path / "new").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("code", ["ENOLCK", "ENOSYS", "EOPNOTSUPP"])
def test_a_file_system_without_locks(finished, command, monkeypatch, code):
    def acquire(self, *_, **__):
        raise OSError(getattr(errno, code), "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)
    status, out, error = train(command, "--epochs", 2, "--resume")
    assert status == 0, error
    assert "has no locks: start no second training there" in out and "Errno" not in out + error


def test_a_lock_that_leads_elsewhere_is_not_followed(finished, command, tmp_path):
    (tmp_path / "victim").write_text("precious")
    (finished / ".lock").symlink_to(tmp_path / "victim")
    status, _, error = train(command, "--epochs", 2, "--resume")
    assert status in (1, 2) and error.count("\n") == 1 and "Traceback" not in error
    assert (tmp_path / "victim").read_text() == "precious"

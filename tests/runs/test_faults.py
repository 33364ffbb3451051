"""Faults: a killed process, a full disk, a vanished folder, NaN, two runs in one folder."""

import errno
import os
import shutil
import subprocess

import keras
import no_growth
import numpy as np
import pytest
import tensorflow as tf
from helpers import train
from kill_and_resume import kill_and_compare

from dcgan_tf.applications.images import Images
from dcgan_tf.gan import losses
from dcgan_tf.runs import callbacks, scoring, training
from dcgan_tf.runs.folder import lock_folder
from dcgan_tf.runs.run_files import read_history
from dcgan_tf.runs.scoring import evaluate_run


@pytest.mark.thorough
def test_killed_and_resumed_is_never_killed(tmp_path):
    """The short form of tests/programs/kill_and_resume.py."""
    assert kill_and_compare(tmp_path, kills=2, seed=1, epochs=6, images=64) == 2


def make_nan_after(steps, monkeypatch):
    """Makes the generator's loss NaN after so many steps."""
    calls = tf.Variable(0)
    sound = losses.SigmoidCrossEntropy.generator_loss

    def generator_loss(self, fake_output):
        calls.assign_add(1)
        return sound(self, fake_output) * tf.where(calls > steps, np.nan, 1.0)

    monkeypatch.setattr(losses.SigmoidCrossEntropy, "generator_loss", generator_loss)


def test_nan_stops_the_run_and_keeps_the_last_good_state(work, command, monkeypatch):
    sound = losses.SigmoidCrossEntropy.generator_loss
    make_nan_after(4, monkeypatch)
    status, out, error = train(command, "--epochs", 3, "--output-dir", "run")
    assert status == 1
    assert "generator_loss is nan after step 4. Kept: the model after epoch 1" in error
    assert "Traceback" not in error
    model = keras.saving.load_model("run/model.keras")
    assert int(model.generator_optimizer.iterations) == 3
    assert all(np.isfinite(weight).all() for weight in model.get_weights())

    monkeypatch.setattr(losses.SigmoidCrossEntropy, "generator_loss", sound)
    status, _, error = train(command, "--epochs", 3, "--output-dir", "run", "--resume")
    assert status == 0, error


def test_the_epoch_that_is_kept_is_that_of_the_model(work, command, monkeypatch):
    """Few images have many short epochs, and the model is saved after every second one, say."""
    monkeypatch.setattr(Images, "steps", 12)  # four epochs of three steps
    monkeypatch.setattr(callbacks, "MOST_SAVES", 2)
    make_nan_after(10, monkeypatch)
    status, _, error = train(command, "--output-dir", "run")
    assert status == 1 and "after step 10. Kept: the model after epoch 2." in error
    assert len(read_history("run")["epoch"]) >= 3
    assert evaluate_run("run", verbose=0).epochs == 2


def test_two_runs_into_one_folder(finished, command):
    with lock_folder(finished):
        for how in ("--resume", "--overwrite"):
            status, _, error = train(command, "--epochs", 2, how)
            assert status == 2
            assert "Another training is at work in the folder. Received: 'runs/data'" in error
    assert train(command, "--epochs", 2, "--resume")[0] == 0


def test_a_run_killed_before_its_first_model_begins_again(finished, command):
    whole = keras.saving.load_model(finished / "model.keras")
    for path in finished.iterdir():
        if path.is_file() and path.name != "run.json":
            path.unlink()
    status, _, error = train(command, "--epochs", 1, "--resume")
    assert status == 0, error
    again = keras.saving.load_model(finished / "model.keras")
    for x, y in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def test_a_model_that_has_vanished_is_no_new_start(finished, command):
    (finished / "model.keras").unlink()
    status, _, error = train(command, "--epochs", 2, "--resume")
    assert status == 2 and "The model cannot be loaded" in error


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB; needs the rights to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_without_room_is_said_before_the_first_step(work, command, small_disk):
    status, out, error = train(command, "--epochs", 3, "--output-dir", small_disk / "run")
    assert status == 1 and error.count("\n") == 1
    assert "There is too little room on the disk. Received: 1 MB free" in error
    assert "Epoch" not in out and {path.name for path in small_disk.rglob("*")} <= {"run", ".lock"}


def test_a_disk_that_gets_full(work, command, small_disk, monkeypatch):
    monkeypatch.setattr(training, "check_room", lambda folder, model: None)
    run = small_disk / "run"
    status, _, error = train(command, "--epochs", 3, "--output-dir", run)
    assert status == 1
    assert "No space left on device" in error and "Traceback" not in error
    assert not list(run.rglob(".*.part*"))


@pytest.mark.parametrize("replaced", [False, True])
def test_a_folder_that_vanishes_while_training(work, command, monkeypatch, replaced):
    save = callbacks.SaveModel.save

    def vanish(self, epochs):
        save(self, epochs)
        if int(self.model.generator_optimizer.iterations) == 3:
            shutil.rmtree("run")
            if replaced:
                (work / "run").write_text("a file where the folder was")

    monkeypatch.setattr(callbacks.SaveModel, "save", vanish)
    status, _, error = train(command, "--epochs", 3, "--output-dir", "run")
    assert status == 1 and "folder of the run was removed" in error and "'run'" in error
    assert error.count("\n") == 1
    left = list(work.glob("run/*"))
    assert left == [], "half of a run was made anew"


def test_nothing_grows(tmp_path):
    """The short form of tests/programs/no_growth.py: one trace, no open files."""
    _, traces, files = no_growth.watch(tmp_path, epochs=6)
    assert (traces, files) == (1, 0)


def test_a_read_only_folder(work, command, monkeypatch):
    """As the operating system reports it: root, who runs many a test, may write everywhere."""
    (work / "shut").mkdir()
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: "shut" not in str(path) and may(path, mode)
    )
    status, _, error = train(command, "--epochs", 1, "--output-dir", "shut/run")
    assert status == 1 and "may not be written to" in error
    assert not list((work / "shut").iterdir())


def test_a_read_only_disk(work, command, small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    status, _, error = train(command, "--epochs", 1, "--output-dir", small_disk / "run")
    assert status == 1 and "may not be written to" in error
    assert not list(small_disk.iterdir())


def test_a_full_disk_while_scoring(finished, command, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(scoring, "evaluate_run", full)
    status, _, error = command("evaluate", finished)
    assert status == 1 and "No space left on device" in error

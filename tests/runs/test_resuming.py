"""A run goes on bit for bit after any loss, or is refused with the name of the file."""

import json
import os
import shutil
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import contents, everything, train, write_data
from lose_power import lose_and_compare

from dcgan_tf.runs import resuming, run_files

EPOCHS = 3


@pytest.fixture(scope="module")
def stages(tmp_path_factory, keras_home):
    """A run whose folder was copied after each of three epochs: {2: folder, 3: folder}."""
    from dcgan_tf import cli

    work = tmp_path_factory.mktemp("stages")
    write_data(work)
    copies = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        patch.setenv("KERAS_HOME", str(keras_home))
        words = "train --data data.npz --latent-dim 8 --augment off --output-dir run".split()
        for epochs, how in ((1, []), (2, ["--resume"]), (EPOCHS, ["--resume"])):
            assert cli.main([*words, *how, "--epochs", str(epochs)]) == 0
            copies[epochs] = shutil.copytree("run", work / f"after_{epochs}")
    return copies


@pytest.fixture
def torn(work, stages):
    """The folder after two epochs, to be damaged."""
    run = shutil.copytree(stages[2], work / "run")
    text = (run / "run.json").read_text()
    (run / "run.json").write_text(text.replace(str(stages[2].parent), str(work)))
    return run


def cut(content):
    return content[: len(content) // 2]


DAMAGES = {
    "missing": None,
    "empty": lambda content: b"",
    "cut": cut,
    "zeros at the end": lambda content: cut(content) + bytes(len(content) - len(cut(content))),
    "older": "older",
}
NEEDED = ("run.json", "model.keras", "history.csv", "doctor.json", "samples/checksums.json")
NEEDED += ("samples/epoch_0001.png", "samples/epoch_0002.png")
# The settings of an earlier start are right too, an older model only repeats some epochs, and the
# first picture has only one version.
SAFE_IF_OLDER = ("run.json", "model.keras", "samples/epoch_0001.png")
NAMES = (*NEEDED, "progress.gif", "curves.png", "report.html", "scores.json")


def damage_file(path, damage, older):
    if damage == "older":
        shutil.copy(older, path) if older.exists() else path.unlink()
    elif damage == "missing":
        path.unlink()
    else:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", NEEDED)
def test_any_loss_is_noticed(torn, stages, name, damage):
    """The short form of `test_after_any_loss_the_run_is_right_or_refused`."""
    damage_file(torn / name, damage, stages[1] / name)
    if damage == "older" and name in SAFE_IF_OLDER:
        return
    with pytest.raises(ValueError, match=os.path.basename(name)):
        run_files.read_settings(torn)
        run_files.load_run_model(torn)
        resuming.check_is_complete(torn, 2)


@pytest.mark.long
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", NAMES)
def test_after_any_loss_the_run_is_right_or_refused(torn, stages, command, name, damage):
    damage_file(torn / name, damage, stages[1] / name)
    before = contents(torn)
    status, _, error = train(command, "--resume", "--epochs", EPOCHS, "--output-dir", torn)
    if status == 2:
        assert os.path.basename(name) in error and error.count("\n") == 1
        assert contents(torn) == before
        assert name in NEEDED
        return
    assert status == 0, error
    assert_same_run(torn, stages[EPOCHS])


def assert_same_run(run, expected):
    states = [everything(keras.saving.load_model(each / "model.keras")) for each in (run, expected)]
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(a, b)
    ours, theirs = contents(run), contents(expected)
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {"model.keras", "run.json", "report.html"}:
        assert ours[name] == theirs[name], name


@pytest.mark.parametrize("rows", [0, 1])
def test_a_history_without_its_last_rows_is_refused(torn, command, rows):
    path = torn / "history.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[: 1 + rows]))
    status, _, error = train(command, "--resume", "--epochs", EPOCHS, "--output-dir", torn)
    assert status == 2 and "history.csv is missing, damaged, or older than the model" in error
    assert "dcgan-tf train --from" in error


def test_a_model_without_losses_and_optimizers_is_refused(torn, command):
    path = torn / "model.keras"
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(entries["config.json"])
    del config["compile_config"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**entries, "config.json": json.dumps(config)}.items():
            archive.writestr(name, content)
    status, _, error = train(command, "--resume", "--epochs", EPOCHS, "--output-dir", torn)
    assert status == 2 and "losses and optimizers are missing" in error


@pytest.mark.parametrize("content", [b"epoch,discr\0\0\0\0", b"", b"epoch,a\n", b"epoch,a\n0,1\n"])
def test_titles_are_written_anew_if_no_epoch_is_done(tmp_path, content):
    """A power loss in the first epoch may have taken a part of them."""
    (tmp_path / "history.csv").write_bytes(content)
    run_files.cut_history(tmp_path, 0)
    assert (tmp_path / "history.csv").read_bytes() == b""


def test_a_changed_row_or_picture_is_noticed(torn):
    resuming.check_is_complete(torn, 2)
    path = torn / "history.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0.", b"1.", 1))
    with pytest.raises(ValueError, match="history.csv"):
        resuming.check_is_complete(torn, 2)
    path.write_bytes(content + b"2,0,0,0,0\n")  # later rows are none of the model's
    resuming.check_is_complete(torn, 2)
    shutil.copy(torn / "curves.png", torn / "samples" / "epoch_0001.png")
    with pytest.raises(ValueError, match="samples/epoch_0001.png"):
        resuming.check_is_complete(torn, 2)


def test_a_run_of_an_older_version_goes_on(torn, stages, command):
    """Its model has no note, and checksums.json knows no pictures."""
    model = keras.saving.load_model(torn / "model.keras")
    model.save(torn / "model.keras")
    path = torn / "samples" / "checksums.json"
    path.write_text(json.dumps(json.loads(path.read_text())["weights"]))
    settings = json.loads((torn / "run.json").read_text())
    for name in ("made_by", "files", "machine"):
        del settings[name]
    (torn / "run.json").write_text(json.dumps(settings))
    status, _, error = train(command, "--resume", "--epochs", EPOCHS, "--output-dir", torn)
    assert status == 0, error
    assert_same_run(torn, stages[EPOCHS])


def test_results_stay_until_their_successors_are_there(torn, command, monkeypatch):
    """A training that is stopped leaves the scores of the earlier epoch, and the report says so."""
    scores = (torn / "scores.json").read_bytes()
    monkeypatch.setattr(
        keras.Model, "fit", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    status, _, _ = train(command, "--resume", "--epochs", EPOCHS, "--output-dir", torn)
    assert status == 130 and (torn / "scores.json").read_bytes() == scores
    assert (torn / "report.html").exists() and (torn / "closest_pairs.png").exists()

    path = torn / "history.csv"
    path.write_text(path.read_text() + "2,0.5,0.5,0.5,0.5\n")
    assert command("report", torn)[0] == 0
    page = (torn / "report.html").read_text()
    assert "These are the scores of the model after epoch 2." in page


def test_a_run_notes_its_machine(torn):
    machine = run_files.read_run(torn).machine
    assert machine == resuming.describe_machine()
    assert int(machine["threads"]) >= 1 and machine["processor"]
    assert machine["GPUs"] == str(len(tf.config.list_physical_devices("GPU")))
    assert resuming.compare_machines(machine, machine) is None


def test_another_machine_is_said(torn, command):
    path = torn / "run.json"
    content = json.loads(path.read_text())
    content["machine"]["threads"] = "99"
    path.write_text(json.dumps(content))
    status, out, _ = train(command, "--resume", "--epochs", EPOCHS, "--output-dir", torn)
    assert status == 0
    assert "The run began on another machine (threads: 99, now " in out
    line = next(line for line in out.splitlines() if "another machine" in line)
    assert "processor" not in line and "keras" not in line


@pytest.mark.thorough
def test_power_losses(tmp_path):
    """The short form of tests/programs/lose_power.py."""
    assert lose_and_compare(tmp_path, losses=3, seed=1, epochs=2).total() == 3

"""Training from Python, without a process: `prepare` shows mistakes, `train` carries it out."""

import json
import pathlib

import numpy as np
import pytest
from helpers import everything

from dcgan_tf import load_model
from dcgan_tf.runs.run_files import read_settings
from dcgan_tf.runs.training import prepare, train

GIVEN = {
    "data": "data.npz",
    "latent_dim": 8,
    "augment": "off",
    "epochs": 1,
}  # as the run in `finished`


def test_prepare_says_what_will_be_trained_and_writes_nothing(work):
    before = {path.name for path in work.iterdir()}
    with prepare(GIVEN) as training:
        assert training.folder == pathlib.Path("runs/data")
        assert training.settings.latent_dim == 8 and training.settings.seed == 0
        assert training.application.samples.shape == (80, 16, 16, 1)
        assert (training.steps, training.first_epoch, training.is_chief) == (3, 0, True)
        assert training.model.latent_dim == 8
        assert {path.name for path in training.folder.iterdir()} <= {".lock"}
    assert {path.name for path in work.iterdir()} == before


def test_train_leaves_a_run_and_resumes_it_bit_for_bit(work, finished):
    with prepare({"epochs": 2}, finished, resume=True) as training:
        assert (training.first_epoch, training.settings.batch_size) == (1, 32)
        assert train(training)
    with prepare({**GIVEN, "epochs": 2}, "whole") as training:
        assert train(training)
    models = [load_model(folder / "model.keras") for folder in (finished, pathlib.Path("whole"))]
    for a, b in zip(*map(everything, models), strict=True):
        np.testing.assert_array_equal(a, b)
    assert read_settings(finished).epochs == 2
    assert json.loads((finished / "scores.json").read_text())["samples"] == 40


def test_a_folder_is_held_until_the_block_ends(work):
    with prepare(GIVEN, "run"):
        with pytest.raises(ValueError, match="Another training is at work"):
            prepare(GIVEN, "run")
    with prepare(GIVEN, "run"):
        pass


def test_a_mistake_leaves_the_folder_free(work, finished):
    np.savez("data.npz", x_train=np.zeros((200, 16, 16), np.uint8))
    for _ in range(2):
        with pytest.raises(ValueError, match="data has changed"):
            prepare({}, finished, resume=True)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({**GIVEN, "epochs": 2}, {}, "already contains a run"),
        ({"seed": 3}, {"resume": True}, "Received: --seed 3. Expected no --seed"),
        ({"application": "text", "loss": "hinge"}, {}, "application text chooses this itself"),
        ({"application": "music"}, {}, "Unknown application"),
        ({"data": "missing"}, {"overwrite": True}, "no such data set"),
    ],
)
def test_mistakes_show_before_anything_is_trained(work, finished, given, options, message):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    with pytest.raises(ValueError, match=message):
        prepare(given, finished, **options)
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*")} == before


def test_settings_of_the_first_edition_are_read(work, finished):
    """It wrote no name for the default run, and a list for the size of the images."""
    content = json.loads((finished / "run.json").read_text())
    content |= {"application": None, "image_size": [16, 16]}
    (finished / "run.json").write_text(json.dumps(content))
    settings = read_settings(finished)
    assert (settings.application, settings.image_size) == ("images", (16, 16))

"""What a training begins with: other data, other rates, another model, a sensible time."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
from helpers import everything, save

from dcgan_tf import load_model
from dcgan_tf.applications.images import Images
from dcgan_tf.runs import folder as run_folder
from dcgan_tf.runs.callbacks import build_callbacks
from dcgan_tf.runs.folder import name_folder
from dcgan_tf.runs.preparation import choose_folder_and_settings
from dcgan_tf.runs.resuming import check_epochs
from dcgan_tf.runs.run_files import read_run, read_settings, write_run
from dcgan_tf.runs.settings import Settings
from dcgan_tf.runs.training import describe, prepare, train
from dcgan_tf.runs.words import quote


def make_photos(folder, seed=0, count=24, shape=(16, 16)):
    rng = np.random.default_rng(seed)
    for i in range(count):
        save(folder / f"{i}.png", rng.integers(0, 256, shape, dtype=np.uint8))


@pytest.mark.parametrize(
    ("application", "name", "is_known"),
    [
        ("images", "mnist-10k", True),
        ("images", "wine", False),
        ("tables", "wine", True),
        ("tables", "mnist-10k", False),
        ("medicine", "simulated-bones", True),
        ("medicine", "mnist-10k", True),
        ("completion", "simulated-bones", False),
    ],
)
def test_no_folder_hides_a_data_set_that_is_known_by_its_name(work, application, name, is_known):
    (work / name).mkdir()
    given = {"application": application, "data": name}
    folder, settings = choose_folder_and_settings(given, "run")
    assert settings.data == (name if is_known else str(work / name))
    # A run that is resumed has the application that it began with.
    write_run(folder, dataclasses.replace(settings, epochs=1))
    again = choose_folder_and_settings({"data": name}, "run", resume=True)[1]
    assert again.data == settings.data


def test_a_run_to_begin_with_is_found_by_any_name(work, finished):
    shutil.move(finished, work / "mnist-10k")
    settings = choose_folder_and_settings({"start": "mnist-10k"})[1]
    assert settings.start == str(work / "mnist-10k")


@pytest.mark.thorough
def test_a_resumed_run_notices_other_images(work, command):
    make_photos(work / "photos")
    words = ("--data", "photos", "--epochs", 1, "--augment", "off")
    assert command("train", *words)[0] == 0
    make_photos(work / "photos", seed=1)
    status, _, err = command("train", "--data", "photos", "--resume", "--epochs", 2)
    assert status == 2 and "The data has changed since the run began" in err
    assert len(err.splitlines()) == 1
    make_photos(work / "photos", seed=0)
    shutil.move(work / "photos", work / "moved")
    with prepare({"data": "moved", "epochs": 2}, "runs/photos", resume=True) as training:
        assert training.first_epoch == 1
        assert train(training)
    assert read_settings("runs/photos").data == str(work / "moved")
    status, _, err = command("train", "--resume", "--output-dir", "runs/photos", "--seed", 5)
    assert status == 2 and "keeps its settings" in err


def test_arrays_are_noticed_too(work, finished, command):
    with np.load("data.npz") as file:
        arrays = dict(file)
    np.savez("data.npz", **{**arrays, "x_train": 255 - arrays["x_train"]})
    scores = (finished / "scores.json").read_bytes()
    for words in (("train", "--resume", "--output-dir", finished), ("evaluate", finished)):
        status, _, err = command(*words)
        assert status == 2 and "The data has changed" in err
    assert (finished / "scores.json").read_bytes() == scores
    np.savez("copy.npz", **arrays)
    np.savez("data.npz", **arrays)
    for name in ("data.npz", "copy.npz"):
        with prepare({"data": name, "epochs": 2}, finished, resume=True) as training:
            assert training.first_epoch == 1


def test_a_run_of_before_has_no_digest(work, finished):
    content = json.loads((finished / "run.json").read_text())
    for key in ("data_digest", "label_names", "augment", "mirror", "skip_damaged", "start"):
        del content[key]
    (finished / "run.json").write_text(json.dumps(content))
    with prepare({"epochs": 2}, finished, resume=True) as training:
        assert training.settings.augment == training.settings.mirror == "off"


def test_a_run_cannot_lose_epochs():
    check_epochs(asked=3, finished=3)
    with pytest.raises(ValueError, match="Received: --epochs 2. Expected at least 3"):
        check_epochs(asked=2, finished=3)


def test_learning_rates_change_on_request(work, finished):
    given = {"generator_lr": 0.0004, "epochs": 2}
    with prepare(given, finished, resume=True) as training:
        optimizers = training.model.optimizer.optimizers
        steps = int(optimizers[0].iterations.numpy())
        assert steps == 3
        rates = [float(optimizer.learning_rate) for optimizer in optimizers]
        expected = [0.0004 / (1 + steps / 5000), 0.002 / (1 + steps / 5000)]
        np.testing.assert_allclose(rates, expected, rtol=1e-6)
        assert train(training)
    assert read_settings(finished).generator_lr == 0.0004
    kept = load_model(finished / "model.keras").generator_optimizer
    assert float(kept.learning_rate) == pytest.approx(0.0004 / (1 + 6 / 5000))


def test_a_run_begins_with_the_model_of_another_one(work, finished, command):
    make_photos(work / "photos", shape=(20, 24))
    given = {"start": str(finished), "data": "photos", "augment": "off", "epochs": 1}
    with prepare(given) as training:
        settings = training.settings
        assert (settings.latent_dim, settings.image_size) == (8, (16, 16))
        source = load_model(finished / "model.keras")
        for network in ("generator", "discriminator"):
            pairs = zip(
                getattr(source, network).get_weights(),
                getattr(training.model, network).get_weights(),
                strict=True,
            )
            assert all((old == new).all() for old, new in pairs)
        assert int(training.model.generator_optimizer.iterations.numpy()) == 0
        assert train(training)
    assert f"--from {finished}" in read_settings("runs/photos").command()
    status, _, err = command("train", "--from", finished, "--data", "photos", "--latent-dim", 9)
    assert status == 2 and "already contains a run" in err
    words = ("--from", finished, "--data", "photos", "--latent-dim", 9, "--output-dir", "other")
    status, _, err = command("train", *words)
    assert status == 2 and "The model to begin with does not fit" in err
    assert not (work / "other" / "run.json").exists()


def test_a_run_takes_over_the_settings_of_the_one_that_it_begins_with(work):
    source = Settings(mirror="on", loss="hinge", batch_size=8, seed=5, epochs=3, skip_damaged=True)
    write_run(work / "source", source)
    start = {"start": str(work / "source")}
    _, settings = choose_folder_and_settings(start)
    assert settings == Settings(mirror="on", loss="hinge", batch_size=8, **start)
    _, settings = choose_folder_and_settings({**start, "loss": "minimax"})
    assert (settings.loss, settings.mirror) == ("minimax", "on")
    # Another application takes over only what it lets you choose.
    _, settings = choose_folder_and_settings({**start, "application": "conditional"})
    assert settings == Settings(application="conditional", batch_size=32, **start)


@pytest.mark.parametrize(
    ("count", "batch_size", "epochs"),
    [(8004, 32, 48), (817, 32, 462), (60_000, 32, 6), (1_000_000, 32, 1), (20, 32, 12_000)],
)
def test_about_twelve_thousand_steps_are_made(count, batch_size, epochs):
    application = type("Some", (), {"steps": Images.steps, "samples": np.empty((count, 1))})
    assert Images.count_epochs(application, batch_size) == epochs


def test_the_first_line_says_how_long_a_training_will_take(work):
    with prepare({"data": "data.npz", "latent_dim": 8}) as training:
        assert training.settings.epochs == 4000  # of 3 steps each
        line = describe(training).splitlines()[0]
        assert "3 steps an epoch, 4,000 epochs (about 12,000 steps; --epochs changes this)" in line
        assert line.endswith(", changed at random before the discriminator (translation)")
    with prepare({"data": "data.npz", "epochs": 1, "augment": "off"}) as training:
        assert describe(training).splitlines()[0].endswith("3 steps an epoch, 1 epoch")


@pytest.mark.parametrize(
    ("given", "is_advised"),
    [
        ({"epochs": 80}, False),
        ({"epochs": 81}, True),
        ({"epochs": 81, "augment": "off"}, False),
        ({"epochs": 81, "augment": "on"}, False),
        ({"epochs": 81, "data": "data.npz"}, False),  # few images, which are shifted anyway
        ({"epochs": 81, "application": "conditional"}, False),
    ],
)
def test_a_long_training_without_shifts_is_advised_to_have_them(work, given, is_advised):
    with prepare({"data": "mnist-10k", **given}) as training:
        assert ("--augment on prevents this" in describe(training)) == is_advised


def test_few_images_are_augmented_and_all_of_them_used(work):
    with prepare({"data": "data.npz", "epochs": 1}) as training:
        assert len(training.application.samples) == 80
        kinds = [type(layer).__name__ for layer in training.model.discriminator.layers]
        assert "PartTranslation" in kinds
        assert train(training)
    loaded = load_model(training.folder / "model.keras")
    for a, b in zip(everything(training.model), everything(loaded), strict=True):
        np.testing.assert_array_equal(a, b)
    with prepare({"data": "mnist-10k", "epochs": 1}) as training:
        assert type(training.model).__name__ == "DCGAN"


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ({"data": "emoji-people"}, ["mirror", "translation"]),
        ({"data": "emoji-people", "mirror": "off", "augment": "off"}, []),
        ({"data": "mnist-10k"}, []),
        ({"data": "mnist-10k", "mirror": "on"}, ["mirror"]),
    ],
)
def test_images_are_mirrored_only_where_they_may_be(work, given, changes):
    with prepare({**given, "epochs": 1}) as training:
        assert training.application.changes == changes


def test_thousands_of_short_epochs_are_not_all_saved(work):
    for given, expected in (({}, 40), ({"epochs": 5000}, 1)):  # 4,000 epochs, or those asked for
        with prepare({"data": "data.npz", "augment": "off", **given}, "many") as training:
            built = build_callbacks(training)
        every = {type(each).__name__: each.every for each in built if hasattr(each, "every")}
        assert every == dict.fromkeys(("TrainingDoctor", "ProgressGif", "SaveModel"), expected)


def test_too_little_room_is_said_before_the_first_step(work, command, monkeypatch):
    usage = shutil.disk_usage(work)._replace(free=1_000_000)
    monkeypatch.setattr(run_folder.shutil, "disk_usage", lambda path: usage)
    status, _, err = command("train", "--data", "data.npz", "--epochs", 1)
    assert status == 1 and "too little room on the disk. Received: 1 MB free" in err
    assert not (work / "runs" / "data" / "model.keras").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mnist-10k", "mnist-10k"),
        ("photos/cats.v2", "cats.v2"),
        ("data.npz", "data"),
        ("CON.npz", "CON_"),
        ("lpt1", "lpt1_"),
        ("what? a:b", "what_ a_b"),
        ("end. ", "end"),
        ("/", "data"),
        ("图片", "图片"),
    ],
)
def test_names_of_folders_are_names_on_every_system(name, expected):
    assert name_folder(name) == expected


def test_printed_commands_can_be_pasted():
    assert quote(["dcgan-tf", "report", "it's my run"]) == """dcgan-tf report 'it'"'"'s my run'"""


def test_names_of_labels_are_kept_in_the_run(work, command):
    for name in ("10", "cats", "2"):
        make_photos(work / "animals" / name, seed=len(name), count=8)
    words = ("--data", "animals", "--epochs", 1)
    assert command("train", "--application", "conditional", *words)[0] == 0
    run = work / "runs" / "conditional"
    assert read_run(run).label_names == ["2", "10", "cats"]
    labels = json.loads((run / "scores.json").read_text())["classes"]["labels"]
    assert labels == ["2", "10", "cats"]
    assert "cats" in (run / "report.html").read_text(encoding="utf-8")
    shutil.rmtree(work / "animals")  # the model can be asked without the data
    assert command("sample", run, "--label", "cats", "--count", 4)[0] == 0
    status, _, err = command("sample", run, "--label", "dogs")
    assert status == 2 and "no such label. Received: dogs. Expected one of 2, 10, cats." in err

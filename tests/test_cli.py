import csv
import io
import json
import signal
import subprocess
import sys
import zipfile

import imageio.v3 as iio
import keras
import numpy as np
import pytest
from helpers import contents, gif_durations, state, train
from PIL import Image

from dcgan_tf.applications import images as application_images
from dcgan_tf.data import datasets
from dcgan_tf.gan import regularizers
from dcgan_tf.runs.training import prepare

LAUNCH = [sys.executable, "-m", "dcgan_tf"]


def test_help_does_not_load_tensorflow():
    code = (
        "import sys, dcgan_tf.cli\n"
        "try:\n    dcgan_tf.cli.main(['train', '--help'])\n"
        "finally:\n    heavy = {'tensorflow', 'keras', 'numpy', 'matplotlib'}\n"
        "    print('heavy:', heavy & {*sys.modules})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "examples:" in result.stdout and result.stderr == ""
    assert result.stdout.endswith("heavy: set()\n")


def test_train_leaves_a_run_folder(work, command):
    status, out, err = train(command, "--epochs", 3)
    assert (status, err) == (0, "")
    run = work / "runs" / "data"
    assert sorted(path.name for path in (run / "samples").glob("*.png")) == [
        "epoch_0001.png",
        "epoch_0002.png",
        "epoch_0003.png",
    ]
    assert len(gif_durations(run / "progress.gif")[0]) == 3
    assert iio.imread(run / "curves.png").ndim == 3
    rows = (run / "history.csv").read_text().splitlines()
    assert rows[0] == "epoch,discriminator_loss,fake_accuracy,generator_loss,real_accuracy"
    assert [row.split(",")[0] for row in rows[1:]] == ["0", "1", "2"]
    content = json.loads((run / "run.json").read_text())
    assert content["seed"] == 0 and content["batch_size"] == 32 and "versions" in content
    for name in (
        *("samples", "progress.gif", "history.csv", "curves.png", "model.keras"),
        *("scores.json", "report.html"),
    ):
        assert (run / name).exists() and out.count(f"runs/data/{name}\n") == 1
    assert [look["epoch"] for look in json.loads((run / "doctor.json").read_text())] == [1, 2, 3]
    assert json.loads((run / "scores.json").read_text())["samples"] == 40
    assert "40 generated samples against as many real ones" in out


@pytest.mark.thorough
def test_resumed_run_equals_one_never_stopped(work, command):
    options = ["--network", "tutorial", "--loss", "minimax", "--generator-lr", "0.002"]
    options += ["--score-samples", 20]
    assert train(command, "--epochs", 4, "--output-dir", "whole", *options)[0] == 0
    assert train(command, "--epochs", 2, "--output-dir", "parts", *options)[0] == 0
    # As if the run had been killed after an epoch's row was written, before the model was saved.
    history = work / "parts" / "history.csv"
    history.write_bytes(history.read_bytes() + b"2,0.5,0.5,0.5,0.5\r\n3,0.")
    status, _, err = command("train", "--resume", "--output-dir", "parts", "--epochs", 4)
    assert (status, err) == (0, "")
    for a, b in zip(state(work / "whole"), state(work / "parts"), strict=True):
        np.testing.assert_array_equal(a, b)
    whole, parts = contents(work / "whole"), contents(work / "parts")
    assert whole.keys() == parts.keys()
    assert [name for name in whole if whole[name] != parts[name]] == ["model.keras"]  # zip times
    samples = []
    for run, seed in (("whole", 3), ("parts", 3), ("parts", 4)):
        words = ["sample", run, "--count", 5, "--seed", seed, "--output", "new.png"]
        assert command(*words)[0] == 0
        samples.append((work / "new.png").read_bytes())
    assert samples[0] == samples[1] != samples[2]


def test_a_scored_run_has_its_scores_in_the_history(work, command):
    assert train(command, "--epochs", 2, "--score-samples", 20)[0] == 0
    with open("runs/data/history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    distances = [float(row["val_frechet_distance"]) for row in rows]
    assert len(distances) == 2 and min(distances) > 0
    assert {"val_coverage", "val_kernel_distance", "generator_loss"} <= rows[0].keys()


def test_evaluate_scores_a_run_anew(finished, command):
    run = finished
    made = ("scores.json", "closest_pairs.png", "class_fractions.png", "report.html")
    first = json.loads((run / "scores.json").read_text())
    for name in made:
        (run / name).unlink()
    status, out, err = command("evaluate", run, "--samples", 30, "--seed", 5)
    assert (status, err) == (0, "")
    card = json.loads((run / "scores.json").read_text())
    assert (card["samples"], card["seed"]) == (30, 5)
    assert card["features"] == first["features"] and "data.npz" in card["features"]
    for row in card["rows"]:
        assert row["title"] in out
    assert all((run / name).exists() for name in made)
    assert "30" in (run / "report.html").read_text()
    assert command("evaluate", run)[0] == 0
    assert json.loads((run / "scores.json").read_text()) == first


def test_report_is_written_anew(finished, command):
    path = finished / "report.html"
    before = path.read_bytes()
    path.unlink()
    status, out, err = command("report", "runs/data")
    assert (status, err) == (0, "") and "runs/data/report.html\n" in out
    assert path.read_bytes() == before


def test_training_takes_old_scores_away(work, finished, command):
    np.savez("few.npz", x_train=np.load("data.npz")["x_train"][:10])
    (work / "data.npz").unlink()
    status, out, _ = command(
        *("train", "--data", "few.npz", "--epochs", 1, "--overwrite", "--output-dir", "runs/data")
    )
    assert status == 0 and "not scored" in out and "Expected at least 20" in out
    left = {path.name for path in (work / "runs" / "data").iterdir()}
    assert "report.html" in left
    assert not left & {"scores.json", "closest_pairs.png", "class_fractions.png"}


def test_evaluate_of_a_run_whose_data_is_gone(work, finished, command):
    before = contents(finished)
    (work / "data.npz").unlink()
    status, _, err = command("evaluate", "runs/data")
    assert status == 2 and "data.npz" in err and err.count("\n") == 1
    assert contents(finished) == before


def test_resume_of_a_finished_run_changes_nothing(finished, command):
    before = contents(finished)
    status, _, _ = train(command, "--resume")
    assert status == 0
    after = contents(finished)
    assert [name for name in before if before[name] != after[name]] in ([], ["model.keras"])


def test_a_run_is_not_overwritten_unasked(finished, command):
    run = finished
    (run / "notes.txt").write_text("mine")
    before = contents(run)
    status, _, err = train(command, "--epochs", 1)
    assert status == 2 and "--resume" in err and "--overwrite" in err
    assert contents(run) == before
    assert train(command, "--epochs", 1, "--overwrite", "--seed", 1)[0] == 0
    assert [path.name for path in (run / "samples").glob("*.png")] == ["epoch_0001.png"]
    assert len((run / "history.csv").read_text().splitlines()) == 2
    assert (run / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("option", ["--overwrite", "--resume", None])
def test_a_folder_of_something_else_is_never_touched(work, command, option):
    (work / "photos").mkdir()
    (work / "photos" / "model.keras").write_text("mine")
    before = contents(work / "photos")
    options = ["--output-dir", "photos"] + ([option] if option else [])
    status, _, err = train(command, *options)
    assert status == 2 and "Received: 'photos'" in err and err.count("\n") == 1
    assert contents(work / "photos") == before


@pytest.mark.thorough
def test_ctrl_c_keeps_the_finished_epochs(work, command):
    arguments = ["train", "--data", "data.npz", "--latent-dim", "8", "--epochs", "100000"]
    arguments += ["--augment", "off"]
    process = subprocess.Popen(
        [*LAUNCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # As from a terminal: a shell lets the tests that it runs in the background ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for line in process.stdout:
        if line.startswith("Epoch 4/"):
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert "To go on: dcgan-tf train --resume --output-dir runs/data" in out
    run = work / "runs" / "data"
    epochs = len((run / "history.csv").read_text().splitlines()) - 1
    assert epochs >= 3
    assert len(gif_durations(run / "progress.gif")[0]) == epochs
    assert (run / "curves.png").exists()
    assert not [path for path in run.rglob(".*.part*")]
    status, _, _ = command("train", "--resume", "--output-dir", run, "--epochs", epochs + 1)
    assert status == 0
    assert len((run / "history.csv").read_text().splitlines()) - 1 == epochs + 1


@pytest.mark.thorough
def test_other_seed_other_run(finished, command):
    def read_history():
        return np.genfromtxt(finished / "history.csv", delimiter=",", names=True)

    first = read_history()
    assert train(command, "--epochs", 1, "--seed", 0, "--overwrite")[0] == 0
    np.testing.assert_array_equal(read_history(), first)
    assert train(command, "--epochs", 1, "--seed", 1, "--overwrite")[0] == 0
    assert read_history()["generator_loss"] != first["generator_loss"]


def test_own_images_of_another_shape(work, command):
    rng = np.random.default_rng(0)
    for i in range(5):
        pixels = rng.integers(0, 256, (30 + i, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(work / f"{i}.png")
    status, out, err = command(
        *("train", "--data", work, "--image-size", "20x36", "--epochs", 1, "--batch-size", 2),
        *("--output-dir", "run"),
    )
    assert (status, err) == (0, "")
    assert "5 images of 20x36x3" in out
    assert keras.saving.load_model(work / "run" / "model.keras").generate(1).shape == (1, 20, 36, 3)


@pytest.mark.thorough
def test_a_folder_that_does_not_fit_into_memory_is_judged_by_some_of_its_images(
    work, command, monkeypatch
):
    for module in (datasets, application_images):
        monkeypatch.setattr(module, "LARGEST_ARRAY", 25 * 16 * 16 * 4)  # 25 of 40 images
    pixels = np.load("data.npz")["x_train"]
    for label in ("a", "b"):
        (work / "photos" / label).mkdir(parents=True)
        for i in range(20):
            Image.fromarray(pixels[i]).save(work / "photos" / label / f"{i}.png")
    status, out, err = command("train", "--data", "photos", "--epochs", 1)
    assert (status, err) == (0, "")
    card = json.loads((work / "runs" / "photos" / "scores.json").read_text())
    assert card["samples"] == 12 and card["classes"]["labels"] == ["a", "b"]
    assert (work / "runs" / "photos" / "doctor.json").exists()


def test_sample(work, finished, command):
    for arguments, path in (
        (["--count", 5, "--seed", 3, "--output", "new/a.png"], work / "new" / "a.png"),
        (["--count", 5, "--seed", 3], work / "runs" / "data" / "generated.png"),
        (["--count", 5, "--seed", 4, "--output", "b.png"], work / "b.png"),
    ):
        status, out, err = command("sample", "runs/data", *arguments)
        assert (status, err) == (0, "") and path.exists()
    one, same = (iio.imread(work / name) for name in ("new/a.png", "runs/data/generated.png"))
    np.testing.assert_array_equal(one, same)


@pytest.mark.thorough
def test_an_application_from_training_to_samples(work, finished, command):
    words = ["train", "--application", "conditional", "--data", "data.npz"]
    status, out, err = command(*words, "--epochs", 1)
    assert (status, err) == (0, "")
    assert "80 samples of 16x16x1" in out and "classified as asked" in out
    run = work / "runs" / "conditional"
    assert json.loads((run / "run.json").read_text())["application"] == "conditional"
    assert command(*words, "--epochs", 2, "--resume")[0] == 0
    assert len(gif_durations(run / "progress.gif")[0]) == 2
    page = (run / "report.html").read_text()
    assert "<h1>conditional</h1>" in page and "classified as asked" in page
    assert "Map of the latent space" not in page and "--application conditional" in page
    status, out, _ = command("sample", run, "--label", 2, "--count", 4, "--output", "two.png")
    assert status == 0 and "4 generated images: two.png" in out
    status, _, err = command("sample", run, "--label", 3)
    assert status == 2 and "Received: 3. Expected one of 0, 1, 2." in err
    status, _, err = command("sample", finished, "--label", 3)
    assert status == 2 and "Received: --label 3" in err and "--application conditional" in err


def test_loss_and_penalty_are_settings_of_a_run(work, command):
    options = ["--loss", "wasserstein", "--discriminator-steps", 2, "--regularizer-weight", 3]
    assert train(command, "--epochs", 1, *options)[0] == 0
    model = keras.saving.load_model(work / "runs" / "data" / "model.keras")
    assert isinstance(model.regularizer, regularizers.GradientPenalty)
    assert (model.regularizer.weight, model.discriminator_steps) == (3.0, 2)
    assert int(model.discriminator_optimizer.iterations.numpy()) == 6
    status, _, err = train(command, "--resume", "--epochs", 2, "--loss", "hinge")
    assert status == 2 and "--loss hinge" in err
    with prepare({"data": "data.npz", "regularizer": "none"}, overwrite=True) as training:
        assert training.model.regularizer is None


def test_data(work, command):
    status, out, err = command("data", "data.npz", "--preview", "look.png")
    assert (status, err) == (0, "")
    assert "80 training images, height 16, width 16, channels 1" in out
    assert "0: 27, 1: 27, 2: 26" in out
    assert iio.imread(work / "look.png").shape[0] == 8 * (2 + 48) + 2
    status, out, _ = command("data", "mnist-10k", "--image-size", "32")
    assert status == 0 and "8,004 training images, height 32, width 32" in out


@pytest.fixture
def bad_inputs(work):
    pixels = np.zeros((4, 16, 16), np.uint8)
    (work / "empty").mkdir()
    (work / "truncated").mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32), dtype=np.uint8)).save(
        work / "truncated" / "a.png"
    )
    whole = (work / "truncated" / "a.png").read_bytes()
    (work / "truncated" / "a.png").write_bytes(whole[:300])
    np.savez(work / "objects.npz", x_train=np.array([{}], object))
    np.savez(work / "flat.npz", np.zeros((4, 784), np.uint8))
    np.savez(work / "small.npz", pixels[:, :8, :8])
    np.savez(work / "wide.npz", np.zeros((2, 16, 258), np.uint8))
    np.savez(work / "other.npz", x_train=pixels, x_test=np.zeros((4, 16, 16, 3), np.uint8))
    np.savez(work / "nine.npz", np.zeros((9, 16, 16), np.uint8))
    (work / "file").write_text("")
    return work


@pytest.mark.parametrize(
    "words",
    [
        *(
            "train --data",
            "train --from",
            "train --output-dir",
            "sample",
            "sample data.npz --output",
        ),
        *("sample data.npz --separate", "evaluate", "report", "play", "play data.npz --output"),
        *("data", "data data.npz --preview"),
    ],
)
def test_a_path_of_no_letters_is_refused(work, command, words):
    """It may come from a variable of the shell that is not set, and is not the current folder."""
    before = contents(work)
    status, out, err = command(*words.split(), "")
    assert (status, out) == (2, "") and err.count("\n") == 1
    assert "received '', expected at least one letter" in err
    assert contents(work) == before


@pytest.mark.parametrize(
    ("words", "received", "accepted"),
    [
        ("train --data missing", "'missing'", "mnist-10k"),
        ("train --data empty", "empty", "formats PNG, JPEG"),
        ("train --data truncated", "a.png", "whole image files"),
        ("train --data objects.npz", "objects.npz", "plain arrays"),
        ("train --data flat.npz", "(4, 784)", "(n, height, width)"),
        ("train --data small.npz", "(8, 8, 1)", "16 to 256 pixels"),
        ("train --data wide.npz", "(16, 258, 1)", "16 to 256 pixels"),
        ("train --data data.npz --image-size 300", "'300'", "16 to 256 pixels"),
        ("train --data data.npz --image-size 20x", "'20x'", "HEIGHTxWIDTH"),
        ("train --data other.npz", "(16, 16, 1) and (16, 16, 3)", "the same in both parts"),
        ("train --application completion --data nine.npz", "9 images", "at least 10"),
        ("train --epochs 0", "'0'", "from 1 to"),
        ("train --epochs 1.5", "'1.5'", "from 1 to"),
        ("train --batch-size -4", "'-4'", "from 1 to"),
        ("train --seed -1", "'-1'", "from 0 to"),
        ("train --seed 99999999999999999999", "'99999999999999999999'", "to 2147483647"),
        ("train --latent-dim none", "'none'", "from 1 to"),
        ("train --generator-lr 0", "'0'", "between 0 and 1"),
        ("train --discriminator-lr nan", "'nan'", "between 0 and 1"),
        ("train --loss wgan", "'wgan'", "minimax"),
        ("train --regularizer lasso", "'lasso'", "gradient_penalty"),
        ("train --regularizer-weight -1", "'-1'", "at least 0"),
        ("train --discriminator-steps 0", "'0'", "from 1 to"),
        ("train --application music", "'music'", "conditional"),
        ("train --application conditional --loss hinge", "--loss hinge", "no such option"),
        ("train --application text --data data.npz", "--data ", "no such option"),
        ("train --application features --data data.npz", "data.npz", "a test part"),
        ("sample runs --walk 1", "'1'", "from 2 to"),
        ("train --augment maybe", "'maybe'", "auto"),
        ("train --from missing", "missing", "dcgan-tf train"),
        ("train --network big", "'big'", "tutorial"),
        ("train --epoch 3", "--epoch", "--help"),
        ("train --resume --overwrite", "--overwrite", "not allowed with"),
        ("train --output-dir file", "'file'", "a folder"),
        ("train --output-dir file/run", "'file/run'", "a folder"),
        ("train --resume", "runs/mnist-10k", "dcgan-tf train"),
        ("sample missing", "missing", "dcgan-tf train"),
        ("sample empty --count 0", "'0'", "from 1 to"),
        ("sample empty --output file/a.png", "'file'", "a folder"),
        ("sample empty --output a.jpg", "'a.jpg'", ".png"),
        ("sample empty --output empty", "'empty'", ".png"),
        ("train --score-samples 5", "'5'", "from 10 to"),
        ("evaluate missing", "missing", "dcgan-tf train"),
        ("evaluate", "RUN", "required"),
        ("evaluate empty --samples 3", "'3'", "from 10 to"),
        ("report missing", "missing", "dcgan-tf train"),
        ("data", "NAME_OR_PATH", "required"),
        ("data missing", "'missing'", "fashion-mnist"),
        ("data mnist-10k --preview empty", "'empty'", ".png"),
        ("data mnist-10k --preview file/a.png", "'file'", "a folder"),
        ("", "COMMAND", "--help"),
        ("learn", "'learn'", "train"),
    ],
)
def test_wrong_input_gets_one_line(bad_inputs, command, words, received, accepted):
    before = contents(bad_inputs)
    status, out, err = command(*words.split())
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and "error: " in err
    assert received in err and accepted in err
    assert contents(bad_inputs) == before
    assert not (bad_inputs / "runs").exists()


def test_resume_refuses_other_settings_and_other_data(finished, command):
    before = contents(finished)
    status, _, err = train(command, "--resume", "--seed", 3)
    assert status == 2 and "Received: --seed 3. Expected no --seed" in err
    np.savez("data.npz", x_train=np.zeros((200, 16, 16), np.uint8))
    status, _, err = train(command, "--resume")
    assert status == 2 and "data has changed" in err
    assert contents(finished) == before


def cut(whole):
    return whole[:1000]


def zeroed(whole):
    return bytes(len(whole))


def of_another_version(whole):
    """Of other networks under the same name, as after a change of the default ones."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"latent_dim": 8', b'"latent_dim": 9'))
    return changed.getvalue()


@pytest.mark.parametrize("damage", [cut, zeroed, of_another_version])
def test_a_damaged_model_is_refused(finished, command, damage):
    path = finished / "model.keras"
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    for words in (
        ["train", "--resume", "--output-dir", "runs/data"],
        ["sample", "runs/data"],
        ["evaluate", "runs/data"],
        ["report", "runs/data"],
    ):
        status, _, err = command(*words)
        assert status == 2 and "model cannot be loaded" in err and err.count("\n") == 1


def test_a_missing_network_is_a_failure_that_names_the_bundled_digits(work, command, monkeypatch):
    """Downloads fail at once, as on a machine without a network."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(work))
    status, _, error = command("data", "mnist")
    assert status == 1
    assert error.count("\n") == 1 and "mnist-10k" in error

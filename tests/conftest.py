import gc
import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Two processes run the tests, so each takes one core.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np
import pytest

# Fixtures import TensorFlow inside: the process that hands out the tests has no use for it.

LONGEST = (
    *("test_cli.py", "test_keras_features.py", "test_faults.py", "test_applications.py"),
    *("test_terminal.py", "test_preparation.py", "test_scorer.py", "test_workers.py"),
)


def pytest_collection_modifyitems(items):
    """Puts the longest files first, so that both processes come to their end at the same time."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_terminal_summary(terminalreporter):
    """Says how many wrong answers to the exercises of the course were refused."""
    properties = [
        each
        for report in terminalreporter.stats.get("passed", [])
        for each in report.user_properties
    ]
    refused = [number for name, number in properties if name == "wrong answers refused"]
    if refused:
        terminalreporter.write_line(
            f"{sum(refused)} wrong answers refused, in {len(refused)} chapters"
        )


@pytest.fixture(scope="module", autouse=True)
def leave_old_objects_alone():
    """Spares Python from searching all that earlier files left behind for garbage, again and again.

    Traced functions of TensorFlow are many objects, and most of them live as long as the process.
    """
    yield
    gc.freeze()


@pytest.fixture(scope="session")
def digits():
    """96 of the bundled digits, float32 (96, 28, 28, 1) in [-1, 1]: three batches of 32."""
    from dcgan_tf import load_dataset

    return load_dataset("mnist-10k")[0][0][:96]


@pytest.fixture
def tiny_gan():
    """Makes GANs of points in the plane: fast to trace, with BatchNorm and Dropout."""

    def make(seed=0, latent_dim=3):
        import keras

        from dcgan_tf import GAN

        layers = keras.layers
        initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
        options = {"kernel_initializer": initializer}
        generator = keras.Sequential(
            [
                keras.Input((latent_dim,)),
                layers.Dense(8, **options),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Dense(2, **options),
            ]
        )
        discriminator = keras.Sequential(
            [
                keras.Input((2,)),
                layers.Dense(8, activation="relu", **options),
                layers.Dropout(0.3, seed=seed),
                layers.Dense(1, **options),
            ]
        )
        return GAN(generator, discriminator, latent_dim, seed=seed)

    return make


@pytest.fixture(scope="session")
def points():
    """80 points in the plane, float32 (80, 2)."""
    return np.random.default_rng(0).normal(2.0, 0.5, (80, 2)).astype(np.float32)


@pytest.fixture(scope="session")
def keras_home(tmp_path_factory):
    """Where the classifier of data.npz is kept: it is trained once for all tests."""
    return tmp_path_factory.mktemp("keras")


@pytest.fixture
def work(tmp_path, monkeypatch, keras_home):
    """A folder to work in, with data.npz: 80 images of 16x16, three steps an epoch."""
    monkeypatch.chdir(tmp_path)
    from helpers import write_data

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    write_data(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def one_epoch(tmp_path_factory, keras_home):
    """A folder with data.npz and a run of one epoch in runs/data, to be copied by `finished`."""
    from helpers import write_data

    from dcgan_tf import cli

    folder = tmp_path_factory.mktemp("one_epoch")
    write_data(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("KERAS_HOME", str(keras_home))
        command = ["train", "--data", "data.npz", "--latent-dim", "8", "--epochs", "1"]
        assert cli.main([*command, "--augment", "off"]) == 0
    return folder


@pytest.fixture
def finished(work, one_epoch):
    """The folder of a run of one epoch in `work`, as if it had been trained there."""
    run = shutil.copytree(one_epoch / "runs" / "data", work / "runs" / "data")
    for name in ("run.json", "scores.json", "report.html"):
        text = (run / name).read_text()
        (run / name).write_text(text.replace(str(one_epoch), str(work)))
    return run


@pytest.fixture
def command(capsys):
    """Runs a command in this process and returns (status, standard output, standard error)."""

    from dcgan_tf import cli

    def run(*argv):
        try:
            status = cli.main([str(word) for word in argv])
        except SystemExit as exit:  # argparse ends so
            status = exit.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def data():
    """The bundled digits to train on, and those held out."""
    from dcgan_tf import load_dataset

    (x_train, _), (x_test, _) = load_dataset("mnist-10k")
    return x_train, x_test


@pytest.fixture(scope="session")
def small_scorer(data):
    """Scores 100 digits against 400."""
    from dcgan_tf import Scorer, digit_features

    return Scorer(data[0][:400], digit_features(), samples=100)

import shutil
import zipfile

import keras
import numpy as np
import pytest

from dcgan_tf import load_dataset
from dcgan_tf.evaluation import features


@pytest.fixture(scope="session")
def digit_features():
    return features.digit_features()


def test_the_shipped_classifier_reads_the_test_digits(digit_features):
    _, (x_test, y_test) = load_dataset("mnist-10k")
    vectors, classes = digit_features(x_test)
    assert np.mean(classes == y_test) > 0.985
    np.testing.assert_array_equal(digit_features.classify(x_test), classes)
    assert vectors.shape == (1996, 64) and vectors.dtype == np.float32
    assert np.abs(vectors).max() <= 1
    assert features.DIGITS.stat().st_size < 1_000_000


def test_the_features_do_not_depend_on_the_size_of_the_set(digit_features):
    x_test = load_dataset("mnist-10k")[1][0][:700]  # more than are looked at together
    together, alone = digit_features(x_test)[0], digit_features(x_test[600:])[0]
    np.testing.assert_allclose(together[600:], alone, atol=1e-5)


def test_stacked_digits_are_read_channel_by_channel(digit_features):
    (images, labels), _ = load_dataset("stacked-mnist")
    stacked = features.choose_features("stacked-mnist", images[:300])
    vectors, classes = stacked(images[:300])
    assert vectors.shape == (300, 192)
    assert np.mean(classes == labels[:300]) > 0.97
    assert stacked.class_names[7] == "007"
    np.testing.assert_allclose(vectors[:, 64:128], digit_features(images[:300, ..., 1:2])[0])


def test_a_classifier_of_labelled_data_is_trained_once_and_kept(
    stripes, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    images, labels = stripes
    first = features.choose_features("photos/stripes.npz", images, 10 * labels + 7)
    assert "Training a classifier of stripes.npz" in capsys.readouterr().out
    assert first.class_names == ["7", "17", "27"]
    assert "stripes.npz" in first.description and "held-out" in first.description

    def no_training(*args, **kwargs):
        raise AssertionError("trained again")

    monkeypatch.setattr(features, "train_classifier", no_training)
    again = features.choose_features("elsewhere/stripes.npz", images, 10 * labels + 7)
    assert again.description == first.description
    np.testing.assert_allclose(again(images)[0], first(images)[0], atol=1e-6)
    with pytest.raises(AssertionError, match="trained again"):  # other data, other features
        features.choose_features("photos/stripes.npz", images, labels[::-1].copy())


def keep_one(folder, monkeypatch, images, labels, name="stripes.npz"):
    """Trains a classifier for one epoch, and returns the file in which it is kept."""
    monkeypatch.setenv("KERAS_HOME", str(folder))
    monkeypatch.setattr(features, "EPOCHS", 1)
    features.choose_features(name, images, labels)
    (path,) = (folder / "dcgan_tf").iterdir()
    return path


def cut(path):
    path.write_bytes(path.read_bytes()[:50_000])


def change_a_weight(path):
    """With another checksum in the archive, so that only the digest tells."""
    with zipfile.ZipFile(path) as archive:
        comment = archive.comment
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    parts["model.weights.h5"][-100] ^= 1
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, bytes(content))
        archive.comment = comment


def make_folder(path):
    path.unlink()
    path.mkdir()


DAMAGE = {
    "cut short": cut,
    "empty": lambda path: path.write_bytes(b""),
    "other bytes": lambda path: path.write_bytes(b"hello" * 1000),
    "a changed weight": change_a_weight,
    "a folder": make_folder,
}


@pytest.mark.thorough
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_classifier_is_made_anew(stripes, tmp_path, monkeypatch, capsys, damage):
    images, labels = stripes
    path = keep_one(tmp_path, monkeypatch, images, labels)
    DAMAGE[damage](path)
    capsys.readouterr()
    features.choose_features("stripes.npz", images, labels, verbose=0)
    line = f"The kept classifier {str(path)!r} is damaged, so it is trained again.\n"
    printed = capsys.readouterr().out
    if damage == "a folder":  # which may hold what is not ours
        assert printed.startswith(line) and "The classifier is not kept" in printed
        assert path.is_dir()
    else:
        assert printed == line
        features.choose_features("stripes.npz", images, labels, verbose=0)
        assert capsys.readouterr().out == ""
    assert list(path.parent.iterdir()) == [path]


def test_a_classifier_of_other_data_is_not_taken(stripes, tmp_path, monkeypatch, capsys):
    images, labels = stripes
    path = keep_one(tmp_path, monkeypatch, images, labels)
    others = labels[::-1].copy()
    features.choose_features("stripes.npz", images, others, verbose=0)
    (other,) = set(path.parent.iterdir()) - {path}
    shutil.copy(path, other)
    capsys.readouterr()
    features.choose_features("stripes.npz", images, others, verbose=0)
    assert f"{str(other)!r} is damaged" in capsys.readouterr().out


def test_a_classifier_without_a_digest_is_silently_made_anew(
    stripes, tmp_path, monkeypatch, capsys
):
    """As earlier versions kept it."""
    images, labels = stripes
    path = keep_one(tmp_path, monkeypatch, images, labels)
    with zipfile.ZipFile(path, "a") as archive:
        assert len(archive.comment) == 64
        archive.comment = b""
    capsys.readouterr()
    features.choose_features("stripes.npz", images, labels, verbose=0)
    assert capsys.readouterr().out == ""
    with zipfile.ZipFile(path) as archive:
        assert len(archive.comment) == 64


def test_names_of_data_reach_the_terminal_as_text(stripes, tmp_path, monkeypatch, capsys):
    keep_one(tmp_path / "\x1b[2J", monkeypatch, *stripes, name="photos/\x1b[31mred\x07.npz")
    printed = capsys.readouterr().out
    assert "Training a classifier of \\x1b[31mred\\x07.npz" in printed
    assert "\x1b[2J" not in printed and "\x1b[31mred" not in printed


def test_images_without_labels_are_judged_by_an_untrained_network(stripes):
    images, _ = stripes
    untrained = features.choose_features("photos", images)
    vectors, classes = untrained(images)
    assert classes is None and untrained.class_names is None
    assert "untrained" in untrained.description and "16x16x1" in untrained.description
    keras.utils.set_random_seed(99)  # whatever happened before, the features are the same
    np.testing.assert_array_equal(features.choose_features("photos", images)(images)[0], vectors)


def test_digits_of_another_size_are_not_judged_by_the_shipped_classifier():
    assert features.are_digits("mnist-10k", (28, 28, 1))
    assert features.are_digits("mnist", (28, 28, 1))
    assert not features.are_digits("mnist-10k", (32, 32, 1))
    assert not features.are_digits("fashion-mnist", (28, 28, 1))


@pytest.mark.parametrize("home", ["not a folder", None])
def test_a_classifier_that_cannot_be_kept_serves_all_the_same(
    stripes, tmp_path, monkeypatch, capsys, home
):
    """Without a place for it, or without a home folder: `None`."""

    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pathlib.Path.home", no_home)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    if home:
        (tmp_path / home).touch()
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / home))
    monkeypatch.setattr(features, "EPOCHS", 1)
    images, labels = stripes
    before = sorted(tmp_path.rglob("*"))
    chosen = features.choose_features("photos/stripes.npz", images, labels)
    assert chosen(images)[0].shape == (300, 64)
    printed = capsys.readouterr().out
    assert "Training a classifier of stripes.npz" in printed
    assert ("The classifier is not kept" in printed) == bool(home)
    assert sorted(tmp_path.rglob("*")) == before


def test_all_features_of_images_have_the_same_methods(digit_features):
    stacked = features.StackedFeatures(digit_features)

    def methods(kind):
        return {name for name in dir(kind) if not name.startswith("_")}

    assert methods(features.StackedFeatures) == methods(features.Features) == {"classify"}
    images = load_dataset("stacked-mnist")[0][0][:20]
    np.testing.assert_array_equal(stacked.classify(images), stacked(images)[1])
    for attribute in ("description", "class_names"):
        assert hasattr(stacked, attribute) and hasattr(digit_features, attribute)

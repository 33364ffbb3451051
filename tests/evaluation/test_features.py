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

import keras
import numpy as np
import pytest

from dcgan_tf import load_dataset
from dcgan_tf.evaluation import features
from dcgan_tf.evaluation.classifier import accuracy, build_classifier, train_classifier


@pytest.fixture(scope="session")
def digit_features():
    return features.digit_features()


@pytest.fixture
def stripes():
    """300 images of 16x16 that are brighter in the upper, the middle or the lower third."""
    generator = np.random.default_rng(0)
    labels = np.arange(300) % 3
    images = generator.uniform(-1, -0.5, (300, 16, 16, 1)).astype(np.float32)
    for image, label in zip(images, labels, strict=True):
        image[1 + 5 * label : 5 + 5 * label] += 1.0
    return images, labels


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


@pytest.mark.parametrize("shape", [(16, 16, 1), (28, 28, 1), (33, 64, 3), (128, 128, 3)])
def test_the_classifier_fits_every_image_shape(shape):
    outputs = build_classifier(shape, 5, seed=0)(np.zeros((2, *shape), np.float32))
    assert outputs["features"].shape == (2, 64) and outputs["logits"].shape == (2, 5)


def test_training_teaches_and_is_fixed_by_the_seed(stripes):
    images, labels = stripes
    classifier = train_classifier(images[:240], labels[:240], seed=3, verbose=0)
    assert accuracy(classifier, images[240:], labels[240:]) > 0.9
    assert accuracy(build_classifier((16, 16, 1), 3, seed=3), images, labels) < 0.7


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

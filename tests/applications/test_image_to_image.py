import numpy as np
import pytest

from dcgan_tf import applications, load_dataset
from dcgan_tf.applications import image_to_image
from dcgan_tf.evaluation import features
from dcgan_tf.evaluation.classifier import build_classifier


def write(path, n, labels=None):
    """Images whose first pixel is their number, in the order of their labels."""
    images = np.random.default_rng(0).integers(0, 256, (n, 16, 16), dtype=np.uint8)
    images[:, 0, 0] = np.arange(n)
    arrays = {} if labels is None else {"y": np.sort(labels)}
    np.savez(path, x=images, **arrays)
    return str(path)


def number(images):
    return np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int)


@pytest.mark.parametrize("is_labelled", [False, True])
def test_without_a_test_part_a_tenth_is_drawn_with_its_labels(tmp_path, is_labelled):
    labels = np.arange(60) % 2 if is_labelled else None
    data = write(tmp_path / "data.npz", 60, labels)
    one, other = (applications.load("translation")(seed, data) for seed in (0, 1))
    held_out = number(one.held_out)
    assert len(held_out) == len(one.held_out_condition) == 6 and len(one.condition) == 54
    assert sorted([*held_out, *number(one.samples)]) == list(range(60))
    np.testing.assert_array_equal(one.held_out, other.held_out)
    if is_labelled:
        assert set(held_out // 30) == {0, 1}  # and not only images of the last label
        np.testing.assert_array_equal(one.held_out_labels, held_out // 30)
    else:
        assert one.held_out_labels is None


@pytest.mark.parametrize("name", ["completion", "enhancement", "translation"])
def test_too_few_images_to_hold_some_out_are_refused_at_the_start(tmp_path, name):
    for n in (1, 9):
        data = write(tmp_path / "few.npz", n)
        message = f"too few images to hold some of them out. Received: {n} images? without a test"
        with pytest.raises(ValueError, match=message):
            applications.load(name)(data=data)
    ten = applications.load(name)(data=write(tmp_path / "ten.npz", 10))
    assert (len(ten.samples), len(ten.held_out)) == (9, 1)


@pytest.mark.parametrize(("classes", "has_row"), [(1, False), (2, True)])
def test_images_of_one_label_are_not_classified(tmp_path, monkeypatch, classes, has_row):
    def untrained(images, labels, *_):
        return build_classifier(images.shape[1:], classes, seed=0)

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(features, "train_classifier", untrained)
    data = write(tmp_path / "data.npz", 60, np.arange(60) % classes)
    application = applications.load("completion")(data=data)
    card = application.score(application.build(), verbose=0)
    assert ("accuracy" in [row.key for row in card.rows]) == has_row


def test_of_many_images_some_are_taken_at_random(monkeypatch):
    every = {image.tobytes() for image in load_dataset("mnist-10k")[0][0]}
    monkeypatch.setattr(image_to_image, "MOST_IMAGES", 50)
    one, other = (applications.load("translation")(seed) for seed in (0, 1))
    assert len(one.samples) == len(one.condition) == 50
    chosen, others = ({image.tobytes() for image in each.samples} for each in (one, other))
    assert len(chosen) == 50 and chosen < every and chosen != others

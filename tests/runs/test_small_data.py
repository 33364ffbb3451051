"""Trainings on few images and with every application on images of unequal size."""

import numpy as np
import pytest
from helpers import save

from dcgan_tf import applications
from dcgan_tf.evaluation import features


def make_photos(folder, classes, count):
    rng = np.random.default_rng(0)
    for name in classes:
        for i in range(count):
            size = (24 + i % 3, 30, 3)
            save(folder / name / f"{i}.png", rng.integers(0, 256, size, dtype=np.uint8))


@pytest.mark.thorough
@pytest.mark.parametrize(("classes", "count"), [(("",), 1), (("a", "b"), 3), (("a", "b"), 8)])
def test_few_images_are_trained_on_but_not_scored(work, command, monkeypatch, classes, count):
    def train_no_classifier(*args):
        raise AssertionError("a classifier is trained in vain")

    monkeypatch.setattr(features, "train_classifier", train_no_classifier)
    make_photos(work / "photos", classes, count)
    augment = "auto" if count == 1 else "off"
    words = ("--data", "photos", "--image-size", 16, "--epochs", 2, "--augment", augment)
    status, out, err = command("train", *words)
    assert (status, err) == (0, "")
    n = count * len(classes)
    assert f"There are too few images for scores. Received: {n} real images" in out
    run = work / "runs" / "photos"
    assert (run / "report.html").exists() and (run / "progress.gif").exists()
    status, _, err = command("evaluate", run)
    assert status == 2 and "too few images" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in applications.APPLICATIONS
        if applications.load(name).default_data and not applications.load(name).makes_tables
    ],
)
def test_every_application_resizes_images(tmp_path, name):
    for part in ("train", "test"):
        make_photos(tmp_path / part, ("cats", "dogs"), 12)
    application = applications.load(name)(data=str(tmp_path), image_size=(20, 16))
    assert application.samples.shape[1:] == (20, 16, 3)
    model = application.build()
    picture = application.draw(model)
    assert picture.dtype == np.uint8 and picture.shape[-1] == 3
    images = application.generate(model, 5, first=3)
    assert images.shape == (5, 20, 16, 3) and np.abs(images).max() <= 1
    with pytest.raises(ValueError, match="differ in size.*--image-size"):
        applications.load(name)(data=str(tmp_path))


def test_a_thousand_labels(work, command):
    images = np.random.default_rng(0).integers(0, 256, (2000, 16, 16), dtype=np.uint8)
    names = np.array([f"kind {i:03d}" for i in range(1000)] * 2)
    np.savez("many.npz", x_train=images, y_train=names)
    status, out, _ = command("data", "many.npz")
    assert status == 0 and "kind 000: 2, kind 001: 2" in out
    application = applications.load("conditional")(data="many.npz")
    model = application.build()
    assert application.class_of("kind 999") == 999
    assert application.draw(model).shape[0] < 2000
    images = application.generate(model, 3, label="kind 500")
    same = model.generate(3, 0, condition=np.full(3, 500))
    np.testing.assert_array_equal(images, same)

import json
import pathlib

import keras
import numpy as np
import pytest
from helpers import load_small

from dcgan_tf import GAN, applications, shuffled_batches
from dcgan_tf.applications import (
    APPLICATIONS,
    base,
    learned_features,
    medicine,
    text,
)
from dcgan_tf.evaluation import features as base_features
from dcgan_tf.evaluation.card import Card
from dcgan_tf.evaluation.classifier import build_classifier
from dcgan_tf.gan import latent_space
from dcgan_tf.runs.report_texts import Texts

EXTRAS = {
    "features": {"interpolation.png", "arithmetic.png", "projection.png"},
    "tables": {"rows.csv"},
    "text": {"strings.txt"},
    "video": {"films.gif"},
}


def test_each_application_has_its_module():
    folder = pathlib.Path(applications.__file__).parent
    shared = {"__init__", "base", "image_to_image"}
    modules = {path.stem for path in folder.glob("*.py")} - shared
    assert {module for module, _ in APPLICATIONS.values()} == modules
    for name in APPLICATIONS:
        assert issubclass(applications.load(name), base.Application)
    with pytest.raises(ValueError, match="Received: 'music'. Expected one of images"):
        applications.load("music")


def untrained(images, labels, *_):
    return build_classifier(images.shape[1:], int(labels.max()) + 1, seed=0)


@pytest.fixture
def in_a_hurry(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
    monkeypatch.setattr(medicine, "IMAGES", 80)
    monkeypatch.setattr(medicine, "HELD_OUT", 20)
    monkeypatch.setattr(base_features, "train_classifier", untrained)
    monkeypatch.setattr(learned_features, "CANDIDATES", 600)
    monkeypatch.setattr(learned_features, "LABELS_A_CLASS", (3,))
    monkeypatch.setattr(latent_space, "NEAREST_OF", 64)
    monkeypatch.setattr(latent_space.project, "__defaults__", (3, 0.05, 0))


@pytest.mark.parametrize(
    ("side", "options", "expected"),
    [
        (28, {}, (2e-3, 2e-3)),
        (64, {}, (1e-3, 1e-3)),
        (64, {"generator_lr": 2e-3}, (2e-3, 1e-3)),
    ],
)
def test_rates_suit_the_size_of_the_images(tmp_path, side, options, expected):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "noise.npz", x_train=rng.integers(0, 256, (8, side, side, 3), np.uint8))
    model = applications.load("images")(0, str(tmp_path / "noise.npz"), **options).build()
    rates = [float(optimizer.learning_rate) for optimizer in model.optimizer.optimizers]
    assert rates == pytest.approx(expected)


def list_texts(card):
    """All words of a card: in its head, in its rows and below them."""
    yield from (card.features, *card.references, *([card.note] if card.note else []))
    for row in card.rows:
        yield from (row.title, row.better, row.meaning)


def is_known(text):
    """Says whether the Chinese report has words for a text, or needs none."""
    said = Texts("zh").translate(text)
    return said != text or text in ("PSNR", "SSIM", "GARCH")


QUICK = ("images", "conditional", "little-data")


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize(
    "name",
    [
        name if name in QUICK else pytest.param(name, marks=pytest.mark.thorough)
        for name in APPLICATIONS
    ],
)
def test_a_few_steps_leave_pictures_scores_and_a_model(name, tmp_path):
    application = load_small(name)
    model = application.build()
    assert type(model).train_step is GAN.train_step
    batches = shuffled_batches(application.samples, 16, condition=application.condition)
    before = [weight.numpy() for weight in model.trainable_variables]
    history = model.fit(batches, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0)
    assert all(np.isfinite(values).all() for values in history.history.values())
    assert all(
        (old != new.numpy()).any()
        for old, new in zip(before, model.trainable_variables, strict=True)
        if old.size > 1
    )
    picture = application.draw(model, 8)
    assert picture.dtype == np.uint8 and picture.ndim in (2, 3) and len(np.unique(picture)) > 1
    np.testing.assert_array_equal(picture, application.draw(model, 8))
    some = None if application.condition is None else application.condition[:8]
    first, second = (model.generate(8, seed, condition=some) for seed in (0, 1))
    assert (first != second).any()
    card = application.score(model, n=40, verbose=0)
    assert Card.from_json(json.loads(json.dumps(card.to_json()))) == card
    assert card.samples <= 40 and card.as_table().count("\n") >= len(card.rows)
    assert [text for text in list_texts(card) if not is_known(text)] == []
    application.write(model, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == EXTRAS.get(name, set())
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    if application.draws_without_data:  # as `dcgan-tf sample` does
        label_names = application.label_names
        application = applications.load(name)(with_data=False)
        application.label_names = label_names
    np.testing.assert_array_equal(picture, application.draw(again, 8))


def test_an_application_with_data_of_its_own_takes_no_other():
    with pytest.raises(ValueError, match="data of its own. Received: data='mnist'"):
        text.DateTexts(data="mnist")

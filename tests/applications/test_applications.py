import json
import pathlib
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage
from scipy.stats import kstest

from dcgan_tf import GAN, applications, load_dataset, shuffled_batches
from dcgan_tf.applications import (
    APPLICATIONS,
    base,
    conditional,
    finance,
    image_to_image,
    learned_features,
    little_data,
    medicine,
    text,
    video,
)
from dcgan_tf.evaluation import features as base_features
from dcgan_tf.evaluation.card import Card
from dcgan_tf.evaluation.classifier import build_classifier
from dcgan_tf.gan import latent_space

EXTRAS = {
    "features": {"interpolation.png", "arithmetic.png", "projection.png"},
    "text": {"strings.txt"},
    "video": {"films.gif"},
}
ARRAYS = ("samples", "condition", "labels", "everything")
HELD_OUT = ("held_out", "held_out_condition", "held_out_labels")


def small(name, n=96):
    """An application with a few of its samples."""
    application = applications.load(name)(seed=0)
    for attribute in (*ARRAYS, *HELD_OUT):
        value = getattr(application, attribute, None)
        if isinstance(value, np.ndarray):
            setattr(application, attribute, value[:n])
    return application


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


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_few_steps_leave_pictures_scores_and_a_model(name, tmp_path):
    application = small(name)
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
    application.write(model, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == EXTRAS.get(name, set())
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(picture, application.draw(again, 8))


def test_a_conditional_discriminator_judges_by_the_label_at_hand():
    _, discriminator = conditional.build_conditional_pair((28, 28, 1), 10, 16, seed=0)
    images = load_dataset()[0][0][:3]
    verdicts = np.array(
        [discriminator([tf.constant(images), tf.fill(3, k)]).numpy()[:, 0] for k in range(10)]
    )
    assert len(np.unique(verdicts[:, 0])) == 10
    variable = next(v for v in discriminator.trainable_variables if v.shape == (3136, 10))
    with tf.GradientTape() as tape:
        verdict = discriminator([tf.constant(images), tf.fill(3, 7)])
    moved = np.abs(tape.gradient(verdict, variable)).sum(axis=0)
    assert moved[7] > 0 and np.delete(moved, 7).sum() == 0


def test_labels_may_be_any_numbers(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 16, 16), dtype=np.uint8)
    np.savez(tmp_path / "odd.npz", x_train=images, y_train=np.arange(40) % 2 * 5 + 2)
    application = conditional.ConditionalDigits(data=str(tmp_path / "odd.npz"))
    assert [application.class_of(label) for label in (2, 7)] == [0, 1]
    with pytest.raises(ValueError, match="no such label. Received: 3. Expected one of 2, 7"):
        application.class_of(3)
    np.savez(tmp_path / "none.npz", x_train=images)
    with pytest.raises(ValueError, match="Nothing can be asked for without labels"):
        conditional.ConditionalDigits(data=str(tmp_path / "none.npz"))


def test_completion_keeps_what_is_known():
    application = small("completion")
    given = application.held_out_condition
    missing = given[..., -1:]
    np.testing.assert_array_equal(missing.sum(axis=(1, 2, 3)), np.full(len(given), 144))
    np.testing.assert_array_equal(given[..., :-1], application.held_out * (1 - missing))
    made = application.build().generate(len(given), condition=given)
    np.testing.assert_array_equal(made * (1 - missing), application.held_out * (1 - missing))
    assert np.ptp(made[missing > 0]) > 0
    simple = application.baseline(given)
    mean = np.broadcast_to(application.samples.mean(axis=0), simple.shape)
    np.testing.assert_allclose(simple[missing > 0], mean[missing > 0], atol=1e-6)


def test_of_many_images_some_are_taken_at_random(monkeypatch):
    every = {image.tobytes() for image in load_dataset("mnist-10k")[0][0]}
    monkeypatch.setattr(image_to_image, "MOST_IMAGES", 50)
    one, other = (applications.load("translation")(seed) for seed in (0, 1))
    assert len(one.samples) == len(one.condition) == 50
    chosen, others = ({image.tobytes() for image in each.samples} for each in (one, other))
    assert len(chosen) == 50 and chosen < every and chosen != others


def test_enhancement_starts_from_means_of_sixteen_pixels():
    application = small("enhancement")
    means = application.samples.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(application.condition[..., 0], means, atol=1e-6)
    assert application.baseline(application.condition).shape == application.samples.shape


def test_an_outline_is_around_what_is_bright():
    application = small("translation")
    for image, outline in zip(application.samples, application.condition, strict=True):
        bright = image[..., 0] > 0
        around = ndimage.distance_transform_cdt(~bright, "chessboard") == 1
        np.testing.assert_array_equal(outline[..., 0] > 0, around)
    ring = -np.ones((1, 28, 28, 1), np.float32)
    ring[0, 5:10, 5:10] = 1
    ring[0, 6:9, 6:9] = -1
    filled = application.baseline(ring)
    assert (filled[0, 6:9, 6:9] == 1).all() and (filled == 1).sum() == 9


@pytest.mark.parametrize("change", ["translation", "cutout", "brightness"])
def test_gradients_pass_through_the_changes(change):
    """A mean discriminator tells what a change does to the sum of the pixels."""
    pictures = keras.Input((12, 12, 1))
    mean = keras.Model(pictures, keras.layers.GlobalAveragePooling2D()(pictures))
    discriminator = little_data.augment(mean, [change], seed=3)
    images = tf.random.stateless_uniform((5, 12, 12, 1), (0, 0), -0.4, 0.4)
    np.testing.assert_allclose(discriminator(images, training=False), mean(images), rtol=1e-5)
    seeds = [variable for variable in discriminator.variables if "seed" in variable.path]
    states = [variable.numpy() for variable in seeds]

    def changed(images):
        for variable, state in zip(seeds, states, strict=True):
            variable.assign(state)  # the same change again
        return tf.reduce_sum(discriminator(images, training=True))

    with tf.GradientTape() as tape:
        tape.watch(images)
        value = changed(images)
    gradient = tape.gradient(value, images)
    move = 1e-2 * tf.random.stateless_normal(images.shape, (1, 1))
    difference = (changed(images + move) - changed(images - move)) / 2
    assert float(difference) == pytest.approx(float(tf.reduce_sum(gradient * move)), abs=1e-5)
    assert float(value) != pytest.approx(float(tf.reduce_sum(mean(images))), abs=1e-4)


def test_little_data_is_little():
    application = applications.load("little-data")(seed=1)
    assert application.samples.shape == (8000, 28, 28, 1)
    assert len({image.tobytes() for image in application.samples}) == 500
    with pytest.raises(ValueError, match="no such change. Received: 'hue'"):
        application.build(changes=["hue"])


def test_networks_that_share_weights_are_refused():
    shared = keras.layers.Dense(4)
    condition = keras.Input((4,))
    noise, samples = keras.Input((3,)), keras.Input((2,))
    together = keras.layers.Concatenate()
    generator = keras.Model(
        [noise, condition], keras.layers.Dense(2)(together([noise, shared(condition)]))
    )
    discriminator = keras.Model(
        [samples, condition], keras.layers.Dense(1)(together([samples, shared(condition)]))
    )
    with pytest.raises(ValueError, match="share weights.*Received: .*kernel in both"):
        GAN(generator, discriminator, latent_dim=3)


def test_films_go_straight_on_and_stay_in_the_frame():
    digits = load_dataset()[0][0][:200]
    films = video.make_films(digits, seed=1)
    assert films.shape == (200, 8, 28, 28, 1) and films.dtype == np.float32
    light = (films + 1).sum(axis=(2, 3, 4))
    np.testing.assert_allclose(light, light[:, :1] * np.ones(8), rtol=1e-4)  # nothing goes out
    centres = np.array([[ndimage.center_of_mass(frame[..., 0] + 1) for frame in f] for f in films])
    steps = np.diff(centres, axis=1)
    np.testing.assert_allclose(video.measure_steps(films), steps, atol=1e-3)
    np.testing.assert_allclose(steps, steps[:, :1] * np.ones((7, 1)), atol=1e-3)
    assert kstest(steps[:, 0].ravel() / video.FASTEST / 2 + 0.5, "uniform").pvalue > 0.01
    assert video.measure_agreement(films) > 0.97
    assert video.measure_speed(np.repeat(films[:, :1], 8, axis=1)) == pytest.approx(0.0, abs=1e-6)


def test_dates_are_those_of_the_calendar():
    application = applications.load("text")(seed=0)
    assert text.decode(application.samples) == application.known
    assert application.samples.shape == (8000, 10, 11)
    np.testing.assert_array_equal(application.samples.sum(axis=-1), np.ones((8000, 10)))
    good, bad = (
        ["2000-02-29", "1969-07-20"],
        ["1900-02-29", "2001-13-01", "2100-01-01", "--01234567"],
    )
    assert [text.is_date(string) for string in (*good, *bad)] == [True] * 2 + [False] * 4
    assert text.valid(good + bad) == pytest.approx(2 / 6)
    assert text.distinct(["1969-07-20"] * 3 + bad) == pytest.approx(1 / 3)
    new = next(d for d in ("2000-02-29", "2004-02-29", "2008-02-29") if d not in application.known)
    assert application.novel([application.known[0], new, "bad"]) == 0.5


def test_stylised_facts_of_series_where_they_are_known():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(2000, 64))
    facts = {key: measure(normal) for key, _, _, measure in finance.FACTS}
    assert facts["kurtosis"] == pytest.approx(3.0, abs=0.05)
    for key in ("autocorrelation", "clustering", "leverage"):
        assert facts[key] == pytest.approx(0.0, abs=0.01)
    wild = np.exp(rng.normal(size=(2000, 1))) * normal  # calm and wild stretches
    assert finance.kurtosis(wild) == pytest.approx(3 * np.exp(4), rel=0.6)
    assert {key: measure(wild) for key, _, _, measure in finance.FACTS}["clustering"] > 0.2
    walk = 0.8 * np.roll(normal, 1, axis=1) + normal  # correlated with the next day alone
    correlation = finance.lagged_correlation(walk, walk, [1])
    assert correlation == pytest.approx(0.8 / 1.64, abs=0.02)
    fall = normal.copy()
    fall[:, 1:] *= np.where(normal[:, :-1] < 0, 2.0, 1.0)  # wilder after a loss
    assert finance.lagged_correlation(fall, fall**2, [1]) < -0.1


def test_finance_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "arch.data", None)
    with pytest.raises(ImportError, match=r'pip install "dcgan_tf\[finance\]"'):
        finance.StockReturns()


def test_simulated_bones_and_the_layout_of_medmnist(tmp_path):
    pictures, broken = medicine.simulate_bones(60)
    assert pictures.shape == (60, 48, 48, 1) and pictures.dtype == np.float32
    assert pictures.min() >= -1 and pictures.max() <= 1 and broken.sum() == 30
    np.testing.assert_array_equal(pictures, medicine.simulate_bones(60)[0])
    # The keys, types and shapes of MedMNIST's files (Yang et al. 2023), labels in a column.
    rng = np.random.default_rng(0)
    parts = {"train": 60, "val": 20, "test": 30}
    arrays = {
        f"{part}_images": rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        for part, n in parts.items()
    }
    arrays |= {
        f"{part}_labels": np.arange(n, dtype=np.uint8)[:, None] % 2 for part, n in parts.items()
    }
    np.savez(tmp_path / "pneumoniamnist.npz", **arrays)
    application = medicine.Radiographs(data=str(tmp_path / "pneumoniamnist.npz"))
    expected = arrays["train_images"][..., None] / 127.5 - 1
    np.testing.assert_allclose(application.samples, expected, atol=1e-6)
    np.testing.assert_array_equal(application.labels, arrays["train_labels"][:, 0])
    assert application.held_out.shape == (30, 28, 28, 1)
    np.testing.assert_array_equal(application.names, [0, 1])
    model = application.build()
    model.fit(application.samples, application.condition, batch_size=30, verbose=0)
    assert application.draw(model, n=4, label=1).shape == application.draw(model, n=4).shape


def test_an_application_with_data_of_its_own_takes_no_other():
    with pytest.raises(ValueError, match="data of its own. Received: data='mnist'"):
        text.DateTexts(data="mnist")

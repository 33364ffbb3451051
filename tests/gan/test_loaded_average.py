"""The moving average of the generator's weights is in the file, also for those who only sample."""

import copy
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import assert_equal_bits, fit

NOISE = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


@pytest.fixture
def trained(tiny_gan, points):
    """A model whose moving average is far from its weights."""
    model = tiny_gan()
    model.compile(keras.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.9))
    fit(model, points, epochs=3)
    raw = model.generator(NOISE, training=False).numpy()
    assert np.abs(raw - model.generate(4, noise=NOISE)).max() > 0.01
    return model


@pytest.fixture
def path(trained, tmp_path):
    trained.save(tmp_path / "model.keras")
    trained.save_weights(tmp_path / "model.weights.h5")
    return tmp_path / "model.keras"


def load_uncompiled(path):
    return keras.saving.load_model(path, compile=False)


def load_weights_and_compile(path, model):
    model.load_weights(path.with_name("model.weights.h5"))
    model.compile()
    return model


def test_without_compile_the_samples_are_the_same(trained, path, tiny_gan, tmp_path):
    uncompiled = load_uncompiled(path)
    only_weights = tiny_gan(seed=5)
    only_weights.load_weights(path.with_name("model.weights.h5"))
    saved_again = load_uncompiled(path)
    saved_again.save(tmp_path / "again.keras")
    expected = trained.generate(4, noise=NOISE)
    for model in (
        uncompiled,
        only_weights,
        load_weights_and_compile(path, tiny_gan(seed=5)),
        load_uncompiled(tmp_path / "again.keras"),
        pickle.loads(pickle.dumps(uncompiled)),
        copy.deepcopy(uncompiled),
    ):
        np.testing.assert_array_equal(model.generate(4, noise=NOISE), expected)
        raw = model.generator(NOISE, training=False)  # after sampling, the weights are back
        np.testing.assert_array_equal(raw, trained.generator(NOISE, training=False))


def test_predict_and_export_use_it_too(trained, path, tmp_path):
    expected = trained.predict(NOISE, verbose=0)
    model = load_uncompiled(path)
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    np.testing.assert_allclose(exported.serve(tf.constant(NOISE)), expected, atol=1e-5)
    model.compile()
    np.testing.assert_allclose(model.predict(NOISE, verbose=0), expected, atol=1e-5)


def test_it_is_for_the_weights_of_the_file_alone(path, points):
    """Whoever sets other weights sees samples of them, with an old average nowhere."""
    model = load_uncompiled(path)
    for weight in model.generator.trainable_variables:
        weight.assign(1.5 * weight)
    raw = model.generator(NOISE, training=False)
    np.testing.assert_array_equal(model.generate(4, noise=NOISE), raw)

    model = load_uncompiled(path)
    plain = keras.optimizers.SGD(0.0)  # the weights stay as they are, apart from BatchNorm's means
    model.compile(plain, keras.optimizers.SGD(0.0))
    fit(model, points)
    raw = model.generator(NOISE, training=False)
    np.testing.assert_array_equal(model.generate(4, noise=NOISE), raw)


def test_training_on_after_a_new_compile_is_as_without_it(trained, path, tiny_gan, points):
    """The loaded average is for samples only: it is no part of the training."""
    loaded, by_hand = load_uncompiled(path), tiny_gan()
    by_hand.set_weights(trained.get_weights())
    for own, state in zip(by_hand._random_states(), trained._random_states(), strict=True):
        own.assign(state)
    for model in (loaded, by_hand):
        model.compile()
        model.generate(2)
        fit(model, points)
    assert_equal_bits(loaded, by_hand)
    np.testing.assert_array_equal(loaded.generate(4, noise=NOISE), by_hand.generate(4, noise=NOISE))


def test_weights_without_an_average_forget_the_old_one(path, tiny_gan, tmp_path):
    fresh = tiny_gan(seed=7)
    fresh.save_weights(tmp_path / "fresh.weights.h5")
    model = load_uncompiled(path)
    model.load_weights(tmp_path / "fresh.weights.h5")
    assert model.loaded_average is None
    np.testing.assert_array_equal(model.generate(4, noise=NOISE), fresh.generate(4, noise=NOISE))


def test_it_is_kept_no_longer_than_it_is_of_use(path, points):
    model = load_uncompiled(path)
    model.compile()
    expected = model.generate(4, noise=NOISE)
    with model.averaged_weights():  # sampling inside a block does not lose it
        model.generate(2)
    np.testing.assert_array_equal(model.generate(4, noise=NOISE), expected)
    fit(model, points)
    assert model.loaded_average is None

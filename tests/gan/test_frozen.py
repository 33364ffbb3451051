"""Frozen layers stay frozen, and a trained model can be trained on with other settings."""

import copy
import pickle
import warnings

import keras
import numpy as np
import pytest
from helpers import assert_equal_bits, crop_digits, fit

from dcgan_tf import DCGAN, GAN, load_model


@keras.saving.register_keras_serializable(package="test_frozen")
class Generator(keras.Model):
    """A subclassed network, whose config says nothing of its layers."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = keras.layers.Dense(4, kernel_initializer=keras.initializers.GlorotUniform(1))
        self.last = keras.layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(2))

    def call(self, noise, training=False):
        return self.last(self.hidden(noise))


def make_functional():
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    noise = keras.Input((3,))
    return keras.Model(noise, inner(keras.layers.Dense(4)(noise)))


def make_gan(make):
    discriminator = [keras.Input((2,)), keras.layers.Dense(4), keras.layers.Dense(1)]
    return GAN(make(), keras.Sequential(discriminator), 3, seed=0)


MODELS = {
    "DCGAN": lambda: DCGAN((16, 16, 1), 8, seed=0),
    "Functional": lambda: make_gan(make_functional),
    "subclassed": lambda: make_gan(Generator),
}


def freeze_first(model):
    """Freezes the first layer with weights in each network."""
    for network in (model.generator, model.discriminator):
        layers = [layer for layer in network._flatten_layers(False) if not layer._layers]
        next(layer for layer in layers if layer.weights).trainable = False


def freeze_discriminator(model):
    model.discriminator.trainable = False


def freeze_discriminator_but_one(model):
    """Keras then trains no weight of the network, because the network itself is frozen."""
    model.discriminator.trainable = False
    model.discriminator.layers[-1].trainable = True


FREEZE = (freeze_first, freeze_discriminator, freeze_discriminator_but_one)


def flags(model):
    networks = (model.generator, model.discriminator)
    layers = [layer.trainable for network in networks for layer in network._flatten_layers()]
    return layers, [weight.shape for weight in model.trainable_variables]


@pytest.fixture
def samples(digits, points):
    return {"DCGAN": crop_digits(digits)[:64]}, points[:64]


def save_and_load(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return load_model(tmp_path / "model.keras")


@pytest.mark.thorough
@pytest.mark.parametrize("freeze", FREEZE)
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("when", ["before compile", "after compile"])
def test_frozen_layers_stay_frozen_and_train_on(tmp_path, samples, name, freeze, when):
    """Bit for bit as never saved, whether they were frozen before `compile` or after it."""
    x = samples[0].get(name, samples[1])
    model = MODELS[name]()
    optimizers = keras.optimizers.Adam(0.01, use_ema=True), keras.optimizers.Adam(0.01)
    if when == "before compile":
        freeze(model)
        model.compile(*optimizers)
    else:
        model.compile(*optimizers)
        freeze(model)
    fit(model, x)
    images = model.generate(3, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        copies = [save_and_load(model, tmp_path), pickle.loads(pickle.dumps(model))]
    copies.append(copy.deepcopy(model))
    for each in copies:
        assert flags(each) == flags(model)
        assert_equal_bits(each, model)
        np.testing.assert_array_equal(each.generate(3, seed=1), images)
    before = [weight.numpy() for weight in model.non_trainable_variables]
    moving = [weight.numpy() for weight in model.trainable_variables]
    fit(model, x)
    fit(copies[0], x)
    assert_equal_bits(copies[0], model)
    moved = zip(moving, model.trainable_variables, strict=True)
    assert any((a != b.numpy()).any() for a, b in moved)
    pairs = zip(before, model.non_trainable_variables, strict=True)
    frozen = [(a, b) for a, b in pairs if b.path.endswith(("kernel", "bias"))]
    assert frozen
    for a, b in frozen:
        np.testing.assert_array_equal(a, b)


def test_a_config_without_frozen_layers_is_as_before():
    for make in MODELS.values():
        assert "frozen" not in make().get_config()
    model = MODELS["DCGAN"]()
    freeze_first(model)
    clone = DCGAN.from_config(model.get_config())
    assert flags(clone) == flags(model)
    cloned = keras.models.clone_model(model.discriminator)
    assert [layer.trainable for layer in cloned.layers] == [
        layer.trainable for layer in model.discriminator.layers
    ]


def test_layers_frozen_between_two_calls_of_fit_stand_still(tiny_gan, points):
    """Keras alone would go on with the step that it made before."""
    model = tiny_gan()
    model.compile()
    fit(model, points)
    layer = model.discriminator.layers[0]
    layer.trainable = False
    before = layer.get_weights()[0]
    fit(model, points)
    np.testing.assert_array_equal(layer.get_weights()[0], before)
    layer.trainable = True
    fit(model, points)
    assert (layer.get_weights()[0] != before).any()


@pytest.mark.parametrize("compiles", [True, False])
def test_a_loaded_model_is_frozen_and_trained_on(tmp_path, digits, compiles):
    """With its first layers frozen, as a GAN is transferred to images of another kind."""
    images = crop_digits(digits)
    model = DCGAN((16, 16, 1), 8, seed=0)
    model.compile()
    fit(model, images)
    loaded = save_and_load(model, tmp_path)
    for layer in loaded.discriminator.layers[:4]:
        layer.trainable = False
    if compiles:
        loaded.compile()
    layers = loaded.discriminator.layers[:4]
    frozen = [weight.numpy() for layer in layers for weight in layer.weights]
    last = loaded.discriminator.layers[-1].get_weights()[0]
    fit(loaded, -images)
    assert frozen
    now = [weight for layer in layers for weight in layer.weights]
    for a, b in zip(frozen, now, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (loaded.discriminator.layers[-1].get_weights()[0] != last).any()
    assert np.isfinite(loaded.generate(2, seed=0)).all()


def test_a_loaded_model_is_trained_on_with_another_loss(tmp_path, digits):
    images = crop_digits(digits)
    model = DCGAN((16, 16, 1), 8, seed=0)
    model.compile()
    fit(model, images)
    loaded = save_and_load(model, tmp_path)
    weights = loaded.get_weights()
    loaded.compile(generator_optimizer=keras.optimizers.Adam(1e-4), loss="hinge")
    for a, b in zip(weights, loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    history = fit(loaded, -images)
    assert np.isfinite(history.history["discriminator_loss"]).all()
    again = save_and_load(loaded, tmp_path)
    assert type(again.loss).__name__ == "Hinge"
    assert float(again.generator_optimizer.learning_rate) == pytest.approx(1e-4)


def test_unfrozen_layers_need_a_new_compile(tmp_path, tiny_gan, points):
    model = tiny_gan()
    freeze_first(model)
    model.compile()
    fit(model, points)
    loaded = save_and_load(model, tmp_path)
    loaded.generator.layers[0].trainable = True
    with pytest.raises(ValueError, match="frozen at the last `compile`.*Received: .* the gen"):
        fit(loaded, points)
    loaded.compile()
    fit(loaded, points)

import pathlib
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from helpers import assert_equal_bits, crop_digits, fit, tutorial_gan

from dcgan_tf import DCGAN, GAN, load_model
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.gan import losses, saved_sizes
from dcgan_tf.gan.more_losses import AbsoluteError, Wasserstein
from dcgan_tf.gan.regularizers import GradientPenalty
from dcgan_tf.networks.augmentation import augment
from dcgan_tf.networks.fast_layers import accelerate
from dcgan_tf.networks.pairs import build_pair

FILES = pathlib.Path(__file__).with_name("files")


@pytest.mark.parametrize("make", [tutorial_gan, lambda: DCGAN((16, 16, 1), 8, seed=0)])
def test_saved_loaded_and_trained_on_is_never_stopped(tmp_path, digits, make):
    images = crop_digits(digits)
    stopped = make()
    stopped.compile(discriminator_optimizer=keras.optimizers.Adam(3e-4), loss="minimax")
    fit(stopped, images, epochs=2)
    stopped.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(stopped)
    assert isinstance(loaded.loss, losses.Minimax)
    assert_equal_bits(loaded, stopped)
    np.testing.assert_array_equal(loaded.generate(3, seed=1), stopped.generate(3, seed=1))

    fit(loaded, images, epochs=2)
    never_stopped = make()
    never_stopped.compile(discriminator_optimizer=keras.optimizers.Adam(3e-4), loss="minimax")
    fit(never_stopped, images, epochs=4)
    assert_equal_bits(loaded, never_stopped)


def test_weights_file_holds_the_same(tmp_path, digits):
    images = crop_digits(digits)
    stopped, resumed = tutorial_gan(seed=0), tutorial_gan(seed=1)
    for model in (stopped, resumed):
        model.compile()
    fit(stopped, images)
    stopped.save_weights(tmp_path / "model.weights.h5")
    resumed.load_weights(tmp_path / "model.weights.h5")
    fit(stopped, images)
    fit(resumed, images)
    assert_equal_bits(stopped, resumed)


def test_backup_and_restore_goes_on_where_it_stopped(tmp_path, digits):
    images = crop_digits(digits)

    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError

    def model():
        model = tutorial_gan()
        model.compile()
        return model

    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    with pytest.raises(RuntimeError):
        fit(model(), images, epochs=4, callbacks=[backup, Crash()])
    resumed, never_stopped = model(), model()
    history = fit(resumed, images, epochs=4, callbacks=[backup])
    fit(never_stopped, images, epochs=4)
    assert history.epoch == [2, 3]
    assert_equal_bits(resumed, never_stopped)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "code",
    [
        "import keras, dcgan_tf; print(keras.saving.load_model(sys.argv[1]))",
        "import dcgan_tf; print(dcgan_tf.load_model(sys.argv[1]))",
    ],
)
def test_a_new_process_finds_the_classes_of_a_file(tmp_path, code):
    """Also those that only an application or `accelerate` uses, whatever was imported before."""
    conditional = GAN(*map(accelerate, build_conditional_pair((16, 16, 1), 3, 4)), 4)
    conditional.compile(loss="wasserstein", generator_term=AbsoluteError(1.0))
    generator, discriminator = build_pair("default", (16, 16, 1), 4)
    augmented = GAN(generator, augment(discriminator, ["mirror", "translation"]), 4)
    augmented.compile()
    for model in (conditional, augmented):
        model.save(tmp_path / "model.keras")
        command = [sys.executable, "-c", f"import sys; {code}", str(tmp_path / "model.keras")]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        assert "<GAN name=gan" in result.stdout


def test_saving_makes_no_optimizers(tiny_gan, tmp_path, monkeypatch):
    """What Keras 3.15 would do in each save, for ever (see `dcgan_tf/saving.py`)."""
    model = tiny_gan()
    model.compile()
    model.save(tmp_path / "model.keras")
    made = []
    monkeypatch.setattr(keras.optimizers.Optimizer, "__init__", lambda *_, **__: made.append(1))
    model.save(tmp_path / "model.keras")
    assert not made


def test_a_file_of_the_first_edition_loads_and_trains_on():
    """It was saved when all modules lay in one folder: Keras finds classes by registered names."""
    model = load_model(FILES / "first_edition.keras")
    expected = np.load(FILES / "first_edition.npz")
    assert isinstance(model.loss, Wasserstein) and isinstance(model.generator_term, AbsoluteError)
    assert isinstance(model.regularizer, GradientPenalty) and model.discriminator_steps == 2
    assert int(model.generator_optimizer.iterations) == 4
    labels = np.array([0, 1, 2, 0])
    before = model.generate(4, seed=1, condition=labels)
    np.testing.assert_allclose(before, expected["before"], rtol=1e-3, atol=1e-6)
    images = np.random.default_rng(0).uniform(-1, 1, (64, 16, 16, 1)).astype("float32")
    model.fit(images, np.arange(64) % 3, batch_size=16, verbose=0, shuffle=False)
    assert int(model.discriminator_optimizer.iterations) == 16
    after = model.generate(4, seed=1, condition=labels)
    np.testing.assert_allclose(after, expected["after"], rtol=1e-2, atol=1e-5)


def test_load_model_refuses_what_is_no_gan(tmp_path, tiny_gan, monkeypatch):
    with pytest.raises(ValueError, match="cannot be loaded .*Received: .*missing.keras"):
        load_model(tmp_path / "missing.keras")
    (tmp_path / "text.keras").write_text("hello")
    with pytest.raises(ValueError, match="cannot be loaded .*Expected a whole .keras file"):
        load_model(tmp_path / "text.keras")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match="The model is no GAN. Received: a Sequential"):
        load_model(tmp_path / "other.keras")
    tiny_gan().save(tmp_path / "large.keras")
    monkeypatch.setattr(saved_sizes, "LARGEST_FILE", 1000)
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(ValueError, match="GiB, more than"):
        load_model(tmp_path / "large.keras")


@pytest.fixture
def set_policy():
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy("float32")


@pytest.mark.thorough
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float32"])
def test_the_policy_of_a_dcgan_is_that_of_its_file(tmp_path, digits, set_policy, policy):
    """Loaded where another policy is set, the networks compute as before and train on."""
    images = crop_digits(digits)[:64]
    set_policy(policy)
    model = DCGAN((16, 16, 1), 4, seed=0)
    model.compile()
    fit(model, images)
    model.save(tmp_path / "model.keras")
    fit(model, images)
    other = "mixed_bfloat16" if policy == "float32" else "float32"
    set_policy(other)
    loaded = load_model(tmp_path / "model.keras")
    assert keras.config.dtype_policy().name == other
    for network in (loaded.generator, loaded.discriminator):
        assert {layer.dtype_policy.name for layer in network.layers} == {policy}
    fit(loaded, images)
    assert_equal_bits(loaded, model)
    assert DCGAN((16, 16, 1), 4, dtype=policy).generator.dtype_policy.name == policy


@pytest.mark.parametrize("name", ["m.h5", "m", "m.hdf5", "m.weights.h5", "m.tf"])
def test_other_endings_are_refused(tmp_path, tiny_gan, points, name):
    model = tiny_gan()
    model.compile()
    message = r"saved as a \.keras file. Received: .*Expected .* such as '.*\.keras'"
    with pytest.raises(ValueError, match=message):
        model.save(tmp_path / name)
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    if name.endswith("h5"):
        for callbacks in (
            [keras.callbacks.ModelCheckpoint(tmp_path / "best.h5")],
            keras.callbacks.CallbackList([keras.callbacks.ModelCheckpoint(tmp_path / "best.h5")]),
        ):
            with pytest.raises(ValueError, match=message):
                fit(model, points, callbacks=callbacks)
        assert int(model.optimizer.iterations) == 0


class Unregistered(losses.SigmoidCrossEntropy):
    """A loss that can be saved, but that another process must register before it loads."""


class WithoutConfig:
    def __call__(self, *_):
        return 0.0

    generator_loss = staticmethod(lambda fake_output: -keras.ops.mean(fake_output))
    discriminator_loss = staticmethod(lambda real_output, _: -keras.ops.mean(real_output))


class Optimizer(keras.optimizers.SGD):
    def get_config(self):
        raise NotImplementedError


UNSAVABLE = {
    "loss": {"loss": WithoutConfig()},
    "regularizer": {"regularizer": WithoutConfig()},
    "generator_term": {"generator_term": WithoutConfig()},
    "generator_optimizer": {"generator_optimizer": Optimizer()},
    "discriminator_optimizer": {"discriminator_optimizer": Optimizer()},
}


@pytest.mark.parametrize("part", UNSAVABLE)
def test_what_cannot_be_saved_is_refused_before_the_first_step(tmp_path, tiny_gan, points, part):
    model = tiny_gan()
    model.compile(**UNSAVABLE[part])
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras")
    with pytest.raises(ValueError, match=f"save the model's {part}. Received: .*get_config"):
        fit(model, points, callbacks=[checkpoint])
    assert int(model.optimizer.iterations) == 0
    with pytest.raises(ValueError, match=f"save the model's {part}"):
        fit(model, points, callbacks=checkpoint)
    weights = keras.callbacks.ModelCheckpoint(tmp_path / "best.weights.h5", save_weights_only=True)
    fit(model, points, callbacks=[weights])
    assert (tmp_path / "best.weights.h5").exists()


def test_a_network_without_a_config_is_refused_too(tmp_path, tiny_gan, points):
    class Network(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.last = keras.layers.Dense(units)

        def call(self, inputs, training=False):
            return self.last(inputs)

    model = GAN(Network(2), tiny_gan().discriminator, 3)
    model.compile()
    with pytest.raises(ValueError, match="save the model's generator. Received"):
        fit(model, points, callbacks=[keras.callbacks.ModelCheckpoint(tmp_path / "best.keras")])


def test_what_can_be_saved_is_not_refused(tmp_path, tiny_gan, points):
    model = tiny_gan()
    model.compile(loss=Unregistered(), generator_term=AbsoluteError(1.0))
    fit(model, points, callbacks=[keras.callbacks.ModelCheckpoint(tmp_path / "best.keras")])
    with keras.saving.custom_object_scope({"Unregistered": Unregistered}):
        assert isinstance(keras.saving.load_model(tmp_path / "best.keras").loss, Unregistered)

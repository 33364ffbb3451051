import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import assert_equal_bits

from dcgan_tf import DCGAN, GAN
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.gan import losses, regularizers
from dcgan_tf.gan.more_losses import AbsoluteError
from dcgan_tf.networks import pairs
from dcgan_tf.networks.fast_layers import accelerate


def fit(model, samples, epochs=1, **kwargs):
    return model.fit(samples, epochs=epochs, batch_size=32, shuffle=False, verbose=0, **kwargs)


def tutorial_gan(seed=0):
    pair = pairs.build_pair("tutorial", (16, 16, 1), latent_dim=8, seed=seed)
    return GAN(*pair, latent_dim=8, seed=seed)


def small(digits):
    return digits[:80, 6:22, 6:22]


def test_contract(digits):
    model = DCGAN(image_shape=(28, 28, 1), latent_dim=64, seed=0)
    model.compile()
    history = fit(model, digits, epochs=2)
    keys = {"generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy"}
    assert set(history.history) == set(model.metrics_names) == keys
    assert all(
        np.isfinite(values).all() and len(values) == 2 for values in history.history.values()
    )
    images = model.generate(16, seed=1)
    assert isinstance(images, np.ndarray)
    assert images.shape == (16, 28, 28, 1) and images.dtype == np.float32
    assert np.abs(images).max() <= 1.0
    np.testing.assert_array_equal(images, model.generate(16, seed=1))
    assert (images != model.generate(16, seed=2)).any()
    assert (model.generate(2) != model.generate(2)).any()
    np.testing.assert_allclose(images, model.generate(16, seed=1, batch_size=5), atol=1e-5)


def test_default_losses_are_those_of_an_undecided_discriminator(digits):
    model = DCGAN(seed=0)
    model.compile(run_eagerly=True)
    undecided = [np.zeros_like(weight) for weight in model.discriminator.get_weights()]
    model.discriminator.set_weights(undecided)
    logs = model.evaluate(digits, verbose=0, return_dict=True)
    assert logs["discriminator_loss"] == pytest.approx(2 * np.log(2))
    assert logs["generator_loss"] == pytest.approx(np.log(2))


@pytest.mark.parametrize("loss", list(losses.LOSSES))
def test_step_descends_both_losses_from_the_same_weights(tiny_gan, points, loss):
    """One step with SGD against gradients taken apart, network by network, with the same noise."""
    rate, batch = 0.1, points[:32]
    model = tiny_gan()
    model.discriminator.layers[1].rate = 0.0  # no Dropout: its masks cannot be drawn twice
    model.compile(
        keras.optimizers.SGD(rate), keras.optimizers.SGD(rate), loss=loss, regularizer=None
    )
    noise = keras.random.normal((32, 3), seed=keras.random.SeedGenerator(0))
    parts = losses.get(loss)

    def generator_loss():
        fake = model.generator(noise, training=True)
        real_output = model.discriminator(batch, training=True)
        fake_output = model.discriminator(fake, training=True)
        return losses.generator_loss(parts, fake_output, real_output)

    def discriminator_loss():
        fake = tf.stop_gradient(model.generator(noise, training=True))
        return parts.discriminator_loss(
            model.discriminator(batch, training=True), model.discriminator(fake, training=True)
        )

    expected = []
    for network, loss_of in (
        (model.generator, generator_loss),
        (model.discriminator, discriminator_loss),
    ):
        with tf.GradientTape() as tape:
            value = loss_of()
        gradients = tape.gradient(value, network.trainable_variables)
        pairs = zip(network.trainable_variables, gradients, strict=True)
        expected += [weight - rate * gradient for weight, gradient in pairs]

    model.train_on_batch(batch)
    trained = model.generator.trainable_variables + model.discriminator.trainable_variables
    for variable, value in zip(trained, expected, strict=True):
        np.testing.assert_allclose(variable, value, rtol=1e-4, atol=1e-6)


def test_r1_is_minimised_by_the_discriminator_alone_and_is_not_reported(tiny_gan, points):
    """Beside a model without it: the same noise, so that the difference is the penalty's."""
    rate, weight, batch = 0.1, 3.0, points[:32]
    models = [tiny_gan(), tiny_gan()]
    for model, regularizer in zip(models, (None, regularizers.R1(weight)), strict=True):
        model.discriminator.layers[1].rate = 0.0
        optimizers = keras.optimizers.SGD(rate), keras.optimizers.SGD(rate)
        model.compile(*optimizers, regularizer=regularizer)
    with tf.GradientTape() as tape:
        penalty = regularizers.r1_penalty(models[1].discriminator, tf.constant(batch[:4]))  # of 32
    variables = models[1].discriminator.trainable_variables
    expected = tape.gradient(penalty, variables)
    logs = [model.train_on_batch(batch, return_dict=True) for model in models]
    assert logs[0] == pytest.approx(logs[1])
    plain, penalised = (model.discriminator.trainable_variables for model in models)
    for without, with_it, gradient in zip(plain, penalised, expected, strict=True):
        gradient = 0.0 if gradient is None else gradient  # a bias may have no part in the slope
        np.testing.assert_allclose(
            with_it - without, -rate * weight * gradient, rtol=1e-3, atol=1e-6
        )
    plain, penalised = (model.generator.trainable_variables for model in models)
    for without, with_it in zip(plain, penalised, strict=True):
        np.testing.assert_allclose(with_it, without, rtol=1e-6)


def test_mixed_precision_trains_with_the_penalty(digits):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = DCGAN(seed=0)
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile()
    history = fit(model, digits[:64])
    assert all(np.isfinite(values).all() for values in history.history.values())
    assert all(variable.dtype == "float32" for variable in model.trainable_variables)


@pytest.mark.parametrize("steps", [0, -1, 1.5, None])
def test_discriminator_steps_are_checked(tiny_gan, steps):
    with pytest.raises(ValueError, match="Received: discriminator_steps=.*at least 1"):
        tiny_gan().compile(discriminator_steps=steps)


def test_more_steps_of_the_discriminator(tiny_gan, points):
    """Three steps are one step three times, of which the generator takes part in the last."""
    batch, rate = points[:32], 0.1
    model, by_hand = tiny_gan(), tiny_gan()
    for each in (model, by_hand):
        each.discriminator.layers[1].rate = 0.0
    model.compile(*(keras.optimizers.SGD(rate) for _ in "gd"), discriminator_steps=3)
    model.train_on_batch(batch)
    still = keras.optimizers.SGD(0.0)
    by_hand.compile(still, keras.optimizers.SGD(rate))
    by_hand.train_on_batch(batch)
    by_hand.train_on_batch(batch)
    still.learning_rate = rate
    by_hand.train_on_batch(batch)
    assert int(model.discriminator_optimizer.iterations.numpy()) == 3
    assert int(model.generator_optimizer.iterations.numpy()) == 1
    for ours, expected in zip(model.weights, by_hand.weights, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-7)


def test_default_rates_fall_with_the_steps():
    model = DCGAN(seed=0)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        for step, rate in ((0, 2e-3), (5_000, 1e-3), (15_000, 5e-4)):
            optimizer.iterations.assign(step)
            assert float(optimizer.learning_rate) == pytest.approx(rate)


def test_each_update_leaves_the_other_network_alone(tiny_gan, points):
    for still, moving in (("generator", "discriminator"), ("discriminator", "generator")):
        model = tiny_gan()
        model.compile(**{f"{still}_optimizer": keras.optimizers.SGD(0.0)})
        before = {name: getattr(model, name).trainable_variables for name in (still, moving)}
        before = {name: [v.numpy() for v in values] for name, values in before.items()}
        fit(model, points)
        for a, b in zip(before[still], getattr(model, still).trainable_variables, strict=True):
            np.testing.assert_array_equal(a, b)
        moved = getattr(model, moving).trainable_variables
        assert all((a != b.numpy()).any() for a, b in zip(before[moving], moved, strict=True))


def test_batch_normalisation_learns_its_statistics(tiny_gan, points):
    model = tiny_gan()
    model.compile()
    normalization = model.generator.layers[1]
    before = normalization.moving_mean.numpy()
    fit(model, points)
    assert (normalization.moving_mean.numpy() != before).all()
    after = normalization.moving_mean.numpy()
    model.evaluate(points, verbose=0)
    model.generate(4)
    np.testing.assert_array_equal(normalization.moving_mean, after)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_partial_batch_and_a_single_trace(tiny_gan, points, jit_compile):
    traces = []

    class Counting(GAN):
        def train_step(self, data):
            traces.append(data.shape)
            return super().train_step(data)

    plain = tiny_gan()
    model = Counting(plain.generator, plain.discriminator, 3, seed=0)
    model.compile(jit_compile=jit_compile)
    fit(model, points, epochs=3)  # 80 points: 32, 32, 16
    assert traces == [(None, 2)]
    assert int(model.generator_optimizer.iterations) == 9


def test_metrics_weigh_each_sample_alike(tiny_gan, points):
    model = tiny_gan()
    model.compile()
    model.discriminator.layers[-1].set_weights([np.zeros((8, 1)), np.ones(1)])
    logs = model.evaluate(points, batch_size=32, verbose=0, return_dict=True)
    assert logs["real_accuracy"] == 1.0 and logs["fake_accuracy"] == 0.0
    kernel = np.zeros((8, 1), np.float32)
    kernel[0] = 5.0
    model.discriminator.layers[-1].set_weights([kernel, -np.ones(1)])
    logs = model.evaluate(points, batch_size=32, verbose=0, return_dict=True)
    logits = model.discriminator(points).numpy()
    assert logs["real_accuracy"] == pytest.approx((logits > 0).mean())


@pytest.mark.parametrize("make", [tutorial_gan, lambda: DCGAN((16, 16, 1), 8, seed=0)])
def test_saved_loaded_and_trained_on_is_never_stopped(tmp_path, digits, make):
    images = small(digits)
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
    images = small(digits)
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
    images = small(digits)

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


def test_same_seed_same_bits(digits):
    images = small(digits)

    def trained(seed):
        model = DCGAN((16, 16, 1), latent_dim=8, seed=seed)
        model.compile()
        fit(model, images, epochs=2)
        return model

    first, other = trained(5), trained(6)
    assert_equal_bits(first, trained(5))
    assert (first.generate(2, seed=0) != other.generate(2, seed=0)).any()


def test_sampling_does_not_disturb_training(tiny_gan, points):
    quiet, sampled = tiny_gan(), tiny_gan()
    for model in (quiet, sampled):
        model.compile()
        fit(model, points)
    sampled.generate(3)
    sampled.generate(3, seed=4)
    sampled.evaluate(points, verbose=0)
    sampled.predict(np.zeros((2, 3), np.float32), verbose=0)
    fit(quiet, points)
    fit(sampled, points)
    assert_equal_bits(quiet, sampled)


def test_generate_uses_the_moving_average(tiny_gan, points):
    """The average is computed again here, step by step, from the weights after each batch."""
    model = tiny_gan()
    momentum = 0.9
    model.compile(keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=momentum))
    averages = None
    for _ in range(4):
        model.train_on_batch(points[:32])
        weights = [v.numpy() for v in model.generator.trainable_variables]
        averages = averages or weights
        pairs = zip(averages, weights, strict=True)
        averages = [momentum * average + (1 - momentum) * weight for average, weight in pairs]
    noise = keras.random.normal((5, 3), seed=1)
    trained = model.generator(noise, training=False)
    for variable, average in zip(model.generator.trainable_variables, averages, strict=True):
        np.testing.assert_array_equal(variable, weights.pop(0))
        variable.assign(average)
    expected = model.generator(noise, training=False)
    np.testing.assert_allclose(model.generate(5, seed=1), expected, atol=1e-5)
    np.testing.assert_allclose(model.predict(noise, verbose=0), expected, atol=1e-5)
    assert np.abs(trained - expected).max() > 1e-3


def test_averaged_weights_come_and_go(tiny_gan, points):
    model = tiny_gan()
    with model.averaged_weights():  # before compile: nothing to average
        pass
    model.compile()
    with model.averaged_weights():  # before the first step
        untrained = model.generator.get_weights()
    np.testing.assert_array_equal(untrained[0], model.generator.get_weights()[0])
    fit(model, points)
    before = model.generator.get_weights()
    with pytest.raises(RuntimeError), model.averaged_weights():
        assert (model.generator.get_weights()[0] != before[0]).any()
        raise RuntimeError
    for a, b in zip(before, model.generator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_evaluate_and_validation(tiny_gan, points):
    model = tiny_gan()
    model.compile()
    history = fit(model, points, validation_data=points[:40])
    assert "val_generator_loss" in history.history
    first, second = (model.evaluate(points, verbose=0, return_dict=True) for _ in range(2))
    assert first == second
    real = model.discriminator(points).numpy().astype(np.float64)
    assert first["real_accuracy"] == pytest.approx((real > 0).mean())


def test_labels_are_ignored(tiny_gan, points):
    plain, labelled = tiny_gan(), tiny_gan()
    for model in (plain, labelled):
        model.compile()
    fit(plain, points)
    labelled.fit(points, np.arange(80), batch_size=32, shuffle=False, verbose=0)
    assert_equal_bits(plain, labelled)


def test_there_is_no_third_optimizer(tiny_gan):
    model = tiny_gan()
    model.compile("sgd", "adam")
    pair = [model.generator_optimizer, model.discriminator_optimizer]
    assert model.optimizer.optimizers == pair
    assert isinstance(model.generator_optimizer, keras.optimizers.SGD)
    assert model.generator_optimizer.built and model.discriminator_optimizer.built
    model.compile("sgd", "sgd")
    assert model.generator_optimizer is not model.discriminator_optimizer


def test_compile_refuses(tiny_gan):
    model = tiny_gan()
    shared = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="share an optimizer. Received: the same object twice"):
        model.compile(shared, shared)
    with pytest.raises(ValueError, match="Received: loss='wgan'"):
        model.compile(loss="wgan")


def test_networks_that_do_not_fit_are_refused(tiny_gan):
    good = tiny_gan()
    wide = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    two_logits = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    for generator, discriminator, latent_dim, message in (
        (good.generator, good.discriminator, 4, "generator does not take the noise"),
        (good.generator, wide, 3, "discriminator does not take what the generator makes"),
        (good.generator, two_logits, 3, r"Received: output of shape \(None, 2\)"),
        (good.generator, good.discriminator, 0, "Expected an integer of at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            GAN(generator, discriminator, latent_dim)


def test_data_that_does_not_fit_is_refused(digits):
    model = DCGAN((16, 16, 1), latent_dim=8, seed=0)
    model.compile()
    for wrong in (digits, np.ones((32, 16, 16, 1), np.uint8)):
        with pytest.raises(ValueError, match="does not fit the networks. Received: .*Expected"):
            fit(model, wrong)


def test_pixels_out_of_range_are_refused(digits):
    model = DCGAN((16, 16, 1), latent_dim=8, seed=0)
    model.compile()
    images = small(digits)
    for wrong, received in ((images * 127.5, "-127.5 to 127.5"), (images * np.nan, "nan to nan")):
        with pytest.raises(ValueError, match=f"Received: values from {received}. Expected"):
            fit(model, wrong)
    fit(model, images / 2 + 0.5)


@pytest.mark.parametrize(("n", "seed"), [(0, None), (-1, None), (2.5, None), (4, -1)])
def test_generate_refuses(tiny_gan, n, seed):
    with pytest.raises(ValueError, match="Received: .*Expected an integer of at least"):
        tiny_gan().generate(n, seed=seed)


def test_subclassed_networks_play_too(points):
    class Generator(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, noise, training=False):
            return self.dense(noise)

    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, samples, training=False):
            return self.dense(samples)

    model = GAN(Generator(), Discriminator(), latent_dim=4)
    model.compile()
    fit(model, points)
    assert model.generate(3).shape == (3, 2)


@pytest.mark.parametrize(
    "code",
    [
        "import keras, dcgan_tf; print(keras.saving.load_model(sys.argv[1]))",
        "import dcgan_tf; print(dcgan_tf.load_model(sys.argv[1]))",
        "from dcgan_tf.gan.saving import load_model; print(load_model(sys.argv[1]))",
    ],
)
def test_a_new_process_finds_the_classes_of_a_file(tmp_path, code):
    """Also those that only an application or `accelerate` uses, whatever was imported before."""
    networks = build_conditional_pair((16, 16, 1), 3, 4)
    model = GAN(*map(accelerate, networks), 4)
    model.compile(loss="wasserstein", generator_term=AbsoluteError(1.0))
    model.save(tmp_path / "model.keras")
    command = [sys.executable, "-c", f"import sys; {code}", str(tmp_path / "model.keras")]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "<GAN name=gan" in result.stdout

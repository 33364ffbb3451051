import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import assert_equal_bits, fit

from dcgan_tf import DCGAN, GAN
from dcgan_tf.gan import losses, regularizers


def test_default_losses_are_those_of_an_undecided_discriminator(digits):
    model = DCGAN(seed=0)
    model.compile(run_eagerly=True)
    undecided = [np.zeros_like(weight) for weight in model.discriminator.get_weights()]
    model.discriminator.set_weights(undecided)
    logs = model.evaluate(digits, verbose=0, return_dict=True)
    assert logs["discriminator_loss"] == pytest.approx(2 * np.log(2))
    assert logs["generator_loss"] == pytest.approx(np.log(2))


@pytest.mark.parametrize("discriminator_steps", [1, 2])
def test_weights_change_when_all_gradients_are_known(tiny_gan, discriminator_steps, monkeypatch):
    """Else a bias may change before the penalty has read it, as in one of ten graphs."""
    model = tiny_gan()
    model.compile(discriminator_steps=discriminator_steps)
    known = []
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        apply = optimizer.apply

        def note(gradients, variables, apply=apply):
            known.append({each.op for each in gradients})
            apply(gradients, variables)

        monkeypatch.setattr(optimizer, "apply", note)
    step = tf.function(model.train_step).get_concrete_function(tf.TensorSpec((8, 2)))
    weights = model.generator.trainable_variables + model.discriminator.trainable_variables
    outside = {id(weight.value.handle) for weight in weights}
    handles = {inner.ref() for outer, inner in step.graph.captures if id(outer) in outside}
    changes = [
        operation
        for operation in step.graph.get_operations()
        if operation.type.startswith(("Assign", "ResourceApply"))
        and operation.inputs[0].ref() in handles
    ]
    of_discriminator = len(model.discriminator.trainable_variables)
    assert len(changes) == len(weights) + (discriminator_steps - 1) * of_discriminator
    last_step = set.union(*known[-2:])
    for change in changes[-len(weights) :]:
        assert last_step <= find_ancestors(change)
    if discriminator_steps == 2:
        for change in changes[:of_discriminator]:
            assert known[0] <= find_ancestors(change)


def find_ancestors(operation):
    """Returns all operations that end before this one begins."""
    found, to_do = set(), [operation]
    while to_do:
        operation = to_do.pop()
        before = {*operation.control_inputs, *(tensor.op for tensor in operation.inputs)} - found
        found |= before
        to_do += before
    return found


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

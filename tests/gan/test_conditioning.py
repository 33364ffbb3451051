import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import GAN, TrainingDoctor, shuffled_batches
from dcgan_tf.gan import losses
from dcgan_tf.gan.more_losses import AbsoluteError


def pair(condition_shape=(), outputs=2):
    """A generator that adds its condition to its noise, and a discriminator of both."""
    layers = keras.layers
    condition = keras.Input(condition_shape, name="condition")
    flat = layers.Reshape((-1,))(condition)
    noise = keras.Input((3,), name="noise")
    x = layers.Dense(8, activation="relu")(layers.Concatenate()([noise, flat]))
    generator = keras.Model([noise, condition], layers.Dense(outputs)(x))
    samples = keras.Input((outputs,), name="samples")
    x = layers.Dense(8, activation="relu")(layers.Concatenate()([samples, flat]))
    return generator, keras.Model([samples, condition], layers.Dense(1)(x))


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return GAN(*pair(), latent_dim=3, seed=0)


def test_the_condition_reaches_both_networks(model, points):
    """One step with SGD against gradients taken by hand, with the same noise and condition."""
    batch, y = tf.constant(points[:32]), tf.range(32.0)
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), regularizer=None)
    noise = keras.random.normal((32, 3), seed=keras.random.SeedGenerator(0))
    loss, expected = losses.get("sigmoid_cross_entropy"), []
    with tf.GradientTape(persistent=True) as tape:
        fake = model.generator([noise, y])
        fake_output = model.discriminator([fake, y])
        values = (
            loss.generator_loss(fake_output),
            loss.discriminator_loss(model.discriminator([batch, y]), fake_output),
        )
    for network, value in zip((model.generator, model.discriminator), values, strict=True):
        gradients = tape.gradient(value, network.trainable_variables)
        together = zip(network.trainable_variables, gradients, strict=True)
        expected += [variable - 0.1 * gradient for variable, gradient in together]
    model.train_on_batch(batch, y)
    trained = model.generator.trainable_variables + model.discriminator.trainable_variables
    for variable, value in zip(trained, expected, strict=True):
        np.testing.assert_allclose(variable, value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("regularizer", ["r1", "gradient_penalty"])
def test_everything_takes_the_condition(model, points, regularizer, tmp_path):
    y = np.arange(80, dtype=np.float32) / 80
    model.compile(regularizer=regularizer, discriminator_steps=2)
    batches = shuffled_batches(points, 32, condition=y)
    history = model.fit(
        batches,
        steps_per_epoch=3,
        epochs=2,
        shuffle=False,
        verbose=0,
        validation_data=(points[:40], y[:40]),
    )
    assert all(np.isfinite(values).all() for values in history.history.values())
    assert len(model.evaluate(points, y, verbose=0)) == 4
    samples = model.generate(5, seed=1, condition=y[:5])
    assert samples.shape == (5, 2)
    assert (samples != model.generate(5, seed=1, condition=y[5:10])).any()
    np.testing.assert_allclose(
        samples, model.generate(5, seed=1, condition=y[:5], batch_size=2), atol=1e-6
    )
    noise = keras.random.normal((5, 3), seed=1)
    np.testing.assert_allclose(samples, model.predict([noise, y[:5]], verbose=0), atol=1e-6)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(samples, again.generate(5, seed=1, condition=y[:5]))
    assert type(again.regularizer) is type(model.regularizer)
    assert again.discriminator_steps == 2
    again.fit(points, y, verbose=0)


def test_the_doctor_refuses_a_condition(model, points):
    model.compile()
    with pytest.raises(ValueError, match="from noise alone. Received: a model with a condition"):
        model.fit(points, points[:, 0], callbacks=[TrainingDoctor(points)], verbose=0)


def test_batches_keep_samples_and_conditions_together(points):
    batches = shuffled_batches(points, 32, seed=3, condition=points[:, 0] * 2)
    for samples, condition in batches.take(5):
        np.testing.assert_array_equal(samples[:, 0] * 2, condition)


def test_a_missing_or_wrong_condition_is_explained(model, points):
    model.compile()
    for wrong in (None, points):
        with pytest.raises(ValueError, match="from a condition. Received: y of shape"):
            model.fit(points, wrong, verbose=0)
    for wrong in (None, points[:5]):
        with pytest.raises(ValueError, match="from a condition. Received: condition of shape"):
            model.generate(5, condition=wrong)
    with pytest.raises(ValueError, match="Received: 4 for n=5"):
        model.generate(5, condition=np.zeros(4))


def test_without_a_second_input_y_is_ignored(tiny_gan, points):
    models = [tiny_gan(), tiny_gan()]
    for model, y in zip(models, (None, np.arange(80)), strict=True):
        model.compile()
        model.fit(points, y, shuffle=False, verbose=0)
    for a, b in zip(models[0].weights, models[1].weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_networks_that_do_not_fit_together():
    generator, _ = pair()
    _, discriminator = pair(condition_shape=(2,))
    with pytest.raises(ValueError, match="and a condition of shape.*Expected a discriminator"):
        GAN(generator, discriminator, latent_dim=3)


def test_the_generators_term_is_the_generators_alone(points):
    """Beside a model without it: the same noise, so that the difference is the term's."""
    batch, y, rate = points[:32], np.zeros(32, np.float32), 0.1
    models = []
    for term in (None, AbsoluteError(5.0)):
        keras.utils.set_random_seed(0)
        model = GAN(*pair(), latent_dim=3, seed=0)
        model.compile(*(keras.optimizers.SGD(rate) for _ in "gd"), generator_term=term)
        models.append(model)
    noise = keras.random.normal((32, 3), seed=keras.random.SeedGenerator(0))
    variables = models[1].generator.trainable_variables
    with tf.GradientTape() as tape:
        made = models[1].generator([noise, tf.constant(y)])
        distance = 5.0 * tf.reduce_mean(tf.abs(batch - made))
    expected = tape.gradient(distance, variables)
    for model in models:
        model.train_on_batch(batch, y)
    for without, with_it, gradient in zip(
        models[0].generator.trainable_variables, variables, expected, strict=True
    ):
        np.testing.assert_allclose(with_it - without, -rate * gradient, rtol=1e-3, atol=1e-6)
    for without, with_it in zip(
        models[0].discriminator.weights, models[1].discriminator.weights, strict=True
    ):
        np.testing.assert_array_equal(without, with_it)


@pytest.mark.parametrize("condition_shape", [(), (4,)])
def test_conditions_of_unknown_shape_train(points, condition_shape):
    model = GAN(*pair(condition_shape), latent_dim=3, seed=0)
    model.compile()
    y = np.zeros((16, *condition_shape), np.float32)
    both = tf.data.Dataset.from_generator(
        lambda: zip(points[:16], y, strict=True), (tf.float32,) * 2
    )
    history = model.fit(both.batch(8), verbose=0, shuffle=False).history
    assert np.isfinite(history["generator_loss"]).all()


def test_a_single_number_is_no_condition_of_samples(model):
    with pytest.raises(ValueError, match=r"Received: condition of shape \(\). Expected shape \(No"):
        model.generate(1, condition=3.0)

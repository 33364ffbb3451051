import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import losses

LOGITS = [0.0, 5.0, -5.0, 200.0, -200.0]  # exp(-200) is below float32: atol


def log_sigmoid(logits):
    """log D in float64, from NumPy alone; log(1 - D) is log_sigmoid(-logits)."""
    return -np.logaddexp(0.0, -np.asarray(logits, np.float64))


def column(values):
    return tf.reshape(tf.constant(values, tf.float32), (-1, 1))


@pytest.mark.parametrize("name", ["sigmoid_cross_entropy", "minimax"])
@pytest.mark.parametrize("real", LOGITS)
@pytest.mark.parametrize("fake", LOGITS)
def test_discriminator_loss_is_formula_4_2(name, real, fake):
    expected = -log_sigmoid(real) - log_sigmoid(-fake)
    loss = losses.get(name).discriminator_loss(column([real]), column([fake]))
    np.testing.assert_allclose(loss, expected, rtol=1e-6, atol=1e-38)


@pytest.mark.parametrize("fake", LOGITS)
def test_generator_losses_are_their_formulas(fake):
    article_code = losses.get("sigmoid_cross_entropy").generator_loss(column([fake]))
    formula_4_1 = losses.get("minimax").generator_loss(column([fake]))
    np.testing.assert_allclose(article_code, -log_sigmoid(fake), rtol=1e-6, atol=1e-38)
    np.testing.assert_allclose(formula_4_1, log_sigmoid(-fake), rtol=1e-6, atol=1e-38)


def test_losses_are_means_over_the_batch():
    real, fake = np.random.default_rng(0).normal(0, 4, (2, 7))
    loss = losses.get("sigmoid_cross_entropy")
    np.testing.assert_allclose(
        loss.discriminator_loss(column(real), column(fake)),
        -log_sigmoid(real).mean() - log_sigmoid(-fake).mean(),
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        loss.generator_loss(column(fake)), -log_sigmoid(fake).mean(), rtol=1e-6
    )


def test_values_at_equilibrium():
    undecided = tf.zeros((4, 1))
    loss = losses.get("sigmoid_cross_entropy")
    assert float(loss.discriminator_loss(undecided, undecided)) == pytest.approx(2 * math.log(2))
    assert float(loss.generator_loss(undecided)) == pytest.approx(math.log(2))
    assert float(losses.get("minimax").generator_loss(undecided)) == pytest.approx(-math.log(2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sigmoid_cross_entropy", lambda d: d - 1),  # stays near -1 for a sure discriminator
        ("minimax", lambda d: -d),  # vanishes
    ],
)
def test_generator_gradients(name, expected):
    logits = tf.Variable(column([-200.0, -5.0, 0.0, 5.0, 200.0]))
    with tf.GradientTape() as tape:
        loss = losses.get(name).generator_loss(logits)
    sigmoid = 1 / (1 + np.exp(-logits.numpy().astype(np.float64)))
    np.testing.assert_allclose(tape.gradient(loss, logits), expected(sigmoid) / 5, atol=1e-7)


def test_get_takes_objects_and_refuses_the_rest():
    class Mine:
        def generator_loss(self, fake_output):
            return tf.reduce_mean(fake_output)

        def discriminator_loss(self, real_output, fake_output):
            return tf.reduce_mean(real_output - fake_output)

    mine = Mine()
    assert losses.get(mine) is mine
    for wrong in ("wgan", None, 3, Mine):
        with pytest.raises(ValueError, match="Received: loss=.*Expected one of.*minimax"):
            losses.get(wrong)


def linear(slopes):
    discriminator = keras.Sequential([keras.Input((len(slopes),)), keras.layers.Dense(1)])
    discriminator.set_weights([np.asarray(slopes, np.float32)[:, None], np.array([5.0])])
    return discriminator


def test_r1_of_a_linear_discriminator_is_half_its_squared_slope():
    points = tf.constant(np.random.default_rng(0).normal(size=(7, 2)), tf.float32)
    assert float(losses.r1_penalty(linear([3.0, -4.0]), points)) == pytest.approx(25 / 2)
    assert float(losses.r1_penalty(linear([0.0, 0.0]), points)) == 0.0


def test_r1_and_its_gradient_of_a_curved_discriminator():
    """l = tanh(w x) in one dimension: dl/dx = w / cosh(w x)^2, all of it known in closed form."""
    weight, points = 0.7, np.random.default_rng(0).normal(size=9)
    discriminator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, "tanh", False)])
    discriminator.set_weights([np.array([[weight]])])
    with tf.GradientTape() as tape:
        penalty = losses.r1_penalty(discriminator, column(points))
    gradient = tape.gradient(penalty, discriminator.trainable_variables)[0][0, 0]

    def r1(w):
        return np.mean((w / np.cosh(w * points) ** 2) ** 2) / 2

    assert float(penalty) == pytest.approx(r1(weight), rel=1e-5)
    difference = (r1(weight + 1e-4) - r1(weight - 1e-4)) / 2e-4
    assert float(gradient) == pytest.approx(difference, rel=1e-4)

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import kstest

from dcgan_tf.gan import losses, regularizers
from dcgan_tf.gan.regularizers import R1, GradientPenalty


def column(values):
    return tf.reshape(tf.constant(values, tf.float32), (-1, 1))


def linear(gradients):
    discriminator = keras.Sequential([keras.Input((len(gradients),)), keras.layers.Dense(1)])
    discriminator.set_weights([np.asarray(gradients, np.float32)[:, None], np.array([5.0])])
    return discriminator


def test_r1_of_a_linear_discriminator_is_half_its_squared_gradient():
    points = tf.constant(np.random.default_rng(0).normal(size=(7, 2)), tf.float32)
    assert float(regularizers.r1_penalty(linear([3.0, -4.0]), points)) == pytest.approx(25 / 2)
    assert float(regularizers.r1_penalty(linear([0.0, 0.0]), points)) == 0.0


def test_r1_and_its_gradient_of_a_curved_discriminator():
    """l = tanh(w x) in one dimension: dl/dx = w / cosh(w x)^2, all of it known in closed form."""
    weight, points = 0.7, np.random.default_rng(0).normal(size=9)
    discriminator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, "tanh", False)])
    discriminator.set_weights([np.array([[weight]])])
    with tf.GradientTape() as tape:
        penalty = regularizers.r1_penalty(discriminator, column(points))
    gradient = tape.gradient(penalty, discriminator.trainable_variables)[0][0, 0]

    def r1(w):
        return np.mean((w / np.cosh(w * points) ** 2) ** 2) / 2

    assert float(penalty) == pytest.approx(r1(weight), rel=1e-5)
    difference = (r1(weight + 1e-4) - r1(weight - 1e-4)) / 2e-4
    assert float(gradient) == pytest.approx(difference, rel=1e-4)


def test_gradient_penalty_of_a_linear_discriminator_is_its_gradient_less_one_squared():
    real, fake = tf.constant(np.random.default_rng(0).normal(size=(2, 7, 2)), tf.float32)
    for gradients, expected in (([3.0, -4.0], 16.0), ([0.6, 0.8], 0.0), ([0.0, 0.0], 1.0)):
        penalty = regularizers.gradient_penalty(linear(gradients), real, fake, tf.zeros((7, 1)))
        assert float(penalty) == pytest.approx(expected, abs=1e-5)


def test_gradient_penalty_and_its_gradient_of_a_curved_discriminator():
    """l = tanh(w y) at y = fake + epsilon (real - fake), in closed form."""
    weight = 0.7
    real, fake, epsilon = np.random.default_rng(0).uniform(0, 1, (3, 9))
    discriminator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, "tanh", False)])
    discriminator.set_weights([np.array([[weight]])])
    with tf.GradientTape() as tape:
        penalty = regularizers.gradient_penalty(
            discriminator, column(real), column(fake), column(epsilon)
        )
    gradient = tape.gradient(penalty, discriminator.trainable_variables)[0][0, 0]

    def formula(w):
        between = epsilon * real + (1 - epsilon) * fake
        return np.mean((np.abs(w / np.cosh(w * between) ** 2) - 1) ** 2)

    assert float(penalty) == pytest.approx(formula(weight), rel=1e-5)
    difference = (formula(weight + 1e-4) - formula(weight - 1e-4)) / 2e-4
    assert float(gradient) == pytest.approx(difference, rel=1e-4)


def test_gradient_penalty_is_safe_where_the_gradient_is_zero():
    """The root of 0 has an infinite derivative, which would be NaN in the weights."""
    discriminator = linear([0.0, 0.0])
    points = tf.ones((4, 2))
    with tf.GradientTape() as tape:
        penalty = regularizers.gradient_penalty(discriminator, points, -points, tf.zeros((4, 1)))
    gradient = tape.gradient(penalty, discriminator.trainable_variables)[0]
    np.testing.assert_array_equal(gradient, np.zeros((2, 1)))


def test_epsilon_is_uniform_and_one_number_for_each_sample(monkeypatch):
    seen = []
    monkeypatch.setattr(regularizers, "gradient_penalty", lambda *args: seen.append(args[3]) or 0.0)
    images = tf.zeros((4000, 2, 2, 1))
    GradientPenalty()(None, images, images, keras.random.SeedGenerator(0))
    epsilon = seen[0].numpy()
    assert epsilon.shape == (4000, 1, 1, 1)
    assert kstest(epsilon.ravel(), "uniform").pvalue > 0.01


def test_get_takes_names_objects_and_none():
    assert isinstance(regularizers.get("auto", losses.get("wasserstein")), GradientPenalty)
    for name in ("sigmoid_cross_entropy", "hinge", "least_squares"):
        assert isinstance(regularizers.get("auto", losses.get(name)), R1)
    assert isinstance(regularizers.get("auto", object()), R1)
    mine = R1(3.0)
    assert regularizers.get(mine, None) is mine and regularizers.get(None, None) is None
    for wrong in ("r2", 3, R1):
        with pytest.raises(ValueError, match="Received: regularizer=.*Expected one of.*r1"):
            regularizers.get(wrong, None)


@pytest.mark.parametrize("weight", [-0.1, np.inf, np.nan, "0.1", None])
@pytest.mark.parametrize("kind", [R1, GradientPenalty])
def test_weights_are_checked(kind, weight):
    with pytest.raises(ValueError, match="Received: weight=.*Expected a finite number"):
        kind(weight)


@pytest.mark.parametrize("kind", [R1, GradientPenalty])
def test_regularizers_come_back_from_their_config(kind):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(kind(3.0)))
    assert type(again) is kind and again.weight == 3.0

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf.gan import losses
from dcgan_tf.gan.more_losses import AbsoluteError

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


@pytest.mark.parametrize("name", list(losses.LOSSES))
def test_gradients_are_sums_of_two_terms_at_most(name):
    """TensorFlow adds three or more in an order that changes, see tests/test_upstream.py."""
    loss = losses.get(name)

    @tf.function
    def compute(real, fake):
        values = losses.generator_loss(loss, fake, real), loss.discriminator_loss(real, fake)
        return [tf.gradients(value, [real, fake]) for value in values]

    graph = compute.get_concrete_function(column(LOGITS), column(LOGITS)).graph
    sums = [each for each in graph.get_operations() if each.type == "AddN"]
    assert all(len(each.inputs) == 2 for each in sums)


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


# Each loss from its paper, in NumPy: (generator's part, discriminator's part).
FORMULAS = {
    "relativistic": (
        lambda fake, real: -log_sigmoid(fake - real).mean(),
        lambda real, fake: -log_sigmoid(real - fake).mean(),
    ),
    "least_squares": (
        lambda fake, _: (fake**2).mean() / 2,
        lambda real, fake: ((real - 1) ** 2).mean() / 2 + ((fake + 1) ** 2).mean() / 2,
    ),
    "hinge": (
        lambda fake, _: -fake.mean(),
        lambda real, fake: np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(),
    ),
    "wasserstein": (
        lambda fake, _: -fake.mean(),
        lambda real, fake: fake.mean() - real.mean(),
    ),
    "one_sided_smoothing": (
        lambda fake, _: -log_sigmoid(fake).mean(),
        lambda real, fake: (
            -(0.9 * log_sigmoid(real) + 0.1 * log_sigmoid(-real)).mean() - log_sigmoid(-fake).mean()
        ),
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_more_losses_and_their_gradients(name):
    """Against the formulas, and the formulas' central differences, away from the hinges."""
    generator_loss, discriminator_loss = FORMULAS[name]
    real, fake = np.random.default_rng(0).normal(0, 2, (2, 9))
    loss = losses.get(name)
    real_output, fake_output = tf.Variable(column(real)), tf.Variable(column(fake))
    with tf.GradientTape(persistent=True) as tape:
        ours = losses.generator_loss(loss, fake_output, real_output)
        theirs = loss.discriminator_loss(real_output, fake_output)
    assert float(ours) == pytest.approx(generator_loss(fake, real), rel=1e-5)
    assert float(theirs) == pytest.approx(discriminator_loss(real, fake), rel=1e-5)
    for value, variable, function in (
        (ours, fake_output, lambda x: generator_loss(x, real)),
        (theirs, real_output, lambda x: discriminator_loss(x, fake)),
        (theirs, fake_output, lambda x: discriminator_loss(real, x)),
    ):
        point = variable.numpy()[:, 0].astype(np.float64)
        np.testing.assert_allclose(
            tape.gradient(value, variable)[:, 0], differences(function, point), atol=1e-5
        )


def test_a_loss_gets_the_outputs_that_it_takes():
    class Articles:
        def generator_loss(self, fake_output):
            return ("fake", fake_output)

    class WithSettings:
        def generator_loss(self, fake_output, weight=2.0):
            return ("fake", fake_output)

    class Both:
        def generator_loss(self, fake, real):
            return (real, fake)

    class ByName:
        def generator_loss(self, fake_output, real_output=None):
            return (real_output, fake_output)

    class Wrapped:
        def generator_loss(self, *outputs, **options):
            return ("fake", *outputs)

    for loss, expected in (
        (Articles(), ("fake", 1)),
        (Wrapped(), ("fake", 1)),
        (WithSettings(), ("fake", 1)),
        (Both(), (2, 1)),
        (ByName(), (2, 1)),
    ):
        assert losses.generator_loss(loss, 1, 2) == expected


def differences(function, point, step=1e-5):
    """The gradient of a function of a vector, by central differences."""
    moves = step * np.eye(len(point))
    return np.array([(function(point + m) - function(point - m)) / (2 * step) for m in moves])


def test_smoothing_holds_the_discriminator_at_its_label():
    """The best logit for real samples is that of the label, not infinity; fake stays at zero."""
    loss = losses.get("one_sided_smoothing")
    logits = tf.Variable(column([math.log(0.9 / 0.1)]))
    with tf.GradientTape() as tape:
        value = loss.discriminator_loss(logits, column([-100.0]))
    assert float(tape.gradient(value, logits)[0, 0]) == pytest.approx(0.0, abs=1e-6)
    for wrong in (0.0, 1.1, -0.5, math.nan):
        with pytest.raises(ValueError, match="Received: real_label=.*above 0 and up to 1"):
            losses.SigmoidCrossEntropy(real_label=wrong)


@pytest.mark.parametrize("name", list(losses.LOSSES))
def test_losses_come_back_from_their_config(name):
    loss = losses.get(name)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is type(loss) and again.get_config() == loss.get_config()


def test_absolute_error():
    real, fake = np.random.default_rng(0).normal(size=(2, 3, 4, 4, 1)).astype(np.float32)
    term = AbsoluteError(weight=7.0)
    assert float(term(tf.constant(real), tf.constant(fake))) == pytest.approx(
        7 * np.abs(real - fake).mean(), rel=1e-5
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(term))
    assert again.weight == 7.0

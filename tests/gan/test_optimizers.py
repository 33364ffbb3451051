import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import DCGAN
from dcgan_tf.gan.optimizers import FusedAdam, choose_rate, make_falling_rate, scale_loss


def test_default_rates_fall_with_the_steps():
    model = DCGAN(seed=0)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        for step, rate in ((0, 2e-3), (5_000, 1e-3), (15_000, 5e-4)):
            optimizer.iterations.assign(step)
            assert float(optimizer.learning_rate) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("sample_shape", "rate"),
    [((28, 28, 1), 2e-3), ((56, 56, 3), 2e-3), ((57, 20, 1), 1e-3), ((20, 64, 3), 1e-3)],
)
def test_large_images_are_learned_at_a_lower_rate(sample_shape, rate):
    model = DCGAN(sample_shape, seed=0)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(rate)


@pytest.mark.parametrize("sample_shape", [(100,), (252, 6), (None, None, 1), (28, None, 3)])
def test_other_samples_are_no_large_images(sample_shape):
    assert choose_rate(sample_shape) == 2e-3


class Float16Penalty:
    """The mean logit of real samples, in 16 bits."""

    def __call__(self, discriminator, real_samples, fake_samples, seed):
        return tf.cast(tf.reduce_mean(discriminator(real_samples)), tf.float16)


def natural_term(real_samples, fake_samples):
    """What one writes without a thought of number types."""
    return tf.reduce_mean(tf.abs(real_samples - fake_samples))


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_terms_and_penalties_may_have_another_dtype(tiny_gan, points, policy):
    """With SGD and no loss, the last bias moves by its rate: the penalty's gradient there is 1."""

    class NoLoss:
        def generator_loss(self, fake_output):
            return 0.0 * tf.reduce_mean(fake_output)

        def discriminator_loss(self, real_output, fake_output):
            return 0.0 * tf.reduce_mean(real_output + fake_output)

    keras.config.set_dtype_policy(policy)
    try:
        model = tiny_gan()
    finally:
        keras.config.set_dtype_policy("float32")
    optimizers = keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5)
    model.compile(*optimizers, NoLoss(), regularizer=Float16Penalty(), generator_term=natural_term)
    before = [variable.numpy() for variable in model.generator.trainable_variables]
    model.train_on_batch(points[:16])
    assert model.discriminator.layers[-1].bias.numpy() == pytest.approx([-0.5])
    after = model.generator.trainable_variables
    assert any((a != b.numpy()).any() for a, b in zip(before, after, strict=True))


def test_what_is_scaled_is_the_sum():
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=8.0)
    optimizer.build([keras.Variable([1.0])])
    loss = tf.constant(0.5, tf.float16)
    assert scale_loss(loss, optimizer, tf.constant(0.25, tf.float32)) == 6.0
    assert scale_loss(loss, keras.optimizers.SGD()) == 0.5
    assert scale_loss(loss, optimizer).dtype == tf.float32


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("beta_1", [0.0, 0.9])
def test_fused_adam_by_numpy(beta_1, jit_compile):
    """The two averages and the step of Kingma and Ba (2015), algorithm 1, in float64."""
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 4)), rng.normal(size=(7, 3, 4))
    beta_2, epsilon = 0.99, 1e-7
    weight = keras.Variable(start, dtype="float32")
    rate = make_falling_rate(0.1)
    optimizer = FusedAdam(rate, beta_1, beta_2, epsilon)
    optimizer.build([weight])
    apply = tf.function(lambda g: optimizer.apply([g], [weight]), jit_compile=jit_compile)
    expected, m, v = start, 0.0, 0.0
    for step, gradient in enumerate(gradients, start=1):
        apply(tf.constant(gradient, tf.float32))
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        step_rate = 0.1 / (1 + (step - 1) / 5000) * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        expected = expected - step_rate * m / (np.sqrt(v) + epsilon)
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-5)
    assert int(optimizer.iterations) == len(gradients)


@pytest.mark.parametrize("options", [{"amsgrad": True}, {"weight_decay": 0.1, "clipnorm": 0.2}])
@pytest.mark.parametrize("is_sparse", [False, True])
def test_fused_adam_has_the_options_of_keras_adam(is_sparse, options):
    """All variables of the optimizer, too, so that a saved state fits the other class."""
    gradient = tf.constant([[0.3, -0.2], [0.0, 0.1]])
    if is_sparse:
        gradient = tf.IndexedSlices(gradient, tf.constant([2, 0]), tf.constant([3, 2]))
    else:
        gradient = tf.pad(gradient, [[0, 1], [0, 0]])
    states = []
    for kind in (FusedAdam, keras.optimizers.Adam):
        weight = keras.Variable(tf.reshape(tf.range(6.0), (3, 2)))
        optimizer = kind(0.1, **options)
        optimizer.build([weight])
        for _ in range(3):
            optimizer.apply([gradient], [weight])
        states.append([weight, *optimizer.variables])
    for ours, theirs in zip(*states, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_moving_average_is_soon_a_good_one():
    """By NumPy; and Keras' average still has half of the random weights after as many steps."""
    averages = {}
    for kind in (FusedAdam, keras.optimizers.Adam):
        weight = keras.Variable([5.0, -5.0])  # what is random at first
        optimizer = kind(0.5, use_ema=True, ema_momentum=0.98)
        optimizer.build([weight])
        expected = weight.numpy()
        for n in range(30):
            optimizer.apply([weight.value - 1.0], [weight])
            momentum = min(0.98, (1 + n) / (10 + n))
            expected = momentum * expected + (1 - momentum) * weight.numpy()
        trained = weight.numpy()
        optimizer.finalize_variable_values([weight])
        averages[kind] = np.abs(weight.numpy() - trained)
        if kind is FusedAdam:
            np.testing.assert_allclose(weight, expected, rtol=1e-5)
    assert (averages[FusedAdam] < 0.5 * averages[keras.optimizers.Adam]).all()


def test_moving_average_reaches_its_momentum():
    weight = keras.Variable([0.0])
    optimizer = FusedAdam(0.0, use_ema=True, ema_momentum=0.9)
    optimizer.build([weight])
    optimizer.iterations.assign(1000)
    weight.assign([1.0])
    optimizer.apply([tf.ones(1)], [weight])
    optimizer.finalize_variable_values([weight])
    np.testing.assert_allclose(weight, [0.1], rtol=1e-5)


def make_two(wrapped):
    pair = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)
    return [keras.optimizers.LossScaleOptimizer(each) for each in pair] if wrapped else pair


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_optimizers_of_another_network_are_refused(tiny_gan, points, policy, wrapped):
    """Those of another model, and those of this model in each other's place."""
    keras.config.set_dtype_policy(policy)
    try:
        model, other = tiny_gan(), tiny_gan()
    finally:
        keras.config.set_dtype_policy("float32")
    first, second = make_two(wrapped)
    model.compile(first, second)
    message = "belongs to another network. Received: .* for the {} .*Expected a new optimizer"
    for wrong, pair in (
        (other, (first, second)),
        (other, (first, keras.optimizers.SGD())),
        (model, (second, first)),
    ):
        with pytest.raises(ValueError, match=message.format("generator")):
            wrong.compile(*pair)
    with pytest.raises(ValueError, match=message.format("discriminator")):
        other.compile(keras.optimizers.SGD(), second)
    assert (first.name, second.name) == ("generator", "discriminator")  # nothing has changed
    model.train_on_batch(points[:16])
    model.compile(first, second)  # its own ones may go on
    model.train_on_batch(points[:16])
    model.generator.layers[0].trainable = False
    model.compile(first, second)
    model.train_on_batch(points[:16])
    assert int(model.generator_optimizer.iterations) == 3


def test_one_optimizer_in_two_wrappers_is_refused(tiny_gan):
    optimizer = keras.optimizers.SGD()
    with pytest.raises(ValueError, match="belongs to another network. Received: .*discriminator"):
        tiny_gan().compile(*(keras.optimizers.LossScaleOptimizer(optimizer) for _ in "gd"))

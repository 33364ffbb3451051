import keras
import pytest
import tensorflow as tf

from dcgan_tf import DCGAN
from dcgan_tf.gan.optimizers import scale_loss


def test_default_rates_fall_with_the_steps():
    model = DCGAN(seed=0)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        for step, rate in ((0, 2e-3), (5_000, 1e-3), (15_000, 5e-4)):
            optimizer.iterations.assign(step)
            assert float(optimizer.learning_rate) == pytest.approx(rate)


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

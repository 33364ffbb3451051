import keras
import numpy as np
import pytest
from helpers import assert_equal_bits, fit


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


@pytest.mark.parametrize(("n", "seed"), [(0, None), (-1, None), (2.5, None), (4, -1)])
def test_generate_refuses(tiny_gan, n, seed):
    with pytest.raises(ValueError, match="Received: .*Expected an integer of at least"):
        tiny_gan().generate(n, seed=seed)


@pytest.mark.parametrize("batch_size", [0, -1, 2.0, None])
def test_generate_refuses_batches_of_no_sample(tiny_gan, batch_size):
    with pytest.raises(ValueError, match="Received: batch_size=.*Expected an integer of at least"):
        tiny_gan().generate(2, batch_size=batch_size)


def test_generate_from_given_noise(tiny_gan, points):
    model = tiny_gan()
    model.compile()
    fit(model, points)
    noise = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    samples = model.generate(5, noise=noise, batch_size=2)
    np.testing.assert_allclose(samples, model.predict(noise, verbose=0), atol=1e-6)
    for wrong in (noise[:4], noise[:, :2], noise[0]):
        with pytest.raises(
            ValueError, match=r"own noise. Received: .* Expected the shape \(5, 3\)"
        ):
            model.generate(5, noise=wrong)

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from dcgan_tf.networks.layers import (
    GumbelSoftmax,
    MinibatchStdDev,
    SelfModulation,
    Shift,
    UpConv2D,
)


def test_minibatch_deviation_by_numpy():
    images = np.random.default_rng(0).normal(size=(6, 3, 4, 2)).astype(np.float32)
    for x in (images, images.reshape(6, -1)):
        outputs = MinibatchStdDev(group=3)(x).numpy()
        np.testing.assert_array_equal(outputs[..., :-1], x)
        for i in range(6):
            some = x[[i, i - 1, i - 2]]
            np.testing.assert_allclose(outputs[i, ..., -1], some.std(axis=0).mean(), rtol=1e-5)
    assert MinibatchStdDev().compute_output_shape((None, 3, 4, 2)) == (None, 3, 4, 3)
    assert MinibatchStdDev().compute_output_shape((None, 24)) == (None, 25)


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_minibatch_deviation_of_equal_images_is_nothing_and_has_a_gradient(n, policy):
    layer = MinibatchStdDev(dtype=policy)
    images = tf.ones((n, 2, 2, 1), layer.compute_dtype)
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = layer(images)
    assert outputs.dtype == images.dtype
    np.testing.assert_allclose(outputs[..., 1], 0, atol=1e-3)
    assert np.isfinite(tape.gradient(outputs, images)).all()


@pytest.mark.parametrize("size", [1, 3, 5])
def test_up_convolution_is_doubling_and_then_convolving(size):
    """The same as two layers of Keras, in outputs and gradients."""
    images = tf.random.stateless_normal((2, 5, 6, 3), (1, 2))
    ours = UpConv2D(4, size, activation="tanh")
    theirs = keras.layers.Conv2D(4, size, padding="same", activation="tanh")
    ours.build(images.shape)
    theirs.build((2, 10, 12, 3))
    ours.bias.assign([0.1, -0.2, 0.3, 0.0])
    theirs.set_weights(ours.get_weights())
    assert ours.compute_output_shape((None, 5, None, 3)) == (None, 10, None, 4)
    results = []
    for layer, prepare in ((ours, tf.identity), (theirs, keras.layers.UpSampling2D(2))):
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(prepare(images))
            value = tf.reduce_sum(outputs**2)
        results.append([outputs, *tape.gradient(value, [images, layer.kernel])])
    for first, second in zip(*results, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-4)


def test_up_convolution_needs_a_middle():
    with pytest.raises(ValueError, match="Received: kernel_size=4. Expected an odd number"):
        UpConv2D(3, 4)


def test_self_modulation_by_numpy():
    rng = np.random.default_rng(0)
    images = rng.normal(2.0, 3.0, (4, 5, 6, 3)).astype(np.float32)
    noise = rng.normal(size=(4, 7)).astype(np.float32)
    layer = SelfModulation(8)
    outputs = layer(images, noise, training=True).numpy()
    first, bias_1, second, bias_2 = [weight.numpy() for weight in layer.trainable_weights]
    made = np.maximum(noise @ first + bias_1, 0) @ second + bias_2
    scale, shift = made[:, None, None, :3], made[:, None, None, 3:]
    normalized = (images - images.mean((0, 1, 2))) / np.sqrt(images.var((0, 1, 2)) + 1e-3)
    np.testing.assert_allclose(outputs, normalized * (1 + scale) + shift, atol=1e-4)
    means = [0.01 * images.mean((0, 1, 2)), 0.99 + 0.01 * images.var((0, 1, 2))]
    for variable, expected in zip(layer.non_trainable_weights, means, strict=True):
        np.testing.assert_allclose(variable, expected, rtol=1e-4)
    # Without training, and if the normalisation is frozen, the moving values count and stay.
    normalized = (images - means[0]) / np.sqrt(means[1] + 1e-3)
    for frozen, training in ((False, False), (True, True)):
        layer.normalize.trainable = not frozen
        outputs = layer(images, noise, training=training)
        np.testing.assert_allclose(outputs, normalized * (1 + scale) + shift, atol=1e-4)
        np.testing.assert_allclose(layer.normalize.moving_mean, means[0], rtol=1e-4)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_self_modulation_rounds_only_its_result_in_16_bits(policy):
    """Squares of 300 are too large for float16, and bfloat16 has three digits."""
    images = tf.random.stateless_normal((4, 5, 6, 3), (1, 2), 300.0, 2.0)
    noise = tf.random.stateless_normal((4, 7), (3, 4))
    layer = SelfModulation(8, "zeros", dtype=policy)
    images = tf.cast(images, layer.compute_dtype)
    outputs = layer(images, noise, training=True)
    assert outputs.dtype == images.dtype
    exact = tf.cast(images, "float32").numpy()
    expected = (exact - exact.mean((0, 1, 2))) / np.sqrt(exact.var((0, 1, 2)) + 1e-3)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), expected, rtol=1e-2, atol=2e-3)


def test_gumbel_softmax_chooses_with_the_probabilities_of_the_logits():
    probabilities = [0.1, 0.2, 0.7]
    logits = tf.math.log([probabilities] * 20_000)
    choices = GumbelSoftmax()(logits, tf.random.stateless_normal(logits.shape, (1, 1))).numpy()
    np.testing.assert_array_equal(np.sort(choices, axis=1), [[0, 0, 1]] * 20_000)
    np.testing.assert_allclose(choices.mean(axis=0), probabilities, atol=0.015)


def test_gumbel_softmax_passes_the_gradient_of_a_softmax():
    logits, noise, weights = np.random.default_rng(0).normal(size=(3, 5))
    layer = GumbelSoftmax(temperature=0.7)
    variable = tf.Variable(logits[None], dtype="float32")
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(layer(variable, tf.constant(noise[None], tf.float32)) * weights)
    uniform = 0.5 * (1 + np.array([float(tf.math.erf(n / np.sqrt(2))) for n in noise]))
    scores = (logits - np.log(-np.log(uniform))) / 0.7
    soft = np.exp(scores) / np.exp(scores).sum()
    expected = soft * (weights - (soft * weights).sum()) / 0.7
    np.testing.assert_allclose(tape.gradient(value, variable)[0], expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("extreme", [-40.0, 40.0])
def test_gumbel_softmax_is_finite_for_the_least_probable_noise(extreme):
    variable = tf.Variable([[0.0, 1.0]])
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(GumbelSoftmax()(variable, tf.constant([[extreme, 0.0]])) ** 2)
    assert np.isfinite(tape.gradient(value, variable)).all()


def test_gumbel_softmax_of_one_thing_chooses_it_in_silence():
    variable = tf.Variable([[0.3], [-2.0]])
    with warnings.catch_warnings(), tf.GradientTape() as tape:
        warnings.simplefilter("error")
        value = GumbelSoftmax()(variable, tf.constant([[0.5], [9.0]]))
    np.testing.assert_array_equal(value, [[1.0], [1.0]])
    np.testing.assert_array_equal(tape.gradient(value, variable), [[0.0], [0.0]])


def test_shift_is_linear_interpolation():
    rng = np.random.default_rng(0)
    pictures = rng.uniform(-1, 1, (2, 9, 11, 1)).astype(np.float32)
    shifts = np.array([[[0, 0], [2, -3], [0.5, 1.25]], [[-1.5, 0], [0, 20], [3, 3]]], np.float32)
    moved = Shift()(pictures, shifts).numpy()
    assert moved.shape == (2, 3, 9, 11, 1)
    for picture, places, frames in zip(pictures, shifts, moved, strict=True):
        for place, frame in zip(places, frames, strict=True):
            expected = ndimage.shift(picture[..., 0] + 1.0, place, order=1, mode="grid-constant")
            np.testing.assert_allclose(frame[..., 0] + 1.0, expected, atol=1e-5)


def test_shift_has_a_gradient_in_the_shift():
    pictures = tf.random.stateless_uniform((1, 8, 8, 1), (0, 0), -1, 1)
    shifts = tf.Variable([[[0.3, -0.6]]])
    weights = tf.random.stateless_normal((1, 1, 8, 8, 1), (1, 1))

    def value(at):
        return tf.reduce_sum(Shift()(pictures, at) * weights)

    with tf.GradientTape() as tape:
        result = value(shifts)
    gradient = tape.gradient(result, shifts).numpy()
    for k in range(2):
        move = np.zeros((1, 1, 2), np.float32)
        move[..., k] = 1e-2
        difference = float(value(shifts + move) - value(shifts - move)) / 2e-2
        assert float(gradient[0, 0, k]) == pytest.approx(difference, rel=1e-3)


@pytest.mark.parametrize("layer", [GumbelSoftmax(temperature=0.5), Shift()])
def test_layers_come_back_from_their_config(layer):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()

import keras
import numpy as np
import pytest
import tensorflow as tf

from dcgan_tf import GAN
from dcgan_tf.gan import regularizers
from dcgan_tf.networks import fast_layers
from dcgan_tf.networks.fast_layers import accelerate
from dcgan_tf.networks.pairs import build_pair

TUTORIAL_LAYERS = [  # what `_choose_method` is asked: height, width, kernel, stride
    ((7, 7, (5, 5, 128, 256), 1), "fourier"),
    ((7, 7, (5, 5, 64, 128), 2), "fourier"),
    ((14, 14, (5, 5, 1, 64), 2), "phases"),
]


def random(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def output_and_gradients(layer, inputs):
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=True)
        loss = tf.reduce_sum(outputs * random(*outputs.shape, seed=9))
    return [outputs, *tape.gradient(loss, [inputs, *layer.trainable_variables])]


def assert_same(ours, keras_own):
    for a, b in zip(ours, keras_own, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * float(tf.reduce_max(abs(b))))


def test_the_tutorials_layers_go_the_fast_ways():
    for question, way in TUTORIAL_LAYERS:
        assert fast_layers._choose_method(*question) == way
    assert fast_layers._choose_method(7, 7, (4, 4, 32, 64), 2) == "plain"  # of the default pair


STRIDED = [(2, 2), (3, 2), (4, 2), (5, 3)]


@pytest.mark.parametrize(
    "way, kernel, stride",
    [("fourier", *shape) for shape in [(1, 1), (3, 1), (5, 1), *STRIDED]]
    + [("phases", *shape) for shape in STRIDED]
    + [("plain", 5, 2)],
)
@pytest.mark.parametrize("transposed", [False, True])
def test_convolutions_are_those_of_keras(monkeypatch, way, kernel, stride, transposed):
    monkeypatch.setattr(fast_layers, "_choose_method", lambda *_: way)
    kind = keras.layers.Conv2DTranspose if transposed else keras.layers.Conv2D
    options = {"bias_initializer": "normal", "activation": "tanh"}
    layer = kind(6, (kernel, max(kernel - 1, stride)), stride, "same", **options)
    inputs = random(4, 6, 9, 5)
    layer(inputs)
    fast = fast_layers.FAST_LAYERS[kind].from_config(layer.get_config())
    fast(inputs)
    fast.set_weights(layer.get_weights())
    assert_same(output_and_gradients(fast, inputs), output_and_gradients(layer, inputs))


@pytest.mark.parametrize(
    "options",
    [{"padding": "valid"}, {"dilation_rate": 2, "strides": 1}, {"strides": (2, 1)}, {"groups": 2}],
)
def test_other_convolutions_are_left_to_keras(monkeypatch, options):
    monkeypatch.setattr(fast_layers, "_choose_method", lambda *_: "fourier")
    layer = keras.layers.Conv2D(**{"filters": 4, "kernel_size": 3, "padding": "same", **options})
    inputs = random(2, 8, 8, 4)
    layer(inputs)
    fast = fast_layers.FastConv2D.from_config(layer.get_config())
    fast(inputs)
    fast.set_weights(layer.get_weights())
    np.testing.assert_array_equal(fast(inputs), layer(inputs))


@pytest.mark.parametrize("shape", [(7, 12), (5, 4, 3, 6), (1, 4)])
def test_batch_normalization_is_that_of_keras(shape):
    layer = keras.layers.BatchNormalization(momentum=0.7)
    fast = fast_layers.FusedBatchNormalization(momentum=0.7)
    inputs = 3 * random(*shape) + 1
    for seed in range(3):
        inputs = random(*shape, seed=seed) * (seed + 1) + seed
        assert_same(output_and_gradients(fast, inputs), output_and_gradients(layer, inputs))
    for ours, keras_own in zip(fast.weights, layer.weights, strict=True):
        np.testing.assert_allclose(ours, keras_own, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(fast(inputs), layer(inputs), rtol=1e-4, atol=1e-5)


def test_dropout_drops_its_share_and_keeps_the_mean():
    layer = fast_layers.FastDropout(0.3, seed=0)
    ones = tf.ones((100, 100, 64))
    dropped = layer(ones, training=True).numpy()
    kept = dropped != 0
    assert abs(kept.mean() - 0.7) < 5 * np.sqrt(0.3 * 0.7 / kept.size)
    for axis in range(3):  # no position is favoured
        fractions = kept.mean(axis=tuple({0, 1, 2} - {axis}))
        assert abs(fractions - 0.7).max() < 5 * np.sqrt(0.3 * 0.7 * kept.shape[axis] / kept.size)
    np.testing.assert_allclose(dropped[kept], 1 / 0.7, rtol=1e-4)
    assert (layer(ones, training=True).numpy() != dropped).any()
    same_seed = fast_layers.FastDropout(0.3, seed=0)
    np.testing.assert_array_equal(same_seed(ones, training=True), dropped)
    np.testing.assert_array_equal(layer(ones), ones)


def compute_in(dtype):
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


@pytest.fixture
def in_64_bits():
    compute_in("float64")
    yield
    compute_in("float32")


def without_dropout(discriminator):
    for layer in discriminator.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return discriminator


def test_a_training_step_is_the_same(in_64_bits):
    """With plain gradient descent at a rate of 1, the step is the gradient.

    In 32 bits rounding may take an input of LeakyReLU over 0, where it gets the other slope.
    """
    networks = build_pair("tutorial", latent_dim=100, seed=0)
    images = np.random.default_rng(0).uniform(-1, 1, (16, 28, 28, 1))
    steps = []
    for generator, discriminator in (networks, list(map(accelerate, networks))):
        model = GAN(generator, without_dropout(discriminator), latent_dim=100, seed=0)
        model.compile(
            keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0), regularizer=regularizers.R1(0.5)
        )
        before = model.get_weights()
        model.fit(images, batch_size=16, shuffle=False, verbose=0)
        steps.append([b - a for a, b in zip(before, model.get_weights(), strict=True)])
    for plain, fast in zip(*steps, strict=True):
        assert fast.dtype == np.float64
        np.testing.assert_allclose(fast, plain, rtol=0, atol=1e-6 * abs(plain).max() + 1e-12)


def test_accelerate_leaves_the_network_alone():
    _, discriminator = build_pair("tutorial", seed=0)
    images = random(2, 28, 28, 1)
    discriminator(images, training=True)  # moves the random state of Dropout
    fast = accelerate(discriminator)
    for copy, original in zip(fast.variables, discriminator.variables, strict=True):
        np.testing.assert_array_equal(copy, original)
    fast.trainable_variables[0].assign_add(random(*fast.trainable_variables[0].shape))
    assert abs(fast.get_weights()[0] - discriminator.get_weights()[0]).max() > 0
    assert {type(layer).__name__ for layer in fast.layers} >= {"FastConv2D", "FastDropout"}
    assert type(discriminator.layers[1]) is keras.layers.Conv2D


def test_accelerated_network_comes_back_from_a_file(tmp_path):
    generator, discriminator = map(accelerate, build_pair("tutorial", latent_dim=8, seed=0))
    model = GAN(generator, discriminator, latent_dim=8, seed=0)
    model.compile()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(2, seed=1), model.generate(2, seed=1))


def test_gradient_penalty_of_an_accelerated_discriminator():
    _, discriminator = build_pair("tutorial", seed=0)
    images = random(4, 28, 28, 1)
    fast = without_dropout(accelerate(discriminator))
    expected = regularizers.r1_penalty(without_dropout(discriminator), images)
    np.testing.assert_allclose(regularizers.r1_penalty(fast, images), expected, rtol=1e-4)


def test_a_network_that_cannot_be_copied_is_refused():
    class Own(keras.Model):
        pass

    with pytest.raises(ValueError, match="[Ff]unctional"):
        accelerate(Own())

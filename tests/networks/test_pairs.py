import keras
import numpy as np
import pytest

from dcgan_tf.networks import pairs

SHAPES = [(28, 28, 1), (16, 16, 3), (17, 33, 1), (64, 48, 3), (16, 128, 1), (128, 100, 3)]


def test_tutorial_pair_has_the_published_parameter_counts():
    generator, discriminator = pairs.build_pair("tutorial", latent_dim=100)
    assert generator.count_params() == 2_330_944
    assert discriminator.count_params() == 212_865


def test_tutorial_generator_layer_by_layer():
    layers = pairs.build_tutorial_generator().layers
    kinds = [type(layer).__name__ for layer in layers]
    block = ["BatchNormalization", "LeakyReLU"]
    assert kinds == (
        ["InputLayer", "Dense", *block, "Reshape", "Conv2DTranspose", *block]
        + ["Conv2DTranspose", *block, "Conv2DTranspose"]
    )
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert [layer.filters for layer in convolutions] == [128, 64, 1]
    assert [layer.strides for layer in convolutions] == [(1, 1), (2, 2), (2, 2)]
    assert all(layer.kernel_size == (5, 5) and not layer.use_bias for layer in convolutions)
    assert not layers[1].use_bias
    assert convolutions[-1].activation is keras.activations.tanh
    slopes = [layer.negative_slope for layer in layers if isinstance(layer, keras.layers.LeakyReLU)]
    np.testing.assert_allclose(slopes, 0.3)


def test_tutorial_discriminator_layer_by_layer():
    layers = pairs.build_tutorial_discriminator().layers
    block = ["Conv2D", "LeakyReLU", "Dropout"]
    kinds = [type(layer).__name__ for layer in layers]
    assert kinds == ["InputLayer", *block, *block, "Flatten", "Dense"]
    assert [(layer.filters, layer.kernel_size, layer.strides) for layer in layers[1::3][:2]] == [
        (64, (5, 5), (2, 2)),
        (128, (5, 5), (2, 2)),
    ]
    assert [layers[3].rate, layers[6].rate] == [0.3, 0.3]


def test_dense_discriminator_is_fully_connected():
    discriminator = pairs.build_dense_discriminator((28, 28, 1))
    assert discriminator.count_params() == (784 + 1) * 512 + (512 + 1) * 256 + 256 + 1
    assert not any(isinstance(layer, keras.layers.Conv2D) for layer in discriminator.layers)
    black, grey = np.full((2, 28, 28, 1), -1, np.float32), np.zeros((2, 28, 28, 1), np.float32)
    np.testing.assert_array_equal(discriminator(black), 0)  # of black, the weights see nothing
    assert np.all(discriminator(grey) != 0)


@pytest.mark.parametrize("name", pairs.PAIRS)
@pytest.mark.parametrize("image_shape", SHAPES)
def test_pairs_fit_any_image_shape(name, image_shape):
    generator, discriminator = pairs.build_pair(name, image_shape, latent_dim=5, seed=0)
    images = generator(np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32))
    assert images.shape == (2, *image_shape)
    assert float(abs(images.numpy()).max()) <= 1.0
    assert discriminator(images).shape == (2, 1)


def test_an_unknown_pair_is_refused():
    with pytest.raises(ValueError, match="Received: name='resnet'. Expected one of .*'default'"):
        pairs.build_pair("resnet")


@pytest.mark.parametrize("name", pairs.PAIRS)
def test_seed_fixes_the_weights(name):
    def weights(seed):
        pair = pairs.build_pair(name, (16, 16, 1), latent_dim=5, seed=seed)
        return [weight for network in pair for weight in network.get_weights()]

    first, same, other = weights(3), weights(3), weights(4)
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    kernels = [w.ravel()[:20] for w in first if w.ndim > 1 and w.size > 20 and w.any()]
    assert len({kernel.tobytes() for kernel in kernels}) == len(kernels)  # no layer repeats another


def test_spectral_normalisation_brings_every_kernel_to_a_largest_singular_value_of_one():
    discriminator = pairs.build_spectral_discriminator((16, 16, 1), seed=0)
    images = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype(np.float32)
    for _ in range(60):
        discriminator(images, training=True)
    kernels = [v.numpy() for v in discriminator.trainable_variables if "kernel" in v.path]
    assert len(kernels) == 5
    for kernel in kernels:
        matrix = kernel.reshape(-1, kernel.shape[-1])
        assert np.linalg.svd(matrix, compute_uv=False)[0] == pytest.approx(1.0, rel=0.02)

import numpy as np
from helpers import assert_equal_bits, crop_digits, fit

from dcgan_tf import DCGAN


def test_contract(digits):
    model = DCGAN(image_shape=(28, 28, 1), latent_dim=64, seed=0)
    model.compile()
    history = fit(model, digits, epochs=2)
    keys = {"generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy"}
    assert set(history.history) == set(model.metrics_names) == keys
    assert all(
        np.isfinite(values).all() and len(values) == 2 for values in history.history.values()
    )
    images = model.generate(16, seed=1)
    assert isinstance(images, np.ndarray)
    assert images.shape == (16, 28, 28, 1) and images.dtype == np.float32
    assert np.abs(images).max() <= 1.0
    np.testing.assert_array_equal(images, model.generate(16, seed=1))
    assert (images != model.generate(16, seed=2)).any()
    assert (model.generate(2) != model.generate(2)).any()
    np.testing.assert_allclose(images, model.generate(16, seed=1, batch_size=5), atol=1e-5)


def test_same_seed_same_bits(digits):
    images = crop_digits(digits)

    def trained(seed):
        model = DCGAN((16, 16, 1), latent_dim=8, seed=seed)
        model.compile()
        fit(model, images, epochs=2)
        return model

    first, other = trained(5), trained(6)
    assert_equal_bits(first, trained(5))
    assert (first.generate(2, seed=0) != other.generate(2, seed=0)).any()

import numpy as np
from helpers import load_small


def test_enhancement_starts_from_means_of_sixteen_pixels():
    application = load_small("enhancement")
    means = application.samples.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(application.condition[..., 0], means, atol=1e-6)
    assert application.baseline(application.condition).shape == application.samples.shape

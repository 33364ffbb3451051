import numpy as np
import pytest


@pytest.fixture
def stripes():
    """300 images of 16x16 that are brighter in the upper, the middle or the lower third."""
    generator = np.random.default_rng(0)
    labels = np.arange(300) % 3
    images = generator.uniform(-1, -0.5, (300, 16, 16, 1)).astype(np.float32)
    for image, label in zip(images, labels, strict=True):
        image[1 + 5 * label : 5 + 5 * label] += 1.0
    return images, labels

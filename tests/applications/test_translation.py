import numpy as np
from helpers import load_small
from scipy import ndimage


def test_an_outline_is_around_what_is_bright():
    application = load_small("translation")
    for image, outline in zip(application.samples, application.condition, strict=True):
        bright = image[..., 0] > 0
        around = ndimage.distance_transform_cdt(~bright, "chessboard") == 1
        np.testing.assert_array_equal(outline[..., 0] > 0, around)
    ring = -np.ones((1, 28, 28, 1), np.float32)
    ring[0, 5:10, 5:10] = 1
    ring[0, 6:9, 6:9] = -1
    filled = application.baseline(ring)
    assert (filled[0, 6:9, 6:9] == 1).all() and (filled == 1).sum() == 9

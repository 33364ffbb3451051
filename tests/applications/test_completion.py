import numpy as np
from helpers import load_small


def test_completion_keeps_what_is_known():
    application = load_small("completion")
    given = application.held_out_condition
    missing = given[..., -1:]
    np.testing.assert_array_equal(missing.sum(axis=(1, 2, 3)), np.full(len(given), 144))
    np.testing.assert_array_equal(given[..., :-1], application.held_out * (1 - missing))
    made = application.build().generate(len(given), condition=given)
    np.testing.assert_array_equal(made * (1 - missing), application.held_out * (1 - missing))
    assert np.ptp(made[missing > 0]) > 0
    simple = application.baseline(given)
    mean = np.broadcast_to(application.samples.mean(axis=0), simple.shape)
    np.testing.assert_allclose(simple[missing > 0], mean[missing > 0], atol=1e-6)

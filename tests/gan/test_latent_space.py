import keras
import numpy as np
import pytest

from dcgan_tf import GAN
from dcgan_tf.gan.latent_space import find_directions, make_latent_map, project, slerp, walk


def test_slerp_goes_along_a_circle_in_equal_steps():
    start, end = np.array([3.0, 0.0, 0.0]), np.array([0.0, 3.0, 0.0])
    way = slerp(start, end, 4)
    assert way.dtype == np.float32
    angles = np.radians([0, 30, 60, 90])
    expected = 3 * np.stack([np.cos(angles), np.sin(angles), np.zeros(4)], axis=1)
    np.testing.assert_allclose(way, expected, atol=1e-6)


@pytest.mark.parametrize("factor", [2.0, -1.0])
def test_slerp_of_vectors_in_one_line_is_the_line(factor):
    start = np.array([1.0, 2.0])
    way = slerp(start, factor * start, 3)
    np.testing.assert_allclose(way, [start, (1 + factor) / 2 * start, factor * start], atol=1e-6)


def test_a_walk_leads_through_all_points_and_back_to_the_first():
    """Measured from outside: steps nearly equal, and each arc ends where the next begins."""
    noise = walk(64, points=3, steps=5, seed=4)
    assert noise.shape == (15, 64) and noise.dtype == np.float32
    stops = noise[::5]
    for i in range(3):
        way = np.concatenate([noise[5 * i : 5 * i + 5], stops[[(i + 1) % 3]]])
        units = way / np.linalg.norm(way, axis=1, keepdims=True)
        angles = np.arccos((units[1:] * units[:-1]).sum(axis=1))
        whole = np.arccos(units[0] @ units[-1])
        np.testing.assert_allclose(angles.sum(), whole, rtol=1e-3)  # the shortest way, no detour
        np.testing.assert_allclose(angles, whole / 5, rtol=0.2)
    assert 6 < np.linalg.norm(stops, axis=1).mean() < 10  # as long as normal noise: about 8
    np.testing.assert_array_equal(noise, walk(64, 3, 5, seed=4))
    assert (noise != walk(64, 3, 5, seed=5)).any()


def test_a_walk_of_one_point_stands_still():
    noise = walk(2, points=1, steps=3)
    np.testing.assert_allclose(noise, np.broadcast_to(noise[:1], (3, 2)))
    with pytest.raises(ValueError, match="Received: steps=0"):
        walk(2, points=2, steps=0)


def test_projection_finds_the_noise_that_made_a_sample():
    """A generator that turns and stretches: each sample comes from one noise vector alone."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5)])
    discriminator = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model = GAN(generator, discriminator, latent_dim=3)
    model.compile()
    noise = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    samples = model.predict(noise, verbose=0)
    found, made, start = project(model, samples, steps=500)
    np.testing.assert_allclose(found, noise, atol=1e-2)
    np.testing.assert_allclose(made, samples, atol=1e-2)
    assert (np.abs(start - samples).max(axis=1) > np.abs(made - samples).max(axis=1)).all()


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_projection_and_directions_in_mixed_precision_are_float32(tiny_gan, points, policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = tiny_gan()
    finally:
        keras.config.set_dtype_policy("float32")
    for samples in (points[:2], points[:2].astype(np.float64), points[:2].astype(np.float16)):
        for found in project(model, samples, steps=2):
            assert found.dtype == np.float32 and np.isfinite(found).all()
    assert all(found.dtype == np.float32 for found in find_directions(model, samples=8))


def test_points_of_the_map_are_as_long_as_noise_and_join_at_the_edges():
    noise = make_latent_map(100, 12)
    assert noise.shape == (12, 12, 100) and noise.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(noise, axis=-1), 10, rtol=1e-5)
    for axis in (0, 1):
        steps = np.linalg.norm(noise - np.roll(noise, 1, axis), axis=-1)
        np.testing.assert_allclose(steps, steps[0, 0], rtol=1e-4)
        assert steps[0, 0] > 1
    np.testing.assert_array_equal(noise, make_latent_map(100, 12))


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_points_of_few_dimensions_are_quantiles(latent_dim):
    noise = make_latent_map(latent_dim, 10)
    assert noise.shape == (1 if latent_dim == 1 else 10, 10, latent_dim)
    median_neighbours = noise[0, 4, 0], noise[0, 5, 0]
    np.testing.assert_allclose(median_neighbours, (-0.12566, 0.12566), atol=1e-4)
    if latent_dim > 1:
        np.testing.assert_array_equal(noise[:, 0, 1], noise[0, :, 0])
    assert not noise[..., 2:].any()


def test_directions_are_the_right_singular_vectors_of_a_linear_generator():
    rng = np.random.default_rng(0)
    left, _ = np.linalg.qr(rng.normal(size=(12, 4)))
    right, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    strengths = np.array([8.0, 4.0, 2.0, 1.0])
    matrix = (left * strengths @ right.T).T  # noise @ matrix
    generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(12, use_bias=False)])
    generator.layers[0].kernel.assign(matrix)
    discriminator = keras.Sequential([keras.Input((12,)), keras.layers.Dense(1)])
    model = GAN(generator, discriminator, 4)
    directions, shares = find_directions(model, 3, samples=8192)
    assert directions.shape == (3, 4) and shares.shape == (3,)
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(np.abs(directions @ right[:, :3]), np.eye(3), atol=0.06)
    np.testing.assert_allclose(shares, strengths[:3] ** 2 / (strengths**2).sum(), rtol=0.1)
    for found, again in zip(
        (directions, shares), find_directions(model, 3, samples=8192), strict=True
    ):
        np.testing.assert_array_equal(found, again)


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"count": 0}, {"samples": 1.5}])
def test_directions_of_no_sample_are_refused(tiny_gan, wrong):
    with pytest.raises(ValueError, match=f"Received: {next(iter(wrong))}=.* of at least 1"):
        find_directions(tiny_gan(), **wrong)

"""Paths and maps in the latent space, and the way back from a sample to its noise.

The *latent space* is the space of all noise vectors. A point of it is one vector of `latent_dim`
numbers, from which the generator makes one sample.
"""

import math
import statistics

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.gan.conditioning import with_condition
from dcgan_tf.gan.validation import check_integer

MAP_SEED = 0
DIFFERENTIATED_AT_ONCE = 64  # samples of `find_directions`
NEAREST_OF = 4096  # samples that `project` makes, to start from the nearest of them


def slerp(start, end, steps):
    """Interpolates between two noise vectors along a circle (Shoemake 1985).

    Vectors of many normal random numbers all have about the same length. A straight line between
    two of them leads through shorter vectors, on which the generator was never trained.

    Args:
        start: float array `(latent_dim,)`.
        end: float array `(latent_dim,)`.
        steps: Int of at least 2, the number of points, with both ends.

    Returns:
        float32 array `(steps, latent_dim)`: sin((1 - t) w) / sin(w) * start + sin(t w) / sin(w) *
        end for t from 0 to 1, where w is the angle between `start` and `end`.

    References:
        Shoemake 1985, https://doi.org/10.1145/325165.325242
    """
    t = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
    cosine = np.dot(start, end) / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-6:  # for parallel or opposite vectors the formula would divide by 0
        return ((1 - t) * start + t * end).astype(np.float32)
    weights = np.sin((1 - t) * angle), np.sin(t * angle)
    return ((weights[0] * start + weights[1] * end) / np.sin(angle)).astype(np.float32)


def walk(latent_dim, points, steps, seed=0):
    """Makes the noise for a film: a closed way through random points of the latent space.

    From each point the way leads along `slerp` to the next, and from the last back to the first.
    The film can therefore be repeated without a jump.

    Args:
        latent_dim: Int, length of the noise vector.
        points: Int of at least 1, the number of random points.
        steps: Int of at least 1, noise vectors from one point to the next, without the next.
        seed: Int, fixes the points.

    Returns:
        float32 array `(points * steps, latent_dim)`.

    Raises:
        ValueError: if one of the three numbers is below 1.

    Example:

    >>> noise = walk(model.latent_dim, points=4, steps=30)
    >>> frames = model.generate(len(noise), noise=noise)
    """
    for name, value in (("latent_dim", latent_dim), ("points", points), ("steps", steps)):
        check_integer(name, value, 1)
    stops = np.random.default_rng(seed).normal(size=(points, latent_dim))
    ends = zip(stops, np.roll(stops, -1, axis=0), strict=True)
    return np.concatenate([slerp(start, end, steps + 1)[:-1] for start, end in ends])


def project(model, samples, steps=300, rate=0.05, seed=0):
    """Finds noise from which the generator makes samples that are close to the given ones.

    For each sample, the search starts from the noise of the nearest of 4,096 generated samples.
    Then Adam changes the noise, so that the mean squared error over all pixels falls. The weights
    of both networks stay as they are.

    Args:
        model: `GAN` without a condition.
        samples: float32 `(n, ...)`, of the shape and range of generated samples.
        steps: Int, steps of Adam.
        rate: Float, Adam's learning rate.
        seed: Int, fixes the 4,096 generated samples.

    Returns:
        A tuple of three NumPy arrays: the noise found, float32 `(n, latent_dim)`; the samples that
        the generator makes from it, float32 `(n, ...)`; and those from which the search started.
    """
    flat = np.reshape(samples, (len(samples), -1))
    dtype = keras.config.floatx()
    samples = tf.cast(samples, dtype)
    candidates = keras.random.normal((NEAREST_OF, model.latent_dim), seed=seed)
    made = model.predict(candidates, batch_size=256, verbose=0).reshape(NEAREST_OF, -1)
    distances = [np.square(made - each).sum(axis=1) for each in flat]
    noise = tf.Variable(tf.gather(candidates, np.argmin(distances, axis=1)))
    optimizer = keras.optimizers.Adam(rate)

    def generate():  # in mixed precision the generator itself returns numbers of 16 bits
        return tf.cast(model.generator(noise, training=False), dtype)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            error = tf.square(generate() - samples)
            # Each error depends on the noise of its own sample alone. We take the sum and not the
            # mean, so that the gradient for one sample does not depend on how many there are.
            loss = tf.reduce_sum(tf.reduce_mean(error, axis=range(1, len(samples.shape))))
        optimizer.apply_gradients([(tape.gradient(loss, noise), noise)])

    with model.averaged_weights():
        start = generate().numpy()
        for _ in range(steps):
            step()
        return noise.numpy(), generate().numpy(), start


def find_directions(model, count=8, conditions=None, samples=512, seed=0):
    """Finds the directions of the noise along which the samples change the most.

    A small step d away from noise z changes a sample by J(z) d, where J(z) is the Jacobian of the
    generator: the derivatives of all values of the sample. Over all z, the mean of the squared
    length of J(z) d is d^T M d with the matrix M = E[J^T J]. Its eigenvectors are the directions:
    the first one changes the samples the most, and each other one the most of those at right angles
    to all before it.

    We need not compute J to estimate M. If v is standard normal, then u = J^T v, which one backward
    pass computes, has E[u u^T] = M.

    Args:
        model: `GAN`.
        count: Int, the number of directions. There are at most `latent_dim`.
        conditions: array `(m, ...)`, conditions to choose from, if the model takes one.
        samples: Int, samples from which M is estimated.
        seed: Int, fixes the samples.

    Returns:
        A tuple of two float32 arrays: the directions, `(count, latent_dim)`, vectors of length 1;
        and the fraction of the whole change that each of them makes, `(count,)`.

    Raises:
        ValueError: if `count` or `samples` is below 1.

    Example:

    >>> directions, shares = find_directions(model)
    >>> moved = model.generate(n, noise=noise + 2 * directions[0])
    """
    check_integer("count", count, 1)
    check_integer("samples", samples, 1)
    rng = np.random.default_rng(seed)
    changes = []
    with model.averaged_weights():
        for start in range(0, samples, DIFFERENTIATED_AT_ONCE):
            n = min(DIFFERENTIATED_AT_ONCE, samples - start)
            noise = tf.constant(rng.normal(size=(n, model.latent_dim)), tf.float32)
            weights = tf.constant(rng.normal(size=(n, *model.sample_shape)), tf.float32)
            condition = None if conditions is None else tf.constant(rng.choice(conditions, n))
            with tf.GradientTape() as tape:
                tape.watch(noise)
                made = model.generator(with_condition(noise, condition), training=False)
                weighted = tf.reduce_sum(weights * tf.cast(made, tf.float32))
            changes.append(tape.gradient(weighted, noise).numpy().astype(np.float64))
    changes = np.concatenate(changes)
    values, vectors = np.linalg.eigh(changes.T @ changes)  # from the smallest to the largest
    values, vectors = values[::-1].clip(0), vectors.T[::-1]
    largest = np.abs(vectors).argmax(axis=1, keepdims=True)
    vectors *= np.sign(np.take_along_axis(vectors, largest, axis=1))  # or the sign would be chance
    shares = values / (values.sum() or 1.0)
    return vectors[:count].astype(np.float32), shares[:count].astype(np.float32)


def make_latent_map(latent_dim, side):
    """Makes a map of the latent space: a grid of noise vectors in which neighbours are similar.

    With four or more dimensions the map is a torus, sqrt(latent_dim / 2) * (cos(a) e1 + sin(a) e2 +
    cos(b) e3 + sin(b) e4) with orthonormal vectors e1 to e4. Each edge of the map joins the
    opposite edge, and each point has the length sqrt(latent_dim), which is about the length of
    normal noise. With two or three dimensions the map is a plane of quantiles of the normal
    distribution; with one dimension it is a line.

    Args:
        latent_dim: Int, length of the noise vector.
        side: Int, points from left to right, and from top to bottom.

    Returns:
        float32 `(rows, side, latent_dim)`; `rows` is `side`, or 1 for one dimension.
    """
    rows = 1 if latent_dim == 1 else side
    if latent_dim < 4:
        normal = statistics.NormalDist()
        quantiles = [normal.inv_cdf((i + 0.5) / side) for i in range(side)]
        noise = np.zeros((rows, side, latent_dim), np.float32)
        noise[:, :, 0] = quantiles
        if latent_dim > 1:
            noise[:, :, 1] = np.array(quantiles)[:, None]
        return noise
    directions, _ = np.linalg.qr(np.random.default_rng(MAP_SEED).normal(size=(latent_dim, 4)))
    angles = 2 * np.pi * np.arange(side) / side
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    across = np.broadcast_to(circle[None, :], (side, side, 2))
    down = np.broadcast_to(circle[:, None], (side, side, 2))
    points = np.concatenate([across, down], axis=-1) @ directions.T
    return (math.sqrt(latent_dim / 2) * points).astype(np.float32)

"""Ways through the latent space: from noise to other noise, and from a sample back to noise."""

import math
import statistics

import keras
import numpy as np
import tensorflow as tf

MAP_SEED = 0
NEAREST_OF = 4096  # samples, the nearest of which is where a projection starts


def slerp(start, end, steps):
    """Interpolates between two noise vectors along a circle (Shoemake 1985).

    Normal noise of many numbers is nearly always about as long; a straight line between two vectors
    leads through shorter ones, which the generator has not been trained on.

    Args:
        start: float array `(latent_dim,)`.
        end: float array `(latent_dim,)`.
        steps: Int of at least 2, points including both ends.

    Returns:
        float32 array `(steps, latent_dim)`: sin((1 - t) w) / sin(w) * start + sin(t w) / sin(w) *
        end with the angle w between them, t from 0 to 1.
    """
    t = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
    cosine = np.dot(start, end) / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-6:  # in one direction, or opposite, where no circle is the shortest
        return ((1 - t) * start + t * end).astype(np.float32)
    weights = np.sin((1 - t) * angle), np.sin(t * angle)
    return ((weights[0] * start + weights[1] * end) / np.sin(angle)).astype(np.float32)


def project(model, samples, steps=300, rate=0.05, seed=0):
    """Finds noise from which the generator makes samples as near to given ones as it can.

    It starts from the nearest of 4,096 generated samples and follows the gradient of the mean
    squared error, pixel by pixel, in the noise; the networks stay as they are.

    Args:
        model: `GAN` without a condition.
        samples: float32 `(n, ...)`, as the generator makes them.
        steps: Int, steps of Adam.
        rate: Float, its learning rate.
        seed: Int, fixes where it starts.

    Returns:
        A tuple of NumPy arrays: noise, float32 `(n, latent_dim)`; what is made from it, float32
        `(n, ...)`; and what was made from the start.
    """
    flat = np.reshape(samples, (len(samples), -1))
    samples = tf.convert_to_tensor(samples)
    candidates = keras.random.normal((NEAREST_OF, model.latent_dim), seed=seed)
    made = model.predict(candidates, batch_size=256, verbose=0).reshape(NEAREST_OF, -1)
    distances = [np.square(made - each).sum(axis=1) for each in flat]
    noise = tf.Variable(tf.gather(candidates, np.argmin(distances, axis=1)))
    optimizer = keras.optimizers.Adam(rate)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            error = tf.square(model.generator(noise, training=False) - samples)
            # Each sample has its own noise: a sum, so that none waits for the others.
            loss = tf.reduce_sum(tf.reduce_mean(error, axis=range(1, len(samples.shape))))
        optimizer.apply_gradients([(tape.gradient(loss, noise), noise)])

    with model.averaged_weights():
        start = model.generator(noise, training=False).numpy()
        for _ in range(steps):
            step()
        return noise.numpy(), model.generator(noise, training=False).numpy(), start


def make_latent_map(latent_dim, side):
    """Lays a map of `side` x `side` points into the latent space.

    With four dimensions and more it is a torus, sqrt(latent_dim / 2) * (cos(a) e1 + sin(a) e2 +
    cos(b) e3 + sin(b) e4) with orthonormal e1 to e4: every point is sqrt(latent_dim) long, as
    normal noise nearly is, and each end of the map joins the opposite one. With fewer it is a
    plane of quantiles of the normal distribution, or a line for one dimension.

    Args:
        latent_dim: Int, length of the noise vector.
        side: Int, points from left to right, and from top to bottom.

    Returns:
        float32 `(rows, side, latent_dim)`; `rows` is `side`, and 1 for one dimension.
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

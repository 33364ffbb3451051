"""Scores of generated samples: functions of arrays, each with its formula and its paper.

Most of them compare *features*, float `(n, d)`: what a network's last hidden layer says of n real
and of n generated images. They know nothing of images or of networks. Scores from different
features, or from different numbers of samples, cannot be compared.
"""

import numpy as np
import scipy.linalg
import scipy.special
from sklearn.metrics.pairwise import euclidean_distances, polynomial_kernel
from sklearn.neighbors import NearestNeighbors

ROWS_AT_ONCE = 1000  # of a matrix of distances, so that 10,000 samples take 80 MB and not 800


def frechet_distance(real, fake):
    """Fréchet distance between two normal distributions fitted to the features.

    `|m_r - m_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2))` (Heusel et al. 2017, eq. 6), where m are the
    means and C the covariances. It grows as fewer samples are used: compare equal numbers only.

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.

    Returns:
        Float of at least 0, in squared units of the features; 0 for equal distributions.

    Raises:
        ValueError: if the two are not of one shape.
    """
    real, fake = _features(real, fake)
    mean_gap = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    real_covariance = np.cov(real, rowvar=False).reshape(real.shape[1], -1)
    fake_covariance = np.cov(fake, rowvar=False).reshape(real.shape[1], -1)
    # The trace of a matrix's square root is the sum of the roots of its eigenvalues; those of a
    # product of covariances are real and not negative, but for rounding.
    eigenvalues = scipy.linalg.eigvals(real_covariance @ fake_covariance).real
    root_trace = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    distance = mean_gap + np.trace(real_covariance) + np.trace(fake_covariance) - 2 * root_trace
    return max(0.0, float(distance))


def kernel_distance(real, fake, block_size=500):
    """Kernel distance, KID: an unbiased estimate of the squared maximum mean discrepancy.

    With the kernel k(x, y) = (x.y / d + 1)^3 (Bińkowski et al. 2018, section 4): the mean of
    k(x, x') over pairs of real samples, plus that over pairs of generated ones, minus twice that
    over mixed pairs. It is taken in blocks without overlap, which are independent of each other,
    so that their scatter gives the standard error.

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.
        block_size: Int, samples in a block; at least two blocks are made.

    Returns:
        A tuple of floats: the distance, which is around 0, also below it, for equal distributions,
        and its standard error.

    Raises:
        ValueError: if the two are not of one shape.
    """
    real, fake = _features(real, fake)
    n = len(real)
    blocks = max(2, n // block_size)
    size = n // blocks

    def mean_of_pairs(kernel):
        return (kernel.sum() - np.trace(kernel)) / (size * (size - 1))

    estimates = []  # `polynomial_kernel` has the degree 3, the factor 1 / d and the term 1
    for start in range(0, blocks * size, size):
        x, y = real[start : start + size], fake[start : start + size]
        real_kernel, fake_kernel = polynomial_kernel(x), polynomial_kernel(y)
        mixed = polynomial_kernel(x, y).mean()
        estimates.append(mean_of_pairs(real_kernel) + mean_of_pairs(fake_kernel) - 2 * mixed)
    return float(np.mean(estimates)), float(np.std(estimates, ddof=1) / np.sqrt(blocks))


def precision_recall(real, fake, k=3):
    """Precision and recall of generated samples (Kynkäänniemi et al. 2019, eq. 1 and 2).

    A set of samples covers the balls around each of them that reach to its k-th nearest
    neighbour. Precision is the fraction of generated samples that the real ones cover: do they look
    real? Recall is the fraction of real samples that the generated ones cover: is nothing missing?

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.
        k: Int, which neighbour a ball reaches to.

    Returns:
        A tuple of floats in [0, 1]: precision and recall.

    Raises:
        ValueError: if the two are not of one shape, or n is not above k.
    """
    real, fake = _features(real, fake, k)
    around_fake, _ = _in_balls(real, _radii(real, k), fake)
    around_real, _ = _in_balls(fake, _radii(fake, k), real)
    return float(np.mean(around_fake > 0)), float(np.mean(around_real > 0))


def density_coverage(real, fake, k=5):
    """Density and coverage of generated samples (Naeem et al. 2020, eq. 3 and 4).

    With the balls of `precision_recall` around real samples only, so that outliers of the
    generator count for nothing. Density is how many balls hold a generated sample, on average, in
    units of k. Coverage is the fraction of balls that hold at least one.

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.
        k: Int, which neighbour a ball reaches to.

    Returns:
        A tuple of floats: density, around 1 for equal distributions and above it if the generated
        samples keep to where real ones are dense; and coverage, in [0, 1].

    Raises:
        ValueError: if the two are not of one shape, or n is not above k.
    """
    real, fake = _features(real, fake, k)
    balls_around, points_inside = _in_balls(real, _radii(real, k), fake)
    return float(balls_around.mean() / k), float(np.mean(points_inside > 0))


def class_fractions(classes, number):
    """The fraction of each class.

    Args:
        classes: int `(n,)`, the class of each sample, from 0 to `number - 1`.
        number: Int, how many classes there are.

    Returns:
        float64 `(number,)`, with the sum 1.
    """
    return np.bincount(classes, minlength=number) / len(classes)


def total_variation(fractions, other_fractions):
    """Distance of two histograms: the fraction of samples that would have to change class.

    Args:
        fractions: float `(number,)`, with the sum 1.
        other_fractions: float `(number,)`, with the sum 1.

    Returns:
        Float in [0, 1].
    """
    return float(np.abs(fractions - other_fractions).sum() / 2)


def reverse_kl(fake_fractions, real_fractions):
    """Kullback-Leibler divergence of the generated classes from the real ones.

    sum p_f log(p_f / p_r), as Lin et al. 2018 (PacGAN, section 4.1) use it to count lost modes.
    It is called reverse because the generated fractions come first: classes that are never
    generated add nothing.

    Args:
        fake_fractions: float `(number,)`, with the sum 1.
        real_fractions: float `(number,)`, with the sum 1.

    Returns:
        Float in nats, of at least 0; infinite if a class is generated that the data does not have.
    """
    return float(scipy.special.rel_entr(fake_fractions, real_fractions).sum())


def class_diversity(vectors, classes, number):
    """How much samples of one class differ: their mean distance, averaged over the classes.

    Args:
        vectors: float `(n, d)`, the samples.
        classes: int `(n,)`, the class of each sample, from 0 to `number - 1`.
        number: Int, how many classes there are. One with less than two samples counts 0.

    Returns:
        Float of at least 0: the root of the mean squared distance of two samples of one class,
        in units of the vectors, averaged over the classes.
    """
    distances = []
    for k in range(number):
        members = vectors[classes == k].astype(np.float64)
        # Twice the sum of variances is the mean squared distance of two samples.
        variances = members.var(axis=0, ddof=1) if len(members) > 1 else np.zeros(1)
        distances.append(np.sqrt(2 * variances.sum()))
    return float(np.mean(distances))


def near_copies(training, samples):
    """Finds samples that repeat a training sample.

    A sample is a near copy if it is less than half as far from its nearest training sample as that
    one is from its own nearest neighbour in the training set. Measuring by the neighbour's
    distance is fair to all: an upright stroke has closer neighbours than a curl.

    Args:
        training: float `(m, d)`, the training samples, at least two.
        samples: float `(n, d)`, the samples to check.

    Returns:
        A tuple of arrays: the ratio of the two distances for each sample, float `(n,)`, a near
        copy's is below 0.5; and the index of its nearest training sample, int `(n,)`.
    """
    neighbours = NearestNeighbors(algorithm="brute").fit(training)
    distances, nearest = (a[:, 0] for a in neighbours.kneighbors(samples, n_neighbors=1))
    chosen, position = np.unique(nearest, return_inverse=True)
    # The first neighbour that is found is the training sample itself.
    typical = neighbours.kneighbors(training[chosen], n_neighbors=2)[0][:, 1]
    return distances / np.maximum(typical[position], np.finfo(np.float32).tiny), nearest


def _features(real, fake, k=1):
    """Both as float64, after a look at their shapes."""
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    if real.ndim != 2 or real.shape != fake.shape or len(real) <= max(k, 3):
        raise ValueError(
            f"These samples cannot be compared. Received: features of shapes {real.shape} and "
            f"{fake.shape}. Expected two arrays (n, d) of one shape with n above {max(k, 3)}: the "
            "scores depend on the number of samples."
        )
    return real, fake


def _radii(centres, k):
    """The distance of each centre to its k-th nearest neighbour among the others."""
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(centres).kneighbors()[0][:, -1]


def _in_balls(centres, radii, points):
    """How many balls hold each point, and how many points each ball holds."""
    balls_around, points_inside = [], np.zeros(len(centres), int)
    for start in range(0, len(points), ROWS_AT_ONCE):
        inside = euclidean_distances(points[start : start + ROWS_AT_ONCE], centres) <= radii
        balls_around.append(inside.sum(axis=1))
        points_inside += inside.sum(axis=0)
    return np.concatenate(balls_around), points_inside

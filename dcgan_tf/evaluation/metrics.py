"""Measures of generated samples: functions of arrays, each with its formula and its paper.

Most of them compare *features* of n real images with features of n generated ones. Features are the
d numbers that a network's last hidden layer computes from an image. The functions see only these
arrays, float `(n, d)`, neither images nor networks. You cannot compare scores that come from
different features or from different numbers of samples.
"""

import numpy as np
import scipy.linalg
import scipy.special
from sklearn.metrics.pairwise import euclidean_distances, polynomial_kernel
from sklearn.neighbors import NearestNeighbors

ROWS_AT_ONCE = 1000  # of a matrix of distances: for 10,000 samples this takes 80 MB, not 800 MB


def frechet_distance(real, fake):
    """Computes the Fréchet distance (FID) between two normal distributions fitted to the features.

    The formula is `|m_r - m_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2))` (Heusel et al. 2017, eq. 6),
    where m are the means and C the covariances of real and fake features. With fewer samples the
    distance comes out larger, so compare only scores from equal numbers of samples.

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.

    Returns:
        Float of at least 0, in squared units of the features. It is 0 if means and covariances are
        equal.

    Raises:
        ValueError: if the two arrays differ in shape, or n is 3 or less.

    References:
        Heusel et al. 2017, https://arxiv.org/abs/1706.08500
    """
    real, fake = _check_features(real, fake)
    mean_gap = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    real_covariance = np.cov(real, rowvar=False).reshape(real.shape[1], -1)
    fake_covariance = np.cov(fake, rowvar=False).reshape(real.shape[1], -1)
    # The trace of a matrix's square root is the sum of the square roots of its eigenvalues. The
    # eigenvalues of a product of two covariances are real and not negative, except for rounding.
    eigenvalues = scipy.linalg.eigvals(real_covariance @ fake_covariance).real
    root_trace = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    distance = mean_gap + np.trace(real_covariance) + np.trace(fake_covariance) - 2 * root_trace
    return max(0.0, float(distance))


def kernel_distance(real, fake, block_size=500):
    """Computes the kernel distance (KID), an unbiased estimate of a squared distance.

    The distance is the maximum mean discrepancy with the kernel k(x, y) = (x.y / d + 1)^3
    (Bińkowski et al. 2018, section 4). The kernel says how alike two samples are. We take the mean
    of k over pairs of real samples, add its mean over pairs of generated samples, and subtract
    twice its mean over mixed pairs. We do so in blocks of samples that do not overlap. The blocks
    are independent of each other, so their scatter gives the standard error.

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.
        block_size: Int, samples in a block. At least two blocks are made.

    Returns:
        A tuple of floats: the distance and its standard error. For equal distributions the distance
        is near 0, and it may then be negative.

    Raises:
        ValueError: if the two arrays differ in shape, or n is 3 or less.

    References:
        Bińkowski et al. 2018, https://arxiv.org/abs/1801.01401
    """
    real, fake = _check_features(real, fake)
    n = len(real)
    blocks = max(2, n // block_size)
    size = n // blocks

    def average_pairs(kernel):  # without the diagonal, the pairs of a sample with itself
        return (kernel.sum() - np.trace(kernel)) / (size * (size - 1))

    estimates = []  # `polynomial_kernel` has by default the degree 3, the factor 1 / d, the term 1
    for start in range(0, blocks * size, size):
        x, y = real[start : start + size], fake[start : start + size]
        real_kernel, fake_kernel = polynomial_kernel(x), polynomial_kernel(y)
        mixed = polynomial_kernel(x, y).mean()
        estimates.append(average_pairs(real_kernel) + average_pairs(fake_kernel) - 2 * mixed)
    return float(np.mean(estimates)), float(np.std(estimates, ddof=1) / np.sqrt(blocks))


def precision_recall(real, fake, k=3):
    """Computes precision and recall of samples (Kynkäänniemi et al. 2019, eq. 1 and 2).

    Around each sample of a set we imagine a ball that reaches to its k-th nearest neighbour in the
    set. The set covers all points in these balls. Precision is the fraction of generated samples
    that the real set covers: do they look real? Recall is the fraction of real samples that the
    generated set covers: is there a sample of every kind?

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.
        k: Int, the neighbour that a ball reaches to.

    Returns:
        A tuple of floats in [0, 1]: precision and recall.

    Raises:
        ValueError: if the two arrays differ in shape, or n is not above both 3 and k.

    References:
        Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991
    """
    real, fake = _check_features(real, fake, k)
    around_fake, _ = _count_in_balls(real, _compute_radii(real, k), fake)
    around_real, _ = _count_in_balls(fake, _compute_radii(fake, k), real)
    return float(np.mean(around_fake > 0)), float(np.mean(around_real > 0))


def density_coverage(real, fake, k=5):
    """Computes density and coverage of generated samples (Naeem et al. 2020, eq. 3 and 4).

    The balls are those of `precision_recall`, but only around real samples, so that outliers of the
    generator make no large balls. Density is the number of balls that hold a generated sample,
    averaged over the generated samples and divided by k. Coverage is the fraction of balls that
    hold at least one generated sample.

    Args:
        real: float `(n, d)`, features of real samples.
        fake: float `(n, d)`, features of generated samples.
        k: Int, the neighbour that a ball reaches to.

    Returns:
        A tuple of floats: density and coverage. Density is at least 0. It is near 1 for
        equal distributions, and above 1 if the generated samples stay where real ones are dense.
        Coverage is in [0, 1].

    Raises:
        ValueError: if the two arrays differ in shape, or n is not above both 3 and k.

    References:
        Naeem et al. 2020, https://arxiv.org/abs/2002.09797
    """
    real, fake = _check_features(real, fake, k)
    balls_around, points_inside = _count_in_balls(real, _compute_radii(real, k), fake)
    return float(balls_around.mean() / k), float(np.mean(points_inside > 0))


def class_fractions(classes, number):
    """Computes the fraction of samples in each class.

    Args:
        classes: int `(n,)`, the class of each sample, from 0 to `number - 1`.
        number: Int, the number of classes.

    Returns:
        float64 `(number,)`, with the sum 1.
    """
    return np.bincount(classes, minlength=number) / len(classes)


def total_variation(fractions, other_fractions):
    """Computes the total variation distance of two histograms.

    It is the fraction of samples that would have to change class to make the histograms equal.

    Args:
        fractions: float `(number,)`, with the sum 1.
        other_fractions: float `(number,)`, with the sum 1.

    Returns:
        Float in [0, 1].
    """
    return float(np.abs(fractions - other_fractions).sum() / 2)


def reverse_kl(fake_fractions, real_fractions):
    """Computes the Kullback-Leibler divergence of the generated classes from the real ones.

    The formula is sum p_f log(p_f / p_r). Lin et al. 2018 (PacGAN, section 4.1) use it to measure
    how many modes a generator has lost. It is called reverse, because the generated fractions come
    first. A class that is never generated adds nothing to the sum. The logarithm is natural, and
    the unit of information is then called nat (1 nat is 1.44 bits).

    Args:
        fake_fractions: float `(number,)`, with the sum 1.
        real_fractions: float `(number,)`, with the sum 1.

    Returns:
        Float of at least 0, in nats. It is infinite if a class is generated that the data does not
        have.

    References:
        Lin et al. 2018, https://arxiv.org/abs/1712.04086
    """
    return float(scipy.special.rel_entr(fake_fractions, real_fractions).sum())


def class_diversity(vectors, classes, number):
    """Computes how much the samples of one class differ from each other.

    Args:
        vectors: float `(n, d)`, the samples.
        classes: int `(n,)`, the class of each sample, from 0 to `number - 1`.
        number: Int, the number of classes. A class with fewer than two samples counts as 0.

    Returns:
        Float of at least 0, in units of the vectors: the square root of the mean squared distance
        of two samples of one class, averaged over the classes.
    """
    # We sort the samples by class once: to look through all of them for each class takes too long.
    order = np.argsort(classes, kind="stable")
    present, firsts = np.unique(classes[order], return_index=True)
    distances = np.zeros(number)
    for k, places in zip(present, np.split(order, firsts[1:]), strict=False):
        if len(places) > 1:
            members = vectors[places].astype(np.float64)
            # Twice the sum of variances is the mean squared distance of two samples.
            distances[k] = np.sqrt(2 * members.var(axis=0, ddof=1).sum())
    return float(np.mean(distances))


def near_copies(training, samples):
    """Finds samples that are almost copies of a training sample.

    We compare two distances: from the sample to its nearest training sample, and from this training
    sample to its own nearest neighbour in the training set. If the first is less than half the
    second, the sample is a near copy. The second distance makes the comparison fair: a straight
    stroke has closer neighbours than a curl.

    Args:
        training: float `(m, d)`, the training samples, at least two.
        samples: float `(n, d)`, the samples to check.

    Returns:
        A tuple of arrays: the ratio of the two distances for each sample, float `(n,)`, which is
        below 0.5 for a near copy; and the index of its nearest training sample, int `(n,)`.
    """
    neighbours = NearestNeighbors(algorithm="brute").fit(training)
    distances, nearest = (a[:, 0] for a in neighbours.kneighbors(samples, n_neighbors=1))
    chosen, position = np.unique(nearest, return_inverse=True)
    # The nearest neighbour of a training sample is the sample itself, so we need the second one.
    typical = neighbours.kneighbors(training[chosen], n_neighbors=2)[0][:, 1]
    return distances / np.maximum(typical[position], np.finfo(np.float32).tiny), nearest


def _check_features(real, fake, k=1):
    """Returns both arrays as float64, after a check of their shapes."""
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    if real.ndim != 2 or real.shape != fake.shape or len(real) <= max(k, 3):
        raise ValueError(
            f"These samples cannot be compared. Received: features of shapes {real.shape} and "
            f"{fake.shape}. Expected two arrays (n, d) of one shape with n above {max(k, 3)}, "
            "because scores depend on the number of samples."
        )
    return real, fake


def _compute_radii(centres, k):
    """Computes the distance of each centre to its k-th nearest neighbour among the others."""
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(centres).kneighbors()[0][:, -1]


def _count_in_balls(centres, radii, points):
    """Counts how many balls hold each point, and how many points each ball holds."""
    balls_around, points_inside = [], np.zeros(len(centres), int)
    for start in range(0, len(points), ROWS_AT_ONCE):
        inside = euclidean_distances(points[start : start + ROWS_AT_ONCE], centres) <= radii
        balls_around.append(inside.sum(axis=1))
        points_inside += inside.sum(axis=0)
    return np.concatenate(balls_around), points_inside

"""The scores against SciPy, closed forms and the cases of the papers' authors."""

import numpy as np
import pytest
import scipy.linalg
from scipy.spatial.distance import cdist
from scipy.stats import entropy
from sklearn.metrics.pairwise import polynomial_kernel

from dcgan_tf.evaluation import metrics


@pytest.fixture
def clouds():
    """Two clouds of 400 points in 6 dimensions, not alike."""
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(6, 6))
    return generator.normal(size=(400, 6)), generator.normal(0.5, 1.3, (400, 6)) @ mixing


def with_moments(mean, covariance, n=300, seed=0):
    """Points whose mean and covariance are exactly these."""
    points = np.random.default_rng(seed).normal(size=(n, len(mean)))
    points -= points.mean(0)
    whitened = points @ np.linalg.inv(np.linalg.cholesky(np.cov(points, rowvar=False))).T
    return whitened @ np.linalg.cholesky(covariance).T + mean


def test_frechet_distance_of_normal_distributions_in_closed_form():
    # With diagonal covariances: |m_r - m_f|^2 + sum (s_r - s_f)^2.
    real = with_moments([0.0, 1.0, 2.0], np.diag([1.0, 4.0, 9.0]))
    fake = with_moments([3.0, 1.0, -2.0], np.diag([4.0, 4.0, 1.0]), seed=1)
    assert metrics.frechet_distance(real, fake) == pytest.approx(25 + 1 + 0 + 4, rel=1e-9)


def test_frechet_distance_agrees_with_the_square_root_of_the_matrix(clouds):
    real, fake = clouds
    a, b = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    gap = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    expected = gap + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_collapsed_samples_needs_no_invertible_covariance(clouds):
    real, fake = clouds
    repeated = np.repeat(fake[:1], len(real), axis=0)
    gap = np.sum((real.mean(0) - fake[0]) ** 2)
    expected = gap + np.trace(np.cov(real, rowvar=False))
    assert metrics.frechet_distance(real, repeated) == pytest.approx(expected, rel=1e-6)
    assert metrics.frechet_distance(real, real) == pytest.approx(0, abs=1e-6)


def test_kernel_distance_is_the_mean_over_blocks_of_the_unbiased_estimate(clouds):
    real, fake = clouds
    expected = []
    for block in (slice(0, 200), slice(200, 400)):
        x, y = real[block], fake[block]
        options = {"degree": 3, "gamma": 1 / 6, "coef0": 1}
        xx, yy = polynomial_kernel(x, **options), polynomial_kernel(y, **options)
        off_diagonal = ~np.eye(200, dtype=bool)
        mixed = polynomial_kernel(x, y, **options).mean()
        expected.append(xx[off_diagonal].mean() + yy[off_diagonal].mean() - 2 * mixed)
    distance, error = metrics.kernel_distance(real, fake, block_size=200)
    assert distance == pytest.approx(np.mean(expected), rel=1e-9)
    assert error == pytest.approx(abs(expected[0] - expected[1]) / 2, rel=1e-9)


def test_kernel_distance_is_unbiased_and_its_error_is_honest():
    # Many repetitions with equal distributions: the mean is 0, and the standard error that is
    # reported is the scatter that is seen.
    generator = np.random.default_rng(0)
    results = [metrics.kernel_distance(*generator.normal(size=(2, 200, 4)), 20) for _ in range(300)]
    distances, errors = np.array(results).T
    assert abs(distances.mean()) < 4 * distances.std() / np.sqrt(300)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(distances.std(), rel=0.15)


def balls(centres, points, k):
    """Whether each point lies in the ball of each centre, in the plainest way."""
    radii = np.sort(cdist(centres, centres), axis=1)[:, k]
    return cdist(points, centres) <= radii


@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_ball_scores_agree_with_full_matrices_of_distances(clouds, k, monkeypatch):
    monkeypatch.setattr(metrics, "ROWS_AT_ONCE", 150)  # 400 points: two whole parts and a rest
    real, fake = clouds
    precision, recall = metrics.precision_recall(real, fake, k)
    density, coverage = metrics.density_coverage(real, fake, k)
    inside = balls(real, fake, k)
    assert precision == inside.any(axis=1).mean()
    assert recall == balls(fake, real, k).any(axis=1).mean()
    assert density == pytest.approx(inside.sum() / (k * len(fake)))
    assert coverage == inside.any(axis=0).mean()
    assert 0 < precision < 1 and 0 < recall < 1 and 0 < coverage < 1


def test_density_and_coverage_of_equal_distributions_have_the_expectation_of_their_paper():
    # Naeem et al. (2020, section 3.3): density 1 and, for large n, coverage 1 - 1/2^k, whatever
    # the distribution.
    generator = np.random.default_rng(0)
    real, fake = generator.normal(size=(2, 3000, 64))
    density, coverage = metrics.density_coverage(real, fake, k=5)
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(1 - 1 / 2**5, abs=0.01)


def test_an_outlier_inflates_precision_and_recall_but_not_density_and_coverage():
    # The toy case of Naeem et al. (2020, figure 4): one real outlier far away makes a huge ball.
    generator = np.random.default_rng(0)
    real, fake = generator.normal(size=(2, 1000, 16))
    fake += 3.0  # not alike at all
    precision = metrics.precision_recall(real, fake, k=5)[0]
    density = metrics.density_coverage(real, fake, k=5)[0]
    real[0] = 3.0 * 2
    assert metrics.precision_recall(real, fake, k=5)[0] > precision + 0.5
    assert metrics.density_coverage(real, fake, k=5)[0] < density + 0.3


def test_precision_without_recall_and_recall_without_precision():
    # The cases of Kynkäänniemi et al. (2019, figure 1): too narrow, and too wide.
    generator = np.random.default_rng(0)
    real = generator.uniform(size=(2000, 2))
    narrow = generator.uniform(size=(2000, 2)) * [0.5, 1.0]
    wide = generator.uniform(size=(2000, 2)) * [2.0, 1.0]
    precision, recall = metrics.precision_recall(real, narrow)
    assert precision > 0.93 and recall == pytest.approx(0.5, abs=0.07)
    precision, recall = metrics.precision_recall(real, wide)
    assert precision == pytest.approx(0.5, abs=0.07) and recall > 0.93


def test_histograms():
    fractions = metrics.class_fractions(np.array([0, 0, 2, 2, 2]), 4)
    np.testing.assert_allclose(fractions, [0.4, 0, 0.6, 0])
    assert metrics.total_variation(fractions, np.array([0.4, 0.6, 0, 0])) == pytest.approx(0.6)
    assert metrics.total_variation(fractions, fractions) == 0


def test_reverse_kl_has_the_generated_shares_first():
    fake, real = np.array([0.9, 0.1, 0.0]), np.array([0.5, 0.25, 0.25])
    assert metrics.reverse_kl(fake, real) == pytest.approx(entropy(fake, real))
    assert metrics.reverse_kl(real, fake) == np.inf


def test_class_diversity_is_the_mean_distance_inside_a_class():
    generator = np.random.default_rng(0)
    vectors, classes = generator.normal(size=(60, 5)), np.arange(60) % 3
    expected = []
    for k in range(3):
        members = vectors[classes == k]
        squares = cdist(members, members, "sqeuclidean")
        expected.append(np.sqrt(squares.sum() / (20 * 19)))
    assert metrics.class_diversity(vectors, classes, 3) == pytest.approx(np.mean(expected))
    # A class that is never generated, or once, counts as without diversity.
    assert metrics.class_diversity(vectors, classes, 4) == pytest.approx(np.mean([*expected, 0]))
    assert metrics.class_diversity(np.ones((60, 5)), classes, 3) == 0


@pytest.mark.parametrize(("n", "number"), [(900, 10), (900, 700), (2, 1), (1, 5)])
def test_class_diversity_has_the_same_bits_as_class_by_class(n, number):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(n, 16)).astype(np.float32)
    classes = rng.integers(0, number, n)
    distances = []
    for k in range(number):
        members = vectors[classes == k].astype(np.float64)
        variances = members.var(axis=0, ddof=1) if len(members) > 1 else np.zeros(1)
        distances.append(np.sqrt(2 * variances.sum()))
    assert metrics.class_diversity(vectors, classes, number) == float(np.mean(distances))


def test_near_copies_are_found_and_strangers_are_not():
    generator = np.random.default_rng(0)
    training = generator.normal(size=(500, 20))
    strangers = generator.normal(size=(100, 20))
    copies = training[:100] + 0.05 * generator.normal(size=(100, 20))
    ratios, nearest = metrics.near_copies(training, np.concatenate([copies, strangers]))
    np.testing.assert_array_equal(nearest[:100], np.arange(100))
    assert (ratios[:100] < 0.5).all() and (ratios[100:] > 0.5).all()
    between = cdist(training, training) + np.diag(np.full(500, np.inf))
    to_training = cdist(strangers, training)
    expected = to_training.min(axis=1) / between.min(axis=1)[to_training.argmin(axis=1)]
    np.testing.assert_allclose(ratios[100:], expected, rtol=1e-6)


def test_a_copy_of_a_training_sample_that_is_there_twice_is_a_copy():
    training = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0]])
    ratios, _ = metrics.near_copies(training, training)
    assert (ratios[:2] < 0.5).all()


@pytest.mark.parametrize("other", [(399, 6), (400, 5), (400,)])
def test_unequal_samples_are_refused(clouds, other):
    for score in (
        metrics.frechet_distance,
        metrics.kernel_distance,
        metrics.precision_recall,
        metrics.density_coverage,
    ):
        with pytest.raises(ValueError, match=r"Received: .*\(400, 6\).*Expected two arrays"):
            score(clouds[0], np.zeros(other))

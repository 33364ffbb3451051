"""How good generated rows of a table are: each column, pairs of columns, use and privacy."""

import numpy as np
from scipy.stats import ks_2samp
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neighbors import NearestNeighbors

TREES = 200  # in a forest
CLOSE = 5  # percent of the held-out rows that are so close to a training row


def measure_numbers(columns, real):
    """Measures the distance of the distributions of numbers, column by column.

    Args:
        columns: list of `data.table.Column`.
        real: the same columns of real rows.

    Returns:
        Float in [0, 1], the mean of the Kolmogorov–Smirnov statistics: the greatest difference of
        the two fractions that lie below a number. `None` if no column has numbers.
    """
    distances = [
        ks_2samp(*(each.values[~np.isnan(each.values)] for each in pair)).statistic
        for pair in zip(columns, real, strict=True)
        if pair[0].categories is None and not any(np.isnan(each.values).all() for each in pair)
    ]
    return np.mean(distances) if distances else None


def measure_categories(columns, real):
    """Measures the distance of the distributions of categories, column by column.

    Args:
        columns: list of `data.table.Column`.
        real: the same columns of real rows.

    Returns:
        Float in [0, 1], the mean total variation: half of the sum of the differences between the
        two fractions of each category. `None` if no column has categories.
    """
    distances = []
    for pair in zip(columns, real, strict=True):
        if pair[0].categories is not None:
            size = len(pair[0].categories)
            one, other = (np.bincount(each.values, minlength=size) for each in pair)
            distances.append(np.abs(one / one.sum() - other / other.sum()).sum() / 2)
    return np.mean(distances) if distances else None


def measure_pairs(vectors, real, owners, chosen):
    """Measures how much the correlations of pairs of columns differ.

    Args:
        vectors: float `(n, width)`, encoded rows.
        real: float `(m, width)`, encoded real rows.
        owners: int array `(width,)`, the column to which each entry of a vector belongs.
        chosen: bool array `(width, width)`, the pairs of entries to compare.

    Returns:
        Float in [0, 2], the mean absolute difference, or `None` if there is no such pair.
    """
    chosen = chosen & (owners[:, np.newaxis] < owners)
    if not chosen.any():
        return None
    return np.abs(correlate(vectors) - correlate(real))[chosen].mean()


def correlate(vectors):
    """Computes the correlations of all entries of vectors. A constant is correlated with nothing.

    Args:
        vectors: float `(n, width)`.

    Returns:
        float `(width, width)` in [-1, 1].
    """
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    scale = np.sqrt((centred**2).mean(axis=0))
    standard = centred / np.where(scale > 1e-9, scale, np.inf)
    return standard.T @ standard / len(vectors)


def measure_use(vectors, target, test_vectors, test_target, seed=0):
    """Trains a random forest on some rows, and measures how well it predicts others.

    Args:
        vectors: float `(n, k)`, the rows to train on, without their target.
        target: `data.table.Column` of them, which is to be predicted.
        test_vectors: float `(m, k)`.
        test_target: `data.table.Column` of them.
        seed: Int, fixes the forest.

    Returns:
        Float of at most 1: the accuracy for categories, R² for numbers. R² is 1 for exact
        predictions, and 0 if each prediction is the mean. `None` if all numbers are missing.
    """
    kind = RandomForestRegressor if target.categories is None else RandomForestClassifier
    # A number that is missing can be neither learned nor predicted.
    rows, test_rows = (~np.isnan(column.values) for column in (target, test_target))
    if rows.sum() < 2 or test_rows.sum() < 2:
        return None
    forest = kind(TREES, random_state=seed).fit(vectors[rows], target.values[rows])
    return forest.score(test_vectors[test_rows], test_target.values[test_rows])


def find_distances(vectors, known):
    """Finds how far each row is from the nearest known row.

    Args:
        vectors: float `(n, width)`, encoded rows.
        known: float `(m, width)`, the encoded rows of the training.

    Returns:
        float `(n,)`.
    """
    return NearestNeighbors(n_neighbors=1).fit(known).kneighbors(vectors)[0][:, 0]

"""Rows of a table made without a network, to compare generated rows with.

One way draws each column alone. So each column is right, and no two belong together. The other way
is the usual model of statistics, a Gaussian copula: each column is taken for a function of a normal
number, and all of these normal numbers have one matrix of correlations.
"""

import numpy as np
from scipy.stats import norm

from dcgan_tf.evaluation.table_metrics import correlate

EDGE = 1e-6  # the smallest chance, because a chance of 0 has no normal score


def draw_alone(encoder, n, seed=0):
    """Draws each value of each column at random from those of the column.

    Args:
        encoder: `data.table_encoding.RowEncoder`.
        n: Int, the number of rows.
        seed: Int, fixes the choice.

    Returns:
        A list of `data.table.Column`.
    """
    rng = np.random.default_rng(seed)
    return [column.take(rng.choice(column.values, n)) for column in encoder.columns]


def draw_copula(encoder, n, seed=0):
    """Draws rows from a Gaussian copula that is fitted to the rows the encoder has learned from.

    A category becomes a part of the normal distribution, as wide as the category is frequent.

    Args:
        encoder: `data.table_encoding.RowEncoder`.
        n: Int, the number of rows.
        seed: Int, fixes the rows.

    Returns:
        A list of `data.table.Column`.
    """
    rng = np.random.default_rng(seed)
    vectors = encoder.encode(encoder.columns, rng)
    numbers, *choices = encoder.split(vectors)
    edges = [np.insert(np.cumsum(choice.mean(axis=0)), 0, 0.0) for choice in choices]
    scores = [numbers]
    for choice, edge in zip(choices, edges, strict=True):
        place = choice.argmax(axis=1)
        chances = rng.uniform(edge[place], edge[place + 1])
        scores.append(norm.ppf(np.clip(chances, EDGE, 1 - EDGE))[:, np.newaxis])
    scores = np.concatenate(scores, axis=1)
    drawn = rng.multivariate_normal(np.zeros(scores.shape[1]), correlate(scores), n)
    parts = [drawn[:, : numbers.shape[1]]]
    for edge, column in zip(edges, drawn[:, numbers.shape[1] :].T, strict=True):
        place = np.searchsorted(edge[1:-1], norm.cdf(column))
        parts.append(np.eye(len(edge) - 1)[place])
    return encoder.decode(np.concatenate(parts, axis=1))

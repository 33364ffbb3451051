"""The score card of generated rows of a table."""

import numpy as np

from dcgan_tf.evaluation import table_metrics
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.table_baselines import draw_alone, draw_copula

REAL, COPULA, ALONE = "real", "Gaussian copula", "columns alone"


def score_rows(generated, held_out, encoder, seed=0):
    """Scores generated rows against real ones that were held out.

    Args:
        generated: list of `data.table.Column`.
        held_out: list of `data.table.Column`, real rows that nobody was trained on.
        encoder: `data.table_encoding.RowEncoder`, which has learned from the other real rows.
        seed: Int, fixes the rows that are made for comparison.

    Returns:
        An `evaluation.card.Card`.

    References:
        Xu et al. 2019, https://arxiv.org/abs/1907.00503
    """
    n = len(generated[0].values)
    known = [column.take(column.values[:n]) for column in encoder.columns]
    values = _measure(generated, held_out, encoder)
    references = {
        REAL: {**_measure(known, held_out, encoder), **_measure_privacy(held_out, encoder)},
        COPULA: _measure(draw_copula(encoder, n, seed), held_out, encoder),
        ALONE: _measure(draw_alone(encoder, n, seed), held_out, encoder),
    }
    target = held_out[-1]
    use = "accuracy" if target.categories else "R²"
    titles = (
        ("numbers", "distance of numbers", "lower", "mean Kolmogorov–Smirnov statistic"),
        ("categories", "distance of categories", "lower", "mean total variation"),
        ("correlations", "correlations", "lower", "mean difference, pairs of columns of numbers"),
        ("associations", "associations", "lower", "mean difference, pairs with a category"),
        (
            "use",
            f"use: {use}",
            "higher",
            f"of a random forest that is trained on these rows and predicts {target.name} of real "
            "held-out rows from their other columns",
        ),
        (
            "privacy",
            "nearest training row",
            "near the data",
            "median distance to it; much less than that of real held-out rows would mean copies",
        ),
        (
            "near_copies",
            "near copies",
            "near the data",
            "fraction of rows that are nearer to a training row than 95 % of the held-out rows are",
        ),
    )
    return Card(
        features="held-out rows",
        samples=n,
        references=(REAL, COPULA, ALONE),
        rows=tuple(
            Row(key, *texts, values[key], {name: each[key] for name, each in references.items()})
            for key, *texts in titles
        ),
        note="Real: the rows of the training, and for the last two measures the held-out rows. "
        "Gaussian copula: the usual model of statistics, fitted to the rows of the training. "
        "Columns alone: each column is drawn alone from the rows of the training.",
    )


def _measure(columns, held_out, encoder):
    """Computes all measures of rows, a dict of numbers or `None`."""
    vectors, real = encoder.encode(columns), encoder.encode(held_out)
    owners = encoder.owners
    is_number = np.arange(encoder.width) < len(encoder.numbers)
    both = is_number[:, np.newaxis] & is_number
    others = owners != len(columns) - 1  # the last column is what the forest predicts
    return {
        "numbers": table_metrics.measure_numbers(columns, held_out),
        "categories": table_metrics.measure_categories(columns, held_out),
        "correlations": table_metrics.measure_pairs(vectors, real, owners, both),
        "associations": table_metrics.measure_pairs(vectors, real, owners, ~both),
        "use": table_metrics.measure_use(
            vectors[:, others], columns[-1], real[:, others], held_out[-1]
        ),
        **_measure_privacy(columns, encoder, held_out),
    }


def _measure_privacy(columns, encoder, held_out=None):
    """Compares how near rows and held-out rows are to those of the training."""
    known = encoder.encode(encoder.columns)
    distances, usual = (
        table_metrics.find_distances(encoder.encode(rows), known)
        for rows in (columns, held_out or columns)
    )
    close = np.percentile(usual, table_metrics.CLOSE)
    return {"privacy": np.median(distances), "near_copies": np.mean(distances < close)}

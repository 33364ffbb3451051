"""Rows of a table as vectors, and back: normal scores for numbers, one-hot vectors for categories.

A number becomes its *normal score*: the place of the number among all numbers of its column, as
the value of a standard normal distribution at which as many lie below. So each column of numbers
has the same distribution, whatever its unit, its skew and its outliers, and the way back through
the quantiles of the column gives the generated numbers the distribution of the data.
"""

import numpy as np
from scipy.stats import norm


class RowEncoder:
    """Turns columns into vectors and back. It learns the quantiles of the columns of numbers.

    The vector of a row has first a normal score for each column of numbers. Then follows one
    *choice* after the other, each a one-hot vector: for each column of categories the category,
    and for each column of numbers in which some are missing, whether the number is there.

    Args:
        columns: list of `data.table.Column`, with the rows to learn from.

    Attributes:
        numbers: list of int, the places of the columns of numbers.
        choices: list of tuples: the place of a column, and the length of its one-hot vector.
    """

    def __init__(self, columns):
        self.columns = columns
        self.numbers = [i for i, column in enumerate(columns) if column.categories is None]
        self.choices = [
            (i, 2 if column.categories is None else len(column.categories))
            for i, column in enumerate(columns)
            if column.categories is not None or np.isnan(column.values).any()
        ]
        self.sorted = {
            i: np.sort(columns[i].values[~np.isnan(columns[i].values)]) for i in self.numbers
        }

    @property
    def width(self):
        """Int, the length of the vector of a row."""
        return len(self.numbers) + sum(size for _, size in self.choices)

    @property
    def owners(self):
        """int array `(width,)`, the place of the column to which each entry of a vector belongs."""
        return np.array([*self.numbers, *(i for i, size in self.choices for _ in range(size))])

    def split(self, vectors):
        """Splits vectors into their parts.

        Args:
            vectors: array or tensor `(n, width)`.

        Returns:
            A list: the normal scores `(n, numbers)`, then each choice `(n, size)`.
        """
        ends = np.cumsum([len(self.numbers), *(size for _, size in self.choices)])
        starts = [0, *ends[:-1]]
        return [vectors[:, start:end] for start, end in zip(starts, ends, strict=True)]

    def encode(self, columns, rng=None):
        """Turns columns into vectors.

        Args:
            columns: list of `data.table.Column`.
            rng: `numpy.random.Generator`, chooses a place for each number at random within its rank
                and among its equals, so that the scores have no gaps. By default it is the middle.

        Returns:
            float32 `(n, width)`. The score of a missing number is 0.
        """
        parts = [self._score(i, columns[i].values, rng)[:, np.newaxis] for i in self.numbers]
        for i, size in self.choices:
            values = columns[i].values
            places = values if columns[i].categories else np.isnan(values).astype(int)
            parts.append(np.eye(size)[places])
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _score(self, i, values, rng):
        known = self.sorted[i]
        first, last = (np.searchsorted(known, values, side) for side in ("left", "right"))
        rank = (first + last) / 2 if rng is None else rng.uniform(first, last)
        scores = norm.ppf(np.clip(rank, 0.5, len(known) - 0.5) / len(known))
        return np.where(np.isnan(values), 0.0, scores)

    def decode(self, vectors):
        """Turns vectors back into columns.

        Args:
            vectors: float `(n, width)`.

        Returns:
            A list of `data.table.Column`. A number is between the least and the greatest known.
        """
        scores, *choices = self.split(vectors)
        found = {}
        for i, column in zip(self.numbers, scores.T, strict=True):
            known, decimals = self.sorted[i], self.columns[i].decimals
            ranks = norm.cdf(column.astype(np.float64)) * len(known) - 0.5
            values = np.interp(ranks, np.arange(len(known)), known)
            found[i] = values if decimals is None else np.round(values, decimals) + 0.0
        for (i, _), choice in zip(self.choices, choices, strict=True):
            place = choice.argmax(axis=1)
            if self.columns[i].categories is None:
                found[i] = np.where(place == 1, np.nan, found[i])
            else:
                found[i] = place
        return [column.take(found[i]) for i, column in enumerate(self.columns)]

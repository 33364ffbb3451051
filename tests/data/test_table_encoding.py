import numpy as np
from scipy.stats import kstest, rankdata

from dcgan_tf.data.table import Column
from dcgan_tf.data.table_encoding import RowEncoder


def make_columns(n=400):
    rng = np.random.default_rng(0)
    prices = np.round(rng.lognormal(3, 2, n), 2)
    ages = rng.integers(18, 60, n).astype(float)
    ages[::5] = np.nan
    return [
        Column("city", rng.integers(0, 3, n), ("", "A", "B")),
        Column("price", prices, decimals=2),
        Column("age", ages, decimals=0),
    ]


def test_numbers_become_normal_whatever_their_distribution():
    columns = make_columns()
    encoder = RowEncoder(columns)
    vectors = encoder.encode(columns, np.random.default_rng(0))
    assert vectors.shape == (400, 2 + 3 + 2) == (400, encoder.width)
    np.testing.assert_array_equal(encoder.owners, [1, 2, 0, 0, 0, 2, 2])
    is_there = ~np.isnan(columns[2].values)
    assert kstest(vectors[:, 0], "norm").pvalue > 0.5
    assert kstest(vectors[is_there, 1], "norm").pvalue > 0.5  # although many ages are equal
    assert (vectors[~is_there, 1] == 0).all()
    np.testing.assert_array_equal(vectors[:, 6], ~is_there)
    order = np.argsort(columns[1].values, kind="stable")
    assert (np.diff(encoder.encode(columns)[order, 0]) >= 0).all()


def test_decoding_gives_the_rows_back():
    columns = make_columns()
    encoder = RowEncoder(columns)
    for before, after in zip(columns, encoder.decode(encoder.encode(columns)), strict=True):
        np.testing.assert_array_equal(before.values, after.values)
        assert after.name == before.name and after.categories == before.categories
    jittered = encoder.decode(encoder.encode(columns, np.random.default_rng(0)))
    ranks = [rankdata(each[1].values) for each in (columns, jittered)]
    assert 0 < np.abs(ranks[0] - ranks[1]).max() <= 2  # a number may become nearly its neighbour


def test_any_vector_is_a_row_within_what_is_known():
    encoder = RowEncoder(make_columns())
    wild = np.random.default_rng(1).normal(0, 100, (50, encoder.width)).astype(np.float32)
    city, price, age = encoder.decode(wild)
    assert set(city.values) <= {0, 1, 2}
    known = encoder.columns[1].values
    assert price.values.min() >= known.min() and price.values.max() <= known.max()
    assert set(age.values[~np.isnan(age.values)]) <= set(range(18, 60))
    assert "nan" not in age.to_text() and "" in age.to_text()

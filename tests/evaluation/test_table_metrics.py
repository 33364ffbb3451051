import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score

from dcgan_tf.data.table import Column
from dcgan_tf.data.table_encoding import RowEncoder
from dcgan_tf.evaluation import table_baselines, table_metrics
from dcgan_tf.evaluation.table_card import ALONE, COPULA, REAL, score_rows
from dcgan_tf.evaluation.table_figures import draw_table


def make_rows(n, seed=0):
    """Two normal numbers with a correlation of 0.8, and a category that says their signs."""
    rng = np.random.default_rng(seed)
    x, y = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], n).T
    kind = (x + y > 0).astype(int) + (x + y > 1)
    values = x, np.exp(y), kind
    categories = None, None, ("low", "middle", "high")
    return [
        Column(name, *pair)
        for name, *pair in zip(("x", "y", "kind"), values, categories, strict=True)
    ]


def test_distances_are_those_of_the_books():
    a = [Column("a", np.arange(100.0)), Column("b", np.repeat([0, 1], 50), ("u", "v"))]
    b = [Column("a", np.arange(100.0) + 25), Column("b", np.repeat([0, 1], [80, 20]), ("u", "v"))]
    assert table_metrics.measure_numbers(a, b) == pytest.approx(0.25)
    assert table_metrics.measure_categories(a, b) == pytest.approx(0.3)
    assert table_metrics.measure_numbers(a[1:], b[1:]) is None
    assert table_metrics.measure_categories(a[:1], b[:1]) is None
    vectors = np.random.default_rng(0).normal(size=(500, 4)) @ np.triu(np.ones((4, 4)))
    vectors[:, 3] = 7.0  # a constant has no correlation
    found = table_metrics.correlate(vectors)
    np.testing.assert_allclose(found[:3, :3], np.corrcoef(vectors[:, :3].T), atol=1e-12)
    np.testing.assert_array_equal(found[3], np.zeros(4))


def test_what_is_made_without_a_network_is_what_it_is_called():
    encoder = RowEncoder(make_rows(2000))
    alone = encoder.encode(table_baselines.draw_alone(encoder, 4000))
    copula_rows = table_baselines.draw_copula(encoder, 4000)
    copula, real = encoder.encode(copula_rows), encoder.encode(encoder.columns)
    correlation = [table_metrics.correlate(each)[0, 1] for each in (alone, copula, real)]
    assert correlation == pytest.approx([0.0, 0.8, 0.8], abs=0.05)
    fractions = [each[:, 2:].mean(axis=0) for each in (alone, copula)]
    np.testing.assert_allclose(fractions, [real[:, 2:].mean(axis=0)] * 2, atol=0.03)
    known, kind = copula_rows[0].values > 0, copula_rows[2].values
    assert normalized_mutual_info_score(known, kind) > 0.1


def test_the_card_tells_good_rows_from_bad_ones_and_from_copies():
    known, held_out = make_rows(400), make_rows(100, seed=1)
    encoder = RowEncoder(known)
    fresh = score_rows(make_rows(400, seed=2), held_out, encoder)
    copies = score_rows(known, held_out, encoder)
    # Rows whose x belongs to another row.
    mixed = make_rows(400, seed=2)
    mixed[0] = mixed[0].take(np.random.default_rng(0).permutation(mixed[0].values))
    mixed = score_rows(mixed, held_out, encoder)
    for key in ("numbers", "categories", "correlations", "associations"):
        assert fresh[key].generated < 0.1
        assert fresh[key].generated == pytest.approx(fresh[key].references[REAL], abs=0.06)
    assert mixed["numbers"].generated == pytest.approx(fresh["numbers"].generated)
    assert mixed["correlations"].generated > 0.6
    assert mixed["associations"].generated > 3 * fresh["associations"].generated
    assert fresh["use"].generated > 0.9 > mixed["use"].generated
    assert fresh["correlations"].references[ALONE] > 0.7 > 0.2
    assert fresh["correlations"].references[COPULA] < 0.1
    assert copies["privacy"].generated == 0 and copies["near_copies"].generated == 1
    assert fresh["near_copies"].generated == pytest.approx(0.05, abs=0.05)
    assert fresh["near_copies"].references[REAL] == pytest.approx(0.05, abs=0.01)
    assert fresh["privacy"].generated == pytest.approx(fresh["privacy"].references[REAL], rel=0.3)


def test_numbers_are_predicted_if_the_last_column_has_numbers():
    rows = [each[::-1] for each in (make_rows(400), make_rows(100, seed=1))]
    gaps = rows[0][-1].values.copy()
    gaps[::9] = np.nan
    rows[0][-1] = rows[0][-1].take(gaps)
    row = score_rows(rows[0], rows[1], RowEncoder(rows[0]))["use"]
    assert row.title == "use: R²" and 0.6 < row.generated < 0.95
    assert row.references[ALONE] < 0.2


def test_the_picture_shows_other_rows_otherwise():
    encoder = RowEncoder(make_rows(100))
    picture = draw_table(encoder.columns, encoder)
    assert picture.dtype == np.uint8 and picture.shape[1:] == (1000, 3)
    other = draw_table(table_baselines.draw_alone(encoder, 100), encoder)
    assert other.shape == picture.shape and (other != picture).any()
    many = [
        Column(f"${i}$ " + 30 * "n", each.values, each.categories)
        for i, each in enumerate(make_rows(60) * 5)
    ]
    assert draw_table(many, RowEncoder(many)).shape[1] == 1000

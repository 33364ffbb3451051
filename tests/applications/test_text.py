import calendar
import types

import numpy as np
import pytest

from dcgan_tf import applications, shuffled_batches
from dcgan_tf.applications import text


@pytest.fixture(scope="module")
def application():
    return applications.load("text")(seed=0)


def test_dates_are_those_of_the_calendar(application):
    assert text.decode(application.samples) == application.known
    assert application.samples.shape == (8000, 10, 11)
    np.testing.assert_array_equal(application.samples.sum(axis=-1), np.ones((8000, 10)))
    good, bad = (
        ["2000-02-29", "1969-07-20"],
        ["1900-02-29", "2001-13-01", "2100-01-01", "--01234567"],
    )
    assert [text.is_date(string) for string in (*good, *bad)] == [True] * 2 + [False] * 4
    assert text.valid(good + bad) == pytest.approx(2 / 6)
    assert text.distinct(["1969-07-20"] * 3 + bad) == pytest.approx(1 / 3)
    new = next(d for d in ("2000-02-29", "2004-02-29", "2008-02-29") if d not in application.known)
    assert application.novel([application.known[0], new, "bad"]) == 0.5


def test_every_day_of_two_centuries_is_a_date():
    days = [
        f"{year}-{month:02}-{day:02}"
        for year in range(1900, 2100)
        for month in range(1, 13)
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
    ]
    assert text.to_dates(range(text.DAYS)) == days and len(days) == 73_049


def test_dates_are_compared_with_those_of_the_whole_calendar(application):
    strings = application.known[:500] * 10 + ["2001-02-29"] * 5000
    generator = types.SimpleNamespace(generate=lambda n, seed: text.encode(strings))
    card = application.score(generator, n=10_000)
    assert [row.generated for row in card.rows] == pytest.approx([0.5, 0.0, 0.1])
    assert [row.references["data"] for row in card.rows] == [1.0, 0.0, 1.0]
    # n draws from N days meet N (1 - (1 - 1/N)^n) different ones on average.
    different = 73_049 * (1 - (1 - 1 / 73_049) ** 10_000) / 10_000
    expected = [1.0, 1 - 8000 / 73_049, different]
    assert [row.references["calendar"] for row in card.rows] == pytest.approx(expected, abs=0.012)


@pytest.mark.thorough
def test_dates_are_learned_and_do_not_repeat(application):
    model = application.build()
    batches = shuffled_batches(application.samples, 64, seed=0)
    model.fit(batches, steps_per_epoch=2000, shuffle=False, verbose=0)
    card = application.score(model, n=5000)
    assert card["valid"].generated > 0.85 > 2 * card["valid"].references["characters alone"]
    assert card["novel"].generated == pytest.approx(1 - 8000 / 73_049, abs=0.03)
    # Of 5,000 dates drawn at random from all days, 96.6 % are different.
    assert card["distinct"].generated > 0.95 * card["distinct"].references["calendar"]

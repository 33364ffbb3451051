import numpy as np
import pytest

from dcgan_tf import applications
from dcgan_tf.applications import (
    text,
)


def test_dates_are_those_of_the_calendar():
    application = applications.load("text")(seed=0)
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

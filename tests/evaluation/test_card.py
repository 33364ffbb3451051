import dataclasses
import json

import numpy as np
import pytest

from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.evaluation.scorer import MEASURES, evaluate


def test_the_card_can_be_written_as_json_and_read_as_a_table(small_scorer, data):
    card = evaluate(data[1][:100], small_scorer, verbose=0)
    assert Card.from_json(json.loads(json.dumps(card.to_json(), allow_nan=False))) == card
    assert [row.key for row in card.rows] == [key for key, *_ in MEASURES]
    assert card.samples == 100 and "digit classifier" in card.features
    assert sum(card.classes["generated"]) == pytest.approx(1)
    text = card.as_table()
    assert "100 generated samples" in text and card.features in text
    line = next(line for line in text.splitlines() if line.startswith("Fréchet distance"))
    numbers = [float(word) for word in line.split()[2:5]]
    row = card["frechet_distance"]
    expected = [row.generated, row.references["real"], row.references["collapsed"]]
    np.testing.assert_allclose(numbers, expected, rtol=0.01)
    row = dataclasses.replace(row, generated=1000, references={"real": None, "collapsed": 1234.5})
    assert dataclasses.replace(card, rows=(row,)).as_table().splitlines()[-1].split()[2:] == [
        "1,000",
        "-",
        "1.23e+03",
        "lower",
    ]


def test_numbers_of_a_row_are_those_that_json_knows():
    references = {"a": np.float32(0.5), "b": np.inf}
    row = Row("k", "t", "lower", "m", np.int64(3), references, np.nan)
    assert (row.generated, row.references, row.error) == (3, {"a": 0.5, "b": None}, None)
    assert type(row.generated) is int and type(row.references["a"]) is float


@pytest.mark.parametrize("content", [5, [], {}, {"rows": 3}, {"rows": [{"floor": 1}]}])
def test_what_is_no_card_is_refused(content):
    with pytest.raises(ValueError, match="not scores of this version"):
        Card.from_json(content)


def test_a_card_knows_its_rows_and_no_others():
    card = Card("f", 9, (), (Row("recall", "t", "higher", "m", 0.5, {}),))
    assert card["recall"] is card.rows[0] and "recall" in card and "fid" not in card
    with pytest.raises(KeyError, match=r"Received: 'fid'. Expected one of \['recall'\]"):
        card["fid"]
    with pytest.raises(TypeError, match="not iterable"):
        list(card)

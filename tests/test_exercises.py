"""The check of an exercise: what it prints, and that nbgrader gets the error."""

import pytest

from dcgan_tf.exercises import exercise


def test_a_right_answer(capsys):
    with exercise(3):
        assert True
    assert capsys.readouterr().out == "Exercise 3: right.\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (AssertionError("It is too large."), "It is too large."),
        (ZeroDivisionError("division by zero"), "Your code raised ZeroDivisionError: division by"),
    ],
)
def test_a_wrong_answer(capsys, monkeypatch, error, message):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    with exercise(3):
        raise error
    assert capsys.readouterr().out.startswith(f"Exercise 3: not yet. {message}")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(type(error)), exercise(3):
        raise error
    assert capsys.readouterr().out.startswith(f"Exercise 3: not yet. {message}")

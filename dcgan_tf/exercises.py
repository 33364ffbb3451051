"""Exercises of the course: a check says what is wrong, and lets the notebook go on."""

import contextlib


@contextlib.contextmanager
def exercise(number):
    """Checks an answer by the assertions in its body, and prints how it went.

    Args:
        number: Int, which exercise it is.

    Example:

    >>> answer = ...
    >>> with exercise(1):
    ...     assert answer is not ..., "Write a number in place of the three dots."
    ...     assert answer > 0, "A loss of this kind is never negative."
    Exercise 1: not yet. Write a number in place of the three dots.
    """
    try:
        yield
    except AssertionError as error:
        print(f"Exercise {number}: not yet. {error}")
    except Exception as error:  # of the answer, whatever it is
        print(f"Exercise {number}: not yet. Your code raised {type(error).__name__}: {error}")
    else:
        print(f"Exercise {number}: right.")

"""The check of an exercise: it says what is wrong with an answer, and the notebook goes on."""

import contextlib


@contextlib.contextmanager
def exercise(number):
    """Checks an answer to an exercise, and prints the result.

    The assertions in the body of the `with` block are the check. If one fails, or if the answer's
    code raises an error, the message is printed and the notebook goes on.

    Args:
        number: Int, the number of the exercise in its chapter.

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
    except Exception as error:  # the answer may contain any mistake
        print(f"Exercise {number}: not yet. Your code raised {type(error).__name__}: {error}")
    else:
        print(f"Exercise {number}: right.")

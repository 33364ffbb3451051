"""The check of an exercise: it says what is wrong with an answer, and the notebook goes on."""

import contextlib
import os


@contextlib.contextmanager
def exercise(number):
    """Checks an answer to an exercise, and prints the result.

    The assertions in the body of the `with` block are the check. If one fails, or if the answer's
    code raises an error, the message is printed and the notebook goes on. While nbgrader grades
    the answers of a class (it sets `NBGRADER_EXECUTION`), the error is raised as well, so that no
    points are given.

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
    except Exception as error:  # the answer may contain any mistake
        raised = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        print(f"Exercise {number}: not yet. {raised and 'Your code raised '}{raised}{error}")
        if os.environ.get("NBGRADER_EXECUTION"):
            raise
    else:
        print(f"Exercise {number}: right.")

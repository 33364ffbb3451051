"""How the words of the command line become values, and how values become words again.

This module imports neither TensorFlow nor Keras, so that `dcgan-tf --help` answers at once.
"""

import argparse
import math
import os
import shlex
import subprocess

SMALLEST_SIDE, LARGEST_SIDE = 16, 256  # pixels, as in networks.image_shape
LANGUAGES = ("en", "zh")  # of pages
LONGEST_WORD = 4096  # letters, as many as a path may have on Linux


def whole_number(least, most):
    """Makes a function for argparse that reads a whole number from `least` to `most`."""

    def convert(text):
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"received {text!r}, expected a whole number from {least} to {most}"
        )

    return convert


def read_path(text):
    """Reads a path, or the name of a data set, for argparse. It has at least one letter."""
    if text:
        return text
    raise argparse.ArgumentTypeError(
        f"received {text!r}, expected at least one letter; if it comes from a variable of the "
        "shell, set this first"
    )


def read_image_size(text):
    """Reads `HEIGHTxWIDTH`, or one number for both, as a tuple of two ints, for argparse."""
    sizes = [int(size) for size in text.split("x") if size.isdecimal()]
    if len(sizes) == text.count("x") + 1 <= 2 and all(
        SMALLEST_SIDE <= size <= LARGEST_SIDE for size in sizes
    ):
        return sizes[0], sizes[-1]
    raise argparse.ArgumentTypeError(
        f"received {text!r}, expected HEIGHTxWIDTH, each from {SMALLEST_SIDE} to {LARGEST_SIDE} "
        "pixels, or one number"
    )


def read_rate(text):
    """Reads a learning rate, a float between 0 and 1, for argparse."""
    rate = _read_number(text)
    if 0 < rate < 1:
        return rate
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number between 0 and 1")


def read_weight(text):
    """Reads the weight of a penalty, a float of at least 0, for argparse."""
    weight = _read_number(text)
    if 0 <= weight < math.inf:
        return weight
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number of at least 0")


def _read_number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def is_plain_text(value):
    """Says whether a value is text that can be a word of a command, such as a path."""
    return isinstance(value, str) and len(value) <= LONGEST_WORD and "\0" not in value


def quote(words):
    """Joins the words of a command so that you can paste it into a shell.

    Args:
        words: list of str.

    Returns:
        Str, one line.

    Example:

    >>> quote(["dcgan-tf", "report", "my run"])
    "dcgan-tf report 'my run'"
    """
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def to_option(name):
    """Turns the name of a setting into its option on the command line."""
    return "--from" if name == "start" else "--" + name.replace("_", "-")


def to_word(value):
    """Turns the value of a setting into a word of the command line."""
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def say_seconds(seconds):
    """Says a time as people do.

    Args:
        seconds: Float of at least 0.

    Returns:
        Str.

    Example:

    >>> say_seconds(312)
    '5.2 min'
    """
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{_round(seconds / length)} {unit}"
    return f"{_round(max(seconds, 0.1))} s"


def _round(number):
    """Rounds a number that is only about right: from 10 on to a whole one, below to a digit."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")

"""Tables of numbers and categories: bundled ones and CSV files, in and out."""

import csv
import dataclasses
import hashlib
import io
import math
import re

import numpy as np

from dcgan_tf.data import files, untrusted
from dcgan_tf.data.folder_layout import sort_naturally

TABLES = ("diabetes", "wine", "breast-cancer")  # they come with scikit-learn
LARGEST_FILE = 2**28  # bytes
LEAST_ROWS, MOST_COLUMNS = 50, 200
FEW = 10  # different numbers: a column of at most so many is one of categories
MOST_CATEGORIES = 100  # of one column
MISSING = ("", "?", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table: its name and its values.

    Attributes:
        name: Str.
        values: array `(n,)`: float64 with NaN for missing numbers, or int places in `categories`.
        categories: tuple of str, or `None` for a column of numbers. A missing value of a column of
            categories is one more category: that it is missing may say something itself.
        decimals: Int, the most digits after the point, or `None` for numbers such as 1.23e-05.
        pads: Bool, whether all numbers have as many digits after the point, as 2.50 beside 3.14.
        missing: Str, how the file writes a missing number.
    """

    name: str
    values: np.ndarray
    categories: tuple[str, ...] | None = None
    decimals: int | None = None
    pads: bool = False
    missing: str = ""

    def take(self, values):
        """Returns this column with other values."""
        return dataclasses.replace(self, values=values)

    def to_text(self):
        """Returns the values as the file writes them, a list of str."""
        if self.categories:
            return [self.categories[place] for place in self.values]
        return [self.missing if math.isnan(value) else self._format(value) for value in self.values]

    def _format(self, value):
        if self.decimals is None:
            return f"{value:.6g}"
        if self.pads:
            return f"{value:.{self.decimals}f}"
        return format_number(np.round(value, self.decimals))


@dataclasses.dataclass(frozen=True)
class Table:
    """A table, column by column.

    Attributes:
        columns: list of `Column`.
        delimiter: Str, what stands between two cells of the file.
        digest: Str that differs for other data, or `None` for a bundled table.
        notes: tuple of str, sentences that say how the table was read.
        is_streamed: Bool, always `False`: a table is in memory.
    """

    columns: list[Column]
    delimiter: str = ","
    digest: str | None = None
    notes: tuple[str, ...] = ()
    is_streamed: bool = False

    def __len__(self):
        return len(self.columns[0].values)

    def take_rows(self, places):
        """Returns the columns with some of the rows only, those at the places of an int array."""
        return [column.take(column.values[places]) for column in self.columns]


def open_table(source):
    """Opens a table: a bundled one by its name, or a CSV file.

    The first line of the file has the names of the columns. Commas, semicolons or tabs stand
    between the cells. A column whose values are numbers is one of numbers, if there are more than
    10 different ones. All others are columns of categories.

    Args:
        source: Str, `"diabetes"`, `"wine"`, `"breast-cancer"`, or the path of a CSV file in UTF-8.

    Returns:
        `Table`.

    Raises:
        ValueError: if there is no such table, or the file cannot be read as one. The message names
            the line or the column.

    Example:

    >>> [column.name for column in open_table("wine").columns]
    """
    if source in TABLES:
        names, cells = _read_bundled(source)
        lines = range(2, len(cells) + 2)
        delimiter, digest = ",", None
    else:
        names, cells, lines, delimiter, digest = _read_csv(source)
    columns = [
        _read_column(source, name, column, lines)
        for name, column in zip(names, zip(*cells, strict=True), strict=True)
    ]
    numbers = sum(column.categories is None for column in columns)
    gaps = sum(column.categories is None and np.isnan(column.values).any() for column in columns)
    missing = f" (with missing values: {gaps})" if gaps else ""
    note = (
        f"columns of numbers: {numbers}{missing}, columns of categories: {len(columns) - numbers}"
    )
    return Table(columns, delimiter, digest, (note,))


def write_table(path, columns, delimiter=","):
    """Writes columns as a CSV file, which appears whole or not at all.

    Args:
        path: the file to make.
        columns: list of `Column`.
        delimiter: Str, what to write between two cells.
    """
    with files.atomic_write(path) as part, open(part, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(zip(*(column.to_text() for column in columns), strict=True))


def _read_bundled(name):
    """Returns the names of the columns and the cells, a list of rows of str."""
    from sklearn import datasets

    if name == "diabetes":
        bunch = datasets.load_diabetes(scaled=False)
        target = [format_number(value) for value in bunch.target]
    else:
        bunch = getattr(datasets, f"load_{name.replace('-', '_')}")()
        target = [str(bunch.target_names[label]) for label in bunch.target]
    cells = [[*map(format_number, row), last] for row, last in zip(bunch.data, target, strict=True)]
    return [*bunch.feature_names, "target"], cells


def format_number(value):
    """Formats a number in full, with as few digits after the point as it has: 2.5, 3."""
    return np.format_float_positional(value, trim="-")


def _read_csv(path):
    """Returns names, rows of cells, their lines in the file, the delimiter, and a digest."""
    name = str(path)
    try:
        with untrusted.open_file(path) as file:
            content = file.read(LARGEST_FILE + 1)
    except PermissionError:
        raise
    except (OSError, ValueError) as error:
        expected = f"one of {', '.join(TABLES)}, or the path of a CSV file"
        raise _refuse(name, getattr(error, "strerror", None) or str(error), expected) from error
    if len(content) > LARGEST_FILE:
        raise _refuse(name, "more than 256 MiB", "a smaller file: fewer rows or columns")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse(name, "text that is not UTF-8", "a CSV file in UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise _refuse(name, f"line {reader.line_num}: {error}", "a CSV file") from error
    names = rows[0][1] if rows else []
    lines, cells = [line for line, _ in rows[1:]], [row for _, row in rows[1:]]
    _check_names(name, names)
    for line, row in zip(lines, cells, strict=True):
        if len(row) != len(names):
            raise _refuse(
                name,
                f"{len(row)} cells in line {line}",
                f"{len(names)} cells in each line, as in the first one",
            )
    if len(cells) < LEAST_ROWS:
        received = "1 row" if len(cells) == 1 else f"{len(cells)} rows"
        raise _refuse(name, received, f"at least {LEAST_ROWS} rows to learn from")
    return names, cells, lines, delimiter, hashlib.sha256(content).hexdigest()


def _check_names(file, names):
    """Raises a `ValueError` if the first line of a file does not name at least two columns."""
    if not names:
        raise _refuse(file, "an empty file", "names of columns in the first line, and rows")
    if not 2 <= len(names) <= MOST_COLUMNS:
        expected = f"2 to {MOST_COLUMNS} columns, with commas, semicolons or tabs between them"
        raise _refuse(file, f"a first line of {len(names)} names", expected)
    for number, name in enumerate(names, start=1):
        if not name or NUMBER.fullmatch(name) or names.count(name) > 1:
            received = f"{name[:60]!r} as the name of column {number}"
            expected = "a first line with a different name for each column, such as age"
            raise _refuse(file, received, expected)


def _read_column(file, name, cells, lines):
    """Reads the cells of a column, a tuple of str, as numbers or as categories."""
    texts = set(cells)
    given = texts.difference(MISSING)
    numbers = {text for text in given if NUMBER.fullmatch(text) and math.isfinite(float(text))}
    if numbers == given and len(numbers) > FEW:
        values = [math.nan if text in MISSING else float(text) for text in cells]
        missing = next((text for text in cells if text in MISSING), "")
        decimals = [len(text.partition(".")[2]) for text in numbers]
        is_plain = not any("e" in text.lower() for text in numbers)
        return Column(
            name=name,
            values=np.array(values),
            decimals=max(decimals) if is_plain else None,
            pads=min(decimals) == max(decimals),
            missing=missing,
        )
    if len(numbers) > max(FEW, len(given) / 2):
        line, cell = next(
            (line, cell) for line, cell in zip(lines, cells, strict=True) if cell in given - numbers
        )
        raise _refuse(
            file,
            f"{cell[:60]!r} among the numbers of the column {name[:60]!r}, in line {line}",
            "numbers such as 3.14, or an empty cell where one is missing",
        )
    if len(texts) > MOST_CATEGORIES:
        raise _refuse(
            file,
            f"{len(texts):,} different texts in the column {name[:60]!r}",
            f"at most {MOST_CATEGORIES} categories; leave out columns of names, dates or free text",
        )
    categories = tuple(sort_naturally(texts))
    places = {text: place for place, text in enumerate(categories)}
    return Column(name, np.array([places[text] for text in cells]), categories)


def _refuse(file, received, expected):
    """Makes the error for a table that cannot be read."""
    return ValueError(
        f"The table {file!r} cannot be read. Received: {received}. Expected {expected}."
    )

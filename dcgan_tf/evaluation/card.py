"""The score card of a generator: its measures and their reference values, as JSON or as text."""

import dataclasses
import math
import numbers
import typing

from dcgan_tf.data import records


@dataclasses.dataclass(frozen=True)
class Row:
    """One measure on a card.

    NumPy's numbers become Python's own. Infinite and undefined numbers become `None`, because JSON
    has neither.

    Attributes:
        key: Str, the name of the measure in code.
        title: Str, the name of the measure for readers.
        better: Str, which values are better, for example `"lower"`.
        meaning: Str, what it measures, in a few words.
        generated: number or `None`, the value for the generated samples.
        references: dict of numbers to compare with, for example `{"real": 0.1}`: the value of the
            measure for other samples, by their name.
        error: number or `None`, the standard error of `generated`.

    Example:

    >>> Row("valid", "valid", "higher", "fraction of dates", 0.92, {"data": 1.0})
    """

    key: str
    title: str
    better: str
    meaning: str
    generated: float | None
    references: dict[str, float | None]
    error: float | None = None

    def __post_init__(self):
        references = {name: _to_plain_number(value) for name, value in self.references.items()}
        object.__setattr__(self, "generated", _to_plain_number(self.generated))
        object.__setattr__(self, "references", references)
        object.__setattr__(self, "error", _to_plain_number(self.error))


class Classes(typing.TypedDict):
    """How often each class occurs: lists of equal length, with an entry for each class.

    Attributes:
        labels: the names of the classes.
        generated: the fraction of generated images that each class has.
        data: the fraction of real images that each class has.
    """

    labels: list[str]
    generated: list[float]
    data: list[float]


@dataclasses.dataclass(frozen=True)
class Card:
    """The scores of a generator: one row for each measure.

    Attributes:
        features: Str, what the measures compare. Cards with different features cannot be compared.
        samples: Int, the number of samples that were scored.
        references: tuple of str, the names of the references, which are columns of the table.
        rows: tuple of `Row`.
        note: Str or `None`, what a reader has to know about the references.
        classes: `Classes`, or `None` if the samples have none.
        seed: Int or `None`, the seed of the noise.
        epochs: Int or `None`, after how many epochs the model was scored.
        pictures: dict of uint8 arrays by file name. They belong to the card, but not to its JSON.
    """

    features: str
    samples: int
    references: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str | None = None
    classes: Classes | None = None
    seed: int | None = None
    epochs: int | None = None
    pictures: dict = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, key):
        """Returns the row with this key.

        Raises:
            KeyError: if there is no such row.
        """
        for row in self.rows:
            if row.key == key:
                return row
        known = [row.key for row in self.rows]
        raise KeyError(f"The card has no such row. Received: {key!r}. Expected one of {known}.")

    def __contains__(self, key):
        """Returns whether there is a row with this key."""
        return any(row.key == key for row in self.rows)

    __iter__ = None  # or Python would try card[0], card[1] and so on; `card.rows` has all rows

    def to_json(self):
        """Returns everything but the pictures, as a dict that JSON can hold."""
        content = dataclasses.asdict(dataclasses.replace(self, pictures={}))
        del content["pictures"]
        return content

    @classmethod
    def from_json(cls, content):
        """Makes a card from what `to_json` returned.

        Args:
            content: dict, as `json.load` returns it.

        Returns:
            A `Card` without pictures.

        Raises:
            ValueError: if the content is something else.
        """
        try:
            given = records.check(content, dict, "the card")
            card = records.check({**given, "pictures": {}}, cls, "the card")
            if card.classes and len({len(values) for values in card.classes.values()}) > 1:
                raise ValueError("the lists of the card's classes differ in length")
        except ValueError as error:
            raise ValueError(f"these are not scores of this version: {error}") from error
        return card

    def as_table(self):
        """Returns the card as a table: lines of text."""
        width = max(12, *(len(name) + 2 for name in self.references))
        line = ("{:28}{:>18}" + f"{{:>{width}}}" * len(self.references) + "   {}").format
        lines = [
            f"{self.samples:,} generated samples against as many real ones,",
            f"measured by {self.features}",
            "",
            line("", "generated", *self.references, "better"),
        ]
        for row in self.rows:
            generated = _format_number(row.generated)
            if row.error is not None:
                generated += f" ± {row.error:.2g}"
            references = [_format_number(row.references.get(name)) for name in self.references]
            lines.append(line(row.title, generated, *references, row.better))
        return "\n".join(lines)


def _to_plain_number(value):
    if value is None or not math.isfinite(value):
        return None
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _format_number(value):
    """Formats a count in full, any other number with three digits, and `None` as a dash."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"

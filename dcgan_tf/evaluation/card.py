"""The card of a generator: each measure beside its references, as JSON and as a table of text."""

import dataclasses
import math
import numbers


@dataclasses.dataclass(frozen=True)
class Row:
    """One measure of a card.

    Numbers become Python's own. What is infinite or undefined becomes `None`: JSON knows neither.

    Attributes:
        key: Str, the name of the measure in code.
        title: Str, its name for people.
        better: Str, which way is better, for example `"lower"`.
        meaning: Str, what it measures, in a few words.
        generated: number or `None`, the value of the generated samples.
        references: dict of numbers, what the measure gives for other samples, by their name.
        error: number or `None`, the standard error of `generated`.

    Example:

    >>> Row("valid", "valid", "higher", "fraction of dates", 0.92, {"data": 1.0})
    """

    key: str
    title: str
    better: str
    meaning: str
    generated: float | None
    references: dict
    error: float | None = None

    def __post_init__(self):
        references = {name: _plain_number(value) for name, value in self.references.items()}
        object.__setattr__(self, "generated", _plain_number(self.generated))
        object.__setattr__(self, "references", references)
        object.__setattr__(self, "error", _plain_number(self.error))


@dataclasses.dataclass(frozen=True)
class Card:
    """How good a generator's samples are.

    Attributes:
        features: Str, what the samples are judged by: cards of other features cannot be compared.
        samples: Int, how many samples were judged.
        references: tuple of str, the names of the other samples that each row has a value for.
        rows: tuple of `Row`.
        note: Str or `None`, what a reader has to know about the references.
        classes: dict of `labels` and the fractions of `generated` and `data` images in each class,
            or `None`.
        seed: Int or `None`, what fixed the noise.
        pictures: dict of uint8 arrays by file name, which belong to the card but not to its JSON.
    """

    features: str
    samples: int
    references: tuple
    rows: tuple
    note: str | None = None
    classes: dict | None = None
    seed: int | None = None
    pictures: dict = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, key):
        """Returns the row with a key."""
        return next(row for row in self.rows if row.key == key)

    def to_json(self):
        """Returns a dict that JSON can hold: everything but the pictures."""
        content = dataclasses.asdict(dataclasses.replace(self, pictures={}))
        del content["pictures"]
        return content

    @classmethod
    def from_json(cls, content):
        """Makes the card that `to_json` wrote down.

        Args:
            content: dict, as `json.load` returns it.

        Returns:
            A `Card` without pictures.

        Raises:
            ValueError: if it is something else.
        """
        try:
            rows = tuple(Row(**row) for row in content["rows"])
            return cls(**{**content, "rows": rows, "references": tuple(content["references"])})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"these are no scores of this version: {error}") from error

    def as_table(self):
        """Lays the card out as lines of text."""
        width = max(12, *(len(name) + 2 for name in self.references))
        line = ("{:28}{:>18}" + f"{{:>{width}}}" * len(self.references) + "   {}").format
        lines = [
            f"{self.samples:,} generated samples against as many real ones,",
            f"judged by {self.features}",
            "",
            line("", "generated", *self.references, "better"),
        ]
        for row in self.rows:
            generated = _text(row.generated)
            if row.error is not None:
                generated += f" ± {row.error:.2g}"
            references = [_text(row.references.get(name)) for name in self.references]
            lines.append(line(row.title, generated, *references, row.better))
        return "\n".join(lines)


def _plain_number(value):
    if value is None or not math.isfinite(value):
        return None
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _text(value):
    """A count in full, three digits of any other number, a dash for none."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"

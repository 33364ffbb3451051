"""Text (Article 3, section 5): dates, which are short strings that follow a rule.

A string is a sequence of choices among characters, and a choice has no gradient: nobody can tell
the generator to make an "a" a little more like a "b". The layer `GumbelSoftmax` makes a choice and
still passes a gradient back. The generator is recurrent: it writes a string character by character,
and reads each one before it chooses the next. The discriminator sees the whole string at once.
"""

import datetime

import keras
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dcgan_tf.applications.base import Application
from dcgan_tf.data import files
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.networks.recurrent import build_text_generator

CHARACTERS = "-0123456789"
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
DAYS = (LAST - FIRST).days + 1
KNOWN = 8000  # dates to train on, out of 73,049
UNITS = 256  # in each of the discriminator's two hidden layers


class DateTexts(Application):
    """Generates dates in the form of ISO 8601, for example 1969-07-20.

    References:
        Jang et al. 2017, https://arxiv.org/abs/1611.01144

        Maddison et al. 2017, https://arxiv.org/abs/1611.00712
    """

    steps = 10_000
    makes_images = False
    extras = ("strings.txt",)
    batch_size = 64

    def load(self):
        self.known = to_dates(np.random.default_rng(self.seed).permutation(DAYS)[:KNOWN])
        return encode(self.known)

    def build(self):
        shape = self.samples.shape[1:]
        generator = build_text_generator(shape, seed=self.seed)
        discriminator = build_text_discriminator(shape, self.seed)
        model = GAN(generator, discriminator, generator.input_shape[1], seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=48, seed=0):
        """Draws generated strings in four columns. Strings that are no dates are grey."""
        strings = decode(model.generate(n, seed))
        font = ImageFont.load_default(size=16)
        columns, width, height = 4, 112, 24
        rows = -(-n // columns)
        picture = Image.new("L", (columns * width, rows * height), 255)
        for i, string in enumerate(strings):
            place = i % columns * width + 8, i // columns * height + height // 2
            colour = 0 if is_date(string) else 170
            ImageDraw.Draw(picture).text(place, string, fill=colour, font=font, anchor="lm")
        return np.asarray(picture)

    def score(self, model, n=10_000, seed=0, verbose=1):
        rng = np.random.default_rng(seed)
        known = encode(self.known)
        # For comparison we draw each character alone, from those that the data has at its place,
        # and dates from the whole calendar, most of which the generator has never seen.
        chosen = rng.integers(len(known), size=(n, known.shape[1]))
        alone = decode(known[chosen, np.arange(known.shape[1])])
        calendar = to_dates(rng.integers(DAYS, size=n))
        references = {"data": self.known[:n], "characters alone": alone, "calendar": calendar}
        generated = decode(model.generate(n, seed))
        rows = tuple(
            Row(
                *texts,
                measure(generated),
                {name: measure(strings) for name, strings in references.items()},
            )
            for *texts, measure in (
                ("valid", "valid", "higher", "fraction of strings that are dates", valid),
                ("novel", "novel", "higher", "fraction of dates not trained on", self.novel),
                ("distinct", "distinct", "higher", "different dates / all dates", distinct),
            )
        )
        return Card(
            features="the calendar",
            samples=n,
            references=tuple(references),
            rows=rows,
            note="Characters alone: each character is drawn alone, from those that the data has at "
            "its place, whatever stands next to it. Calendar: dates drawn at random from the whole "
            "calendar, so that a few of them come twice.",
        )

    def novel(self, strings):
        """Measures which fraction of the dates among strings the model was not trained on."""
        dates, known = [string for string in strings if is_date(string)], set(self.known)
        return np.mean([date not in known for date in dates]) if dates else 0.0

    def write(self, model, folder):
        strings = decode(model.generate(1000, seed=0))
        with files.atomic_write(folder / "strings.txt") as part:
            part.write_text("\n".join(strings) + "\n")


def build_text_discriminator(sample_shape, seed=None):
    """Builds a discriminator of texts: two dense layers, which see all characters at once.

    Args:
        sample_shape: (length, characters), as in `build_text_generator`.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: texts, float32 `(batch, length, characters)`, to logits, float32
        `(batch, 1)`.
    """
    layers = keras.layers
    initializer = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))
    texts = keras.Input(sample_shape, name="texts")
    x = layers.Flatten()(texts)
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(UNITS, kernel_initializer=initializer)(x))
    logits = layers.Dense(1, kernel_initializer=initializer)(x)
    return keras.Model(texts, logits, name="text_discriminator")


def to_dates(days):
    """Turns days, counted from the first of January 1900, into dates such as 1969-07-20."""
    return [(FIRST + datetime.timedelta(int(day))).isoformat() for day in days]


def encode(strings):
    """Turns strings into one-hot vectors: 1 for the character at a place, 0 for all others.

    Args:
        strings: list of str of one length, of the characters in `CHARACTERS`.

    Returns:
        float32 `(n, length, characters)`.
    """
    places = np.array([[CHARACTERS.index(character) for character in each] for each in strings])
    return np.eye(len(CHARACTERS), dtype=np.float32)[places]


def decode(samples):
    """Turns samples back into strings, the reverse of `encode`.

    Args:
        samples: float `(n, length, characters)`.

    Returns:
        A list of str.
    """
    return ["".join(CHARACTERS[i] for i in each) for each in np.argmax(samples, axis=-1)]


def is_date(string):
    """Checks whether a string is a date of 1900 to 2099 in the form of ISO 8601, YYYY-MM-DD."""
    try:
        date = datetime.date.fromisoformat(string)
    except ValueError:
        return False
    return FIRST <= date <= LAST and date.isoformat() == string


def valid(strings):
    """Measures which fraction of strings are dates."""
    return np.mean([is_date(string) for string in strings])


def distinct(strings):
    """Measures which fraction of the dates are different ones."""
    dates = [string for string in strings if is_date(string)]
    return len(set(dates)) / len(dates) if dates else 0.0

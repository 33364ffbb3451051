"""Text (Article 3, section 5): short strings that either follow a rule or do not, here dates.

A string is a sequence of choices among characters, and a choice has no gradient: the generator
cannot be told to make an "a" a little more like a "b". The Gumbel-softmax passes one through all
the same. Both networks are recurrent.
"""

import datetime
import math

import keras
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dcgan_tf.applications.base import Application
from dcgan_tf.data import files
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.optimizers import adam
from dcgan_tf.gan.regularizers import R1
from dcgan_tf.networks.layers import GumbelSoftmax
from dcgan_tf.networks.recurrent import build_recurrent_discriminator, build_recurrent_generator

LATENT_DIM = 32
CHARACTERS = "-0123456789"
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
ALONE = "characters alone"
KNOWN = 8000  # dates to train on, of 73,049


class DateTexts(Application):
    """Dates as ISO 8601 writes them, for example 1969-07-20."""

    epochs = 60
    batch_size = 64

    def load(self):
        days = np.random.default_rng(self.seed).permutation((LAST - FIRST).days + 1)[:KNOWN]
        self.known = [(FIRST + datetime.timedelta(int(day))).isoformat() for day in days]
        return encode(self.known)

    def build(self):
        shape = self.samples.shape[1:]
        latent_dim = LATENT_DIM + math.prod(shape)  # the rest is for the choices
        noise = keras.Input((latent_dim,), name="noise")
        meant = build_recurrent_generator(shape, LATENT_DIM, 128, seed=self.seed)
        logits = meant(noise[:, :LATENT_DIM])
        choices = GumbelSoftmax()(logits, keras.layers.Reshape(shape)(noise[:, LATENT_DIM:]))
        generator = keras.Model(noise, choices, name="text_generator")
        discriminator = build_recurrent_discriminator(shape, seed=self.seed)
        model = GAN(generator, discriminator, latent_dim, seed=self.seed)
        # A stronger penalty than the default: it keeps the strings varied.
        model.compile(adam(1e-3, averaged=True), adam(1e-3), regularizer=R1(1.0))
        return model

    def draw(self, model, n=48, seed=0):
        """Draws strings in columns, those that are no dates in grey."""
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
        # Each character drawn from those at its place, whatever stands next to it.
        drawn = rng.integers(len(known), size=(n, known.shape[1]))
        alone = known[drawn, np.arange(known.shape[1])]
        generated, data, alone = decode(model.generate(n, seed)), self.known[:n], decode(alone)
        rows = tuple(
            Row(*texts, measure(generated), {"data": measure(data), ALONE: measure(alone)})
            for *texts, measure in (
                ("valid", "valid", "higher", "fraction of strings that are dates", valid),
                ("novel", "novel", "higher", "fraction of dates not trained on", self.novel),
                ("distinct", "distinct", "higher", "different dates / all dates", distinct),
            )
        )
        return Card(
            features="the calendar",
            samples=n,
            references=("data", ALONE),
            rows=rows,
            note="Characters alone: each drawn from those that the data has at its place, whatever "
            "stands next to it.",
        )

    def novel(self, strings):
        """The share of the dates among strings that were not trained on."""
        dates, known = [string for string in strings if is_date(string)], set(self.known)
        return np.mean([date not in known for date in dates]) if dates else 0.0

    def write(self, model, folder):
        strings = decode(model.generate(1000, seed=0))
        with files.atomic_write(folder / "strings.txt") as part:
            part.write_text("\n".join(strings) + "\n")


def encode(strings):
    """Strings as float32 `(n, length, characters)`: 1 for the character at each place."""
    places = np.array([[CHARACTERS.index(character) for character in each] for each in strings])
    return np.eye(len(CHARACTERS), dtype=np.float32)[places]


def decode(samples):
    """The strings that `encode` made samples of."""
    return ["".join(CHARACTERS[i] for i in each) for each in np.argmax(samples, axis=-1)]


def is_date(string):
    """Whether a string is a date of the years 1900 to 2099 in ISO 8601's form, 10 characters."""
    try:
        date = datetime.date.fromisoformat(string)
    except ValueError:
        return False
    return FIRST <= date <= LAST and date.isoformat() == string


def valid(strings):
    """The share of strings that are dates."""
    return np.mean([is_date(string) for string in strings])


def distinct(strings):
    """The number of different dates, as a share of the dates."""
    dates = [string for string in strings if is_date(string)]
    return len(set(dates)) / len(dates) if dates else 0.0

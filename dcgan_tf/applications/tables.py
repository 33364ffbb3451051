"""Tables (Article 3, section 5): rows of numbers and categories, such as records of transactions.

Each row becomes one vector (`data.table_encoding`): a number its normal score, a category a one-hot
vector. Two small dense networks then play the same game as those for images. The generator chooses
categories by `GumbelSoftmax`, because a choice has no gradient. Half of the discriminator's units
are dropped at random in each step: a table may have only a few hundred rows, and otherwise the
discriminator would learn them by heart, and the generator would copy them.
"""

import dataclasses

import keras
import numpy as np

from dcgan_tf.applications.base import Application
from dcgan_tf.data.table import TABLES, open_table, write_table
from dcgan_tf.data.table_encoding import RowEncoder
from dcgan_tf.evaluation.table_card import score_rows
from dcgan_tf.evaluation.table_figures import draw_table
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.optimizers import adam
from dcgan_tf.networks.layers import GumbelSoftmax

LATENT_DIM = 32  # numbers of noise, in addition to those for the random choices
UNITS, DROPOUT = 128, 0.5
ROWS_AN_EPOCH = 6400  # a smaller table is repeated, so that an epoch has 100 steps
HELD_OUT = 5  # one row of so many is not trained on
SPLIT_SEED = 0  # the same rows are held out, whatever the seed of the run
WRITTEN = 1000  # rows


class TableRows(Application):
    """Generates rows of a table: of a CSV file, or of one of scikit-learn's tables.

    A fifth of the rows is held out for the scores.
    """

    default_data = "diabetes"
    data_names = TABLES
    steps = 3000
    batch_size = 64
    noun = "rows"
    makes_images = False
    makes_tables = True
    draws_without_data = False
    extras = ("rows.csv",)

    @classmethod
    def get_options(cls):
        return ("data", *cls.options)

    def load(self):
        table = open_table(self.data)
        order = np.random.default_rng(SPLIT_SEED).permutation(len(table))
        held_out, known = np.split(order, [len(order) // HELD_OUT])
        self.held_out, self.encoder = table.take_rows(held_out), RowEncoder(table.take_rows(known))
        note = f"a table of {len(known):,} rows to train on, and {len(held_out):,} held out"
        self.dataset = dataclasses.replace(table, notes=(note, *table.notes))
        vectors = self.encoder.encode(self.encoder.columns, np.random.default_rng(self.seed))
        return np.resize(vectors, (max(len(known), ROWS_AN_EPOCH), self.encoder.width))

    def build(self):
        generator = build_row_generator(self.encoder, self.seed)
        discriminator = build_row_discriminator(self.encoder.width, self.seed)
        model = GAN(generator, discriminator, generator.input_shape[1], seed=self.seed)
        model.compile(adam(1e-3, averaged=True), adam(1e-3))
        return model

    def generate_rows(self, model, n, seed=0):
        """Generates rows.

        Args:
            model: `GAN`.
            n: Int, the number of rows.
            seed: Int, fixes the noise.

        Returns:
            A list of `data.table.Column`, those of the table.
        """
        return self.encoder.decode(model.generate(n, seed))

    def draw(self, model, n=WRITTEN, seed=0):
        """Draws the distributions of up to ten columns, generated and real, and all correlations.

        Args:
            model: `GAN`.
            n: Int, the number of generated rows.
            seed: Int, fixes the noise.

        Returns:
            uint8 array `(height, width, 3)`.
        """
        return draw_table(self.generate_rows(model, n, seed), self.encoder)

    def score(self, model, n=10_000, seed=0, verbose=1):
        n = min(n, len(self.encoder.columns[0].values))
        return score_rows(self.generate_rows(model, n, seed), self.held_out, self.encoder, seed)

    def write_rows(self, model, path, n=WRITTEN, seed=0):
        """Writes generated rows as a CSV file with the columns of the table.

        Args:
            model: `GAN`.
            path: the file to make.
            n: Int, the number of rows.
            seed: Int, fixes the noise.
        """
        write_table(path, self.generate_rows(model, n, seed), self.dataset.delimiter)

    def write(self, model, folder):
        self.write_rows(model, folder / "rows.csv")


def build_row_generator(encoder, seed=None):
    """Builds the generator of rows.

    Args:
        encoder: `data.table_encoding.RowEncoder`, which knows the parts of a vector.
        seed: Int or `None`, fixes the initial weights.

    Returns:
        A `keras.Model`: noise, float32 `(batch, 32 + choices)`, to vectors, float32
        `(batch, width)`.
    """
    layers = keras.layers
    initializer = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))
    numbers = len(encoder.numbers)
    noise = keras.Input((LATENT_DIM + encoder.width - numbers,), name="noise")
    x = noise[:, :LATENT_DIM]
    for _ in range(2):
        x = layers.Dense(UNITS, kernel_initializer=initializer, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dense(encoder.width, kernel_initializer=initializer)(x)
    scores, *logits = encoder.split(x)
    # The noise of the choices begins where that of the hidden layers ends.
    draws = encoder.split(noise[:, LATENT_DIM - numbers :])[1:]
    chosen = [GumbelSoftmax()(*pair) for pair in zip(logits, draws, strict=True)]
    for (i, _), choice in zip(encoder.choices, chosen, strict=True):
        if encoder.columns[i].categories is None:  # a missing number has a score of 0
            place = encoder.numbers.index(i)
            is_there = choice[:, :1]
            scores = layers.Concatenate()(
                [scores[:, :place], scores[:, place : place + 1] * is_there, scores[:, place + 1 :]]
            )
    made = layers.Concatenate()([scores, *chosen]) if chosen else scores
    return keras.Model(noise, made, name="row_generator")


def build_row_discriminator(width, seed=None):
    """Builds the discriminator of rows.

    Args:
        width: Int, the length of the vector of a row.
        seed: Int or `None`, fixes the initial weights and which units are dropped.

    Returns:
        A `keras.Model`: vectors, float32 `(batch, width)`, to logits, float32 `(batch, 1)`.
    """
    layers = keras.layers
    seeds = keras.random.SeedGenerator(seed)
    initializer = keras.initializers.HeNormal(seed=seeds)
    rows = keras.Input((width,), name="rows")
    x = rows
    for place in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(UNITS, kernel_initializer=initializer)(x))
        x = layers.Dropout(DROPOUT, seed=None if seed is None else seed + place)(x)
    return keras.Model(rows, layers.Dense(1, kernel_initializer=initializer)(x), name="rows_judge")

"""Digits on demand: a conditional GAN. Both networks are told which digit is meant.

Article 0, section 3.3 writes its discriminator as D(x, y), with an image x and a label y (Mirza and
Osindero 2014). The generator gets the label as ten more numbers in addition to the noise: 1 for the
digit that is meant, and 0 for the nine others. The discriminator computes one logit for each label
(a logit is a number that is high for "real" and low for "generated"), and we use only the logit of
the given label. So it does not ask "is this real?" but "is this a real seven?".
"""

import dataclasses

import keras
import numpy as np

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.evaluation.card import Row
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.evaluation.scorer import COLLAPSED, REAL, Scorer, evaluate
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.networks.pairs import build_pair

MOST_COLUMNS = 20  # labels that are drawn side by side
MOST_NAMED = 40  # labels that a message names


class ConditionalDigits(Application):
    """Generates images of a given label, by default digits.

    References:
        Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784
    """

    default_data = "mnist-10k"
    latent_dim = 16
    steps = 12_000
    has_labels = True

    def load(self):
        images, labels = self.open_data()
        self.held_out, _ = self.dataset.test_part
        self.set_labels(labels, self.dataset.label_names)
        return images

    def set_labels(self, labels, label_names):
        """Makes labels the condition of the samples.

        Args:
            labels: int array `(n,)`, the label of each sample.
            label_names: dict of str, the name of each label.

        Raises:
            ValueError: if there are no labels, or all of them are the same.
        """
        if labels is None or len(np.unique(labels)) < 2:
            raise ValueError(
                f"A conditional GAN needs labels. Received: {self.data!r}. Expected images of at "
                "least two labels."
            )
        numbers, self.condition = np.unique(labels, return_inverse=True)
        self.label_names = [label_names[number] for number in numbers.tolist()]
        self.labels = labels
        self.names_of_labels = label_names

    def build(self):
        networks = build_conditional_pair(
            self.samples.shape[1:], len(self.label_names), self.latent_dim, self.seed
        )
        model = GAN(*networks, self.latent_dim, seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=None, seed=0, label=None):
        """Draws generated images, by default ten of each label, in one column for each label.

        Args:
            model: `GAN`.
            n: Int, the number of images, or `None` for ten of each label, of up to 20 labels.
            seed: Int, fixes the noise.
            label: Str, draws only images of this label, or `None` for all labels in turn.

        Returns:
            uint8 array `(height, width)` or `(height, width, 3)`.

        Raises:
            ValueError: if there is no such label.
        """
        classes = len(self.label_names)
        n = n or 10 * min(classes, MOST_COLUMNS)
        pictures = rendering.to_uint8(self.generate(model, n, seed, label))
        if label is not None or classes > MOST_COLUMNS:
            return rendering.make_grid(pictures)
        grid = rendering.make_grid(pictures, classes)
        if all(name.isdecimal() for name in self.label_names):
            return grid  # the images themselves show which digit they are
        return rendering.add_caption(grid, f"columns: {', '.join(self.label_names)}")

    def generate(self, model, n, seed=0, label=None, noise=None, first=0):
        condition = (first + np.arange(n)) % len(self.label_names)
        if label is not None:
            condition[:] = self.class_of(label)
        return model.generate(n, seed, condition=condition, noise=noise)

    def class_of(self, label):
        """Finds the number, counted from 0, that stands for a label in the networks.

        Args:
            label: Str, one of `label_names`.

        Raises:
            ValueError: if there is no such label.
        """
        if str(label) not in self.label_names:
            names = ", ".join(self.label_names[:MOST_NAMED])
            more = ", …" if len(self.label_names) > MOST_NAMED else ""
            raise ValueError(
                f"There is no such label. Received: {label}. Expected one of {names}{more}."
            )
        return self.label_names.index(str(label))

    def score(self, model, n=10_000, seed=0, verbose=1):
        features = choose_features(
            self.data,
            self.samples,
            self.labels,
            self.names_of_labels,
            verbose=2 * verbose,
        )
        scorer = Scorer(self.samples, features, self.held_out, n)
        asked = np.random.default_rng(seed).permutation(self.condition)[: scorer.samples]
        generated = model.generate(scorer.samples, seed, condition=asked)
        card = evaluate(generated, scorer, verbose)
        as_asked = Row(
            "as_asked",
            "classified as asked",
            "higher",
            "fraction of images in which the classifier sees the label asked for",
            np.mean(features.classify(generated) == asked),
            {
                REAL: np.mean(features.classify(self.samples) == self.condition),
                COLLAPSED: np.mean(asked == features.classify(scorer.collapsed)[0]),
            },
        )
        return dataclasses.replace(card, rows=(as_asked, *card.rows))


def build_conditional_pair(image_shape, classes, latent_dim, seed=None):
    """Builds the default networks with a label as a second input.

    In both networks the label becomes a one-hot vector: 1 at the place of the label, 0 elsewhere.

    Args:
        image_shape: (height, width, channels) of the images, see `check_image_shape`.
        classes: Int, the number of labels.
        latent_dim: Int, length of the noise vector.
        seed: Int or `None`, fixes the initial weights of both networks.

    Returns:
        A tuple `(generator, discriminator)`, each a `keras.Model`. Their second input is the label,
        int `(batch,)` from 0 to `classes` - 1.

    References:
        Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784
    """
    pair = build_pair("default", image_shape, latent_dim + classes, seed)

    def one_hot(label):
        return keras.layers.Embedding(classes, classes, "identity", trainable=False)(label)

    noise = keras.Input((latent_dim,), name="noise")
    label = keras.Input((), dtype="int32", name="label")
    both = keras.layers.Concatenate()([noise, one_hot(label)])
    generator = keras.Model([noise, label], pair[0](both), name="generator")

    pictures = keras.Input(image_shape, name="images")
    label = keras.Input((), dtype="int32", name="label")
    features = keras.Model(pair[1].input, pair[1].layers[-2].output)(pictures)
    logits = keras.layers.Dense(classes, kernel_initializer=pair[1].layers[-1].kernel_initializer)
    logit = keras.layers.Dot(axes=1)([logits(features), one_hot(label)])
    return generator, keras.Model([pictures, label], logit, name="discriminator")

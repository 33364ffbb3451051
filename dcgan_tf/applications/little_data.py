"""Little data (Article 3, section 1): a GAN from a few hundred images, by augmentation.

With few images the discriminator learns them by heart, and its verdict no longer helps the
generator. Changing the training images alone would teach the generator the changes. So the
discriminator sees both, real and generated images, only after a random change, and the generator
learns through it (Zhao et al. 2020, "Differentiable Augmentation").
"""

import keras
import numpy as np

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import load_dataset
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.evaluation.scorer import Scorer, evaluate
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.networks.pairs import build_pair

LATENT_DIM = 16
IMAGES = 500
IMAGES_AN_EPOCH = 8000


class LittleData(Application):
    """Trains on 500 images of a data set, and is scored against all of them."""

    default_data = "mnist-10k"

    def load(self):
        (self.everything, self.labels), (self.held_out, _) = load_dataset(self.data)
        return self.some(IMAGES)

    def some(self, n):
        """`n` images at random, repeated so that an epoch has as many steps whatever `n` is."""
        chosen = np.random.default_rng(self.seed).permutation(len(self.everything))[:n]
        return self.everything[np.resize(chosen, IMAGES_AN_EPOCH)]

    def build(self, changes=("translation", "cutout")):
        """Builds the default networks.

        Args:
            changes: what `augmented` takes.
        """
        generator, discriminator = build_pair(
            "default", self.samples.shape[1:], LATENT_DIM, self.seed
        )
        if changes:
            discriminator = augment(discriminator, changes, self.seed)
        model = GAN(generator, discriminator, LATENT_DIM, seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=64, seed=0):
        return rendering.make_grid(rendering.to_uint8(model.generate(n, seed)))

    def score(self, model, n=10_000, seed=0, verbose=1):
        features = choose_features(self.data, self.everything, self.labels, verbose=2 * verbose)
        scorer = Scorer(self.everything, features, self.held_out, n)
        return evaluate(model.generate(scorer.samples, seed), scorer, verbose)


def augment(discriminator, changes, seed=None):
    """Puts random changes before a discriminator, the same kinds for real and generated images.

    They happen in training alone, and gradients pass through them.

    Args:
        discriminator: `keras.Model` from images in [-1, 1], dark around the edge, to logits.
        changes: names of

            - `"translation"`: by up to an eighth of height and width, dark where nothing comes in;
            - `"cutout"`: in about half of the images a dark square or nearly so, up to half as high
              and wide as the image;
            - `"brightness"`: all pixels up or down by up to 0.4.
        seed: Int or `None`, fixes the changes.

    Returns:
        A `keras.Model`, as the discriminator; its weights are the discriminator's own.
    """
    pictures = x = keras.Input(discriminator.input_shape[1:], name="images")
    layers = keras.layers
    for change in changes:
        if change == "translation":
            x = layers.RandomTranslation(0.125, 0.125, "constant", fill_value=-1.0, seed=seed)(x)
        elif change == "cutout":  # 1.0: with a probability that is drawn between 0 and 1
            x = layers.RandomErasing(1.0, (0.02, 0.25), -1.0, (-1.0, 1.0), seed=seed)(x)
        elif change == "brightness":
            x = layers.RandomBrightness(0.2, (-1.0, 1.0), seed=seed)(x)
        else:
            raise ValueError(
                f"There is no such change. Received: {change!r}. Expected 'translation', 'cutout' "
                "or 'brightness'."
            )
    return keras.Model(pictures, discriminator(x), name="augmented_discriminator")

"""Little data (Article 3, section 1): a GAN that learns from a few hundred images by augmentation.

If there are few images, the discriminator learns them by heart, and its answer no longer helps the
generator. Augmentation means that we change the images at random, for example shift them. If we
changed only the training images, the generator would learn to make changed images. So we change
real and generated images alike before the discriminator sees them. The gradient passes through the
changes to the generator (Zhao et al. 2020, "Differentiable Augmentation").
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
    """Trains on 500 images of a data set, and is scored against all of its images.

    References:
        Zhao et al. 2020, https://arxiv.org/abs/2006.10738
    """

    default_data = "mnist-10k"

    def load(self):
        (self.everything, self.labels), (self.held_out, _) = load_dataset(self.data)
        return self.some(IMAGES)

    def some(self, n):
        """Chooses `n` images at random, and repeats them to 8,000.

        An epoch then has the same number of steps for every `n`.
        """
        chosen = np.random.default_rng(self.seed).permutation(len(self.everything))[:n]
        return self.everything[np.resize(chosen, IMAGES_AN_EPOCH)]

    def build(self, changes=("translation", "cutout")):
        """Builds the default networks.

        Args:
            changes: the changes before the discriminator, see `augment`. An empty tuple builds a
                GAN without augmentation.
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
    """Puts random changes before a discriminator, for real and generated images alike.

    The images are changed only during training, and gradients pass through the changes.

    Args:
        discriminator: `keras.Model` from images in [-1, 1] to logits. The images should be dark
            around the edge.
        changes: list or tuple of str, any of

            - `"translation"` shifts an image by up to an eighth of its height and width; the pixels
              that come in at the edge are dark;
            - `"cutout"` puts a dark rectangle, nearly a square, into about half of the images; it
              is up to half as high and wide as the image;
            - `"brightness"` makes an image brighter or darker, all pixels by up to 0.4.
        seed: Int or `None`, fixes the changes.

    Returns:
        A `keras.Model` from images to logits, which uses the weights of `discriminator`.

    Raises:
        ValueError: for an unknown change.

    References:
        Zhao et al. 2020, https://arxiv.org/abs/2006.10738
    """
    pictures = x = keras.Input(discriminator.input_shape[1:], name="images")
    layers = keras.layers
    for change in changes:
        if change == "translation":
            x = layers.RandomTranslation(0.125, 0.125, "constant", fill_value=-1.0, seed=seed)(x)
        elif change == "cutout":  # for 1.0 Keras draws a probability between 0 and 1
            x = layers.RandomErasing(1.0, (0.02, 0.25), -1.0, (-1.0, 1.0), seed=seed)(x)
        elif change == "brightness":
            x = layers.RandomBrightness(0.2, (-1.0, 1.0), seed=seed)(x)
        else:
            raise ValueError(
                f"There is no such change. Received: {change!r}. Expected 'translation', 'cutout' "
                "or 'brightness'."
            )
    return keras.Model(pictures, discriminator(x), name="augmented_discriminator")

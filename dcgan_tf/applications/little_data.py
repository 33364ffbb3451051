"""Little data (Article 3, section 1): a GAN that learns from a few hundred images by augmentation.

If there are few images, the discriminator learns them by heart, and its answer no longer helps the
generator. Augmentation means that we change the images at random, for example shift them. If we
changed only the training images, the generator would learn to make changed images. So we change
real and generated images alike before the discriminator sees them. The gradient passes through the
changes to the generator (Zhao et al. 2020, "Differentiable Augmentation").
"""

import numpy as np

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import LARGEST_ARRAY
from dcgan_tf.evaluation.features import choose_features
from dcgan_tf.evaluation.scorer import Scorer, evaluate
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.networks.augmentation import augment, find_ground
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
        self.everything, self.labels = self.open_data()
        self.held_out, _ = self.dataset.test_part
        return self.some(IMAGES)

    def some(self, n):
        """Chooses `n` images at random, and repeats them to 8,000, or to 1 GiB if that is less.

        So an epoch has the same number of steps, however many images are chosen.
        """
        chosen = np.random.default_rng(self.seed).permutation(len(self.everything))[:n]
        fitting = LARGEST_ARRAY // self.everything[0].nbytes
        return self.everything[np.resize(chosen, min(IMAGES_AN_EPOCH, fitting))]

    def build(self, changes=("translation", "cutout")):
        """Builds the default networks.

        Args:
            changes: the changes before the discriminator, see `networks.augmentation`. An empty
                tuple builds a GAN without augmentation.
        """
        generator, discriminator = build_pair(
            "default", self.samples.shape[1:], LATENT_DIM, self.seed
        )
        if changes:
            ground = find_ground(self.everything)
            discriminator = augment(discriminator, changes, self.seed, ground)
        model = GAN(generator, discriminator, LATENT_DIM, seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=64, seed=0):
        return rendering.make_grid(rendering.to_uint8(model.generate(n, seed)))

    def score(self, model, n=10_000, seed=0, verbose=1):
        features = choose_features(
            self.data, self.everything, self.labels, self.dataset.label_names, verbose=2 * verbose
        )
        scorer = Scorer(self.everything, features, self.held_out, n)
        return evaluate(model.generate(scorer.samples, seed), scorer, verbose)

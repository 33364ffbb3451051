"""The default application: images from noise alone, with the networks and the loss you choose."""

import dataclasses
import math

import tensorflow as tf

from dcgan_tf.applications.base import Application
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import LARGEST_ARRAY, open_dataset
from dcgan_tf.evaluation.features import are_digits, choose_features, digit_features
from dcgan_tf.evaluation.figures import draw_closest_pairs
from dcgan_tf.evaluation.scorer import Scorer, evaluate
from dcgan_tf.gan import losses, regularizers
from dcgan_tf.gan.dcgan import DCGAN, GAN
from dcgan_tf.gan.optimizers import adam
from dcgan_tf.networks.augmentation import augment, find_ground
from dcgan_tf.networks.fast_layers import accelerate
from dcgan_tf.networks.pairs import build_pair

MOST_SAMPLES = 10_000
TRANSLATED = 0.5  # part of the images that are shifted, so that D also sees where they belong
FEW_IMAGES = 5000  # with fewer of them, the discriminator soon knows each one by heart
MOST_VIEWS = 80  # of each image, after which it does so with any number of images
MIRRORED = ("emoji-people",)  # data sets by name, whose images may be mirrored
MOST_WATCHED = 2000  # images that the training doctor gets from a folder too large for memory
CLOSEST_PAIRS = "closest_pairs.png"


class Images(Application):
    """Generates images from noise alone, by default digits.

    Args:
        seed: Int of at least 0, fixes everything that is random.
        data: as in `Application`.
        image_size: as in `Application`.
        skip_damaged: as in `Application`.
        network: Str, a key of `networks.pairs.PAIRS`.
        loss: Str, a key of `gan.losses.LOSSES`.
        regularizer: Str, the penalty on the discriminator's gradient: a key of
            `gan.regularizers.REGULARIZERS`, `"auto"` for the one that belongs to the loss, or
            `"none"`.
        regularizer_weight: Float of at least 0, or `None` for the penalty's default weight.
        discriminator_steps: Int, how many steps the discriminator takes for each step of the
            generator.
        latent_dim: Int, length of the noise vector.
        generator_lr: Float, the generator's learning rate, the size of its steps, at the start, or
            `None` for that of `gan.optimizers.choose_rate`.
        discriminator_lr: Float or `None`, the same for the discriminator.
        jit_compile: Bool or `"auto"`, whether to compile the training step with XLA, TensorFlow's
            compiler.
        augment: `"on"`, `"off"`, or `"auto"`: whether the discriminator sees half of all images
            shifted (`networks.augmentation`). `"auto"` does so for fewer than 5,000 images.
        mirror: `"on"`, `"off"`, or `"auto"`: whether the discriminator sees half of all images
            mirrored. `"auto"` does so for the data set `emoji-people`.
        with_data: as in `Application`.
    """

    default_data = "mnist-10k"
    options = (
        *("network", "loss", "regularizer", "regularizer_weight", "discriminator_steps"),
        *("latent_dim", "generator_lr", "discriminator_lr", "jit_compile", "augment", "mirror"),
    )
    steps = 12_000
    scores_while_training = True
    noun = "images"

    def __init__(
        self,
        seed=0,
        data=None,
        image_size=None,
        skip_damaged=False,
        network="default",
        loss="sigmoid_cross_entropy",
        regularizer="auto",
        regularizer_weight=None,
        discriminator_steps=1,
        latent_dim=16,
        generator_lr=None,
        discriminator_lr=None,
        jit_compile="auto",
        augment="auto",
        mirror="auto",
        with_data=True,
    ):
        self.network = network
        self.loss = loss
        self.regularizer = regularizer
        self.regularizer_weight = regularizer_weight
        self.discriminator_steps = discriminator_steps
        self.latent_dim = latent_dim
        self.generator_lr = generator_lr
        self.discriminator_lr = discriminator_lr
        self.jit_compile = jit_compile
        self.augment = augment
        self.mirror = mirror
        super().__init__(seed, data, image_size, skip_damaged, with_data)

    def load(self):
        self.dataset = open_dataset(self.data, self.image_size, self.skip_damaged)
        return self.dataset.images

    @property
    def changes(self):
        """List of str, how the discriminator sees all images changed at random."""
        is_few = self.augment == "auto" and len(self.samples) < FEW_IMAGES
        is_mirrored = self.mirror == "auto" and self.data in MIRRORED
        changes = ["mirror"] if is_mirrored or self.mirror == "on" else []
        return changes + (["translation"] if is_few or self.augment == "on" else [])

    def advise(self, epochs):
        if self.augment != "auto" or "translation" in self.changes or epochs <= MOST_VIEWS:
            return []
        return [
            f"The discriminator will see each image {epochs:,} times. After about {MOST_VIEWS} "
            "times it begins to know them by heart, and the images get worse: --augment on "
            "prevents this."
        ]

    @property
    def watched_images(self):
        if self.dataset.is_streamed:
            return self.samples.load_some(MOST_WATCHED)[0]
        return self.samples

    @property
    def classify(self):
        shows_digits = are_digits(self.data, self.samples.shape[1:])
        return digit_features().classify if shows_digits else None

    def build(self):
        image_shape = tuple(self.samples.shape[1:])
        if self.network == "default" and not self.changes:
            model = DCGAN(image_shape, self.latent_dim, seed=self.seed)
        else:
            pair = build_pair(self.network, image_shape, self.latent_dim, self.seed)
            # On a CPU we replace the layers of this pair by faster ones that compute the same.
            if self.network == "tutorial" and not tf.config.list_physical_devices("GPU"):
                pair = map(accelerate, pair)
            if self.changes:
                generator, discriminator = pair
                ground = find_ground(self.watched_images)
                changed = augment(discriminator, self.changes, self.seed, ground, TRANSLATED)
                pair = generator, changed
            model = GAN(*pair, self.latent_dim, seed=self.seed)
        loss = losses.get(self.loss)
        regularizer = regularizers.get(
            None if self.regularizer == "none" else self.regularizer, loss
        )
        if regularizer is not None and self.regularizer_weight is not None:
            regularizer.weight = self.regularizer_weight
        model.compile(
            self.generator_lr and adam(self.generator_lr, averaged=True),
            self.discriminator_lr and adam(self.discriminator_lr),
            loss,
            regularizer,
            discriminator_steps=self.discriminator_steps,
            jit_compile=self.jit_compile,
        )
        return model

    def draw(self, model, n=16, seed=0):
        return rendering.make_grid(rendering.to_uint8(model.generate(n, seed=seed)))

    def score(self, model, n=MOST_SAMPLES, seed=0, verbose=1):
        scorer, real_images = self._build_scorer_and_images(n, verbose)
        if verbose:
            print(f"Scoring {scorer.samples:,} images, with real and collapsed ones as references.")
        generated = model.generate(scorer.samples, seed=seed)
        card = evaluate(generated, scorer, verbose)
        pairs = draw_closest_pairs(generated, real_images)
        return dataclasses.replace(card, pictures={CLOSEST_PAIRS: pairs})

    def build_scorer(self, samples=MOST_SAMPLES, verbose=1):
        """Builds a scorer that compares images with the data of this run.

        Args:
            samples: Int, the number of images to compare, at most half of the training images.
            verbose: 0 or 1, whether to show progress if a classifier has to be trained first.

        Returns:
            A `Scorer`.
        """
        return self._build_scorer_and_images(samples, verbose)[0]

    def _build_scorer_and_images(self, samples, verbose):
        real_images, labels, held_out = self._load_images_to_compare()
        features = choose_features(
            self.data, real_images, labels, self.dataset.label_names, verbose=2 * verbose
        )
        return Scorer(real_images, features, held_out, samples), real_images

    def _load_images_to_compare(self):
        """Loads training images, their labels and held-out images; of a huge folder only a part."""
        if not self.dataset.is_streamed:
            return self.samples, self.dataset.labels, self.dataset.test_part[0]
        most = min(2 * MOST_SAMPLES, LARGEST_ARRAY // (4 * math.prod(self.samples.image_shape)))
        return *self.samples.load_some(most), None

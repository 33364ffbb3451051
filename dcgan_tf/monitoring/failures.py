"""Seven ways to break a GAN on purpose, and what cures each.

A recipe is one training run that fails in under a minute on two cores, whatever the seed. With
`cured=True` it is the same run with one change, and succeeds. `TrainingDoctor` names each of them.
"""

import dataclasses
import functools

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.data.datasets import load_dataset
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.gan.model import GAN
from dcgan_tf.networks.default import build_discriminator, build_generator
from dcgan_tf.networks.pairs import build_dense_discriminator
from dcgan_tf.networks.seeds import split_seed

SHAPE, LATENT_DIM = (16, 16, 1), 16  # small images, so that a minute is enough


@dataclasses.dataclass
class Recipe:
    """A compiled model and what to train it on.

    Attributes:
        model: `GAN`, compiled.
        images: float32 `(n, 16, 16, 1)` in [-1, 1], digits.
        epochs: Int, epochs until the failure shows, or the cure.
        batch_size: Int, images in a batch.
        why: Str, why it fails, or why the remedy helps.
    """

    model: GAN
    images: np.ndarray
    epochs: int
    batch_size: int
    why: str

    def classify(self, images):
        """Reads the digits in images, float32 `(m, 16, 16, 1)`: int `(m,)`, for the doctor."""
        enlarged = tf.image.resize(images, (28, 28), method="bicubic")
        return _digit_features().classify(enlarged)

    def fit(self, callbacks=(), verbose=0):
        """Trains the model, the same way each time, and returns Keras' `History`."""
        keras.utils.set_random_seed(0)  # the order of the images
        return self.model.fit(
            self.images,
            epochs=self.epochs,
            batch_size=self.batch_size,
            callbacks=list(callbacks),
            verbose=verbose,
        )


def make(name, seed=0, cured=False):
    """Makes a failure, or its cure.

    Args:
        name: a key of `FAILURES`.
        seed: Int, fixes the initial weights and the noise.
        cured: Bool, whether to make the one change that helps.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: for an unknown name.

    Example:

    >>> recipe = make("collapse")
    >>> recipe.fit([TrainingDoctor(recipe.images, recipe.classify)])
    """
    if name not in FAILURES:
        raise ValueError(
            f"Unknown failure. Received: name={name!r}. Expected one of {', '.join(FAILURES)}."
        )
    return FAILURES[name](seed, cured)


def discriminator_won(seed, cured):
    """D learns a thousand times as fast as G."""
    model = _gan(seed)
    _compile(model, _adam(2e-3 if cured else 2e-6), _adam(2e-3))
    return Recipe(
        model,
        _digits(),
        epochs=8,
        batch_size=32,
        why="Both learn at the same rate, so that neither gets far ahead."
        if cured
        else "G learns a thousand times slower than D. Before its images have changed, D knows all "
        "of them, and G no longer finds out which change would help.",
    )


def collapse(seed, cured):
    """D learns a hundredth as fast as G."""
    model = _gan(seed)
    _compile(model, _adam(2e-3), _adam(2e-3 if cured else 2e-5))
    return Recipe(
        model,
        _digits(),
        epochs=8,
        batch_size=32,
        why="Both learn at the same rate: D soon marks down whatever G makes too often."
        if cured
        else "D hardly moves. G finds the one image that this D likes best and makes it from all "
        "noise; D is too slow to mark it down.",
    )


def oscillation(seed, cured):
    """High rates and much momentum, so that both overshoot."""
    rate, beta_1 = (2e-3, 0.5) if cured else (5e-3, 0.9)
    model = _gan(seed)
    _compile(model, _adam(rate, beta_1), _adam(rate, beta_1))
    return Recipe(
        model,
        _digits(),
        epochs=8,
        batch_size=32,
        why="Adam with beta_1=0.5 and a lower rate follows the turns of the game."
        if cured
        else "Adam's beta_1=0.9 averages over ten steps, and the rate is high. Each network runs "
        "on in a direction that was right before the other moved: both overshoot, again and again.",
    )


def vanishing_gradient(seed, cured):
    """The minimax loss, and a D that has been trained ahead.

    Plain gradient descent moves by the gradient itself, where Adam would make up for a small one.
    """
    model = _gan(seed, filters=32)
    _train_ahead(model, _digits(1000))
    loss = "sigmoid_cross_entropy" if cured else "minimax"
    _compile(model, keras.optimizers.SGD(0.02, momentum=0.5), _adam(2e-3), loss)
    return Recipe(
        model,
        _digits(),
        epochs=8,
        batch_size=32,
        why="-log D is steepest where D is sure that an image is fake: G catches up."
        if cured
        else "D was trained ahead and is sure of all fakes. There log(1 - D) is flat: its slope in "
        "the logit is D itself, nearly 0. G is told nothing and stays where it is.",
    )


def memorising(seed, cured):
    """Eight training images."""
    model = _gan(seed)
    _compile(model, _adam(2e-3), _adam(2e-3))
    return Recipe(
        model,
        _digits() if cured else np.tile(_digits(8), (500, 1, 1, 1)),
        epochs=8,
        batch_size=32,
        why="With thousands of images it is easier to learn what a digit is than to copy."
        if cured
        else "There are eight training images. G can satisfy D with these eight and nothing else.",
    )


def dead_start(seed, cured):
    """All kernels of G begin at zero."""
    model = _gan(seed)
    if not cured:
        for variable in model.generator.trainable_variables:
            if variable.name == "kernel":
                variable.assign(tf.zeros_like(variable))
    _compile(model, _adam(2e-3), _adam(2e-3))
    return Recipe(
        model,
        _digits(),
        epochs=8 if cured else 3,
        batch_size=32,
        why="Small random weights make each unit and each image different from the start."
        if cured
        else "All weights of G are zero. The noise is multiplied by zero, every unit gets a "
        "gradient of zero, and only the bias of the last layer learns: one grey image for ever.",
    )


def nan(seed, cured):
    """A loss without a bound, and plain gradient descent for D."""
    model = _gan(seed, dense=True)
    loss = "sigmoid_cross_entropy" if cured else "wasserstein"
    _compile(model, _adam(2e-3), keras.optimizers.SGD(0.04), loss)
    return Recipe(
        model,
        _digits(),
        epochs=8,
        batch_size=32,
        why="The cross-entropy has hardly a slope where D is right already: D stops growing."
        if cured
        else "D is paid for the difference of its logits, without end. Larger weights make larger "
        "gradients, and these larger weights: all grows by the same factor until it overflows.",
    )


FAILURES = {
    "discriminator-won": discriminator_won,
    "collapse": collapse,
    "oscillation": oscillation,
    "vanishing-gradient": vanishing_gradient,
    "memorising": memorising,
    "dead-start": dead_start,
    "nan": nan,
}


@functools.cache
def _digit_features():
    return digit_features()


@functools.cache
def _digits(n=4000):
    return load_dataset("mnist-10k", image_size=SHAPE[:2])[0][0][:n]


def _gan(seed, dense=False, filters=16):
    seeds = split_seed(seed, 2)
    generator = build_generator(SHAPE, LATENT_DIM, filters, seed=seeds[0])
    if dense:
        discriminator = build_dense_discriminator(SHAPE, units=(64,), seed=seeds[1])
    else:
        discriminator = build_discriminator(SHAPE, filters, seed=seeds[1])
    return GAN(generator, discriminator, LATENT_DIM, seed=seed)


def _adam(rate, beta_1=0.5):
    return keras.optimizers.Adam(rate, beta_1=beta_1)


def _compile(model, generator_optimizer, discriminator_optimizer, loss="sigmoid_cross_entropy"):
    options = {"regularizer": None, "jit_compile": False}  # the losses alone
    model.compile(generator_optimizer, discriminator_optimizer, loss, **options)


def _train_ahead(model, images):
    """Trains D alone, as a classifier of real images and those of an untrained G."""
    noise = tf.random.stateless_normal((len(images), LATENT_DIM), seed=(0, 0))
    fakes = model.generator(noise, training=True)
    model.discriminator.compile(_adam(2e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    keras.utils.set_random_seed(0)  # the order of the images
    labels = np.repeat([[1.0], [0.0]], len(images), axis=0)
    model.discriminator.fit(np.concatenate([images, fakes]), labels, batch_size=32, verbose=0)

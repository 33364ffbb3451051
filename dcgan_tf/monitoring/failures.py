"""Seven ways to break the training of a GAN on purpose, and a cure for each.

A recipe is one training run that fails in under a minute on two cores, whatever the seed. With
`cured=True` it is the same run with one change, and it succeeds. `TrainingDoctor` names each of
the failures.

G is the generator and D the discriminator, whose output is a logit: D(x) is the probability that D
gives to "real", and it is the sigmoid of the logit. An optimizer changes the weights of a network
step by step. Its learning rate says how large the steps are.
"""

import dataclasses
import functools

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.data.datasets import load_dataset
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.gan.model import GAN
from dcgan_tf.networks import pairs
from dcgan_tf.networks.seeds import split_seed

SHAPE, LATENT_DIM = (16, 16, 1), 16  # small images, so that a minute is enough


@dataclasses.dataclass
class Recipe:
    """A compiled model with its training images and settings.

    Attributes:
        model: `GAN`, compiled.
        images: float32 `(n, 16, 16, 1)` in [-1, 1], digits.
        epochs: Int, the epochs after which you can see the failure, or that the cure works.
        batch_size: Int, images in a batch.
        why: Str, why the training fails, or why the cure helps.
    """

    model: GAN
    images: np.ndarray
    epochs: int
    batch_size: int
    why: str

    def classify(self, images):
        """Classifies digits for the doctor: from float32 `(m, 16, 16, 1)` to int `(m,)`."""
        enlarged = tf.image.resize(images, (28, 28), method="bicubic")
        return _load_digit_features().classify(enlarged)

    def fit(self, callbacks=(), verbose=0):
        """Trains on the images, always in the same order, and returns Keras' `History`."""
        keras.utils.set_random_seed(0)  # fixes the order of the images
        return self.model.fit(
            self.images,
            epochs=self.epochs,
            batch_size=self.batch_size,
            callbacks=list(callbacks),
            verbose=verbose,
        )


def make(name, seed=0, cured=False):
    """Makes the recipe of a failure or of its cure.

    Args:
        name: a key of `FAILURES`.
        seed: Int, fixes the initial weights and the noise.
        cured: Bool, whether to make the one change that cures the failure.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: if the name is unknown.

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
    """Lets D win: it learns a thousand times as fast as G.

    The cure is the same learning rate for both.
    """
    model = _build_gan(seed)
    _compile(model, _make_adam(2e-3 if cured else 2e-6), _make_adam(2e-3))
    return Recipe(
        model,
        _load_digits(),
        epochs=8,
        batch_size=32,
        why="Both have the same learning rate, so neither gets far ahead."
        if cured
        else "G learns a thousand times more slowly than D. Before G has changed its images, D "
        "recognises all of them, and G can no longer find out which change would help.",
    )


def collapse(seed, cured):
    """Makes G collapse: D learns only a hundredth as fast as G (Goodfellow et al. 2014, section 6).

    The cure is the same learning rate for both.

    References:
        Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661
    """
    model = _build_gan(seed)
    _compile(model, _make_adam(2e-3), _make_adam(2e-3 if cured else 2e-5))
    return Recipe(
        model,
        _load_digits(),
        epochs=8,
        batch_size=32,
        why="Both have the same learning rate. If G makes an image too often, D soon learns to "
        "recognise it as fake."
        if cured
        else "D hardly changes. G finds the image that this D likes best, and makes it from all "
        "noise. D is too slow to learn that this image is fake.",
    )


def oscillation(seed, cured):
    """Makes both networks overshoot: high learning rates and much momentum.

    Momentum is the part of a step that repeats the steps before it; beta_1 sets it in Adam (Kingma
    and Ba 2015). The cure is a beta_1 of 0.5 (Radford et al. 2015, section 4) and lower rates.

    References:
        Kingma and Ba 2015, https://arxiv.org/abs/1412.6980

        Radford et al. 2015, https://arxiv.org/abs/1511.06434
    """
    rate, beta_1 = (2e-3, 0.5) if cured else (5e-3, 0.9)
    model = _build_gan(seed)
    _compile(model, _make_adam(rate, beta_1), _make_adam(rate, beta_1))
    return Recipe(
        model,
        _load_digits(),
        epochs=8,
        batch_size=32,
        why="With beta_1=0.5 and a lower rate, each network can follow when the other one changes."
        if cured
        else "With beta_1=0.9 Adam averages over about ten steps, and the learning rate is high. "
        "Each network goes on in a direction that was right before the other one changed, so both "
        "overshoot again and again.",
    )


def vanishing_gradient(seed, cured):
    """Makes G's gradient vanish: the minimax loss, and a D that was trained before G.

    Goodfellow et al. (2014, section 3) describe this failure, and the cure: the loss -log D instead
    of log(1 - D). G is trained by gradient descent, whose steps are proportional to the gradient;
    Adam would enlarge the steps where the gradient is small.

    References:
        Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661
    """
    model = _build_gan(seed, filters=32)
    _train_ahead(model, _load_digits(1000))
    loss = "sigmoid_cross_entropy" if cured else "minimax"
    _compile(model, keras.optimizers.SGD(0.02, momentum=0.5), _make_adam(2e-3), loss)
    return Recipe(
        model,
        _load_digits(),
        epochs=8,
        batch_size=32,
        why="The gradient of -log D is largest where D is sure of a fake image, so G catches up."
        if cured
        else "D was trained first and is sure that G's images are fake: there D is nearly 0. The "
        "gradient of log(1 - D) with respect to the logit has the size D, so G learns nothing.",
    )


def memorising(seed, cured):
    """Makes G memorise: there are only eight training images. The cure is to have 4,000."""
    model = _build_gan(seed)
    _compile(model, _make_adam(2e-3), _make_adam(2e-3))
    return Recipe(
        model,
        _load_digits() if cured else np.tile(_load_digits(8), (500, 1, 1, 1)),
        epochs=8,
        batch_size=32,
        why="With thousands of images it is easier to learn what a digit is than to copy them."
        if cured
        else "There are only eight training images. G can satisfy D by making copies of them.",
    )


def dead_start(seed, cured):
    """Keeps G from starting: all its kernels begin at zero.

    A kernel holds the weights that multiply the inputs of a layer. The cure is to start from small
    random kernels, as by default.
    """
    model = _build_gan(seed)
    if not cured:
        for variable in model.generator.trainable_variables:
            if variable.name == "kernel":
                variable.assign(tf.zeros_like(variable))
    _compile(model, _make_adam(2e-3), _make_adam(2e-3))
    return Recipe(
        model,
        _load_digits(),
        epochs=8 if cured else 3,
        batch_size=32,
        why="Small random weights make all units and all images different from the start."
        if cured
        else "All weights of G are zero. They multiply the noise by zero, and every unit gets a "
        "gradient of zero. Only the bias of the last layer, a number that is added, can learn. So "
        "all images are the same.",
    )


def nan(seed, cured):
    """Makes numbers overflow: a loss without a bound, and gradient descent for D.

    The loss is that of Arjovsky et al. (2017), without the limit that they set to the weights. The
    cure is the default loss.

    References:
        Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875
    """
    model = _build_gan(seed, dense=True)
    loss = "sigmoid_cross_entropy" if cured else "wasserstein"
    _compile(model, _make_adam(2e-3), keras.optimizers.SGD(0.04), loss)
    return Recipe(
        model,
        _load_digits(),
        epochs=8,
        batch_size=32,
        why="The cross-entropy has nearly no gradient where D is right already, so its logits stop "
        "growing."
        if cured
        else "This loss falls without end as D makes the difference of its logits larger. Larger "
        "weights make larger gradients, and larger gradients make larger weights. All of them grow "
        "by the same factor again and again, until they overflow.",
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
def _load_digit_features():
    return digit_features()


@functools.cache
def _load_digits(n=4000):
    return load_dataset("mnist-10k", image_size=SHAPE[:2])[0][0][:n]


def _build_gan(seed, dense=False, filters=16):
    seeds = split_seed(seed, 2)
    generator = pairs.build_dcgan_generator(SHAPE, LATENT_DIM, filters, seed=seeds[0])
    if dense:
        discriminator = pairs.build_dense_discriminator(SHAPE, (64,), offset=0.0, seed=seeds[1])
    else:
        discriminator = pairs.build_dcgan_discriminator(SHAPE, filters, seed=seeds[1])
    return GAN(generator, discriminator, LATENT_DIM, seed=seed)


def _make_adam(rate, beta_1=0.5):
    return keras.optimizers.Adam(rate, beta_1=beta_1)


def _compile(model, generator_optimizer, discriminator_optimizer, loss="sigmoid_cross_entropy"):
    options = {"regularizer": None, "jit_compile": False}  # we want to see the losses alone
    model.compile(generator_optimizer, discriminator_optimizer, loss, **options)


def _train_ahead(model, images):
    """Trains D alone, as a classifier of real images and images of an untrained G."""
    noise = tf.random.stateless_normal((len(images), LATENT_DIM), seed=(0, 0))
    fakes = model.generator(noise, training=True)
    model.discriminator.compile(_make_adam(2e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    keras.utils.set_random_seed(0)  # fixes the order of the images
    labels = np.repeat([[1.0], [0.0]], len(images), axis=0)
    model.discriminator.fit(np.concatenate([images, fakes]), labels, batch_size=32, verbose=0)

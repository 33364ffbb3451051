"""What each part of the default recipe is worth: the recipe, and the recipe with one part changed.

Trains each variant for as many epochs as the default run, for several seeds, and prints the Fréchet
distance in multiples of that of real digits (mean, least and greatest), the mean precision, recall
and coverage, and the processor's time for a step, of all threads, which other work on the machine
changes little.

    python benchmarks/recipe.py --seeds 0 1 2
"""

import argparse
import math
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from training import count_epochs, fit

from dcgan_tf import GAN, Scorer, load_dataset
from dcgan_tf.applications.images import Images
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.gan.optimizers import make_falling_rate
from dcgan_tf.gan.regularizers import R1
from dcgan_tf.networks.default import build_discriminator, build_generator
from dcgan_tf.networks.layers import MinibatchStdDev, SelfModulation, UpConv2D
from dcgan_tf.networks.pairs import build_pair
from dcgan_tf.networks.seeds import split_seed
from dcgan_tf.runs.settings import Settings

LATENT_DIM, BATCH_SIZE = Settings.latent_dim, Settings.batch_size
OTHERS = ("precision", "recall", "coverage")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=Images.steps, help="about, in whole epochs")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()

    (images, _), _ = load_dataset("mnist-10k")
    scorer = Scorer(images, digit_features())
    real = scorer.score_real()["frechet_distance"]
    steps_an_epoch = math.ceil(len(images) / BATCH_SIZE)
    epochs = count_epochs(images, BATCH_SIZE, arguments.steps)
    print(f"{describe()}\n{epochs} epochs; {scorer.samples} images, real digits {real:.3f}\n")
    print(f"| recipe | Fréchet distance / real | {' | '.join(OTHERS)} | CPU milliseconds a step |")
    print(f"|---|---|{len(OTHERS) * '---|'}---|")
    for name in arguments.variants:
        scores, milliseconds = [], []
        for seed in arguments.seeds:
            model = VARIANTS[name](seed)
            model.fit(images[:BATCH_SIZE], batch_size=BATCH_SIZE, verbose=0)  # compiles
            start = time.process_time()
            fit(model, images, BATCH_SIZE, seed, epochs)
            seconds = time.process_time() - start
            milliseconds.append(1e3 * seconds / steps_an_epoch / epochs)
            scores.append(scorer.score(model.generate(scorer.samples, seed=seed)))
        multiples = [each["frechet_distance"] / real for each in scores]
        others = [f"{statistics.mean(each[score] for each in scores):.3f}" for score in OTHERS]
        duration = f"{statistics.median(milliseconds):.0f}"
        print(
            f"| {name} | {statistics.mean(multiples):.3g} ({min(multiples):.3g} to "
            f"{max(multiples):.3g}) | {' | '.join(others)} | {duration} |",
            flush=True,
        )


def recipe(seed, pair="default", replace=None, latent_dim=LATENT_DIM, **options):
    """The default recipe, with other layers or other arguments of `compile`."""
    networks = build_pair(pair, latent_dim=latent_dim, seed=seed)
    if replace is not None:
        networks = [rebuild(network, replace) for network in networks]
    model = GAN(*networks, latent_dim, seed=seed)
    model.compile(**options)
    return model


def rebuild(network, replace):
    """Builds a network anew with other layers: `replace` returns the layer for each one, or None.

    Where it returns `None`, the layer is left out.
    """
    inputs = keras.Input(network.input_shape[1:])
    made = {id(network.inputs[0]): inputs}
    for layer in network.layers[1:]:
        arguments = [made[id(each)] for each in layer._inbound_nodes[0].input_tensors]
        new = replace(layer)
        made[id(layer.output)] = arguments[0] if new is None else new(*arguments)
    return keras.Model(inputs, made[id(network.outputs[0])])


def copy(layer):
    return type(layer).from_config(layer.get_config())


def normalise_only(layer):
    """Batch normalisation in the place of `SelfModulation`: noise enters at the first layer."""
    if isinstance(layer, SelfModulation):
        normalise = keras.layers.BatchNormalization()
        return lambda images, noise: normalise(images)
    return copy(layer)


def transpose(layer):
    """Transposed convolutions in the place of `UpConv2D`."""
    if isinstance(layer, UpConv2D):
        return keras.layers.Conv2DTranspose(
            layer.filters,
            *(4, 2, "same"),
            activation=layer.activation,
            use_bias=layer.use_bias,
            kernel_initializer=layer.kernel_initializer,
        )
    return copy(layer)


def without_deviation(layer):
    """A discriminator that sees one image at a time."""
    return None if isinstance(layer, MinibatchStdDev) else copy(layer)


class WithoutHiddenLayer:
    """Leaves out the discriminator's hidden dense layer, and the activation after it."""

    def __init__(self):
        self.after = False

    def __call__(self, layer):
        leaves_out = self.after or (isinstance(layer, keras.layers.Dense) and layer.units == 128)
        self.after = leaves_out and not self.after
        return None if leaves_out else copy(layer)


def make_adams(rate=2e-3, beta_1=0.0, beta_2=0.99, **average):
    """Two optimizers as `compile` makes them, with other settings."""
    rate = make_falling_rate(rate) if isinstance(rate, float) else rate
    options = {"learning_rate": rate, "beta_1": beta_1, "beta_2": beta_2}
    average = average or {"use_ema": True, "ema_momentum": 0.998}
    return {
        "generator_optimizer": keras.optimizers.Adam(**options, **average),
        "discriminator_optimizer": keras.optimizers.Adam(**options),
    }


def wider(seed):
    seeds = split_seed(seed, 2)
    generator = build_generator(latent_dim=LATENT_DIM, filters=48, seed=seeds[0])
    model = GAN(generator, build_discriminator(filters=48, seed=seeds[1]), LATENT_DIM, seed=seed)
    model.compile()
    return model


def constant_rate():
    return keras.optimizers.schedules.ExponentialDecay(2e-3, 1, 1.0)


VARIANTS = {
    "the default recipe": recipe,
    "the pair `dcgan`": lambda seed: recipe(seed, pair="dcgan"),
    "batch normalisation instead of `SelfModulation`": lambda seed: recipe(
        seed, replace=normalise_only
    ),
    "transposed convolutions instead of `UpConv2D`": lambda seed: recipe(seed, replace=transpose),
    "without `MinibatchStdDev`": lambda seed: recipe(seed, replace=without_deviation),
    "without D's hidden dense layer": lambda seed: recipe(seed, replace=WithoutHiddenLayer()),
    "without R1": lambda seed: recipe(seed, regularizer=None),
    "R1 with a weight of 0.2": lambda seed: recipe(seed, regularizer=R1(0.2)),
    "Adam with beta_1 = 0.5, beta_2 = 0.999": lambda seed: recipe(
        seed, **make_adams(beta_1=0.5, beta_2=0.999)
    ),
    "at a constant rate": lambda seed: recipe(seed, **make_adams(constant_rate())),
    "without the moving average": lambda seed: recipe(seed, **make_adams(use_ema=False)),
    "48 filters instead of 32": wider,
    "32 numbers of noise instead of 16": lambda seed: recipe(seed, latent_dim=32),
    "a relativistic loss": lambda seed: recipe(seed, loss="relativistic"),
}

if __name__ == "__main__":
    main()

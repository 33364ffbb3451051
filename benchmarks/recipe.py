"""What each part of the default recipe is worth: the recipe, and the recipe without one of them.

Trains each variant for the epochs of the default run, for several seeds, and prints the Fréchet
distance in multiples of that of real digits (mean, least and greatest), and the processor's time
for a step, of all threads, which other work on the machine changes little.

    python benchmarks/recipe.py --seeds 0 1 2
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from training import fit

from dcgan_tf import GAN, Scorer, load_dataset
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.gan.optimizers import adam
from dcgan_tf.networks.pairs import build_pair
from dcgan_tf.runs.settings import Settings

LATENT_DIM, BATCH_SIZE = Settings.latent_dim, Settings.batch_size


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=Settings.epochs)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()

    (images, _), _ = load_dataset("mnist-10k")
    scorer = Scorer(images, digit_features())
    real = scorer.score_real()["frechet_distance"]
    steps = -(-len(images) // BATCH_SIZE)
    print(f"{describe()}\n{scorer.samples} images, real digits {real:.3f}\n")
    print("| recipe | Fréchet distance / real | CPU milliseconds a step |\n|---|---|---|")
    for name in arguments.variants:
        multiples, durations = [], []
        for seed in arguments.seeds:
            model = VARIANTS[name](seed)
            model.fit(images[:BATCH_SIZE], batch_size=BATCH_SIZE, verbose=0)  # compiles
            start = time.process_time()
            fit(model, images, BATCH_SIZE, seed, arguments.epochs)
            durations.append(1e3 * (time.process_time() - start) / steps / arguments.epochs)
            generated = model.generate(scorer.samples, seed=seed)
            multiples.append(scorer.score(generated)["frechet_distance"] / real)
        print(
            f"| {name} | {statistics.mean(multiples):.3g} ({min(multiples):.3g} to "
            f"{max(multiples):.3g}) | {statistics.median(durations):.0f} |",
            flush=True,
        )


def recipe(seed, generator_layers=None, discriminator_layers=None, **options):
    """The default recipe, with some layers left out or other arguments of `compile`."""
    generator, discriminator = build_pair("default", latent_dim=LATENT_DIM, seed=seed)
    generator = without(generator, generator_layers)
    discriminator = without(discriminator, discriminator_layers)
    model = GAN(generator, discriminator, LATENT_DIM, seed=seed)
    model.compile(**options)
    return model


def without(network, layers):
    """Builds a network anew, a chain of layers, leaving out those of the slice `layers`."""
    if layers is None:
        return network
    kept = network.layers[1:]
    del kept[layers]
    x = keras.Input(network.input_shape[1:])
    outputs = x
    for layer in kept:
        outputs = type(layer).from_config(layer.get_config())(outputs)
    return keras.Model(x, outputs)


def first_plain_convolution(generator_or_discriminator, length):
    """Where the first 3x3 convolution stands, and the layers that go with it."""
    kinds = [getattr(layer, "kernel_size", None) for layer in generator_or_discriminator.layers]
    first = kinds.index((3, 3)) - 1  # the input is not counted
    return slice(first, first + length)


def shallow_generator(seed):
    generator, _ = build_pair("default", latent_dim=LATENT_DIM)
    return recipe(seed, generator_layers=first_plain_convolution(generator, 3))


def shallow_discriminator(seed):
    _, discriminator = build_pair("default", latent_dim=LATENT_DIM)
    return recipe(seed, discriminator_layers=first_plain_convolution(discriminator, 2))


def constant_rates(seed):
    options = {"learning_rate": 2e-3, "beta_1": 0.5}
    average = {"use_ema": True, "ema_momentum": 0.995}
    return recipe(
        seed,
        generator_optimizer=keras.optimizers.Adam(**options, **average),
        discriminator_optimizer=keras.optimizers.Adam(**options),
    )


VARIANTS = {
    "the default recipe": recipe,
    "without R1": lambda seed: recipe(seed, regularizer=None),
    "at a constant rate": constant_rates,
    "without the moving average": lambda seed: recipe(seed, generator_optimizer=adam()),
    "without the generator's first 3x3 convolution": shallow_generator,
    "without the discriminator's 3x3 convolution": shallow_discriminator,
}

if __name__ == "__main__":
    main()

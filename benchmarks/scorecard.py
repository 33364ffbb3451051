"""How good are the digits of the default recipe, and of TensorFlow's tutorial in the same time?

Trains the default recipe, then the tutorial's networks with the tutorial's settings (batches of
256, noise of 100, Adam with a rate of 1e-4, no moving average) for as many seconds, for several
seeds, and prints their scorecards as a table in Markdown: mean and standard deviation over the
seeds, with real images and a collapsed generator as references.

    python benchmarks/scorecard.py --seeds 3
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from training import fit

from dcgan_tf import DCGAN, GAN, Scorer, load_dataset
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.evaluation.scorer import MEASURES
from dcgan_tf.networks.pairs import build_pair
from dcgan_tf.runs.settings import Settings

ENDLESS = 1_000_000  # epochs


class StopAfter(keras.callbacks.Callback):
    """Ends the training after so many seconds, counted from its beginning."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.end = time.perf_counter() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = time.perf_counter() > self.end


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 to N-1 (default: 3)")
    parser.add_argument("--epochs", type=int, default=Settings.epochs, help="of the default recipe")
    arguments = parser.parse_args()

    (images, _), (held_out, _) = load_dataset("mnist-10k")
    scorer = Scorer(images, digit_features(), held_out)
    columns = {"real": [scorer.score_real()]}
    for seed in range(arguments.seeds):
        start = time.perf_counter()
        model = default_recipe(images, seed, arguments.epochs)
        seconds = time.perf_counter() - start
        add(columns, "default recipe", scorer, model, seconds, seed)
        start = time.perf_counter()
        model, steps = tutorial_recipe(images, seed, seconds)
        seconds = time.perf_counter() - start
        print(f"tutorial: {steps} steps", flush=True)
        add(columns, "tutorial", scorer, model, seconds, seed)
    columns["collapsed"] = [scorer.score_collapsed()]

    print(f"\n{describe()}\n{scorer.samples} images, by {scorer.features.description}\n")
    print(f"| score | {' | '.join(columns)} |")
    print("|---" * (1 + len(columns)) + "|")
    titles = [(key, title) for key, title, _, _ in MEASURES] + [("seconds", "training, seconds")]
    for key, title in titles:
        cells = [cell([card[key] for card in cards if key in card]) for cards in columns.values()]
        print(f"| {title} | {' | '.join(cells)} |")


def default_recipe(images, seed, epochs):
    """What `dcgan-tf train` does, without its pictures."""
    model = DCGAN(images.shape[1:], Settings.latent_dim, seed=seed)
    model.compile()
    fit(model, images, Settings.batch_size, seed, epochs)
    return model


def tutorial_recipe(images, seed, seconds):
    """The tutorial's networks and settings, and how many steps they made in the time."""
    model = GAN(*build_pair("tutorial", images.shape[1:], 100, seed), 100, seed=seed)
    model.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4), regularizer=None)
    fit(model, images, 256, seed, ENDLESS, [StopAfter(seconds)])
    return model, int(model.generator_optimizer.iterations)


def add(columns, name, scorer, model, seconds, seed):
    card = scorer.score(model.generate(scorer.samples, seed=seed))
    columns.setdefault(name, []).append({**card, "seconds": seconds})
    print(f"{name}, seed {seed}, {seconds:.0f} s: {card}", flush=True)


def cell(values):
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.3g}"
    return f"{statistics.mean(values):.3g} ± {statistics.stdev(values):.2g}"


if __name__ == "__main__":
    main()

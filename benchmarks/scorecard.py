"""How good are the digits of the default recipe, and of TensorFlow's tutorial in the same time?

Trains the default recipe, then the tutorial's networks with the tutorial's settings (batches of
256, noise of 100, Adam with a rate of 1e-4, no moving average) for as many seconds, for several
seeds, and prints their scorecards as a table in Markdown: mean and standard deviation over the
seeds, with real images and a collapsed generator as references. Two rows are not in the scorecard
of a run:

- the Fréchet distance by a second classifier, fully connected, on which no recipe was tuned;
- misprints: how many images a classifier is less sure of than of 98 % of the held-out real digits.
  So real digits have 2 % of them.

With `--models` it trains nothing, and takes models that were saved.

    python benchmarks/scorecard.py --seeds 3
    python benchmarks/scorecard.py --models runs/digits-*/model.keras
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import describe
from time_to_quality import dense_classifier
from training import count_epochs, fit

from dcgan_tf import DCGAN, GAN, Scorer, load_dataset, load_model
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.evaluation.scorer import MEASURES
from dcgan_tf.networks.pairs import build_pair
from dcgan_tf.runs.settings import Settings

ENDLESS = 1_000_000  # epochs
MISPRINTS_OF_REAL = 0.02
OWN_ROWS = {
    "second": "Fréchet distance, second classifier",
    "misprints": "misprints",
    "seconds": "training, seconds",
}


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
    parser.add_argument("--epochs", type=int, help="of the default recipe")
    parser.add_argument("--without-tutorial", action="store_true", help="only the default recipe")
    parser.add_argument("--models", nargs="+", help="saved models of the default recipe")
    arguments = parser.parse_args()

    (images, labels), test = load_dataset("mnist-10k")
    epochs = arguments.epochs or count_epochs(images, Settings.batch_size)
    judge = Judge(images, labels, test)
    columns = {"real": [judge.score_real()]}
    for seed, path in enumerate(arguments.models or []):
        add(columns, "saved", judge, load_model(path), None, seed)
    for seed in range(0 if arguments.models else arguments.seeds):
        start = time.perf_counter()
        model = default_recipe(images, seed, epochs)
        seconds = time.perf_counter() - start
        add(columns, "default recipe", judge, model, seconds, seed)
        if arguments.without_tutorial:
            continue
        start = time.perf_counter()
        model, steps = tutorial_recipe(images, seed, seconds)
        seconds = time.perf_counter() - start
        print(f"tutorial: {steps} steps", flush=True)
        add(columns, "tutorial", judge, model, seconds, seed)
    columns["collapsed"] = [judge.scorers[0].score_collapsed()]

    print(f"\n{describe()}\n{judge.description}\n")
    print(f"| score | {' | '.join(columns)} |")
    print("|---" * (1 + len(columns)) + "|")
    titles = [(key, title) for key, title, _, _ in MEASURES] + list(OWN_ROWS.items())
    for key, title in titles:
        cells = [cell([card[key] for card in cards if key in card]) for cards in columns.values()]
        print(f"| {title} | {' | '.join(cells)} |")


class Judge:
    """Scores digits by two classifiers."""

    def __init__(self, images, labels, test):
        judges = digit_features(), dense_classifier(images, labels, test)
        self.scorers = [Scorer(images, judge, test[0]) for judge in judges]
        self.samples = self.scorers[0].samples
        self.classifier = judges[0].classifier
        self.threshold = np.quantile(self.measure_confidence(test[0]), MISPRINTS_OF_REAL)
        descriptions = "; ".join(judge.description for judge in judges)
        self.description = f"{self.samples} images, by {descriptions}"

    def score_real(self):
        first, second = (scorer.score_real() for scorer in self.scorers)
        return {**first, "second": second["frechet_distance"], "misprints": MISPRINTS_OF_REAL}

    def __call__(self, generated):
        first, second = (scorer.score(generated) for scorer in self.scorers)
        misprints = np.mean(self.measure_confidence(generated) < self.threshold)
        return {**first, "second": second["frechet_distance"], "misprints": float(misprints)}

    def measure_confidence(self, images):
        logits = self.classifier.predict(images, batch_size=500, verbose=0)["logits"]
        return keras.ops.convert_to_numpy(keras.ops.softmax(logits)).max(axis=1)


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


def add(columns, name, judge, model, seconds, seed):
    card = judge(model.generate(judge.samples, seed=seed))
    columns.setdefault(name, []).append({**card, "seconds": seconds} if seconds else card)
    print(f"{name}, seed {seed}: {columns[name][-1]}", flush=True)


def cell(values):
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.3g}"
    return f"{statistics.mean(values):.3g} ± {statistics.stdev(values):.2g}"


if __name__ == "__main__":
    main()

"""From which weights do the images of the first epochs come best: the newest ones, or an average?

Trains the default recipe and scores, after some epochs, the digits that the generator makes from
the same noise with

- the newest weights;
- a moving average with the constant momentum of 0.998, over about 500 steps;
- the moving average of the package, whose momentum grows to 0.998 (`gan.optimizers.FusedAdam`).

Prints the Fréchet distance in multiples of that of real digits: mean, least and greatest of the
seeds.

    python benchmarks/moving_average.py --seeds 0 1 2
"""

import argparse
import os
import statistics

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
from machine import describe
from training import fit

from dcgan_tf import DCGAN, Scorer, load_dataset
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.runs.settings import Settings

WEIGHTS = ("newest weights", "constant momentum", "growing momentum")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", nargs="+", type=int, default=[1, 2, 4, 8, 16])
    arguments = parser.parse_args()

    (images, _), _ = load_dataset("mnist-10k")
    scorer = Scorer(images, digit_features())
    runs = [run(images, scorer, seed, arguments.epochs) for seed in arguments.seeds]
    real = scorer.score_real()["frechet_distance"]
    print(f"{describe()}\n{scorer.samples} images, real digits {real:.3f}\n")
    print(f"| epochs | {' | '.join(WEIGHTS)} |\n{'|---' * (1 + len(WEIGHTS))}|")
    for epoch in arguments.epochs:
        columns = [[each[epoch, name] / real for each in runs] for name in WEIGHTS]
        cells = [f"{statistics.mean(c):.3g} ({min(c):.3g} to {max(c):.3g})" for c in columns]
        print(f"| {epoch} | {' | '.join(cells)} |")


def run(images, scorer, seed, epochs):
    """Trains once, and returns a distance for each epoch and each kind of weights."""
    model = DCGAN(images.shape[1:], Settings.latent_dim, seed=seed)
    model.compile()
    watch = Averages(scorer, epochs)
    fit(model, images, Settings.batch_size, seed, max(epochs), [watch])
    return watch.distances


class Averages(keras.callbacks.Callback):
    """Keeps a second average, and scores the images of each kind of weights."""

    def __init__(self, scorer, epochs):
        super().__init__()
        self.scorer, self.epochs = scorer, epochs
        self.constant = tf.train.ExponentialMovingAverage(0.998)
        self.distances = {}

    def on_train_begin(self, logs=None):
        self.weights = [each.value for each in self.model.generator.trainable_variables]
        self.constant.apply(self.weights)

    def on_train_batch_end(self, batch, logs=None):
        self.constant.apply(self.weights)

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 not in self.epochs:
            return
        newest = [weight.numpy() for weight in self.weights]
        noise = keras.random.normal((self.scorer.samples, self.model.latent_dim), seed=0)
        of_epoch = {"growing momentum": self.model.generate(len(noise), noise=noise)}
        of_epoch["newest weights"] = self.draw(noise)
        for weight in self.weights:
            weight.assign(self.constant.average(weight))
        of_epoch["constant momentum"] = self.draw(noise)
        for weight, value in zip(self.weights, newest, strict=True):
            weight.assign(value)
        for name, generated in of_epoch.items():
            distance = self.scorer.score(generated)["frechet_distance"]
            self.distances[epoch + 1, name] = distance

    def draw(self, noise):
        return self.model.generator.predict(noise, batch_size=500, verbose=0)


if __name__ == "__main__":
    main()

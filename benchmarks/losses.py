"""How good are the digits that each loss makes, with the same networks, seeds and steps?

Trains the default networks with each loss and the penalty that goes with it, for the epochs of the
default run, and the Wasserstein loss also with five steps of the discriminator for each of the
generator. Prints a table in Markdown: mean and standard deviation over the seeds.

    python benchmarks/losses.py --seeds 0 1 2
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from training import count_epochs, fit

from dcgan_tf import DCGAN, Scorer, load_dataset
from dcgan_tf.evaluation.features import digit_features
from dcgan_tf.gan.losses import LOSSES
from dcgan_tf.runs.settings import Settings

VARIANTS = {name: {"loss": name} for name in LOSSES}
VARIANTS["sigmoid_cross_entropy, no penalty"] = {"regularizer": None}
VARIANTS["wasserstein, five steps"] = {"loss": "wasserstein", "discriminator_steps": 5}
SCORES = ("frechet_distance", "precision", "recall", "coverage", "class_distance")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="default: of the default run")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()
    (images, _), (held_out, _) = load_dataset("mnist-10k")
    epochs = arguments.epochs or count_epochs(images, Settings.batch_size)
    scorer = Scorer(images, digit_features(), held_out)
    real = scorer.score_real()
    print(f"{describe()}\n{scorer.samples} images, {epochs} epochs\n")
    print(f"| loss | {' | '.join(SCORES)} | CPU seconds |\n|{'---|' * (len(SCORES) + 2)}")
    print(f"| real images | {' | '.join(f'{real[key]:.3g}' for key in SCORES)} | |")
    for name in arguments.variants:
        cards, seconds = [], []
        for seed in arguments.seeds:
            model = DCGAN(seed=seed)
            model.compile(**VARIANTS[name])
            start = time.process_time()
            fit(model, images, Settings.batch_size, seed, epochs)
            seconds.append(time.process_time() - start)
            cards.append(scorer.score(model.generate(scorer.samples, seed=seed)))
            keras.backend.clear_session()
        columns = [[card[key] for card in cards] for key in SCORES]
        cells = [f"{statistics.mean(each):.3g} ± {statistics.pstdev(each):.2g}" for each in columns]
        print(f"| {name} | {' | '.join(cells)} | {statistics.mean(seconds):.0f} |", flush=True)


if __name__ == "__main__":
    main()

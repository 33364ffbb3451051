"""How many of the 1,000 modes of Stacked MNIST does the default recipe find?

The protocol of PacGAN (Lin et al. 2018, section 4.1): three digits are the channels of one image, a
classifier reads the three digits of 26,000 generated images, and what counts is how many of the
1,000 numbers occur at all, and the reverse Kullback-Leibler divergence of their fractions from the
data's. Prints a table in Markdown, with the same measures of real images beside it.

    python benchmarks/stacked_mnist.py --seeds 0 1 2
"""

import argparse
import math
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import describe

from dcgan_tf import DCGAN, load_dataset, shuffled_batches
from dcgan_tf.evaluation import metrics
from dcgan_tf.evaluation.features import StackedFeatures, digit_features

SAMPLES = 26_000  # as in the paper


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--latent-dim", type=int, default=16, help="numbers of noise (default: 16)")
    parser.add_argument("--epochs", type=int, default=10, help="epochs of training (default: 10)")
    arguments = parser.parse_args()

    images, labels = load_dataset("stacked-mnist")[0]
    features = StackedFeatures(digit_features())
    real_fractions = metrics.class_fractions(labels, 1000)
    print(describe(), end="\n\n")
    print("| generator | modes | reverse KL (nats) | training |")
    print("|---|---|---|---|")

    def row(title, pictures, training=""):
        fractions = metrics.class_fractions(features(pictures)[1], 1000)
        modes, divergence = (
            int(np.sum(fractions > 0)),
            metrics.reverse_kl(fractions, real_fractions),
        )
        print(f"| {title} | {modes} | {divergence:.3f} | {training} |", flush=True)
        return modes, divergence

    chosen = np.random.default_rng(1).integers(len(images), size=SAMPLES)
    row("real images, drawn again", images[chosen])
    found = []
    for seed in arguments.seeds:
        model = DCGAN((28, 28, 3), arguments.latent_dim, seed=seed)
        model.compile()
        start = time.perf_counter()
        model.fit(
            shuffled_batches(images, 32, seed),
            steps_per_epoch=math.ceil(len(images) / 32),
            epochs=arguments.epochs,
            shuffle=False,
            verbose=0,
        )
        training = f"{arguments.epochs} epochs, {time.perf_counter() - start:.0f} s"
        found.append(row(f"seed {seed}", model.generate(SAMPLES, seed=seed), training))
    if len(found) > 1:
        columns = [
            f"{statistics.mean(values):.4g} ± {statistics.stdev(values):.2g}"
            for values in zip(*found, strict=True)
        ]
        print(f"| mean ± deviation | {' | '.join(columns)} | |")


if __name__ == "__main__":
    main()

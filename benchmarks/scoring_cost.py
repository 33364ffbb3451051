"""What scoring costs: seconds for each part, for few and for many samples, and peak memory.

The images are 60,000 digits, as many as MNIST has to train on: the channels of Stacked MNIST.

    python benchmarks/scoring_cost.py
"""

import os
import resource
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import describe

from dcgan_tf import DCGAN, Scorer, load_dataset
from dcgan_tf.evaluation.features import digit_features


def main():
    (stacks, _), (held_out, _) = load_dataset("stacked-mnist")
    images = np.moveaxis(stacks, -1, 0).reshape(-1, 28, 28, 1)[:60_000]
    model = DCGAN(seed=0)
    model.compile()
    features = digit_features()
    features(images[:500])  # the first call is slower
    print(describe(), end="\n\n")
    print("| samples | real images | generate | score | real | collapsed | in all |")
    print("|---|---|---|---|---|---|---|")
    for samples in (2_000, 10_000):
        seconds = []

        def timed(function, *arguments, seconds=seconds):
            start = time.perf_counter()
            result = function(*arguments)
            seconds.append(time.perf_counter() - start)
            return result

        scorer = timed(Scorer, images, features, held_out[..., :1], samples)
        generated = timed(model.generate, samples, 0)
        timed(scorer.score, generated)
        timed(scorer.score_real)
        timed(scorer.score_collapsed)
        cells = " | ".join(f"{value:.1f} s" for value in [*seconds, sum(seconds)])
        print(f"| {samples:,} | {cells} |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"\npeak memory of the process, with all images in it: {peak:.0f} MB")


if __name__ == "__main__":
    main()

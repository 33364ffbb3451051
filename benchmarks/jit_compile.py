"""Is XLA (`jit_compile=True`) worth it on a CPU? Training speed with and without, in turn.

Prints a table in Markdown: for each network the median of images per second over the rounds, the
ratio round by round, the time to the first finished step, and the growth of resident memory over
all steps after the first round.

    python benchmarks/jit_compile.py
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from machine import describe, resident_mb

from dcgan_tf import GAN
from dcgan_tf.networks.pairs import build_pair

# name: network pair, image shape, batch size, steps a round
CASES = {
    "default, 28x28x1, batch 32": ("default", (28, 28, 1), 32, 100),
    "default, 64x64x3, batch 32": ("default", (64, 64, 3), 32, 20),
    "dense, 28x28x1, batch 32": ("dense", (28, 28, 1), 32, 100),
    "tutorial, 28x28x1, batch 32": ("tutorial", (28, 28, 1), 32, 15),
    "tutorial, 28x28x1, batch 256": ("tutorial", (28, 28, 1), 256, 3),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds of each (default: 7)")
    rounds = parser.parse_args().rounds
    print(describe(), end="\n\n")
    print("| network | images/s without | with XLA | ratio (min to max) | first step | growth |")
    print("|---|---|---|---|---|---|")
    for title, (pair, image_shape, batch_size, steps) in CASES.items():
        images = np.random.default_rng(0).uniform(-1, 1, (512, *image_shape)).astype(np.float32)
        batches = tf.data.Dataset.from_tensor_slices(images).repeat().batch(batch_size)
        models, first_step = [], []
        for jit_compile in (False, True):
            model = GAN(*build_pair(pair, image_shape, latent_dim=64, seed=0), 64, seed=0)
            model.compile(jit_compile=jit_compile)
            models.append(model)
            first_step.append(seconds(model, batches, steps=1))
        speeds, growths = [[], []], [[], []]
        for _ in range(rounds):
            for i, model in enumerate(models):
                before = resident_mb()
                speeds[i].append(steps * batch_size / seconds(model, batches, steps))
                growths[i].append(resident_mb() - before)
        ratios = [xla / plain for plain, xla in zip(*speeds, strict=True)]
        grown = [sum(growth[1:]) for growth in growths]
        print(
            f"| {title} | {statistics.median(speeds[0]):.0f} | {statistics.median(speeds[1]):.0f} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) "
            f"| {first_step[0]:.1f} s, {first_step[1]:.1f} s "
            f"| {grown[0]:.0f} MB, {grown[1]:.0f} MB in {(rounds - 1) * steps} steps |",
            flush=True,
        )


def seconds(model, batches, steps):
    start = time.perf_counter()
    model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

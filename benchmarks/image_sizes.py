"""What a training step of the default networks costs for images in colour of 32 to 256 pixels.

Each size has a process of its own, with the threads that `dcgan-tf train` chooses. Prints the
median time of a step of 32 images, the most memory that the process had, and how many steps are
made in ten minutes.

    python benchmarks/image_sizes.py
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

BATCH_SIZE = 32
WARM_UP = 3  # steps that are not timed


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64, 128, 256])
    parser.add_argument("--steps", type=int, default=12, help="timed steps (default: 12)")
    parser.add_argument("--alone", action="store_true", help="in this process, for one size")
    arguments = parser.parse_args()
    if arguments.alone:
        return measure(arguments.sizes[0], arguments.steps)
    from machine import describe

    print(f"{describe()}\nbatches of {BATCH_SIZE}\n", flush=True)
    print("| pixels | seconds a step | peak memory | steps in 10 minutes |\n|---|---|---|---|")
    for size in arguments.sizes:
        words = ["--alone", "--sizes", str(size), "--steps", str(arguments.steps)]
        sys.stdout.flush()
        subprocess.run([sys.executable, __file__, *words], check=True)


def measure(size, steps):
    import numpy as np
    import tensorflow as tf

    from dcgan_tf import DCGAN
    from dcgan_tf.runs.terminal import choose_threads

    choose_threads()
    model = DCGAN((size, size, 3), seed=0)
    model.compile()
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH_SIZE, size, size, 3))
    images = tf.constant(images, tf.float32)
    step = tf.function(model.train_step)
    seconds = []
    for _ in range(WARM_UP + steps):
        start = time.perf_counter()
        step(images)
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds[WARM_UP:])
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"| {size}x{size} | {median:.3g} | {megabytes:,.0f} MB | {600 / median:,.0f} |")


if __name__ == "__main__":
    main()

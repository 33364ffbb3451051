"""What it costs to bring each file of a run to the disk before an epoch counts as done.

    python benchmarks/syncing.py --epochs 3

Trains the default model in a temporary folder of the present one, and measures the time that is
spent in `os.fsync`. It depends on the disk.
"""

import argparse
import os
import tempfile
import time

from dcgan_tf.runs import training


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    seconds = []
    sync = os.fsync

    def timed(descriptor):
        start = time.perf_counter()
        sync(descriptor)
        seconds.append(time.perf_counter() - start)

    training._score = lambda folder: None  # neither scores nor report belong to an epoch
    training.finish = lambda folder: None
    with tempfile.TemporaryDirectory(dir=".") as folder:
        options = {"epochs": arguments.epochs}
        with training.prepare(options, os.path.join(folder, "run")) as prepared:
            os.fsync = timed
            start = time.perf_counter()
            training.train(prepared)
            total = time.perf_counter() - start
            os.fsync = sync
    print(
        f"{len(seconds)} times synced in {arguments.epochs} epochs: {sum(seconds):.2f} s of "
        f"{total:.1f} s, {100 * sum(seconds) / total:.2f} %"
    )


if __name__ == "__main__":
    main()

"""How often may the discriminator see an image before it knows all of them by heart?

Trains `dcgan-tf train`'s networks on some of the digits for a long time, with and without shifts
before the discriminator (`--augment`), and scores them on the way against all digits: the Fréchet
distance in multiples of that of real digits, by the two classifiers of `time_to_quality.py`.

    python benchmarks/long_training.py --images 3000 --steps 4083 8165 12246
    python benchmarks/long_training.py --images 8004 --steps 4083 8165 12246 20410 28573 40818
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from time_to_quality import ENDLESS, Judge
from training import fit

from dcgan_tf import load_dataset
from dcgan_tf.applications.images import Images


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, required=True, help="the first N of 8,004 digits")
    parser.add_argument("--steps", type=int, nargs="+", required=True, help="when to score")
    parser.add_argument("--augment", nargs="+", choices=("off", "on"), default=["off", "on"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    judge = Judge(*load_dataset("mnist-10k"))
    print(f"{describe()}\n{judge.description}\n", flush=True)
    print("| images | shifts | seed | steps | times seen | loss of D | distance / real | second |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for seed in arguments.seeds:
        for augment in arguments.augment:
            application = Images(seed, augment=augment)
            application.samples = application.samples[: arguments.images]
            first = f"| {arguments.images:,} | {augment} | {seed} |"
            look = Look(judge, first, arguments.images, sorted(arguments.steps))
            batch_size = application.batch_size
            model = application.build()
            fit(model, application.samples, batch_size, seed, ENDLESS, [look])


class Look(keras.callbacks.Callback):
    """Scores the model after so many steps, and ends the training after the last of them."""

    def __init__(self, judge, first, images, steps):
        super().__init__()
        self.judge, self.first, self.images, self.moments = judge, first, images, steps
        self.steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps == self.moments[0]:
            scores = self.judge(self.model.generate(self.judge.samples, seed=0))
            seen = self.steps * Images.batch_size / self.images
            loss = float(logs["discriminator_loss"])
            distances = " | ".join(f"{multiple:.3g}" for multiple in scores["multiples"])
            print(
                f"{self.first} {self.steps:,} | {seen:.0f} | {loss:.2f} | {distances} |",
                flush=True,
            )
            self.moments = self.moments[1:]
            self.model.stop_training = not self.moments


if __name__ == "__main__":
    main()

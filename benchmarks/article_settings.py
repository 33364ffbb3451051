"""Article 2's settings to the end: do they make digits, and after how many steps?

The code in the article's section 5.1 has the losses of the default run and Adam with a rate of 1e-4
for both networks. It has no penalty, no falling rate and no moving average of the weights. It does
not name the networks, the size of a batch and the length of the noise, so these are the default
ones here. The script writes a film, the last grid and the model into a folder. Now and then, and at
the end, it prints the scores. If it is started again, it goes on where the model was saved last.

    python benchmarks/article_settings.py --folder runs/article
"""

import argparse
import math
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from scorecard import Judge
from training import fit

from dcgan_tf import DCGAN, ProgressGif, SampleGrid, load_dataset, load_model
from dcgan_tf.runs.settings import Settings

RATE = 1e-4
FRAME_EVERY, GRID_EVERY, SCORE_EVERY = 3, 24, 24  # epochs


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="where to write")
    parser.add_argument("--epochs", type=int, default=120, help="passes (default: 120)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder, seed = arguments.folder, arguments.seed
    saved = folder / "model.keras"

    (images, labels), test = load_dataset("mnist-10k")
    steps = math.ceil(len(images) / Settings.batch_size)
    judge = Judge(images, labels, test)
    model = load_model(saved) if saved.exists() else build(images.shape[1:], seed)
    first_epoch = int(model.generator_optimizer.iterations) // steps
    print(f"{describe()}\n{judge.description}\nreal: {judge.score_real()}", flush=True)
    callbacks = [
        ProgressGif(folder / "progress.gif", duration_ms=120, every=FRAME_EVERY),
        SampleGrid(folder / "grids", every=GRID_EVERY, columns=8),
        keras.callbacks.ModelCheckpoint(saved),
        ScoreNowAndThen(judge, steps),
    ]
    fit(
        model,
        images,
        Settings.batch_size,
        seed,
        arguments.epochs,
        callbacks,
        first_epoch=first_epoch,
    )


def build(image_shape, seed):
    """The default networks with the article's optimizers, and without a penalty."""
    model = DCGAN(image_shape, Settings.latent_dim, seed=seed)
    model.compile(keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE), regularizer=None)
    return model


class ScoreNowAndThen(keras.callbacks.Callback):
    """Prints the scores after every 24th epoch."""

    def __init__(self, judge, steps):
        super().__init__()
        self.judge, self.steps = judge, steps

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % SCORE_EVERY == 0:
            scores = self.judge(self.model.generate(self.judge.samples, seed=0))
            print(f"{(epoch + 1) * self.steps} steps: {logs}, {scores}", flush=True)


if __name__ == "__main__":
    main()

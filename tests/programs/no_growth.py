"""Trains 300 short epochs with all callbacks and watches memory, traces and open files.

    python tests/programs/no_growth.py

Resident memory must rise by less than 20 MB from the tenth epoch to the end, the training step be
traced once, and no file be left open. The last line has the figures.
"""

import argparse
import gc
import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import psutil

from dcgan_tf import (
    DCGAN,
    ProgressGif,
    SampleGrid,
    Scorecard,
    Scorer,
    TrainingDoctor,
    shuffled_batches,
)
from dcgan_tf.evaluation.features import Features
from dcgan_tf.gan.keras_compat import HistoryLogger
from dcgan_tf.runs.callbacks import SaveModel

MOST_GROWTH = 20  # MB


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        growth, traces, files = watch(pathlib.Path(folder), arguments.epochs)
    print(f"growth {growth:.1f} MB, {traces} trace of the training step, {files} more open files")


def watch(folder, epochs):
    """Returns the growth in MB after the tenth epoch, the number of traces, files left open."""
    images = np.random.default_rng(0).uniform(-1, 1, (64, 16, 16, 1)).astype(np.float32)
    traces = []

    class Counting(DCGAN):
        def train_step(self, data):
            traces.append(1)
            return super().train_step(data)

    model = Counting((16, 16, 1), latent_dim=4, seed=0)
    model.compile()
    process = psutil.Process()
    memory = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            gc.collect()
            memory.append(process.memory_info().rss / 2**20)

    callbacks = [
        Scorecard(Scorer(images, pixels(images))),
        TrainingDoctor(images, path=folder / "doctor.json", verbose=0),
        HistoryLogger(folder / "history.csv"),
        SampleGrid(folder / "samples"),
        ProgressGif(folder / "progress.gif"),
        SaveModel(folder / "model.keras"),
        keras.callbacks.BackupAndRestore(folder / "backup"),
        Watch(),
    ]
    open_before = {file.path for file in process.open_files()}
    batches = shuffled_batches(images, 32)
    options = {"steps_per_epoch": 2, "shuffle": False, "verbose": 0}
    model.fit(batches, epochs=epochs, callbacks=callbacks, **options)
    left_open = {file.path for file in process.open_files()} - open_before
    growth = memory[-1] - memory[min(9, len(memory) - 1)]
    assert growth < MOST_GROWTH, f"{growth:.1f} MB"
    assert len(traces) == 1, f"{len(traces)} traces"
    assert not left_open, left_open
    return growth, len(traces), len(left_open)


def pixels(images):
    """The pixels themselves as features: quick, and good enough to have the callback at work."""
    inputs = keras.Input(images.shape[1:])
    flat = keras.layers.Flatten()(inputs)
    features = keras.layers.Dense(8)(flat)
    logits = keras.layers.Dense(2)(flat)
    classifier = keras.Model(inputs, {"features": features, "logits": logits})
    return Features(classifier, "random features", ["0", "1"])


if __name__ == "__main__":
    main()

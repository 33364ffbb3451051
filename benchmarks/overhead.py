"""What everything around the training step costs. Prints tables in Markdown.

- `fit` with the callbacks of `dcgan-tf train`, and without any, against the bare compiled step,
  in turn; and the time spent in each callback.
- `fit` with several training steps in a call of TensorFlow, in turn, on the threads that
  `dcgan-tf train` chooses.
- The time from `import tensorflow` to the end of the first training step, of `import dcgan_tf` and
  of `dcgan-tf --help`, each in a new process.
- Images a second by `generate`; milliseconds for a grid and for a GIF.
- Seconds of an epoch against the number of images, and of a step against their size.

Peak memory of the default run is `default_run.py`'s.

    python benchmarks/overhead.py
    python benchmarks/overhead.py --parts fit start
"""

import argparse
import collections
import functools
import itertools
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

BATCH_SIZE = 32
EPOCHS_A_ROUND = 5
FIRST_STEP = """
import time
start = time.perf_counter()
import tensorflow
from dcgan_tf import DCGAN, load_dataset
(images, _), _ = load_dataset("mnist-10k")
model = DCGAN(seed=0)
model.compile(jit_compile={jit_compile})
model.fit(images[:32], batch_size=32, verbose=0)
print(time.perf_counter() - start)
"""
IMPORT = """
import time
start = time.perf_counter()
import dcgan_tf
{what}
print(time.perf_counter() - start)
"""


def main():
    parts = {"fit": fit, "calls": calls, "start": start, "writing": writing, "growth": growth}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds (default: 5)")
    arguments = parser.parse_args()
    from machine import describe

    print(describe())
    for part in arguments.parts:
        parts[part](arguments.rounds)


def fit(rounds):
    """`fit` against the bare step, an epoch of each in turn, and the time in each callback.

    One `fit` makes the epochs with and without callbacks: those are awake in every other one.
    """
    import tensorflow as tf
    from keras.callbacks import LambdaCallback

    from dcgan_tf import shuffled_batches

    images = digits()
    steps = -(-len(images) // BATCH_SIZE)
    epochs = EPOCHS_A_ROUND * rounds
    names = ("bare steps", "fit", "fit with callbacks")
    seconds = {name: [] for name in names}
    turns = Turns(seconds)
    spent = collections.defaultdict(float)
    bare_model, model = compiled(), compiled()
    step = tf.function(bare_model.train_step)
    iterator = iter(shuffled_batches(images, BATCH_SIZE))

    def bare():
        for _ in range(epochs):
            turns.wait_for("bare steps")
            for _ in range(steps):
                step(next(iterator))
            turns.end("bare steps")

    def fit(epochs, callbacks=()):
        model.fit(
            shuffled_batches(images, BATCH_SIZE),
            steps_per_epoch=steps,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=list(callbacks),
        )

    step(next(iterator))
    fit(1)  # compiles
    with tempfile.TemporaryDirectory() as folder:
        callbacks = default_callbacks(images, folder)
        awake = timed(callbacks, spent)
        first, last = LambdaCallback(), LambdaCallback()

        def begin(epoch, logs):
            turns.wait_for(names[1 + epoch % 2])
            awake(epoch % 2 == 1)

        first.on_epoch_begin = begin
        last.on_epoch_end = lambda epoch, logs: turns.end(names[1 + epoch % 2])
        thread = threading.Thread(target=bare)
        thread.start()
        fit(2 * epochs, [first, *callbacks, last])
        thread.join()
    print(f"\n{epochs} epochs of {len(images):,} digits each, in turn.\n")
    print("| way | seconds an epoch | / bare steps, median of the epochs | of all together |")
    print("|---|---|---|---|")
    for name in names:
        ratios = [a / b for a, b in zip(seconds[name], seconds["bare steps"], strict=True)]
        print(
            f"| {name} | {statistics.median(seconds[name]):.2f} | {statistics.median(ratios):.3f} "
            f"| {sum(seconds[name]) / sum(seconds['bare steps']):.3f} |"
        )
    print("\n| callback | milliseconds an epoch |\n|---|---|")
    for name, total in spent.items():
        print(f"| {name} | {1e3 * total / epochs:.1f} |")


def calls(rounds):
    """`fit` with 1, 5 and 25 training steps in a call, some 250 steps of each in turn."""
    from dcgan_tf.runs.terminal import choose_threads

    choose_threads()
    from dcgan_tf import DCGAN, shuffled_batches

    steps = 250
    batches = shuffled_batches(digits(), BATCH_SIZE)
    models = {in_a_call: DCGAN(seed=0) for in_a_call in (1, 5, 25)}
    milliseconds = {in_a_call: [] for in_a_call in models}
    for in_a_call, model in models.items():
        model.compile(steps_per_execution=in_a_call)
        model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)
    for _ in range(rounds):
        for in_a_call, model in models.items():
            train = functools.partial(
                model.fit, batches, steps_per_epoch=steps, shuffle=False, verbose=0
            )
            milliseconds[in_a_call].append(1e3 * duration(train) / steps)
    print(
        "\n| steps in a call | milliseconds a step | / one step in a call, median |\n|---|---|---|"
    )
    for in_a_call, values in milliseconds.items():
        ratios = [a / b for a, b in zip(values, milliseconds[1], strict=True)]
        print(f"| {in_a_call} | {spread(values)} | {statistics.median(ratios):.3f} |")


class Turns:
    """Lets threads work one at a time, in a fixed order, and writes down how long each took."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.order = itertools.cycle(seconds)
        self.current = next(self.order)
        self.changed = threading.Condition()

    def wait_for(self, name):
        with self.changed:
            self.changed.wait_for(lambda: self.current == name)
        self.begin = time.perf_counter()

    def end(self, name):
        self.seconds[name].append(time.perf_counter() - self.begin)
        with self.changed:
            self.current = next(self.order)
            self.changed.notify_all()


def default_callbacks(images, folder):
    """The callbacks of `dcgan-tf train`."""
    from dcgan_tf import ProgressGif, TrainingDoctor
    from dcgan_tf.evaluation import features
    from dcgan_tf.gan.keras_compat import HistoryLogger, StopAtNaN
    from dcgan_tf.runs.callbacks import SaveModel
    from dcgan_tf.runs.folder import DOCTOR, GIF, HISTORY, SAMPLES

    folder = pathlib.Path(folder)
    return [
        StopAtNaN(),
        TrainingDoctor(images, features.digit_features().classify, folder / DOCTOR),
        HistoryLogger(folder / HISTORY),
        ProgressGif(folder / GIF, frames_dir=folder / SAMPLES),
        SaveModel(folder),
    ]


def timed(callbacks, spent):
    """Puts a clock into the callbacks, and a switch that makes them sleep."""
    awake = [True]

    def with_clock(name, method):
        def timed_method(*args, **kwargs):
            if awake[0]:
                begin = time.perf_counter()
                method(*args, **kwargs)
                spent[name] += time.perf_counter() - begin

        return timed_method

    for callback in callbacks:
        for moment in ("on_train_batch_end", "on_epoch_begin", "on_epoch_end"):
            method = with_clock(type(callback).__name__, getattr(callback, moment))
            setattr(callback, moment, method)
    return lambda switch: awake.__setitem__(0, switch)


def start(rounds):
    """How long it takes to begin."""
    programs = {
        "`import tensorflow` to the end of the first step": FIRST_STEP.format(jit_compile=False),
        "the same with XLA": FIRST_STEP.format(jit_compile=True),
        "`import dcgan_tf`": IMPORT.format(what=""),
        "`import dcgan_tf; dcgan_tf.GAN`": IMPORT.format(what="dcgan_tf.GAN"),
    }
    seconds = collections.defaultdict(list)
    for _ in range(rounds):
        for name, program in programs.items():
            command = [sys.executable, "-c", program]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds[name].append(float(output.split()[-1]))
        begin = time.perf_counter()
        command = pathlib.Path(sys.executable).with_name("dcgan-tf")
        subprocess.run([command, "--help"], check=True, stdout=subprocess.DEVNULL)
        seconds["`dcgan-tf --help`, the whole process"].append(time.perf_counter() - begin)
    print("\n| what | seconds, median (least to most) |\n|---|---|")
    for name, values in seconds.items():
        print(f"| {name} | {spread(values)} |")


def writing(rounds):
    """Images a second, and the time for pictures."""
    from dcgan_tf.data.films import write_film
    from dcgan_tf.data.rendering import add_caption, make_grid, to_uint8, write_png

    model = compiled()
    model.generate(10_000, seed=0)
    grid = make_grid(to_uint8(model.generate(16, seed=0)))
    frames = [add_caption(grid, f"epoch {i}") for i in range(30)]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        jobs = {
            "10,000 images by `generate`": lambda: model.generate(10_000, seed=0),
            "16 images by `generate`": lambda: model.generate(16, seed=0),
            "a grid of 16, to PNG": lambda: write_png(folder / "grid.png", grid),
            "30 frames, to GIF": lambda: write_film(folder / "film.gif", frames),
        }
        print("\n| what | milliseconds, median (least to most) |\n|---|---|")
        for name, job in jobs.items():
            values = [1e3 * duration(job) for _ in range(rounds)]
            print(f"| {name} | {spread(values)} |")


def growth(rounds):
    """Time against the number of images and against their size."""
    import numpy as np

    from dcgan_tf import shuffled_batches

    images = digits()
    print("\n| digits | seconds an epoch | microseconds an image |\n|---|---|---|")
    model = compiled()
    model.fit(images[:64], batch_size=BATCH_SIZE, verbose=0)
    for times in (1, 2, 4, 8):
        many = np.concatenate([images] * times)
        steps = -(-len(many) // BATCH_SIZE)
        batches = shuffled_batches(many, BATCH_SIZE)

        def epoch(batches=batches, steps=steps):
            model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)

        seconds = statistics.median(duration(epoch) for _ in range(3))
        print(f"| {len(many):,} | {seconds:.2f} | {1e6 * seconds / len(many):.0f} |")

    print("\n| image | weights | milliseconds a step of 32 | nanoseconds a pixel |")
    print("|---|---|---|---|")
    for side in (28, 32, 48, 64, 96, 128):
        model = compiled((side, side, 1))
        noise = np.random.default_rng(0).uniform(-1, 1, (4 * BATCH_SIZE, side, side, 1))
        batches = shuffled_batches(noise.astype(np.float32), BATCH_SIZE)
        steps = max(10, 200 * 28**2 // side**2)

        def fit(steps=steps, model=model, batches=batches):
            model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)

        fit(2)
        seconds = statistics.median(duration(fit) for _ in range(rounds)) / steps
        print(
            f"| {side}x{side}x1 | {model.count_params():,} | {1e3 * seconds:.0f} "
            f"| {1e9 * seconds / (BATCH_SIZE * side**2):.0f} |"
        )


def digits():
    from dcgan_tf import load_dataset

    return load_dataset("mnist-10k")[0][0]


def compiled(image_shape=(28, 28, 1)):
    from dcgan_tf import DCGAN

    model = DCGAN(image_shape, seed=0)
    model.compile()
    return model


def duration(job):
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def spread(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


if __name__ == "__main__":
    main()

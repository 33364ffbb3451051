"""How good the digits are after so many seconds of training: our recipe and two others.

- default: what `dcgan-tf train` does.
- tutorial: the networks and settings of TensorFlow's DCGAN tutorial (noise of 100, batches of 256,
  Adam with a rate of 1e-4).
- keras: the networks and settings of Keras' guide to customising `fit` (noise of 128, batches of
  64, Adam with a rate of 3e-4), with our training step and tanh instead of sigmoid pixels.

The clock starts after the first step and stands still while a model is scored: by the scorecard,
and by a second classifier of another architecture, fully connected, on which no recipe was tuned.
Distances are given in multiples of that of real digits against other real digits. Each finished
run is added to `time_to_quality.json`, so that runs can be made on different days; the table and
the figure show what is in there.

    python benchmarks/time_to_quality.py --recipes default --seconds 600 --seeds 0 1 2
    python benchmarks/time_to_quality.py --recipes tutorial --seconds 3600 --seeds 0
    python benchmarks/time_to_quality.py --recipes          # only the table and the figure

A score depends on the steps, not on the clock. A long run can therefore be made on a machine with
other work, if each step is counted with the milliseconds that it takes on a quiet one, which
`throughput.py` measures; the networks then are accelerated, which changes roundings and the draws
of Dropout, and nothing else:

    python benchmarks/time_to_quality.py --recipes tutorial --seconds 3600 --step-milliseconds 430
"""

import argparse
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from training import fit

from dcgan_tf import DCGAN, GAN, Scorer, accelerate, load_dataset
from dcgan_tf.evaluation.features import Features, digit_features
from dcgan_tf.networks.pairs import build_pair
from dcgan_tf.runs.settings import Settings

RUNS = pathlib.Path(__file__).with_suffix(".json")
FIGURE = pathlib.Path(__file__).parents[1] / "docs" / "images" / "time_to_quality.png"
MOMENTS = (15, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600)  # seconds
ENDLESS = 1_000_000  # epochs
STYLES = {"default": "-", "keras": "--", "tutorial": ":"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipes", nargs="*", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=int, default=600, help="of training (default: 600)")
    parser.add_argument("--step-milliseconds", type=float, help="count so much for each step")
    arguments = parser.parse_args()
    if arguments.recipes:
        judge = Judge(*load_dataset("mnist-10k"))
        print(f"{describe()}\n{judge.description}")
    for seed in arguments.seeds:
        for name in arguments.recipes:
            points = run(name, seed, arguments.seconds, judge, arguments.step_milliseconds)
            runs = [*read_runs(), {"recipe": name, "seed": seed, "machine": describe()}]
            runs[-1] |= {"judge": judge.description, "points": points}
            if arguments.step_milliseconds:
                runs[-1]["clock"] = f"{arguments.step_milliseconds:g} ms counted for each step"
            RUNS.write_text(json.dumps(runs, indent=1) + "\n")
    print_table(read_runs())
    plot(read_runs(), FIGURE)


class Judge:
    """Fréchet distances in multiples of real digits', by two classifiers, and class fractions."""

    def __init__(self, training, test):
        self.images, labels = training
        judges = digit_features(), dense_classifier(self.images, labels, test)
        self.scorers = [Scorer(self.images, features) for features in judges]
        self.real_distances = [scorer.score_real()["frechet_distance"] for scorer in self.scorers]
        self.samples = self.scorers[0].samples
        real_distances = [
            f"{distance:.3f} by {features.description}"
            for distance, features in zip(self.real_distances, judges, strict=True)
        ]
        self.description = f"{self.samples} images. Real digits: {'; '.join(real_distances)}."

    def __call__(self, generated):
        distances = [scorer.score(generated)["frechet_distance"] for scorer in self.scorers]
        multiples = [d / real for d, real in zip(distances, self.real_distances, strict=True)]
        fractions = [scorer.class_fractions(generated)["generated"] for scorer in self.scorers]
        return {
            "multiples": multiples,
            "smallest_shares": [min(each) for each in fractions],
            "largest_shares": [max(each) for each in fractions],
        }


def dense_classifier(images, labels, test):
    """Trains the second judge: three dense layers, which know no neighbouring pixels."""
    keras.utils.set_random_seed(0)
    pixels = x = keras.Input(images.shape[1:])
    x = keras.layers.Flatten()(x)
    for _ in range(2):
        x = keras.layers.Dense(512, use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.Dropout(0.2)(x)
    features = keras.layers.Dense(64, activation="tanh")(x)
    logits = keras.layers.Dense(10)(features)
    moved = [
        keras.layers.RandomRotation(0.03, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.08, 0.08, fill_mode="nearest"),
    ]
    training = keras.Sequential([*moved, keras.Model(pixels, logits)])
    training.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    training.fit(images, labels, epochs=40, batch_size=64, verbose=0)
    _, right = training.evaluate(*test, verbose=0)
    classifier = keras.Model(pixels, {"features": features, "logits": logits})
    description = f"64 features of a dense classifier ({100 * right:.1f} % of test digits right)"
    return Features(classifier, description, [str(k) for k in range(10)])


def default(image_shape, seed):
    model = DCGAN(image_shape, Settings.latent_dim, seed=seed)
    model.compile()
    return model, Settings.batch_size


def tutorial(image_shape, seed):
    model = GAN(*build_pair("tutorial", image_shape, 100, seed), 100, seed=seed)
    model.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4), regularizer=None)
    return model, 256


def keras_guide(image_shape, seed):
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((128,)),
            layers.Dense(7 * 7 * 128),
            layers.LeakyReLU(0.2),
            layers.Reshape((7, 7, 128)),
            layers.Conv2DTranspose(128, 4, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Conv2DTranspose(128, 4, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(image_shape[-1], 7, padding="same", activation="tanh"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(64, 3, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(128, 3, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ]
    )
    model = GAN(generator, discriminator, 128, seed=seed)
    model.compile(keras.optimizers.Adam(3e-4), keras.optimizers.Adam(3e-4), regularizer=None)
    return model, 64


RECIPES = {"default": default, "tutorial": tutorial, "keras": keras_guide}


class Look(keras.callbacks.Callback):
    """Scores the model at `MOMENTS` of training time, and ends the training after the last.

    The clock starts after the first step, and stands still while the model is scored.
    """

    def __init__(self, judge, seconds, title, step_milliseconds):
        super().__init__()
        self.step_seconds = step_milliseconds and step_milliseconds / 1e3
        self.judge = judge
        self.moments = [moment for moment in MOMENTS if moment < seconds] + [seconds]
        self.title = title
        self.points = []
        self.trained = 0.0

    def on_train_begin(self, logs=None):
        self.steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        now = self.steps * self.step_seconds if self.step_seconds else time.perf_counter()
        if self.steps == 1:  # the first step takes seconds to compile
            self.since = now
        if self.trained + now - self.since < self.moments[0]:
            return
        self.trained += now - self.since
        while self.moments and self.moments[0] <= self.trained:
            self.moments.pop(0)
        images = self.model.generate(self.judge.samples, seed=0)
        point = {"seconds": round(self.trained, 1), "steps": self.steps, **self.judge(images)}
        self.points.append(point)
        print(self.title, json.dumps(point), flush=True)
        self.model.stop_training = not self.moments
        self.since = now if self.step_seconds else time.perf_counter()


def run(name, seed, seconds, judge, step_milliseconds=None):
    """Trains one recipe and returns its scores on the way."""
    model, batch_size = RECIPES[name](judge.images.shape[1:], seed)
    if step_milliseconds:
        compiled = model.get_compile_config()
        networks = map(accelerate, (model.generator, model.discriminator))
        model = GAN(*networks, model.latent_dim, seed=seed)
        model.compile_from_config(compiled)
    look = Look(judge, seconds, f"{name}, seed {seed}:", step_milliseconds)
    fit(model, judge.images, batch_size, seed, ENDLESS, [look])
    return look.points


def read_runs():
    return json.loads(RUNS.read_text()) if RUNS.exists() else []


def print_table(runs):
    print("\n| recipe | seeds | seconds | steps | times real digits | by the second | fractions |")
    print("|---|---|---|---|---|---|---|")
    for name in RECIPES:
        points = [point for run in runs if run["recipe"] == name for point in run["points"]]
        for moment in MOMENTS:
            here = [p for p in points if abs(p["seconds"] - moment) < 0.05 * moment]
            if here:
                steps = statistics.mean(p["steps"] for p in here)
                columns = [[p["multiples"][k] for p in here] for k in (0, 1)]
                print(
                    f"| {name} | {len(here)} | {moment} | {steps:,.0f} "
                    f"| {' | '.join(map(spread, columns))} "
                    f"| {100 * min(min(p['smallest_shares']) for p in here):.1f} % to "
                    f"{100 * max(max(p['largest_shares']) for p in here):.1f} % |"
                )


def spread(values):
    return f"{statistics.mean(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def plot(runs, path):
    """One line a run: multiples of real digits' distance against seconds, both logarithmic."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullLocator

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for run in runs:
        points, name = run["points"], run["recipe"]
        axes.plot(
            [point["seconds"] for point in points],
            [point["multiples"][0] for point in points],
            STYLES[name],
            marker="o",
            markersize=3,
            color="black",
            linewidth=1,
            label=name,
        )
    axes.axhline(1, color="0.6", linewidth=1)
    axes.set(xscale="log", yscale="log")
    axes.set(
        xlabel="training (seconds, two cores)", ylabel="Fréchet distance / that of real digits"
    )
    axes.set_xticks([15, 30, 60, 180, 600, 1800, 3600], minor=False)
    axes.set_yticks([1, 2, 5, 10, 20, 50, 100, 500], minor=False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:.0f}")
        axis.set_minor_locator(NullLocator())
    axes.set_xlim(right=1.1 * max(point["seconds"] for run in runs for point in run["points"]))
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique, loc="outside right upper", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()

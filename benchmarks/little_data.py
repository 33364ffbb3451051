"""How many images does a GAN need, and what do random changes before the discriminator help?

Trains the application `little-data` on some of the digits, with and without the changes, for
several seeds, scores against all digits, and draws a figure of the Fréchet distance against the
number of images. The scores of each training are kept in a folder; those that are there are not
made again.

    python benchmarks/little_data.py --runs runs/little-data --epochs 12 --seeds 0 1 2
"""

import argparse
import json
import os
import pathlib
import statistics

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import describe
from matplotlib.figure import Figure
from training import count_epochs, fit

from dcgan_tf import Scorer
from dcgan_tf.applications.little_data import LittleData
from dcgan_tf.evaluation.features import digit_features

FIGURE = pathlib.Path(__file__).parents[1] / "docs" / "images" / "little_data.png"
EPOCHS = count_epochs(range(8004), LittleData.batch_size, LittleData.steps)  # of all digits
CHANGES = {
    "without": (),
    "translation": ("translation",),
    "translation and cutout": ("translation", "cutout"),
    "all three": ("translation", "cutout", "brightness"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=pathlib.Path, required=True, help="folder of scores")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--images", nargs="+", type=int, default=[100, 500, 2000, 8000])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument(
        "--changes", nargs="+", choices=CHANGES, default=["without", "translation and cutout"]
    )
    arguments = parser.parse_args()
    print(
        f"{describe()}\n\n| changes | images | Fréchet distance | near copies |\n|---|---|---|---|"
    )
    lines = {}
    for name in arguments.changes:
        for n in arguments.images:
            cards = [kept(arguments, name, n, seed) for seed in arguments.seeds]
            distances = [card["frechet_distance"] for card in cards]
            copies = [card["near_copies"] for card in cards]
            lines.setdefault(name, []).append((n, distances))
            print(
                f"| {name} | {n:,} | {statistics.mean(distances):.3g} ({min(distances):.3g} to "
                f"{max(distances):.3g}) | {statistics.mean(copies):.2g} |",
                flush=True,
            )
    plot(lines)


def kept(arguments, name, n, seed):
    """The scores of one training, which is made unless they are there."""
    file = arguments.runs / f"{name.replace(' ', '-')}-{n}-{arguments.epochs}-{seed}.json"
    if not file.exists():
        card = run(seed, n, CHANGES[name], arguments.epochs)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(card))
    return json.loads(file.read_text())


def run(seed, n, changes, epochs):
    application = LittleData(seed)
    model = application.build(changes)
    fit(model, application.some(n), application.batch_size, seed, epochs)
    scorer = Scorer(application.everything, digit_features(), application.held_out)
    card = scorer.score(model.generate(scorer.samples, seed))
    keras.backend.clear_session()
    return card


def plot(lines):
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for (name, points), style in zip(lines.items(), ("o-", "s--", "^:", "d-."), strict=False):
        numbers = [n for n, _ in points]
        means = [statistics.mean(each) for _, each in points]
        axes.plot(numbers, means, style, color="0", label=f"{name}, mean of the seeds")
        for n, distances in points:
            axes.plot([n] * len(distances), distances, style[0], color="0.5", fillstyle="none")
    axes.set(xscale="log", yscale="log", xlabel="training images", ylabel="Fréchet distance")
    axes.set_xticks(numbers, [f"{n:,}" for n in numbers], minor=False)
    least, most = axes.get_ylim()
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50) if least < tick < most]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.legend()
    figure.savefig(FIGURE, dpi=120)


if __name__ == "__main__":
    main()

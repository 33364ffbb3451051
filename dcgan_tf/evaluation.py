"""The scorecard of a run: computed from its folder, as a table, as JSON and as pictures."""

import json
import math
import pathlib

import numpy as np
from matplotlib.figure import Figure

from dcgan_tf import applications, files, images, runs, scores
from dcgan_tf.data import LARGEST_ARRAY, is_image_folder, load_dataset, open_image_folder
from dcgan_tf.features import features_of
from dcgan_tf.scorecard import Scorer, evaluate, shrunk

MOST_SAMPLES = 10_000
MOST_CLASSES_DRAWN = 40
PAIRS_SHOWN = 16


def evaluate_run(folder, samples=MOST_SAMPLES, seed=0, verbose=1):
    """Scores the model of a run, and writes scores.json, closest_pairs.png and class_shares.png.

    Args:
        folder: the folder of a run.
        samples: Int, the number of images to compare, at most half of the training images.
        seed: Int, fixes the noise.
        verbose: 0 or 1, whether to show progress.

    Returns:
        The dict that `scorecard.evaluate` returns.

    Raises:
        ValueError: if the folder holds no run, its data is gone, or there are too few images.
    """
    folder = pathlib.Path(folder)
    settings = runs.read_settings(folder)
    application = applications.of(settings)
    model = runs.load_model(folder)
    if application:
        card = {**application.score(model, samples, seed, verbose), "seed": seed}
        _write_card(card, folder)
        (folder / runs.EXTRAS).mkdir(exist_ok=True)
        application.write(model, folder / runs.EXTRAS)
        return card
    scorer, real_images = scorer_for(settings, samples, verbose)
    if verbose:
        print(f"Scoring {scorer.samples:,} images, and as references real and collapsed ones.")
    generated = model.generate(scorer.samples, seed=seed)
    card = {**evaluate(generated, scorer, verbose), "seed": seed}
    images.write_png(folder / runs.CLOSEST_PAIRS, closest_pairs(generated, real_images))
    if card["classes"] and len(card["classes"]["labels"]) <= MOST_CLASSES_DRAWN:
        plot_classes(card["classes"], folder / runs.CLASS_SHARES)
    _write_card(card, folder)
    return card


def _write_card(card, folder):
    with files.written_whole(folder / runs.SCORES) as part:
        part.write_text(json.dumps(card, indent=2) + "\n")


def table(card):
    """Lays out what `evaluate` returns as lines of text."""
    width = max(12, *(len(title) + 2 for title in card["columns"]))
    line = f"{{:28}}{{:>18}}{{:>{width}}}{{:>{width}}}   {{}}".format
    lines = [
        f"{card['samples']:,} generated samples against as many real ones,",
        f"by {card['features']}",
        "",
        line("", "generated", *card["columns"], "better"),
    ]
    for row in card["rows"]:
        generated, floor, ceiling = (
            _text(row[column]) for column in ("generated", "floor", "ceiling")
        )
        if "error" in row:
            generated += f" ± {row['error']:.2g}"
        lines.append(line(row["title"], generated, floor, ceiling, row["better"]))
    return "\n".join(lines)


def _text(value):
    """A count in full, three digits of any other number, a dash for none."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def plot_classes(classes, path):
    """Draws the shares of the classes as bars and writes the figure as a PNG file.

    Args:
        classes: `classes` of what `evaluate` returns.
        path: the file to write, ending in .png.
    """
    positions = np.arange(len(classes["labels"]))
    figure = Figure(figsize=(max(6, 0.5 * len(positions)), 3.5), layout="constrained")
    axes = figure.subplots()
    axes.bar(positions - 0.2, classes["generated"], 0.4, color="0.25", label="generated")
    axes.bar(positions + 0.2, classes["data"], 0.4, color="0.85", edgecolor="0.25", label="data")
    axes.set_xticks(positions, classes["labels"])
    axes.set(title="Classes, as the classifier reads them", xlabel="class", ylabel="share")
    axes.set_ylim(0, 1.25 * max(*classes["generated"], *classes["data"]))  # room for the legend
    axes.legend(loc="upper right", ncols=2)
    with files.written_whole(path) as part:
        figure.savefig(part, dpi=120)


def closest_pairs(generated, real_images):
    """A picture of the generated images that come closest to repeating a training image.

    Args:
        generated: float32 `(n, height, width, channels)` in [-1, 1].
        real_images: the training images, of the same kind.

    Returns:
        uint8 picture: rows of generated images, each above the row of their nearest training
        images; the closest pair comes first.
    """
    ratios, nearest = scores.near_copies(shrunk(real_images), shrunk(generated))
    closest = np.argsort(ratios)[:PAIRS_SHOWN]
    columns = min(8, len(closest))
    rows = []
    for start in range(0, len(closest), columns):
        chosen = closest[start : start + columns]
        rows += [generated[chosen], real_images[nearest[chosen]]]
    grid = images.make_grid(images.to_uint8(np.concatenate(rows)), columns)
    return images.add_caption(grid, "above: generated, below: nearest of the training set")


def scorer_for(settings, samples=MOST_SAMPLES, verbose=1):
    """The scorer that fits a run's data.

    Args:
        settings: what `runs.read_settings` returns.
        samples: Int, as in `evaluate_run`.
        verbose: 0 or 1, whether to show progress if a classifier must be trained.

    Returns:
        A tuple: a `Scorer`, and the real images, float32 `(n, height, width, channels)`.
    """
    source, image_size = settings["data"], settings["image_size"]
    real_images, labels, held_out = _real_images(source, image_size)
    features = features_of(source, real_images, labels, verbose=2 * verbose)
    return Scorer(real_images, features, held_out, samples), real_images


def _real_images(source, image_size):
    """Training images, their labels, and images held out; of a huge folder as many as needed."""
    folder = open_image_folder(source, image_size) if is_image_folder(source) else None
    if folder is None or 4 * math.prod(folder.shape) <= LARGEST_ARRAY:
        (real_images, labels), (held_out, _) = load_dataset(source, image_size)
        return real_images, labels, held_out
    most = min(2 * MOST_SAMPLES, LARGEST_ARRAY // (4 * math.prod(folder.image_shape)))
    return *folder.load_some(most), None

"""Figures for the scores: how often each class occurs, and the pairs that are nearest to copies."""

import warnings

import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure

from dcgan_tf.data import files, rendering
from dcgan_tf.evaluation import metrics
from dcgan_tf.evaluation.scorer import shrink

PAIRS_SHOWN = 16
LONGEST_NAME = 14  # letters of the name of a class
# Fonts with Chinese letters, which Matplotlib's own font lacks; some system has each of them.
FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei", "SimHei")


def plot_class_fractions(classes, path):
    """Draws bars that show how often each class occurs, and writes the figure as a PNG file.

    Args:
        classes: dict, the attribute `classes` of a `Card`.
        path: the file to write, ending in .png.
    """
    positions = np.arange(len(classes["labels"]))
    figure = Figure(figsize=(max(6, 0.5 * len(positions)), 3.5), layout="constrained")
    axes = figure.subplots()
    axes.bar(positions - 0.2, classes["generated"], 0.4, color="0.25", label="generated")
    axes.bar(positions + 0.2, classes["data"], 0.4, color="0.85", edgecolor="0.25", label="data")
    _name_classes(axes, classes["labels"])
    axes.set(title="Classes, according to the classifier", xlabel="class", ylabel="fraction")
    axes.set_ylim(0, 1.25 * max(*classes["generated"], *classes["data"]))  # room for the legend
    axes.legend(loc="upper right", ncols=2)
    with warnings.catch_warnings(), files.atomic_write(path) as part:
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(part, dpi=120)


def _name_classes(axes, labels):
    """Writes the names of classes below their bars, whatever letters they have."""
    names = [name.encode("utf-8", "backslashreplace").decode() for name in labels]
    names = [f"{name[: LONGEST_NAME - 1]}…" if len(name) > LONGEST_NAME else name for name in names]
    known = set(font_manager.get_font_names())
    options = {"parse_math": False, "family": ["DejaVu Sans", *filter(known.__contains__, FONTS)]}
    if sum(map(len, names)) > 40:  # they would overlap
        options |= {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(names)), names, **options)


def draw_closest_pairs(generated, real_images):
    """Draws the generated images that are most like a copy of a training image.

    Args:
        generated: float32 `(n, height, width, channels)` in [-1, 1].
        real_images: float32 `(m, height, width, channels)` in [-1, 1], the training images.

    Returns:
        uint8 picture, `(h, w)` or `(h, w, 3)`. Below each row of generated images stands the row of
        their nearest training images. The closest pair comes first.
    """
    ratios, nearest = metrics.near_copies(shrink(real_images), shrink(generated))
    closest = np.argsort(ratios)[:PAIRS_SHOWN]
    columns = min(8, len(closest))
    rows = []
    for start in range(0, len(closest), columns):
        chosen = closest[start : start + columns]
        rows += [generated[chosen], real_images[nearest[chosen]]]
    grid = rendering.make_grid(rendering.to_uint8(np.concatenate(rows)), columns)
    return rendering.add_caption(grid, "above: generated, below: nearest training images")

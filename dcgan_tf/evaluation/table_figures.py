"""Pictures of a table: its columns and their correlations, generated beside real."""

import math

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dcgan_tf.evaluation.table_metrics import correlate

MOST_COLUMNS, MOST_BARS = 10, 8  # that are drawn; the last column always is
BINS, SIDE_BY_SIDE = 20, 4
LONGEST = 16  # letters of a name
REAL, GENERATED = "0.78", "tab:red"


def draw_table(generated, encoder):
    """Draws the distributions of columns, generated and real, and the correlations of all columns.

    Args:
        generated: list of `data.table.Column`.
        encoder: `data.table_encoding.RowEncoder`, which has learned from the real rows.

    Returns:
        uint8 array `(height, width, 3)`.
    """
    n = len(generated)
    shown = range(n) if n <= MOST_COLUMNS else [*range(MOST_COLUMNS - 1), n - 1]
    rows = math.ceil((len(shown) + 2) / SIDE_BY_SIDE)
    figure = Figure(figsize=(10, 2.1 * rows + 0.4), layout="constrained")
    axes = figure.subplots(rows, SIDE_BY_SIDE, squeeze=False).ravel()
    for i, axis in zip(shown, axes, strict=False):
        draw = _draw_numbers if generated[i].categories is None else _draw_categories
        draw(axis, encoder.columns[i], generated[i])
        axis.set_title(_shorten(generated[i].name), fontsize=9)
        axis.tick_params(labelsize=7)
        axis.set_yticks([])
    order = np.argsort(encoder.owners, kind="stable")
    for title, columns, axis in (
        ("real correlations", encoder.columns, axes[len(shown)]),
        ("generated", generated, axes[len(shown) + 1]),
    ):
        matrix = correlate(encoder.encode(columns))[np.ix_(order, order)]
        axis.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
        axis.set_title(title, fontsize=9)
        axis.set(xticks=[], yticks=[])
    for axis in axes[len(shown) + 2 :]:
        axis.set_axis_off()
    handles = axes[0].get_legend_handles_labels()[0]
    figure.legend(handles, ["real", "generated"], loc="outside lower center", ncols=2, fontsize=9)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _draw_numbers(axis, real, generated):
    """Draws two histograms. Missing numbers are left out."""
    values = [column.values[~np.isnan(column.values)] for column in (real, generated)]
    bins = np.histogram_bin_edges(values[0], BINS)
    weights = [np.full(len(each), 1 / max(1, len(each))) for each in values]
    axis.hist(values[0], bins, weights=weights[0], color=REAL, label="real")
    options = {"histtype": "step", "color": GENERATED, "linewidth": 1.3, "label": "generated"}
    axis.hist(values[1], bins, weights=weights[1], **options)


def _draw_categories(axis, real, generated):
    """Draws two bars for each category, or for the most frequent ones."""
    size = len(real.categories)
    counts = [np.bincount(column.values, minlength=size) for column in (real, generated)]
    shown = np.sort(np.argsort(-counts[0], kind="stable")[:MOST_BARS])
    places = np.arange(len(shown))
    axis.bar(places - 0.2, (counts[0] / counts[0].sum())[shown], 0.4, color=REAL, label="real")
    heights = (counts[1] / counts[1].sum())[shown]
    axis.bar(places + 0.2, heights, 0.4, color=GENERATED, label="generated")
    names = [_shorten(real.categories[place] or "(empty)") for place in shown]
    turn = {"rotation": 30, "ha": "right"} if sum(map(len, names)) > 24 else {}
    axis.set_xticks(places, names, **turn)


def _shorten(text):
    """Cuts a long name. Escapes dollar signs, between which matplotlib would expect a formula."""
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return text.replace("$", r"\$")

"""Curves of a training: losses and accuracies over the epochs, with their values at equilibrium.

At the equilibrium neither network can improve its loss alone: the discriminator can only guess.
Losses are in nats, the unit of information that belongs to the natural logarithm. `plot_curves`
writes all curves into one PNG file, `draw_panels` makes drawings for the page of the report.
"""

import dataclasses
import io
import math
import re

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dcgan_tf.data import files

EPOCHS_SHOWN = 500
LARGEST = 1e100  # a larger value, with which Matplotlib cannot compute, is left out like NaN
FEW_EPOCHS = 50  # if there are fewer epochs, a dot marks each of them


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a panel.

    Attributes:
        source: Str, a key of the history; or a float, the height of a horizontal line.
        label: Str, its name in the legend.
        colour: Str, a key of `PNG_COLOURS`.
        style: Str, Matplotlib's line style.
    """

    source: str | float
    label: str
    colour: str
    style: str


PANELS = {
    "Losses (nats)": (
        Line("discriminator_loss", "discriminator", "first", "-"),
        Line("generator_loss", "generator", "second", "--"),
        Line(2 * math.log(2), "2 ln 2, equilibrium", "first", ":"),
        Line(math.log(2), "ln 2, equilibrium", "second", "-."),
    ),
    "Accuracy of the discriminator": (
        Line("real_accuracy", "real", "first", "-"),
        Line("fake_accuracy", "generated", "second", "--"),
        Line(0.5, "one half, equilibrium", "ink", ":"),
    ),
    "Fréchet distance": (Line("val_frechet_distance", "generated", "first", "-"),),
}
PNG_COLOURS = {"ink": "black", "first": "C0", "second": "C1"}
# The page of the report has its own colours, in a light and in a dark version. Matplotlib draws
# with the following ones, which we then replace by the names of the page's colours.
PAGE_COLOURS = {"ink": "#010203", "first": "#010204", "second": "#010205"}
PAGE_NAMES = {"ink": "currentColor", "first": "var(--first)", "second": "var(--second)"}


def plot_curves(history, path):
    """Draws losses and accuracies over the epochs and writes the figure as a PNG file.

    Thin lines mark the values that a discriminator gives if it cannot tell real from generated
    images (Goodfellow et al. 2014): a discriminator loss of 2 ln 2, a generator loss of ln 2, and
    both accuracies one half. Such values say that the game is balanced, not that the images are
    good.

    Args:
        history: dict of lists with one value for each epoch, as `fit(...).history`. Its keys are
            `generator_loss`, `discriminator_loss`, `real_accuracy` and `fake_accuracy`. If there
            is a key `val_frechet_distance`, it gets a panel of its own.
        path: the file to write, ending in .png.

    Raises:
        TypeError: if the history is no dict, such as the object that `fit` returns.
        ValueError: if it has no curve to draw.

    References:
        Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661

    Example:

    >>> history = model.fit(x_train, epochs=20)
    >>> plot_curves(history.history, "curves.png")
    """
    if not hasattr(history, "keys"):
        raise TypeError(
            f"These are no curves. Received: history of type {type(history).__name__}. Expected a "
            "dict of lists, such as `fit(...).history`."
        )
    titles = _list_titles(history)
    if not titles:
        first = [lines[0].source for lines in PANELS.values()]
        raise ValueError(
            f"There is no curve to draw. Received: a history with the keys {sorted(history)}. "
            f"Expected one of the keys {first}, as the history of a GAN has them."
        )
    figure = Figure(figsize=(5 * len(titles), 4.3), layout="constrained")
    for axes, title in zip(figure.subplots(1, len(titles), squeeze=False)[0], titles, strict=True):
        _draw(axes, history, title, PNG_COLOURS)
        axes.set_title(title)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False)
    with files.atomic_write(path) as part:
        figure.savefig(part, dpi=120)


def draw_panels(history, translate=str):
    """Draws each panel as an SVG of its own, so that a narrow page can stack them.

    Args:
        history: dict of lists as in `plot_curves`, with the additional key `epoch` (counted from
            0); or an empty dict.
        translate: function from the words of the drawing to those of the page, each a str. By
            default they stay English.

    Returns:
        A list of dicts with the keys `title` and `svg`, which is markup.
    """
    return [
        {"title": translate(title), "svg": _draw_svg(history, title, translate)}
        for title in _list_titles(history)
    ]


def pick_evenly(items, count):
    """Picks at most `count` items that are evenly spread and include the first and the last."""
    chosen = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[i] for i in chosen]


def _list_titles(history):
    return [title for title, lines in PANELS.items() if lines[0].source in history]


def _draw(axes, history, title, colours):
    """Draws the lines of a panel, without values that are infinite or undefined."""
    lines = PANELS[title]
    for line in lines:
        colour = colours[line.colour]
        if isinstance(line.source, float):
            axes.axhline(
                line.source, color=colour, linestyle=line.style, linewidth=1, label=line.label
            )
            continue
        if line.source not in history:
            continue
        values = history[line.source]
        epochs = history.get("epoch", range(len(values)))
        points = [(x + 1, y) for x, y in zip(epochs, values, strict=True) if abs(y) < LARGEST]
        points = pick_evenly(points, EPOCHS_SHOWN)
        marker = "." if len(points) < FEW_EPOCHS else None
        x, y = [x for x, _ in points], [y for _, y in points]
        axes.plot(x, y, line.style, color=colour, marker=marker, label=line.label)
    if "accuracy" in lines[0].source:
        axes.set_ylim(-0.03, 1.03)
    elif len(lines) == 1:
        axes.set_ylim(bottom=0)
    axes.margins(x=0.03)
    axes.set_xlabel("epoch", color=colours["ink"])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _draw_svg(history, title, translate):
    options = {"svg.fonttype": "none", "svg.hashsalt": title, "font.size": 11}
    with matplotlib.rc_context(options):
        figure = Figure(figsize=(5, 3.6), layout="constrained")
        axes = figure.subplots()
        _draw(axes, history, title, PAGE_COLOURS)
        ink = PAGE_COLOURS["ink"]
        axes.tick_params(colors=ink)
        axes.spines[:].set_color(ink)
        axes.spines[["top", "right"]].set_visible(False)
        above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 2}
        axes.legend(**above, frameon=False, labelcolor=ink)
        file = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    return _embed_in_page(file.getvalue(), translate(f"Curves: {title}"), translate)


def _embed_in_page(svg, label, translate):
    """Prepares the text of an SVG file for a page that holds several drawings.

    Ids are removed, because those of two drawings may be the same. The drawing gets a name for
    readers who cannot see it, and the words and colours of the page. The words are replaced only
    here, because Matplotlib's own font has no Chinese letters.
    """
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg[svg.index("<svg") :])
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub("(?<=>)[^<>]+(?=</text>)", lambda word: translate(word[0]), svg)
    for role, colour in PAGE_COLOURS.items():
        svg = svg.replace(colour, PAGE_NAMES[role])
    return Markup(svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))

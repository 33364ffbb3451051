"""Curves of a training: losses and accuracies over the epochs, with their values at equilibrium.

`plot_curves` writes them as one PNG file, `draw_panels` as drawings for the report's page.
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
FEW_EPOCHS = 50  # so few are marked by dots


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a panel.

    Attributes:
        source: Str, a key of the history, or a float for a level that is the same in all epochs.
        label: Str, for the legend.
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
    "Fréchet distance": (Line("val_frechet_distance", "validation images", "first", "-"),),
}
PNG_COLOURS = {"ink": "black", "first": "C0", "second": "C1"}
# In the report Matplotlib writes these colours, and the page has its own in light and in dark.
PAGE_COLOURS = {"ink": "#010203", "first": "#010204", "second": "#010205"}
PAGE_NAMES = {"ink": "currentColor", "first": "var(--first)", "second": "var(--second)"}


def plot_curves(history, path):
    """Draws losses and accuracies over the epochs and writes the figure as a PNG file.

    Thin lines mark what an undecided discriminator would give (Goodfellow et al. 2014): a
    discriminator loss of 2 ln 2, a generator loss of ln 2, and both accuracies one half. These
    values say that the game is balanced, not that the images are good.

    Args:
        history: dict of lists, one value an epoch, with the keys `generator_loss`,
            `discriminator_loss`, `real_accuracy` and `fake_accuracy`, as `fit(...).history` has
            them; `val_frechet_distance` gets a panel of its own.
        path: the file to write, ending in .png.

    Example:

    >>> history = model.fit(x_train, epochs=20)
    >>> plot_curves(history.history, "curves.png")
    """
    titles = _titles(history)
    figure = Figure(figsize=(5 * len(titles), 4.3), layout="constrained")
    for axes, title in zip(figure.subplots(1, len(titles), squeeze=False)[0], titles, strict=True):
        _draw(axes, history, title, PNG_COLOURS)
        axes.set_title(title)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False)
    with files.atomic_write(path) as part:
        figure.savefig(part, dpi=120)


def draw_panels(history):
    """Draws the curves, one SVG a panel, so that a narrow page can put them below each other.

    Args:
        history: dict of lists, one value an epoch, as in `plot_curves`, with the key `epoch`; or
            an empty one.

    Returns:
        A list of dicts with `title` and `svg`, which is markup.
    """
    return [{"title": title, "svg": _draw_svg(history, title)} for title in _titles(history)]


def pick_evenly(items, count):
    """Picks at most `count` items, evenly spread, the first and the last among them."""
    chosen = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[i] for i in chosen]


def _titles(history):
    return [title for title, lines in PANELS.items() if lines[0].source in history]


def _draw(axes, history, title, colours):
    """Draws the lines of a panel; what is no finite number is left out."""
    lines = PANELS[title]
    for line in lines:
        colour = colours[line.colour]
        if isinstance(line.source, float):
            axes.axhline(
                line.source, color=colour, linestyle=line.style, linewidth=1, label=line.label
            )
            continue
        values = history[line.source]
        epochs = history.get("epoch", range(len(values)))
        points = [(x + 1, y) for x, y in zip(epochs, values, strict=True) if math.isfinite(y)]
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


def _draw_svg(history, title):
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
    return _as_part_of_the_page(file.getvalue(), title)


def _as_part_of_the_page(svg, title):
    """An SVG file's drawing, named, without ids that another drawing has, in the page's colours."""
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg[svg.index("<svg") :])
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    for role, colour in PAGE_COLOURS.items():
        svg = svg.replace(colour, PAGE_NAMES[role])
    return Markup(svg.replace("<svg", f'<svg role="img" aria-label="Curves: {title}"', 1))

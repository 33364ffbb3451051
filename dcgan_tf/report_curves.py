"""The curves of the report: drawings inside the page, in its colours, for light and for dark."""

import io
import math
import re

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

EPOCHS_SHOWN = 500
# Matplotlib writes these colours; the page has its own for light and for dark.
COLOURS = {"#010203": "currentColor", "#010204": "var(--first)", "#010205": "var(--second)"}
INK, FIRST, SECOND = COLOURS


def draw_panels(history):
    """Draws the curves, one SVG a panel, so that a narrow page can put them below each other.

    Args:
        history: dict of lists, one value an epoch, as `runs.read_history` returns it.

    Returns:
        A list of dicts with `title` and `svg`, which is markup.
    """
    if not history:
        return []
    lines = {
        "Losses (nats)": [
            ("discriminator_loss", "discriminator", FIRST, "-"),
            ("generator_loss", "generator", SECOND, "--"),
            (2 * math.log(2), "2 ln 2, equilibrium", FIRST, ":"),
            (math.log(2), "ln 2, equilibrium", SECOND, "-."),
        ],
        "Share recognised by the discriminator": [
            ("real_accuracy", "real", FIRST, "-"),
            ("fake_accuracy", "generated", SECOND, "--"),
            (0.5, "one half, equilibrium", INK, ":"),
        ],
        "Fréchet distance": [("val_frechet_distance", "validation images", FIRST, "-")],
    }
    return [
        {"title": title, "svg": _curves(history, title, panel)}
        for title, panel in lines.items()
        if panel[0][0] in history
    ]


def _curves(history, title, lines):
    """Draws one panel; a line is a column of the history, or a number: a level."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "font.size": 11}):
        figure = Figure(figsize=(5, 3.6), layout="constrained")
        axes = figure.subplots()
        for source, label, colour, style in lines:
            if isinstance(source, str):
                points = zip(history["epoch"], history[source], strict=True)
                points = [(epoch + 1, y) for epoch, y in points if math.isfinite(y)]
                points = evenly(points, EPOCHS_SHOWN)
                marker = "." if len(points) < 50 else None
                x, y = [x for x, _ in points], [y for _, y in points]
                axes.plot(x, y, style, color=colour, marker=marker, label=label)
            else:
                axes.axhline(source, color=colour, linestyle=style, linewidth=1, label=label)
        if "accuracy" in lines[0][0]:
            axes.set_ylim(-0.03, 1.03)
        elif len(lines) == 1:
            axes.set_ylim(bottom=0)
        axes.margins(x=0.03)
        axes.set_xlabel("epoch", color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.tick_params(colors=INK)
        axes.spines[:].set_color(INK)
        axes.spines[["top", "right"]].set_visible(False)
        above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 2}
        axes.legend(**above, frameon=False, labelcolor=INK)
        file = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    return _as_part_of_the_page(file.getvalue(), title)


def _as_part_of_the_page(svg, title):
    """An SVG file's drawing, named, without ids that another drawing has, in the page's colours."""
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg[svg.index("<svg") :])
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    for colour, name in COLOURS.items():
        svg = svg.replace(colour, name)
    return Markup(svg.replace("<svg", f'<svg role="img" aria-label="Curves: {title}"', 1))


def evenly(items, count):
    """Picks at most `count` items, evenly spread, the first and the last among them."""
    chosen = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[i] for i in chosen]

"""Drawings for the course: the two networks and what flows between them."""

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

PARTS = ("noise", "generator", "data", "discriminator", "losses", "gradients", "condition", "tapes")
GENERATOR, DISCRIMINATOR, INK, PALE = "C1", "C0", "0.15", "0.75"
SIZE = 13.0, 6.0  # of the drawing, in its own units

# For each box: the part it belongs to, its middle, its width and height, its text and its colour.
BOXES = {
    "noise": ("noise", (0.9, 4.2), 1.4, 1.0, "noise\n$z$", INK),
    "generator": ("generator", (3.2, 4.2), 1.8, 1.3, "generator\n$G$", GENERATOR),
    "generated": ("generator", (5.6, 4.2), 1.7, 1.0, "generated\nimages", INK),
    "real": ("data", (5.6, 1.8), 1.7, 1.0, "real\nimages", INK),
    "data": ("data", (3.2, 1.8), 1.8, 1.0, "data", INK),
    "discriminator": ("discriminator", (8.1, 3.0), 2.0, 1.3, "discriminator\n$D$", DISCRIMINATOR),
    "generator loss": ("losses", (11.6, 4.2), 2.2, 1.0, "generator's\nloss", GENERATOR),
    "discriminator loss": ("losses", (11.6, 1.8), 2.2, 1.0, "discriminator's\nloss", DISCRIMINATOR),
    "condition": ("condition", (0.9, 3.0), 1.4, 0.8, "label $y$", INK),
}
# For each arrow: the part it belongs to, and the boxes from which and to which it goes.
ARROWS = (
    ("noise", "noise", "generator"),
    ("generator", "generator", "generated"),
    ("data", "data", "real"),
    ("discriminator", "generated", "discriminator"),
    ("discriminator", "real", "discriminator"),
    ("losses", "discriminator", "generator loss"),
    ("losses", "discriminator", "discriminator loss"),
)


def draw_gan(axes, lit=PARTS[:6], hidden=("condition", "tapes")):
    """Draws a generative adversarial network: what goes in, what comes out, what flows back.

    Solid arrows are computed forwards. Dashed arrows are the gradients, which flow backwards: each
    loss changes one network only.

    Args:
        axes: `matplotlib.axes.Axes`, which is emptied and made as wide as the drawing.
        lit: Sequence of str, the parts that are drawn in full colour, any of `PARTS`. The others
            are pale.
        hidden: Sequence of str, the parts that are left out.

    Raises:
        ValueError: for an unknown part.

    Example:

    >>> figure, axes = plt.subplots(figsize=(8, 3.7))
    >>> draw_gan(axes, lit=["losses", "gradients"])
    >>> plt.show()
    """
    unknown = [part for part in (*lit, *hidden) if part not in PARTS]
    if unknown:
        raise ValueError(
            f"The drawing has no such part. Received: {unknown[0]!r}. Expected any of: "
            f"{', '.join(PARTS)}."
        )
    axes.clear()
    axes.set(xlim=(0, SIZE[0]), ylim=(0, SIZE[1]), aspect="equal")
    axes.axis("off")

    def shade(part, colour=INK):
        return colour if part in lit else PALE

    for part, start, end in ARROWS:
        if part not in hidden:
            _draw_arrow(axes, _edge(start, end), _edge(end, start), shade(part))
    for part, middle, width, height, text, colour in BOXES.values():
        if part not in hidden:
            _draw_box(axes, middle, width, height, text, shade(part, colour), part in lit)
    if "losses" not in hidden:
        axes.text(9.55, 3.0, "logits", ha="left", va="center", fontsize=9, color=shade("losses"))
    if "condition" not in hidden:
        _draw_condition(axes, shade("condition"))
    if "gradients" not in hidden:
        _draw_gradients(axes, shade)
    if "tapes" not in hidden:
        _draw_tapes(axes, shade)


def draw_convolution(axes, transposed=False):
    """Draws which pixels belong together in a convolution with a kernel of 4x4 and a stride of 2.

    A convolution makes one pixel of the small image from 4x4 pixels of the large one. A transposed
    convolution goes the other way: one pixel of the small image is spread over 4x4 pixels of the
    large one. For the next pixel the square moves on by two, so that neighbours overlap.

    Args:
        axes: `matplotlib.axes.Axes`, which is emptied.
        transposed: Bool, whether the arrows go from the small image to the large one.

    Example:

    >>> figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
    >>> draw_convolution(left)
    >>> draw_convolution(right, transposed=True)
    >>> plt.show()
    """
    axes.clear()
    axes.set(xlim=(-0.5, 18.5), ylim=(-1.6, 8.5), aspect="equal")
    axes.axis("off")
    large, small = (10.0, 0.0) if transposed else (0.0, 10.0)  # where each image begins
    _draw_pixels(axes, large, 0.0, 8, 1.0)
    _draw_pixels(axes, small, 1.0, 3, 2.0)
    for i, colour in enumerate((GENERATOR, DISCRIMINATOR)):
        window = large + 2 * i, 2.0
        pixel = small + 2 * i, 3.0
        for corner, side in ((window, 4), (pixel, 2)):
            axes.add_patch(Rectangle(corner, side, side, fc=colour, alpha=0.35, ec="none"))
            axes.add_patch(Rectangle(corner, side, side, fc="none", ec=colour, linewidth=2))
    window, pixel = (large + 2 - 2 * transposed, 2.0), (small + 2 * (not transposed), 3.0)
    colour = GENERATOR if transposed else DISCRIMINATOR
    _join(axes, pixel, window, transposed, colour)
    for corner, side, pixels in ((large, 8, "8x8"), (small, 6, "3x3")):
        axes.text(corner + side / 2, -0.3, f"{pixels} pixels", ha="center", va="top", fontsize=9)


def _join(axes, pixel, window, transposed, colour):
    """Lines between the corners of a pixel and those of the square that belongs to it."""
    for height in (0, 1):
        if transposed:
            ends = (pixel[0] + 2, window[0]), (pixel[1] + 2 * height, window[1] + 4 * height)
        else:
            ends = (window[0] + 4, pixel[0]), (window[1] + 4 * height, pixel[1] + 2 * height)
        axes.plot(*ends, ":", color=colour, linewidth=1)


def _draw_pixels(axes, left, bottom, count, side):
    end = count * side
    for i in range(count + 1):
        axes.plot([left, left + end], [bottom + i * side] * 2, color=PALE, linewidth=0.8)
        axes.plot([left + i * side] * 2, [bottom, bottom + end], color=PALE, linewidth=0.8)


def _draw_gradients(axes, shade):
    """Dashed arrows from each loss back to the one network that it changes."""
    for name, colour, height, target in (
        ("generator", GENERATOR, 5.5, (3.2, 4.85)),
        ("discriminator", DISCRIMINATOR, 0.5, (8.1, 2.35)),
    ):
        colour = shade("gradients", colour)
        loss = BOXES[f"{name} loss"]
        x, y = loss[1]
        y += (loss[3] if height > y else -loss[3]) / 2
        axes.plot([x, x, target[0]], [y, height, height], "--", color=colour, linewidth=1.5)
        _draw_arrow(axes, (target[0], height), target, colour, "--")
        above = height > y
        axes.text(
            (x + target[0]) / 2,
            height + (0.1 if above else -0.1),
            f"gradient for the {name}" + (", through the discriminator" if above else ""),
            ha="center",
            va="bottom" if above else "top",
            fontsize=9,
            color=colour,
        )


def _draw_condition(axes, colour):
    """The label goes into both networks."""
    _draw_arrow(axes, (1.6, 3.1), (2.3, 3.8), colour)
    _draw_arrow(axes, (1.6, 3.0), (7.1, 3.0), colour)


def _draw_tapes(axes, shade):
    """What each gradient tape records."""
    for name, colour, left, bottom, top in (
        ("gen_tape", GENERATOR, 2.1, 2.4, 5.1),
        ("disc_tape", DISCRIMINATOR, 6.9, 0.9, 3.8),
    ):
        colour = shade("tapes", colour)
        corner, width, height = (left, bottom), SIZE[0] - 0.1 - left, top - bottom
        patch = FancyBboxPatch(
            corner, width, height, "round,pad=0,rounding_size=0.2", fc=colour, alpha=0.12, zorder=-1
        )
        axes.add_patch(patch)
        y, side = (top - 0.12, "top") if name == "gen_tape" else (bottom + 0.12, "bottom")
        axes.text(8.7, y, name, family="monospace", fontsize=9, color=colour, va=side)


def _draw_box(axes, middle, width, height, text, colour, is_lit):
    corner = middle[0] - width / 2, middle[1] - height / 2
    style = "round,pad=0,rounding_size=0.15"
    box = FancyBboxPatch(corner, width, height, style, fc="white", ec=colour, linewidth=1.5)
    axes.add_patch(box)
    weight = "bold" if is_lit and colour not in (INK, PALE) else "normal"
    axes.text(*middle, text, ha="center", va="center", fontsize=10, color=colour, weight=weight)


def _draw_arrow(axes, start, end, colour, style="-"):
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=12, shrinkA=0, shrinkB=0,
            color=colour, linestyle=style, linewidth=1.5,
        )
    )  # fmt: skip


def _edge(name, towards):
    """Returns the point at the side of one box where the arrow to another one begins."""
    (x, y), width = BOXES[name][1:3]
    other_x, other_y = BOXES[towards][1]
    shift = 0.3 * (other_y > y) - 0.3 * (other_y < y) if name == "discriminator" else 0.0
    return x + (width / 2 if other_x > x else -width / 2), y + shift

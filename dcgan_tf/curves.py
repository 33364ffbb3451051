"""The figure of a training: both losses and both accuracies, with their values at equilibrium."""

import math

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dcgan_tf import files


def plot_curves(history, path):
    """Draws losses and accuracies over the epochs and writes the figure as a PNG file.

    Thin lines mark what an undecided discriminator would give (Goodfellow et al. 2014): a
    discriminator loss of 2 ln 2, a generator loss of ln 2, both accuracies one half. These values
    say that the game is balanced, not that the images are good.

    Args:
        history: dict of lists, one value an epoch, with the keys `generator_loss`,
            `discriminator_loss`, `real_accuracy`, `fake_accuracy`, as `fit(...).history` has them.
        path: the file to write, ending in .png.

    Example:

    >>> history = model.fit(x_train, epochs=20)
    >>> plot_curves(history.history, "curves.png")
    """
    figure = Figure(figsize=(10, 4.3), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    epochs = range(1, len(history["generator_loss"]) + 1)

    def draw(axes, key, label, style):
        marker = "." if len(epochs) < 50 else None
        axes.plot(epochs, history[key], style, marker=marker, label=label)

    draw(losses, "discriminator_loss", "discriminator", "C0-")
    draw(losses, "generator_loss", "generator", "C1--")
    losses.axhline(2 * math.log(2), color="C0", linewidth=0.8, label="2 ln 2")
    losses.axhline(math.log(2), color="C1", linewidth=0.8, linestyle="--", label="ln 2")
    losses.set(title="Losses", xlabel="epoch", ylabel="loss (nats)")

    draw(accuracies, "real_accuracy", "real", "C0-")
    draw(accuracies, "fake_accuracy", "generated", "C1--")
    accuracies.axhline(0.5, color="black", linewidth=0.8, linestyle=":", label="one half")
    accuracies.set(title="Discriminator: share recognised", xlabel="epoch", ylabel="accuracy")
    accuracies.set_ylim(-0.03, 1.03)

    for axes in (losses, accuracies):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, frameon=False)
    with files.written_whole(path) as part:
        figure.savefig(part, dpi=120)

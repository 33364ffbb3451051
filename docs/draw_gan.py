"""Draws the two networks and what flows between them, for the README and the first page.

python docs/draw_gan.py
"""

import pathlib

import matplotlib
from matplotlib.figure import Figure

from dcgan_tf.diagrams import draw_gan

FILE = pathlib.Path(__file__).parent / "images" / "gan.svg"


def main():
    figure = Figure(figsize=(8, 3.7), layout="constrained")
    draw_gan(figure.add_subplot())
    with matplotlib.rc_context({"svg.hashsalt": "dcgan_tf"}):  # the same names in each run
        figure.savefig(FILE, metadata={"Date": None, "Creator": None})
    print(FILE)


if __name__ == "__main__":
    main()

"""Writes every fourth frame of a run's GIF, twice as large: the people of the first page.

dcgan-tf train --data emoji-people
python docs/shorten_film.py runs/emoji-people/progress.gif docs/images/people.gif
"""

import sys

import numpy as np
from PIL import Image, ImageSequence

from dcgan_tf.data.films import write_film

EVERY, FACTOR = 4, 2


def main(source, target):
    with Image.open(source) as film:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(film)]
    # The first one is nothing but noise, and the last one is what the training has reached.
    chosen = [frames[0], *frames[2:-1:EVERY], frames[-1]]
    sizes = [(frame.width * FACTOR, frame.height * FACTOR) for frame in chosen]
    write_film(
        target,
        [
            np.asarray(frame.resize(size, Image.Resampling.NEAREST))
            for frame, size in zip(chosen, sizes, strict=True)
        ],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

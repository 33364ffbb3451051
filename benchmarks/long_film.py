"""What the film of a long training costs: seconds, size of the file, memory; as GIF and as MP4.

`ProgressGif` writes the film of 1,000 epochs, each a grid of 16 colour images of 64x64 pixels. The
images are parts of two photographs that move about and lose their noise, as those of a generator.

    python benchmarks/long_film.py
"""

import argparse
import concurrent.futures
import multiprocessing
import os
import pathlib
import resource
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import describe, resident_mb
from sklearn.datasets import load_sample_images

from dcgan_tf import ProgressGif
from dcgan_tf.data import rendering

IMAGES, SIDE = 16, 64


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1000)
    arguments = parser.parse_args()
    print(describe(), end="\n\n")
    print(f"| {arguments.epochs} epochs | time | size | memory that it added |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for epoch, grid in enumerate(make_grids(arguments.epochs), 1):
            rendering.write_png(folder / "frames" / f"epoch_{epoch:04d}.png", grid)
        # Each film in a process of its own: the peak of memory is that of the whole process.
        context = multiprocessing.get_context("spawn")
        for path in (folder / "film.gif", folder / "film.mp4"):
            with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
                seconds, memory = pool.submit(write, path).result()
            size = path.stat().st_size / 1e6
            print(f"| {path.suffix} | {seconds:.1f} s | {size:.1f} MB | {memory:.0f} MB |")


def write(path):
    """Writes a film, and measures seconds and the memory in MB that it added at the peak."""
    callback = ProgressGif(path, frames_dir=path.parent / "frames")
    before = resident_mb()
    start = time.perf_counter()
    callback.write()
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024e-3 - before


def make_grids(epochs):
    """Makes a grid for each epoch, one after the other."""
    photos = [photo[::2, ::2].astype(np.float32) for photo in load_sample_images().images]
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 30, (IMAGES, SIDE, SIDE, 3))
    places, phases = rng.uniform(0.2, 0.8, (IMAGES, 2)), rng.uniform(0, 100, (IMAGES, 2))
    for epoch in range(epochs):
        quality = (epoch + 1) / epochs
        moves = 0.15 * np.sin(phases + 0.3 * epoch)
        images = []
        for i in range(IMAGES):
            photo = photos[i % 2]
            room = np.subtract(photo.shape[:2], SIDE)
            top, left = (room * (places[i] + moves[i])).astype(int)
            images.append(photo[top : top + SIDE, left : left + SIDE])
        images = 127 + quality**0.3 * (np.stack(images) - 127) + (1 - quality) * noise
        yield rendering.make_grid(np.rint(np.clip(images, 0, 255)).astype(np.uint8))


if __name__ == "__main__":
    main()

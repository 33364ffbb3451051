"""Pictures on demand: of what a run's model generates, and of what a data set holds."""

import numpy as np

from dcgan_tf import applications
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import is_image_folder, load_dataset, open_image_folder
from dcgan_tf.runs.folder import load_run_model, read_settings

PREVIEWED = 64


class Samples:
    """What the model of a run generates.

    Args:
        folder: the folder of a run.
        label: Int, draws only samples of this label, or `None`.

    Raises:
        ValueError: if the folder holds no run, or its model knows no such label.
    """

    def __init__(self, folder, label=None):
        self.application = applications.from_settings(read_settings(folder))
        self.options = {}
        if label is not None:
            if self.application.names is None:
                raise ValueError(
                    f"This run knows no labels. Received: --label {label}. Expected a run of "
                    "dcgan-tf train --application conditional."
                )
            self.application.class_of(label)
            self.options = {"label": label}
        self.model = load_run_model(folder)

    def draw(self, count, seed=0):
        """Draws `count` samples, uint8 `(height, width)` or `(height, width, 3)`."""
        return self.application.draw(self.model, count, seed, **self.options)


class Preview:
    """What a data set holds.

    Args:
        source: Str, as `load_dataset` takes it.
        image_size: (height, width) in pixels to resize the images to, or `None`.

    Raises:
        ValueError: if it cannot be read.
    """

    def __init__(self, source, image_size=None):
        if is_image_folder(source):
            self.images = open_image_folder(source, image_size)
            self.labels = self.images.labels
        else:
            (self.images, self.labels), _ = load_dataset(source, image_size)

    def describe(self):
        """Says in one or two lines how many images there are, their shape and their labels."""
        n, height, width, channels = self.images.shape
        lines = [f"{n:,} training images, height {height}, width {width}, channels {channels}"]
        if self.labels is not None:
            counts = zip(*np.unique(self.labels, return_counts=True), strict=True)
            counts = ", ".join(f"{label}: {count:,}" for label, count in counts)
            lines.append(f"images of each label: {counts}")
        return "\n".join(lines)

    def draw(self):
        """Draws up to 64 of the images, chosen at random, uint8 `(h, w)` or `(h, w, 3)`."""
        chosen = np.random.default_rng(0).permutation(len(self.images))[:PREVIEWED]
        some = np.stack([self.images[i] for i in chosen])
        return rendering.make_grid(rendering.to_uint8(some))

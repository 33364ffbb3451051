"""Pictures on demand: samples of the model of a run, and images of a data set."""

import numpy as np

from dcgan_tf import applications
from dcgan_tf.data import rendering
from dcgan_tf.data.datasets import is_image_folder, load_dataset, open_image_folder
from dcgan_tf.runs.folder import load_run_model, read_settings

PREVIEWED = 64  # images in the picture of a data set


class Samples:
    """Draws samples that the model of a run generates.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.
        label: Int, the label of all samples, or `None` for samples of any label.

    Raises:
        ValueError: if the folder contains no run, or its model does not know the label.

    Example:

    >>> picture = Samples("runs/mnist-10k").draw(count=64)
    """

    def __init__(self, folder, label=None):
        self.application = applications.from_settings(read_settings(folder))
        self.options = {}
        if label is not None:
            if self.application.names is None:
                raise ValueError(
                    f"This run has no labels. Received: --label {label}. Expected no --label, or a "
                    "run of dcgan-tf train --application conditional."
                )
            self.application.class_of(label)
            self.options = {"label": label}
        self.model = load_run_model(folder)

    def draw(self, count, seed=0):
        """Draws samples as one picture.

        Args:
            count: Int, the number of samples.
            seed: Int, fixes the noise.

        Returns:
            uint8 array `(height, width)` or `(height, width, 3)`.
        """
        return self.application.draw(self.model, count, seed, **self.options)


class Preview:
    """Describes and draws a data set.

    Args:
        source: Str, name or path of the data set, as `load_dataset` takes it.
        image_size: (height, width) in pixels to resize the images to, or `None`.

    Raises:
        ValueError: if the data set cannot be read.

    Example:

    >>> print(Preview("mnist-10k").describe())
    """

    def __init__(self, source, image_size=None):
        if is_image_folder(source):
            self.images = open_image_folder(source, image_size)
            self.labels = self.images.labels
        else:
            (self.images, self.labels), _ = load_dataset(source, image_size)

    def describe(self):
        """Returns one or two lines of text: the number of images, their shape, and their labels."""
        n, height, width, channels = self.images.shape
        lines = [f"{n:,} training images, height {height}, width {width}, channels {channels}"]
        if self.labels is not None:
            counts = zip(*np.unique(self.labels, return_counts=True), strict=True)
            counts = ", ".join(f"{label}: {count:,}" for label, count in counts)
            lines.append(f"images of each label: {counts}")
        return "\n".join(lines)

    def draw(self):
        """Draws 64 images, chosen at random: uint8 `(height, width)` or `(height, width, 3)`."""
        chosen = np.random.default_rng(0).permutation(len(self.images))[:PREVIEWED]
        some = np.stack([self.images[i] for i in chosen])
        return rendering.make_grid(rendering.to_uint8(some))

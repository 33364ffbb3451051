"""Pictures on demand: samples of the model of a run, and images of a data set."""

import math

import keras
import numpy as np

from dcgan_tf import applications
from dcgan_tf.data import files, rendering
from dcgan_tf.data.datasets import open_dataset
from dcgan_tf.data.films import check_film_file, write_film
from dcgan_tf.gan.latent_space import walk
from dcgan_tf.runs.preparation import check_same_data
from dcgan_tf.runs.run_files import load_run_model, read_run, read_settings
from dcgan_tf.runs.terminal import one_line

PREVIEWED = 64  # images in the picture of a data set
LABELS_NAMED = 100  # in the description of a data set
MOST_IN_A_PICTURE = 10_000
TABLE = ".csv"  # the ending of a file of rows
# How many samples are made if nobody says so: in a picture, in a table, in a film.
IN_A_PICTURE, IN_A_TABLE, IN_A_WALK = 64, 1000, 16
MADE_AT_ONCE = 256  # images, so that any number of files needs little memory
WALK_STEPS = 12  # frames from one noise vector to the next
FRAME_MS = 80  # of a walk
LARGEST_FILM = 2**30  # bytes, as all its frames are in memory


class Samples:
    """Draws samples that the model of a run generates.

    Args:
        folder: Str or `pathlib.Path`, the folder of a run.
        label: Str, the label of all samples, or `None` for samples of any label.
        single: Bool, whether the samples must be images that can stand alone.

    Raises:
        ValueError: if the folder contains no run, its model does not know the label, or its samples
            are no images.

    Example:

    >>> picture = Samples("runs/mnist-10k").draw(count=64)
    """

    def __init__(self, folder, label=None, single=False):
        settings = read_settings(folder)
        application = applications.load(settings.application)
        if single and not application.makes_images:
            raise ValueError(
                f"This application makes no single images. Received: a run of the application "
                f"{settings.application}. Expected a run that makes images, or one picture of its "
                f"{application.noun} without --separate and --walk."
            )
        label_names = read_run(folder).label_names
        knows_labels = label_names is not None or not application.has_labels
        with_data = not (application.draws_without_data and knows_labels)
        self.application = applications.from_settings(settings, with_data)
        if label_names:
            self.application.label_names = label_names
        self.options = {}
        if label is not None:
            if self.application.label_names is None:
                raise ValueError(
                    f"This run has no labels. Received: --label {label}. Expected no --label, or a "
                    "run of dcgan-tf train --application conditional."
                )
            self.application.class_of(label)
            self.options = {"label": label}
        if with_data and application.makes_tables:  # a vector of another table means another row
            check_same_data(folder, settings, self.application)
        self.model = load_run_model(folder)

    def choose_count(self, is_walk):
        """Chooses how many samples to make if nobody says so: an int."""
        if is_walk:
            return IN_A_WALK
        return IN_A_TABLE if self.application.makes_tables else IN_A_PICTURE

    def check_count(self, count, single):
        """Refuses more images than one picture can hold.

        Args:
            count: Int, the number of images.
            single: as in `Samples`.

        Raises:
            ValueError: if there are too many.
        """
        in_one = not single and not self.application.makes_tables
        if in_one and count > MOST_IN_A_PICTURE:
            raise ValueError(
                f"One picture cannot hold so many images. Received: --count {count}. Expected at "
                f"most {MOST_IN_A_PICTURE}, or --separate for a file of each."
            )

    def check_walk(self, points, count):
        """Refuses a film that is too large for memory.

        Args:
            points: as in `draw_walk`.
            count: as in `draw_walk`.

        Raises:
            ValueError: if there are too many images.
        """
        frames = points * WALK_STEPS
        most = LARGEST_FILM // (frames * math.prod(self.model.sample_shape))
        if count > most:
            raise ValueError(
                f"This film is too large. Received: --count {count}, in {frames} frames of "
                f"--walk {points}. Expected at most --count {most}."
            )

    def write(self, path, count, seed=0):
        """Writes samples as a file that holds all of them.

        Args:
            path: `pathlib.Path`, a PNG file for a picture, or a CSV file for the rows of a table.
            count: Int, the number of samples.
            seed: Int, fixes the noise.
        """
        if path.suffix.lower() == TABLE:
            self.application.write_rows(self.model, path, count, seed)
        else:
            self.write_picture(path, count, seed)

    def draw(self, count=64, seed=0):
        """Draws samples as one picture.

        Args:
            count: Int, the number of samples.
            seed: Int, fixes the noise.

        Returns:
            uint8 array `(height, width)` or `(height, width, 3)`.
        """
        return self.application.draw(self.model, count, seed, **self.options)

    def write_picture(self, path, count=64, seed=0):
        """Writes samples as one picture, a PNG file."""
        rendering.write_png(path, self.draw(count, seed))

    def write_separately(self, folder, count=64, seed=0, verbose=1):
        """Writes each image as a PNG file of its own: 00001.png, 00002.png and so on.

        The same count and seed give the same images as in one picture.

        Args:
            folder: `pathlib.Path`, new or empty.
            count: Int, the number of images.
            seed: Int, fixes the noise.
            verbose: 0 or 1, whether to show the progress.
        """
        noise = keras.random.normal((count, self.model.latent_dim), seed=seed)
        digits = max(5, len(str(count)))
        progress = keras.utils.Progbar(count, verbose=verbose, unit_name="image")
        for first in range(0, count, MADE_AT_ONCE):
            part = noise[first : first + MADE_AT_ONCE]
            images = self._generate(part, first)
            for number, image in enumerate(rendering.to_uint8(images), start=first + 1):
                grey = image.shape[-1] == 1
                picture = image[..., 0] if grey else image
                rendering.write_png(folder / f"{number:0{digits}d}.png", picture)
            progress.add(len(part))

    def draw_walk(self, points, count=16, seed=0):
        """Draws a film of images whose noise goes from one random vector to the next.

        Args:
            points: Int, the number of random vectors that each image passes. After the last one it
                goes back to the first.
            count: Int, the number of images side by side.
            seed: Int, fixes the noise.

        Returns:
            A list of frames, uint8 arrays `(height, width)` or `(height, width, 3)`.
        """

        seeds = range(seed * count, (seed + 1) * count)
        ways = [walk(self.model.latent_dim, points, WALK_STEPS, each) for each in seeds]
        return [
            rendering.make_grid(rendering.to_uint8(self._generate(np.stack(noise))))
            for noise in zip(*ways, strict=True)
        ]

    def write_walk(self, path, points, count=16, seed=0):
        """Writes the film that `draw_walk` draws, a GIF or MP4 file that can be repeated."""

        write_film(path, self.draw_walk(points, count, seed), FRAME_MS, FRAME_MS)

    def _generate(self, noise, first=0):
        return self.application.generate(
            self.model, len(noise), first=first, noise=noise, **self.options
        )


def choose_output(arguments):
    """Chooses where `dcgan-tf sample` writes to, and checks that it can.

    Args:
        arguments: what the command line parsed: `run`, `output`, `separate` and `walk`.

    Returns:
        `pathlib.Path` of a PNG file, of a CSV file for a run that makes tables, of a GIF or MP4
        file, or of a new or empty folder.

    Raises:
        ValueError: if the name does not fit, or there is something in the folder.
        PermissionError: if you may not write there.
    """
    if arguments.walk:
        return check_film_file(arguments.output or f"{arguments.run}/walk.gif")
    if not arguments.separate:
        if arguments.output:
            files.check_writable_file(arguments.output, TABLE, ".png")
        makes_tables = applications.load(read_settings(arguments.run).application).makes_tables
        endings = (TABLE, ".png") if makes_tables else (".png",)
        path = arguments.output or f"{arguments.run}/generated{endings[0]}"
        return files.check_writable_file(path, *endings)
    if arguments.output:
        raise ValueError(
            f"There are two places to write to. Received: --separate {arguments.separate} and "
            f"--output {arguments.output}. Expected one of them."
        )
    folder = files.check_writable_folder(arguments.separate)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(
            f"The folder is not empty. Received: {str(folder)!r}. Expected a new or an empty one."
        )
    return folder


class Preview:
    """Describes and draws a data set.

    Args:
        source: Str, name or path of the data set, as `load_dataset` takes it.
        image_size: (height, width) in pixels to resize the images to, or `None`.
        skip_damaged: Bool, whether to go on without damaged images.

    Raises:
        ValueError: if the data set cannot be read.

    Example:

    >>> print(Preview("mnist-10k").describe())
    """

    def __init__(self, source, image_size=None, skip_damaged=False):
        self.dataset = open_dataset(source, image_size, skip_damaged)

    def describe(self):
        """Returns lines of text: how many images, their shape and labels, and what is left out."""
        n, height, width, channels = self.dataset.images.shape
        images = "training image" if n == 1 else "training images"
        lines = [f"{n:,} {images}, height {height}, width {width}, channels {channels}"]
        if self.dataset.labels is not None:
            lines.append(f"images of each label: {self._describe_labels()}")
        return "\n".join([*lines, *map(one_line, self.dataset.notes)])

    def _describe_labels(self):
        labels, counts = np.unique(self.dataset.labels, return_counts=True)
        names = [one_line(self.dataset.label_names[label]) for label in labels[:LABELS_NAMED]]
        words = [f"{name}: {count:,}" for name, count in zip(names, counts, strict=False)]
        if len(labels) > LABELS_NAMED:
            words.append(f"and {len(labels) - LABELS_NAMED:,} more labels")
        return ", ".join(words)

    def draw(self):
        """Draws 64 images, chosen at random: uint8 `(height, width)` or `(height, width, 3)`."""
        images = self.dataset.images
        chosen = np.random.default_rng(0).permutation(len(images))[:PREVIEWED]
        some = np.stack([images[i] for i in chosen])
        return rendering.make_grid(rendering.to_uint8(some))

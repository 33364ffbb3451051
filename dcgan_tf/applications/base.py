"""The base class of all applications: training samples, two networks, pictures and scores."""

import abc
import math

from dcgan_tf.data.datasets import open_dataset
from dcgan_tf.data.named import DATASETS

DATA_OPTIONS = ("data", "image_size", "skip_damaged")


class Application(abc.ABC):
    """A use of `GAN`, for example digits on demand. All of them share its one training step.

    A sub-class says what it trains on (`load`), with which networks (`build`), how its samples are
    shown (`draw`) and how they are scored (`score`).

    Args:
        seed: Int of at least 0, fixes everything that is random.
        data: Str, name or path of the data set, as `load_dataset` takes it. By default
            `default_data`.
        image_size: (height, width) in pixels to resize the images to, or `None`.
        skip_damaged: Bool, whether to go on without the images of a folder that are damaged.
        with_data: Bool. Without its data, an application can only build models and draw samples.

    Raises:
        ValueError: if `data` is given to an application that has its own data.

    Attributes:
        default_data: Str, the data set that is used if none is given, or `None` for an application
            that has its own data.
        data_names: tuple of str, the data sets that are known by a name. A file or a folder of such
            a name in the current folder does not hide them.
        options: tuple of str, the settings of a run that the class takes as further arguments, in
            addition to those about its data. The application itself fixes all other settings.
        scores_while_training: Bool, whether the class has a method `build_scorer`.
        steps: Int, about how many training steps a run takes if you name no number of epochs. An
            epoch is one pass through the samples.
        batch_size: Int, the number of samples in a training step.
        noun: Str, what messages call the samples.
        samples: float32 array `(n, ...)`, the samples to train on.
        condition: array `(n, ...)`, the condition of each sample, or `None`. A condition is what
            both networks get as a second input, for example a label.
        label_names: list of str, the labels that you can ask for, or `None`.
        draws_without_data: Bool, whether `draw` needs only the model and `label_names`.
        makes_images: Bool, whether each sample is an image that can stand alone.
        makes_tables: Bool, whether the samples are rows of a table, which `write_rows` writes.
        has_labels: Bool, whether you can ask for samples of a label.
        extras: tuple of str, the names of the files that `write` makes.
        dataset: `data.datasets.Dataset`, or `None` for an application that has its own data.
        watched_images: float32 array `(n, height, width, channels)` in [-1, 1], the images that
            the training doctor compares generated ones with, or `None` for a training without it.
        classify: function from such images to int labels `(n,)`, for the doctor, or `None`.
    """

    default_data = None
    data_names = tuple(DATASETS)
    options = ()
    scores_while_training = False
    steps = 6250
    batch_size = 32
    noun = "samples"
    condition = None
    label_names = None
    draws_without_data = True
    has_labels = False
    makes_images = True
    makes_tables = False
    extras = ()
    dataset = None
    watched_images = None
    classify = None

    def __init__(self, seed=0, data=None, image_size=None, skip_damaged=False, with_data=True):
        if data is not None and self.default_data is None:
            raise ValueError(
                "This application has data of its own. "
                f"Received: data={data!r}. Expected no `data`."
            )
        self.seed = seed
        self.data = self.default_data if data is None else data
        self.image_size = image_size
        self.skip_damaged = skip_damaged
        if with_data:
            self.samples = self.load()

    @classmethod
    def get_options(cls):
        """Returns the names of all settings of a run that the class takes, a tuple of str."""
        return cls.options if cls.default_data is None else (*DATA_OPTIONS, *cls.options)

    def open_data(self):
        """Opens the data set, as `dataset`. Its images must fit into memory.

        Returns:
            A tuple of the training images and their labels, as `load_dataset` returns them.
        """
        self.dataset = open_dataset(self.data, self.image_size, self.skip_damaged)
        self.dataset.check_in_memory("Take fewer images, or a smaller image size.")
        return self.dataset.images, self.dataset.labels

    def count_epochs(self, batch_size):
        """Counts the epochs that make about as many training steps as a run takes.

        Args:
            batch_size: Int, the number of samples in a step.

        Returns:
            Int of at least 1.
        """
        return max(1, round(self.steps / math.ceil(len(self.samples) / batch_size)))

    def advise(self, epochs):
        """Advises on settings for a training of so many epochs.

        Args:
            epochs: Int, how often each sample will be seen.

        Returns:
            List of str, one for each piece of advice.
        """
        return []

    @abc.abstractmethod
    def load(self):
        """Loads the data, and sets `condition` if there is one.

        Returns:
            The samples to train on, float32 `(n, ...)`.
        """

    @abc.abstractmethod
    def build(self):
        """Builds and compiles the model, a `GAN`."""

    @abc.abstractmethod
    def draw(self, model, n=16, seed=0):
        """Draws samples that the model generates, as one picture.

        Args:
            model: `GAN`.
            n: Int, the number of samples.
            seed: Int, fixes the noise.

        Returns:
            uint8 array `(height, width)` or `(height, width, 3)`.
        """

    @abc.abstractmethod
    def score(self, model, n=10_000, seed=0, verbose=1):
        """Scores samples that the model generates.

        Args:
            model: `GAN`, trained.
            n: Int, the largest number of samples. It is fewer if there are too few real ones.
            seed: Int, fixes the noise.
            verbose: 0 or 1, whether to show progress.

        Returns:
            An `evaluation.card.Card`: each measure, with references to compare it with.
        """

    def generate(self, model, n, seed=0, label=None, noise=None, first=0):
        """Generates images, each of which can stand alone.

        Args:
            model: `GAN`.
            n: Int, the number of images.
            seed: Int, fixes the noise.
            label: Str, one of `label_names`, or `None` for all of them in turn.
            noise: float32 `(n, latent_dim)` to make the images from, or `None`.
            first: Int, how many images have been made before, if the labels shall go on in turn.

        Returns:
            float32 `(n, height, width, channels)` in [-1, 1].
        """
        return model.generate(n, seed, noise=noise)

    def write(self, model, folder):  # noqa: B027
        """Writes what only this application shows into a folder, for example a GIF of films."""

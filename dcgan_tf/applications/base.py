"""The base class of all applications: training samples, two networks, pictures and scores."""

import abc


class Application(abc.ABC):
    """A use of `GAN`, for example digits on demand. All of them share its one training step.

    A sub-class says what it trains on (`load`), with which networks (`build`), how its samples are
    shown (`draw`) and how they are scored (`score`).

    Args:
        seed: Int of at least 0, fixes everything that is random.
        data: Str, name or path of the data set, as `load_dataset` takes it. By default
            `default_data`.

    Raises:
        ValueError: if `data` is given to an application that has its own data.

    Attributes:
        default_data: Str, the data set that is used if none is given, or `None` for an application
            that has its own data.
        options: tuple of str, the settings of a run that the class takes as further arguments. The
            application itself fixes all other settings.
        scores_while_training: Bool, whether the class has a method `build_scorer`.
        epochs: Int, the number of epochs of a run. An epoch is one pass through the samples.
        batch_size: Int, the number of samples in a training step.
        noun: Str, what messages call the samples.
        samples: float32 array `(n, ...)`, the samples to train on.
        condition: array `(n, ...)`, the condition of each sample, or `None`. A condition is what
            both networks get as a second input, for example a label.
        names: int array, the labels that you can ask for, or `None`.
        watched_images: float32 array `(n, height, width, channels)` in [-1, 1], the images that
            the training doctor compares generated ones with, or `None` for a training without it.
        classify: function from such images to int labels `(n,)`, for the doctor, or `None`.
    """

    default_data = None
    options = ()
    scores_while_training = False
    epochs = 25
    batch_size = 32
    noun = "samples"
    condition = None
    names = None
    watched_images = None
    classify = None

    def __init__(self, seed=0, data=None):
        if data is not None and self.default_data is None:
            raise ValueError(
                "This application has data of its own. "
                f"Received: data={data!r}. Expected no `data`."
            )
        self.seed = seed
        self.data = data or self.default_data
        self.samples = self.load()

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

    def write(self, model, folder):  # noqa: B027
        """Writes what only this application shows into a folder, for example a GIF of films."""

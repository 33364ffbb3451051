"""What an application brings to `GAN`: samples, networks, pictures and scores."""

import abc


class Application(abc.ABC):
    """A system on the one `GAN` and its one training step.

    Args:
        seed: Int of at least 0, fixes all that is random.
        data: Str, name or path of the data set, as `load_dataset` takes it; by default
            `default_data`.

    Attributes:
        default_data: Str, or `None` for an application with data of its own.
        options: tuple of str, the settings of a run that the class takes as further arguments;
            all others are settled by the application itself.
        scores_while_training: Bool, whether there is a `build_scorer`.
        epochs: Int, epochs of a run.
        batch_size: Int, samples in a step.
        noun: Str, what samples are called in messages.
        samples: float32 array `(n, ...)`, what is trained on.
        condition: array `(n, ...)`, the condition of each sample, or `None`.
        names: int array, the labels that can be asked for, or `None`.
        watched_images: float32 array `(n, height, width, channels)` in [-1, 1], the images that
            the training doctor looks at, or `None` for a training without a doctor.
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
                f"This application has data of its own. Received: data={data!r}. Expected none."
            )
        self.seed = seed
        self.data = data or self.default_data
        self.samples = self.load()

    @abc.abstractmethod
    def load(self):
        """Loads the data. Sets `condition` if there is one, and returns `samples`."""

    @abc.abstractmethod
    def build(self):
        """Builds and compiles the `GAN`."""

    @abc.abstractmethod
    def draw(self, model, n=16, seed=0):
        """Draws `n` samples of the model, uint8 `(height, width)` or `(height, width, 3)`."""

    @abc.abstractmethod
    def score(self, model, n=10_000, seed=0, verbose=1):
        """Scores at most `n` samples of the model.

        Args:
            model: `GAN`, trained.
            n: Int, the number of samples.
            seed: Int, fixes the noise.
            verbose: 0 or 1, whether to show progress.

        Returns:
            An `evaluation.card.Card`.
        """

    def write(self, model, folder):  # noqa: B027
        """Writes into a folder what only this application shows."""

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
        epochs: Int, epochs of a run.
        batch_size: Int, samples in a step.
        samples: float32 array `(n, ...)`, what is trained on.
        condition: array `(n, ...)`, what each of them belongs to, or `None`.
        names: the labels that can be asked for, an array of ints, or `None`.
    """

    default_data = None
    epochs = 25
    batch_size = 32
    condition = None
    names = None

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

        Returns:
            Dict as `scorecard.evaluate` returns it. `columns`, two titles, says what `floor` and
            `ceiling` of its rows are.
        """

    def write(self, model, folder):  # noqa: B027
        """Writes into a folder what only this application shows."""


def row(key, title, better, meaning, generated, floor=None, ceiling=None):
    """One line of a scorecard, see `scorecard.evaluate`."""
    numbers = {"generated": generated, "floor": floor, "ceiling": ceiling}
    numbers = {name: None if value is None else float(value) for name, value in numbers.items()}
    return {"key": key, "title": title, "better": better, "meaning": meaning, **numbers}

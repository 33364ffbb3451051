"""The settings of a run: their defaults, their help texts, and the command that makes a run again.

Loads neither TensorFlow nor Keras, so that `dcgan-tf train --help` answers at once.
"""

import argparse
import dataclasses
import math
import shlex

from dcgan_tf.applications import APPLICATIONS, load

NETWORK_SETTINGS = {"recurrent": {"generator_lr": 0.0007}}  # what a network brings by itself
ALWAYS_TAKEN = ("application", "epochs", "batch_size", "seed")  # by every application
# These names are written out because their modules load TensorFlow; a test compares them.
NETWORKS = ("default", "tutorial", "dense", "recurrent", "spectral")
LOSSES = (
    "sigmoid_cross_entropy",
    "one_sided_smoothing",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
    "relativistic",
)
REGULARIZERS = ("r1", "gradient_penalty")
DATA_HELP = (
    "mnist-10k (comes with the package), stacked-mnist (three of its digits as the colours of one "
    "image), mnist, fashion-mnist, or the path of an .npz file, a folder of IDX files or a folder "
    "of PNG and JPEG images"
)


def whole_number(least, most):
    """Makes a function that reads a whole number from `least` to `most`, for argparse."""

    def convert(text):
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"received {text!r}, expected a whole number from {least} to {most}"
        )

    return convert


def image_size(text):
    """Reads `HEIGHTxWIDTH`, or one number for both, as a tuple of two ints."""
    sizes = text.split("x")
    if len(sizes) in (1, 2) and all(size.isdecimal() and 16 <= int(size) <= 128 for size in sizes):
        return int(sizes[0]), int(sizes[-1])
    raise argparse.ArgumentTypeError(
        f"received {text!r}, expected HEIGHTxWIDTH, each from 16 to 128 pixels, or one number"
    )


def _rate(text):
    rate = _number(text)
    if 0 < rate < 1:
        return rate
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number between 0 and 1")


def _weight(text):
    weight = _number(text)
    if 0 <= weight < math.inf:
        return weight
    raise argparse.ArgumentTypeError(f"received {text!r}, expected a number of at least 0")


def _number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def _setting(default, help, **argument):
    """A field with its default and what argparse's `add_argument` is told of it."""
    return dataclasses.field(default=default, metadata={"help": help, **argument})


def _integer(default, help, least, most):
    return _setting(default, help, type=whole_number(least, most), metavar="N")


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run is made of. A resumed run keeps all of it but the number of epochs."""

    application: str = _setting(
        "images",
        "one of the systems of docs/applications.md (default: images)",
        choices=tuple(APPLICATIONS),
    )
    data: str | None = _setting(
        "mnist-10k", f"{DATA_HELP} (default: mnist-10k)", metavar="NAME_OR_PATH"
    )
    image_size: tuple | None = _setting(
        None, "resize the images to this size", type=image_size, metavar="HxW"
    )
    network: str = _setting("default", "the pair of networks (default: default)", choices=NETWORKS)
    loss: str = _setting(
        "sigmoid_cross_entropy", "the loss (default: sigmoid_cross_entropy)", choices=LOSSES
    )
    regularizer: str = _setting(
        "auto",
        "penalty on the discriminator's gradient (default: auto, what goes with the loss)",
        choices=("auto", *REGULARIZERS, "none"),
    )
    regularizer_weight: float | None = _setting(
        None,
        "the weight of the penalty (default: 0.2 for r1, 10 for gradient_penalty)",
        type=_weight,
        metavar="W",
    )
    discriminator_steps: int = _integer(
        1, "steps of the discriminator for each of the generator (default: 1)", 1, 100
    )
    latent_dim: int = _integer(16, "length of the noise vector (default: 16)", 1, 10_000)
    epochs: int = _integer(25, "how many epochs in all (default: 25)", 1, 1_000_000)
    batch_size: int = _integer(32, "images in a training step (default: 32)", 1, 100_000)
    generator_lr: float = _setting(
        0.002,
        "the generator's learning rate at the start, half of it after 5,000 steps "
        "(default: 0.002; 0.0007 for --network recurrent)",
        type=_rate,
        metavar="RATE",
    )
    discriminator_lr: float = _setting(
        0.002,
        "the discriminator's learning rate, in the same way (default: 0.002)",
        type=_rate,
        metavar="RATE",
    )
    jit_compile: bool | str = _setting(
        "auto", "use XLA: slow start, fast steps", action="store_const", const=True
    )
    score_samples: int | None = _integer(
        None, "score N images after each epoch too (default: only at the end)", 10, 10_000
    )
    seed: int = _integer(0, "fixes all that is random (default: 0)", 0, 2**31 - 1)

    @classmethod
    def from_options(cls, given):
        """Completes given options by what the application, the network and the class bring.

        Args:
            given: dict of the settings that were given, by their names here.

        Returns:
            `Settings`.

        Raises:
            ValueError: for an option that the application settles by itself.
        """
        name = given.get("application", cls.application)
        application = load(name)
        taken = {*ALWAYS_TAKEN, *application.options}
        if application.default_data:
            taken.add("data")
        if application.scores_while_training:
            taken.add("score_samples")
        for key, value in given.items():
            if key not in taken:
                raise ValueError(
                    f"The application {name} settles this by itself. Received: {option(key)} "
                    f"{as_word(value)}. Expected no such option."
                )
        return cls(
            **{
                "data": application.default_data,
                "epochs": application.epochs,
                "batch_size": application.batch_size,
                **NETWORK_SETTINGS.get(given.get("network"), {}),
                **given,
            }
        )

    @classmethod
    def from_json(cls, content):
        """Reads the settings that `to_json` wrote down; what is missing has its default."""
        names = {field.name for field in dataclasses.fields(cls)}
        known = {key: value for key, value in content.items() if key in names}
        if known.get("application", cls.application) is None:  # before `images` had a name
            del known["application"]
        if known.get("image_size"):
            known["image_size"] = tuple(known["image_size"])
        return cls(**known)

    def to_json(self):
        """Returns a dict that JSON can hold."""
        return dataclasses.asdict(self)

    def command(self):
        """Gives the command that makes the run again.

        Returns:
            Str: `dcgan-tf train` with the number of epochs and the settings that differ from the
            defaults, quoted for a shell.

        Example:

        >>> Settings(seed=7, epochs=30).command()
        'dcgan-tf train --epochs 30 --seed 7'
        """
        always = {"epochs", *NETWORK_SETTINGS.get(self.network, ())}
        if self.application != Settings.application:
            always.add("batch_size")
        words = ["dcgan-tf", "train"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None and (value != field.default or field.name in always):
                words.append(option(field.name))
                words += [] if value is True else [as_word(value)]
        return shlex.join(words)


def option(name):
    """The option of the command line that a setting is given by."""
    return "--" + name.replace("_", "-")


def as_word(value):
    """A setting as a word of the command line."""
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
